"""How deep adoption goes: from those who could to those with a habit, how far it came, and where it went silent."""

from datetime import timedelta
from itertools import pairwise
from math import ceil

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period, day_number, to_date
from queries.measures.cells import COUNT, cells
from queries.measures.eligible import eligible, is_there

STAGES = ("eligible", "tried", "repeated", "habitual", "active")
RECENT_DAYS, RECENT_WEEKS = 28, 4
FEW_GAPS = 5  # with fewer gaps between days with events, nobody can say what is usual
ACTIVATION_DAYS = 7


def stages(activity: Activity, feature: str, *, by: By = ()) -> pl.DataFrame:
    """How far the eligible units have come with a feature, as of the last full day.

    of: units that entered on or before that day, have not ended before it and meet the feature's rule. n, of those:
    *eligible*, all of them; *tried*, used it at least once in all history; *repeated*, in 2 or more different calendar
    weeks; *habitual*, in 3 or more of the last 4 full weeks. Each is within the one before. Beside them stands
    *active*: used any active feature in the last 28 days, both ends included.

    Columns: segment, stage, n, of (units).

    >>> from tests.examples import three_users
    >>> activity, _ = three_users()
    >>> stages(activity, "export").select("stage", "n", "of").rows()
    [('eligible', 3, 3), ('tried', 2, 3), ('repeated', 0, 3), ('habitual', 0, 3), ('active', 3, 3)]
    """
    as_of = activity.calendar.as_of
    units = eligible(activity, feature, by).filter(is_there(Period(as_of, as_of)))
    ever, recent = activity.calendar.periods("week", with_open=True), activity.calendar.periods("week", RECENT_WEEKS)
    used = activity.rows_of(feature).select(
        "unit", tried=pl.lit(True), repeated=_weeks(activity, ever) >= 2, habitual=_weeks(activity, recent) >= 3
    )
    last_days = Period(as_of - timedelta(days=RECENT_DAYS - 1), as_of)
    active = activity.rows_of(None).select("unit", active=activity.active(last_days))
    found = activity.beside(activity.beside(units.select("unit", "segment"), used), active)
    everyone = found.with_columns(eligible=pl.lit(True))
    keys = pl.DataFrame({"stage": STAGES}, schema={"stage": pl.String})
    n, of = [pl.col(stage).sum() for stage in STAGES], [pl.col("eligible").sum()] * len(STAGES)
    return cells(activity, everyone, by, keys, {"n": n, "of": of}).cast({"n": COUNT, "of": COUNT})


def _weeks(activity: Activity, weeks: tuple[Period, ...]) -> pl.Expr:
    """In how many of the weeks a row's feature was used."""
    used = [activity.active(week).cast(pl.UInt32) for week in weeks]
    return pl.sum_horizontal(used) if used else pl.lit(0, pl.UInt32)


def cumulative(activity: Activity, feature: str, *, weeks: int | None = None, by: By = ()) -> pl.DataFrame:
    """Units that have ever used a feature, week by week from its launch.

    Week 0 is the calendar week of the launch; where no date is given, that of the day on which anybody first used it.
    of: units that entered on or before the week's last day, have not ended before its first and meet the feature's
    rule. n: those of them that used it at least once by the week's last day, also before the launch. A week that begins
    before history or ends after the last full day is not complete; weeks wholly before history are left out.

    Arguments: weeks, how many from the launch on, by default all that have begun.
    Columns: segment, week (0 is that of the launch), period (its last day), n, of (units), complete.

    >>> from tests.examples import three_users
    >>> activity, _ = three_users()
    >>> cumulative(activity, "export").select("week", "n", "of", "complete").rows()
    [(0, 2, 3, True)]
    """
    counted = _since_launch(activity, feature, weeks)
    firsts = activity.rows_of(feature).select("unit", "first_day")
    units = eligible(activity, feature, by).select("unit", "segment", "entry_day", "ended_day")
    units = activity.beside(units, firsts)
    keys = pl.DataFrame(
        [(k, week.last, activity.calendar.is_observed(week)) for k, week in counted],
        schema={"week": pl.Int16, "period": pl.Date, "complete": pl.Boolean}, orient="row",
    )  # fmt: skip
    of = [is_there(week).sum() for _, week in counted]
    n = [(is_there(week) & (pl.col("first_day") <= day_number(week.last))).sum() for _, week in counted]
    counts = cells(activity, units, by, keys, {"n": n, "of": of}).cast({"n": COUNT, "of": COUNT})
    return counts.select("segment", "week", "period", "n", "of", "complete")


def _since_launch(activity: Activity, feature: str, weeks: int | None) -> list[tuple[int, Period]]:
    """The weeks since the launch that have begun and lie in history, numbered from the launch."""
    calendar, launched = activity.calendar, activity.feature(feature).launched
    if launched is None:
        rows = activity.rows_of(feature)
        if rows.is_empty():
            return []
        launched = to_date(rows.select(pl.col("first_day").min()).item())
    launch = calendar.period_of(launched, "week")
    count = (calendar.period_of(calendar.as_of, "week").first - launch.first).days // 7 + 1
    found = [(k, launch.shifted(7 * k)) for k in range(count if weeks is None else min(count, weeks))]
    return [(k, week) for k, week in found if week.last >= calendar.first_day]


