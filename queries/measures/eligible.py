"""What the measures of depth share: who could use a feature, and counting units by segment."""

from collections.abc import Sequence

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period, day_number
from queries.product import EVERYONE

COUNT = pl.UInt32


def eligible(activity: Activity, feature: str, by: By = ()) -> pl.DataFrame:
    """The units that meet the rule of a feature, whenever they entered, with their segment."""
    found = activity.feature(feature)
    units = activity.units.filter(f"can_{found.key}") if found.eligible else activity.units
    return units.with_columns(activity.segment_of(units["unit"], by))


def is_there(period: Period) -> pl.Expr:
    """Whether a unit entered on or before the period's last day and had not ended before its first."""
    ended = pl.col("ended_day") < day_number(period.first)
    return (pl.col("entry_day") <= day_number(period.last)) & ~ended.fill_null(False)


def segments(activity: Activity, by: By = ()) -> pl.DataFrame:
    """Every segment that has units, in the order of the screen; "everyone" where `by` is empty, also without units."""
    if not by:
        return pl.DataFrame({"segment": [EVERYONE]})
    return activity.units.select(activity.segment_of(activity.units["unit"], by)).unique().sort("segment")


def tally(
    activity: Activity, rows: pl.DataFrame, by: By,
    keys: pl.DataFrame, n: Sequence[pl.Expr], of: Sequence[pl.Expr],
) -> pl.DataFrame:  # fmt: skip
    """For each segment that has units and each row i of keys: how many rows meet n[i], and how many meet of[i].

    rows: a row a unit, with its segment. A condition that is null is not met.
    Columns: segment, those of keys, n, of.
    """
    numbered = [(f"{name} {i}", expr) for name, exprs in (("n", n), ("of", of)) for i, expr in enumerate(exprs)]
    wide = rows.group_by("segment").agg(expr.sum().cast(COUNT).alias(name) for name, expr in numbered)
    every = segments(activity, by).join(wide, on="segment", how="left").with_columns(pl.exclude("segment").fill_null(0))
    nothing = every.select("segment", key=pl.lit(0, COUNT), n=pl.lit(0, COUNT), of=pl.lit(0, COUNT)).clear()
    cells = [every.select("segment", key=pl.lit(i, COUNT), n=f"n {i}", of=f"of {i}") for i in range(keys.height)]
    counts = pl.concat([nothing, *cells]).sort("segment", "key")
    beside = [keys[name].gather(counts["key"]) for name in keys.columns]
    return counts.select(pl.col("segment").cast(pl.String), *beside, "n", "of")
