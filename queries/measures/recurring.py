"""Recurring cohorts: a unit is in the cohort of every period in which it used a feature.

So one unit counts in many cohorts, and what it does is counted again and again: the cohorts are no independent samples.
`recurring` adds up what an interval needs that respects this (`stats.clustered`), a unit's own counts squared.

Who used it when is a table of bits, a row a cohort and a bit a unit: who of cohort c was back in period j is one AND.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period
from queries.measures.cells import COUNT, DAYS
from queries.measures.returning import Runs

Bools = npt.NDArray[np.bool_]
SUMS = {"segment": pl.String, "interval": pl.Int16, "n": DAYS, "of": DAYS, "units": COUNT, "n_n": DAYS, "n_of": DAYS,
        "of_of": DAYS}  # fmt: skip


def counts(
    activity: Activity, feature: str, back: str | None, periods: tuple[Period, ...], is_back: list[pl.Expr], runs: Runs,
    by: By = (),
) -> pl.DataFrame:  # fmt: skip
    """How many of each cohort came back: segment, cohort (its last day), interval (the first of its run), n, of.

    is_back: for each period from the first cohort's on, whether a row was back in it. runs: first and last intervals.
    """
    found = []
    for segment, used, came in _tables(activity, feature, back, periods, is_back, by):
        members, there = np.packbits(used, axis=0).T, np.packbits(came, axis=0).T
        for c, period in enumerate(periods):
            of = int(np.bitwise_count(members[c]).sum())
            for a, b in runs:
                any_of = np.bitwise_or.reduce(there[c + a : c + b + 1])
                found.append((segment, period.last, a, int(np.bitwise_count(members[c] & any_of).sum()), of))
    schema = {"segment": pl.String, "cohort": pl.Date, "interval": pl.Int16, "n": COUNT, "of": COUNT}
    return pl.DataFrame(found, schema=schema, orient="row")


def sums(
    activity: Activity, feature: str, back: str | None, periods: tuple[Period, ...], is_back: list[pl.Expr], runs: Runs,
    complete: tuple[int, ...], by: By = (),
) -> pl.DataFrame:  # fmt: skip
    """What `stats.clustered` needs, over the cohorts that have completed each run.

    complete: for each run, how many cohorts (the oldest) have completed it.
    Columns: segment, interval, n, of, units, n_n, n_of, of_of.
    """
    found = []
    for segment, used, came in _tables(activity, feature, back, periods, is_back, by):
        for (a, b), whole in zip(runs, complete, strict=True):
            any_of = np.zeros((len(used), whole), bool)
            for j in range(a, b + 1):
                any_of |= came[:, j : j + whole]
            of = used[:, :whole].sum(axis=1, dtype=np.int64)
            n = of if a == 0 else (used[:, :whole] & any_of).sum(axis=1, dtype=np.int64)
            squares = (int(n @ n), int(n @ of), int(of @ of))
            found.append((segment, a, int(n.sum()), int(of.sum()), int((of > 0).sum()), *squares))
    return pl.DataFrame(found, schema=SUMS, orient="row")


def _tables(
    activity: Activity, feature: str, back: str | None, periods: tuple[Period, ...], is_back: list[pl.Expr], by: By
) -> Iterator[tuple[str, Bools, Bools]]:
    """For each segment its units that ever used the feature: in which cohorts, and in which periods they were back."""
    rows = activity.rows_of(feature)
    member = [activity.active(period).alias(f"u{c}") for c, period in enumerate(periods)]
    used = rows.select("unit", activity.segment_of(rows["unit"], by), *member)
    both = activity.beside(used, activity.rows_of(back).drop("feature", "first_day"))
    came = [expr.fill_null(False).alias(f"b{j}") for j, expr in enumerate(is_back)]
    both = both.select("segment", "^u[0-9]+$", *came).sort("segment", maintain_order=True)
    members, there = (both.select(f"^{name}[0-9]+$").to_numpy() for name in "ub")
    end = 0
    for segment, size in both.group_by("segment", maintain_order=True).len().cast({"segment": pl.String}).rows():
        begin, end = end, end + size
        yield segment, members[begin:end], there[begin:end]