def silent(activity: Activity, features: tuple[str, ...] | None = None) -> pl.DataFrame:
    """Features that have gone silent: no event by anybody for far longer than is usual for them.

    A gap is the days from one day with events to the next such day (1 for neighbours). The usual gap is the smallest
    that at least 99 % of all gaps so far do not exceed. A feature is silent when more than 3 times that has passed from
    its last day with events to the last full day. With fewer than 5 gaps nobody can say what is usual: the usual gap is
    null and the feature is not called silent. A feature that was never used has no last day.

    Arguments: features, keys, by default all.
    Columns: feature, last_day, days_silent (from the last day to the last full day), usual_gap (days), silent; in the
    product's order.

    >>> from tests.examples import three_users
    >>> activity, _ = three_users()
    >>> silent(activity).drop("last_day").rows()
    [('export', 5, None, False), ('open', 12, None, False)]
    """
    as_of = day_number(activity.calendar.as_of)
    found = []
    for key in [feature.key for feature in activity.features] if features is None else features:
        days = _days(activity, key)
        gaps = sorted(after - before for before, after in pairwise(days))
        usual = gaps[ceil(len(gaps) * 99 / 100) - 1] if len(gaps) >= FEW_GAPS else None
        since = as_of - days[-1] if days else None
        is_silent = since is not None and usual is not None and since > 3 * usual
        found.append((key, to_date(days[-1]) if days else None, since, usual, is_silent))
    schema = {"feature": pl.String, "last_day": pl.Date, "days_silent": pl.Int32, "usual_gap": pl.Int32,
              "silent": pl.Boolean}  # fmt: skip
    return pl.DataFrame(found, schema=schema, orient="row")


def _days(activity: Activity, feature: str) -> list[int]:
    """The day numbers on which anybody used a feature."""
    anybody = activity.rows_of(feature).select(pl.col(activity.words.names).bitwise_or())
    first, last = (day_number(day) for day in (activity.calendar.first_day, activity.calendar.as_of))
    return [day for day in activity.words.days_set(anybody) if first <= day <= last]


def activation(
    activity: Activity, cohorts: tuple[Period, ...], features: tuple[str, ...] = (), *, by: By = ()
) -> pl.DataFrame:
    """Units that reached what the product is for within a week of entering.

    of: units that entered (the earlier of sign-up and first event) in the cohort's period, both ends included. Units
    whose start is unknown (no sign-up date, first seen in the first 28 days of history) are in no cohort. n: those of
    them that used at least one of the activation features on days 0..6 after their own entry, both included; null until
    six days after the cohort's last day are fully loaded, and for a cohort that begins before history.

    Arguments: cohorts, the periods of entry; features, keys of the activation features, by default those marked core,
    or any active feature where none is.
    Columns: segment, cohort (its last day), n, of (units), complete.

    >>> from datetime import date
    >>> from tests.examples import three_users
    >>> activity, week = three_users(since=date(2026, 10, 26))
    >>> activation(activity, (week.shifted(-7),), ("open",)).select("n", "of", "complete").rows()
    [(3, 3, True)]
    """
    wait = timedelta(days=ACTIVATION_DAYS - 1)
    complete = [activity.calendar.is_observed(Period(cohort.first, cohort.last + wait)) for cohort in cohorts]
    keys = pl.DataFrame({"cohort": [cohort.last for cohort in cohorts], "complete": complete},
                        schema={"cohort": pl.Date, "complete": pl.Boolean})  # fmt: skip
    units = activity.units.filter("known_start").select("unit", "entry_day")
    units = activity.beside(units, _first_use(activity, features))
    units = units.with_columns(activity.segment_of(units["unit"], by))
    # nobody uses anything before entering, so who used it by day 6 did so for the first time on days 0..6
    reached = pl.col("first_use") - pl.col("entry_day") < ACTIVATION_DAYS
    entries = [pl.col("entry_day").is_between(day_number(cohort.first), day_number(cohort.last)) for cohort in cohorts]
    n = [(entered & reached).sum() for entered in entries]
    counts = cells(activity, units, by, keys, {"n": n, "of": [entered.sum() for entered in entries]})
    counts = counts.cast({"n": COUNT, "of": COUNT})
    return counts.select("segment", "cohort", pl.when("complete").then("n").alias("n"), "of", "complete")


def _first_use(activity: Activity, features: tuple[str, ...]) -> pl.DataFrame:
    """unit, first_use: the first day on which it used any of the features; of the core ones where none is named."""
    keys = features or tuple(feature.key for feature in activity.features if feature.core)
    chosen: tuple[str | None, ...] = keys or (None,)
    rows = pl.concat([activity.rows_of(key).select("unit", "first_day") for key in chosen])
    if len(chosen) > 1:
        rows = rows.group_by("unit").agg(pl.col("first_day").min())
    return rows.rename({"first_day": "first_use"})
