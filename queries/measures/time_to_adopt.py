"""Time to adopt: how long until units use a feature, counted so that those who have not yet are not forgotten.

Counts per day are enough for Kaplan-Meier curves and medians; `queries.stats.survival` makes them.
"""

import polars as pl

from queries.activity import Activity, By
from queries.calendar import day_number
from queries.measures.cells import COUNT, segments
from queries.measures.eligible import eligible


def time_to_adopt(activity: Activity, feature: str, *, by: By = ()) -> pl.DataFrame:
    """Days from when a unit could first use a feature to its first use of it.

    Day 0 is the later of the unit's entry (the earlier of sign-up and first event) and the feature's launch, if one is
    given. Counted are units that entered by the last full day, meet the feature's rule, had not ended before day 0,
    and none of those that `not_timed` counts.
    adopted: units whose first use in all history was on this day. censored: units without any use so far that were last
    watched on this day, which is the last full day or the day they ended. at_risk: units that were watched on this day
    and had not used it before. Every unit is either adopted or censored, once.

    Columns: segment, day (after day 0), adopted, censored, at_risk (units); only days on which one of the first two
    is not 0.

    >>> from datetime import date
    >>> from tests.examples import three_users
    >>> activity, _ = three_users(since=date(2026, 10, 26))
    >>> time_to_adopt(activity, "export").drop("segment").rows()
    [(8, 2, 0, 3), (13, 0, 1, 1)]
    """
    units = _origins(activity, feature, by).filter(pl.col("left_out").is_null())
    adopted = (pl.col("first_day") <= pl.col("until")).fill_null(False)
    end = pl.when(adopted).then("first_day").otherwise("until")
    timed = units.select("segment", (end - pl.col("origin")).cast(pl.Int32).alias("day"), adopted.alias("adopted"))
    counts = timed.group_by("segment", "day").agg(
        pl.col("adopted").sum().cast(COUNT), pl.col("adopted").not_().sum().cast(COUNT).alias("censored")
    )
    leaving = pl.col("adopted") + pl.col("censored")
    at_risk = leaving.cum_sum(reverse=True).over("segment").alias("at_risk")
    return counts.sort("segment", "day").with_columns(at_risk, pl.col("segment").cast(pl.String))


def not_timed(activity: Activity, feature: str, *, by: By = ()) -> pl.DataFrame:
    """How many of the units that could use a feature `time_to_adopt` counts, and why it leaves out the others.

    of: units that entered by the last full day, meet the feature's rule and had not ended before day 0, the later of
    their entry and the feature's launch. n: those timed. The others, each for the first reason that holds: *unknown*,
    the unit's start is not known (no sign-up date, first seen in the first 28 days of history); *early*, day 0 is
    before history begins, so an earlier first use would not be seen; *before*, used it before day 0 (beta users).

    Columns: segment, n, of, unknown, early, before (units).

    >>> from datetime import date
    >>> from tests.examples import three_users
    >>> activity, _ = three_users(since=date(2026, 10, 26))
    >>> not_timed(activity, "export").rows()
    [('everyone', 3, 4, 1, 0, 0)]
    """
    reasons = {name: (pl.col("left_out") == name).sum().cast(COUNT) for name in ("unknown", "early", "before")}
    timed = pl.col("left_out").null_count().cast(COUNT)
    counts = _origins(activity, feature, by).group_by("segment").agg(n=timed, of=pl.len().cast(COUNT), **reasons)
    every = segments(activity, by).join(counts, on="segment", how="left", maintain_order="left")
    return every.with_columns(pl.exclude("segment").fill_null(0)).with_columns(pl.col("segment").cast(pl.String))


def _origins(activity: Activity, feature: str, by: By) -> pl.DataFrame:
    """segment, origin (day 0), until (last day watched), first_day (of use), left_out (why, or null)."""
    calendar, launched = activity.calendar, activity.feature(feature).launched
    as_of, entry = day_number(calendar.as_of), pl.col("entry_day")
    origin = pl.max_horizontal(entry, pl.lit(day_number(launched), pl.Int32)) if launched else entry
    firsts = activity.rows_of(feature).select("unit", "first_day")
    units = eligible(activity, feature, by).filter(entry.is_not_null())
    units = activity.beside(units.select("unit", "segment", "entry_day", "ended_day", "known_start"), firsts)
    until = pl.min_horizontal("ended_day", pl.lit(as_of, pl.Int32))
    units = units.with_columns(origin.alias("origin"), until.alias("until")).filter(pl.col("origin") <= pl.col("until"))
    reason = (
        pl.when(~pl.col("known_start")).then(pl.lit("unknown"))
        .when(pl.col("origin") < day_number(calendar.first_day)).then(pl.lit("early"))
        .when(pl.col("first_day") < pl.col("origin")).then(pl.lit("before"))
    )  # fmt: skip
    return units.select("segment", "origin", "until", "first_day", reason.alias("left_out"))
