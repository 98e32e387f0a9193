"""Retention of all features side by side: of those who first used a feature, who came back to it.

What `retention` says of one feature (first use to the same feature, calendar windows), counted for all in one pass: a
row of the activity holds both the first use of a feature and every day after it, so nothing has to be joined.
"""

import polars as pl

from queries.activity import ANY, Activity, By
from queries.calendar import Grain, Period, day_number
from queries.measures.cells import COUNT
from queries.measures.returning import cohorts_of


def feature_retention(
    activity: Activity, grain: Grain = "week", *, cohorts: int, intervals: int, skip: int = 0, by: By = ()
) -> pl.DataFrame:
    """Units that came back to a feature after their first use of it, over all cohorts that have completed an interval.

    of: units whose first use of the feature, in all history, fell in one of the cohorts' calendar periods; units whose
    start is unknown are in none. n: those of them that used it again in the k-th period after that, both ends
    included; for k = 0 all of them. A cohort too young for an interval is not in it.

    Arguments: cohorts, how many of the latest complete periods, once the latest `skip` are left out; intervals, how
    many, with interval 0; by, segment keys (none, one or two).
    Columns: feature, segment, interval, n, of (units), cohorts (that have somebody); no row where nobody started.
    """
    periods = cohorts_of(activity.calendar, grain, cohorts, skip)
    spans = _onward(activity, grain, periods, intervals)
    rows = activity.rows.filter(pl.col("feature") != ANY)
    if periods:
        first, last = day_number(periods[0].first), day_number(periods[-1].last)
        rows = rows.filter(pl.col("first_day").is_between(first, last))
    rows = activity.attributes(rows if periods else rows.clear(), "known_start").filter("known_start")
    firsts = pl.Series([day_number(period.first) for period in periods], dtype=pl.Int32)
    cohort = (firsts.search_sorted(rows["first_day"], side="right").cast(pl.Int16) - 1).alias("cohort")
    rows = rows.with_columns(cohort, activity.segment_of(rows["unit"], by))
    keys = ["feature", "segment", "cohort"] if by else ["feature", "cohort"]
    returned = [activity.active(span).sum().alias(str(j)) for j, span in enumerate(spans)]
    counted = rows.lazy().group_by(keys).agg(pl.len().alias("of"), *returned)
    wide = counted.collect(engine="streaming")  # with so many groups twice as fast as in memory
    wide = wide if by else wide.with_columns(activity.segment_of(rows["unit"], by))
    return _pooled(activity, wide, len(spans), intervals)


def _onward(activity: Activity, grain: Grain, periods: tuple[Period, ...], intervals: int) -> list[Period]:
    """The complete periods from the first cohort's on that an interval of a cohort may fall in."""
    if not periods:
        return []
    onward = activity.calendar.periods(grain)
    return [period for period in onward if period >= periods[0]][: len(periods) + intervals - 1]


def _pooled(activity: Activity, wide: pl.DataFrame, spans: int, intervals: int) -> pl.DataFrame:
    """Sum over the cohorts: period j is interval j - c of cohort c."""
    long = wide.unpivot([str(j) for j in range(spans)], index=["feature", "segment", "cohort", "of"],
                        variable_name="j", value_name="n")  # fmt: skip
    interval = (pl.col("j").cast(pl.Int16) - pl.col("cohort")).alias("interval")
    inside = long.with_columns(interval).filter(pl.col("interval").is_between(0, intervals - 1))
    codes = pl.DataFrame(
        [(i, f.key, activity.codes[f.key]) for i, f in enumerate(activity.features)],
        schema={"position": pl.UInt16, "key": pl.String, "feature": pl.UInt16}, orient="row",
    )  # fmt: skip
    n = pl.when(pl.col("interval") == 0).then("of").otherwise("n").sum().cast(COUNT).alias("n")
    pooled = inside.group_by("feature", "segment", "interval").agg(
        n, pl.col("of").sum().cast(COUNT), pl.col("cohort").n_unique().cast(COUNT).alias("cohorts")
    )
    ordered = pooled.join(codes, on="feature").sort("position", "segment", "interval")
    return ordered.select(pl.col("key").alias("feature"), pl.col("segment").cast(pl.String), "interval", "n", "of",
                          "cohorts")  # fmt: skip
