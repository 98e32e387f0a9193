"""Counts by segment and place (a period, a day, a number of days): every segment that has units, 0 where there is none.

A measure says what to count at each place, as expressions over the rows of a segment; one pass counts them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period
from queries.product import EVERYONE

COUNT = pl.UInt32  # of units
DAYS = pl.UInt64  # of unit-days and unit-weeks
ALONE = 10_000  # rows to a segment from which many expressions are faster over each segment alone than over groups


def segments(activity: Activity, by: By) -> pl.DataFrame:
    """The segments that have units, in the order of the screen; "everyone" where `by` is empty."""
    if not by:
        return pl.DataFrame({"segment": [EVERYONE]})
    return activity.units.select(activity.segment_of(activity.units["unit"], by)).unique().sort("segment")


def places(activity: Activity, name: str, periods: Sequence[Period]) -> pl.DataFrame:
    """The last day of each period, in a column so named, and whether all its days are in history and loaded."""
    rows: list[tuple[date, bool]] = [(period.last, activity.calendar.is_observed(period)) for period in periods]
    return pl.DataFrame(rows, schema={name: pl.Date, "complete": pl.Boolean}, orient="row")


def cells(
    activity: Activity, rows: pl.DataFrame, by: By, at: pl.DataFrame, counts: Mapping[str, Iterable[pl.Expr]]
) -> pl.DataFrame:
    """Count the rows of each segment at each place: segment, the columns of `at`, and a column for each of `counts`.

    at: a row a place. counts: for each name what to count, an expression a place. rows: with a column `unit`.
    """
    named = {name: {f"{name} {i}": count for i, count in enumerate(each)} for name, each in counts.items()}
    each = [count.alias(column) for columns in named.values() for column, count in columns.items()]
    every = segments(activity, by)
    if by:
        found = by_segment(rows.with_columns(activity.segment_of(rows["unit"], by)), each)
        wide = every.join(found, on="segment", how="left", maintain_order="left").fill_null(0)
    else:
        wide = every.hstack(rows.select(each))
    long = [pl.Series(name, wide.select(list(columns)).cast(DAYS).to_numpy().ravel(), DAYS)
            for name, columns in named.items()]  # fmt: skip
    return every.cast(pl.String).join(at, how="cross", maintain_order="left_right").hstack(long)


def by_segment(rows: pl.DataFrame, each: list[pl.Expr]) -> pl.DataFrame:
    """The expressions over the rows of each segment, a row a segment; rows: with a column `segment`."""
    if 0 < ALONE * rows["segment"].n_unique() <= rows.height:
        return pl.concat(part.select(pl.col("segment").first(), *each) for part in rows.partition_by("segment"))
    return rows.group_by("segment").agg(each)
