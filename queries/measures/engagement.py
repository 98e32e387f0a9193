"""Engagement: how many units are active, how often they come, and how much of the product they use.

DAU, WAU and MAU on a day are the units active on it, in the 7 days and in the 28 days that end with it: 28 and not 30,
so that a month holds whole weeks. *Stickiness* is the mean DAU of 28 days over the units active in them: unit-days of
unit-days, which is the mean share of the days on which those who came at all came, and never a mean of daily ratios.
Where unit-days or unit-weeks are counted, an interval for proportions does not apply.
"""

from datetime import date, timedelta

import numpy as np
import polars as pl

from queries.activity import ANY, Activity, By
from queries.calendar import Period, day_number
from queries.measures.cells import COUNT, DAYS, cells, places, segments

WINDOWS = {"DAU": 1, "WAU": 7, "MAU": 28}  # days that end with the day itself
WEEK = 7


def actives(activity: Activity, periods: tuple[Period, ...], *, by: By = ()) -> pl.DataFrame:
    """Units that used any active feature in a period.

    n: units with at least one event of an active feature in the period, both ends included, whether they have ended or
    not. There is no denominator. A period that begins before history or ends after the last full day is not complete.

    Arguments: by, segment keys (none, one or two), without which there is one segment, "everyone".
    Columns: segment, period (its last day), n (units), complete.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> actives(activity, (week.shifted(-7), week))["n"].to_list()
    [3, 2]
    """
    at = places(activity, "period", periods)
    counts = {"n": [activity.active(period).sum() for period in periods]}
    counted = cells(activity, activity.rows_of(None), by, at, counts)
    return counted.select("segment", "period", pl.col("n").cast(COUNT), "complete")


def actives_on(activity: Activity, days: tuple[date, ...], *, by: By = ()) -> pl.DataFrame:
    """Daily, weekly and monthly active units (DAU, WAU, MAU) on each day.

    n: units with at least one event of an active feature on the day (DAU), in the 7 days that end with it (WAU) or in
    the 28 days that end with it (MAU), the day itself included. There is no denominator. A window that begins before
    history or ends after the last full day is not complete, and its n is null.

    Arguments: by as of `actives`.
    Columns: segment, day, window (DAU, WAU or MAU), n (units), complete.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> actives_on(activity, (week.last,)).select("window", "n").rows()
    [('DAU', 0), ('WAU', 2), ('MAU', None)]
    """
    windows = [_ending(day, length) for day in days for length in WINDOWS.values()]
    names = pl.Series("window", [*WINDOWS] * len(days), pl.String)
    at = places(activity, "day", windows).with_columns(names)
    counts = {"n": [activity.active(window).sum() for window in windows]}
    counted = cells(activity, activity.rows_of(None), by, at, counts)
    return counted.select("segment", "day", "window", _if_complete("n", COUNT), "complete")


def stickiness(
    activity: Activity, ends: tuple[date, ...], *, by: By = (), feature: str | None = None, length: int = WINDOWS["MAU"]
) -> pl.DataFrame:
    """On how many of 28 days those who came at all came.

    n: unit-days active in the 28 days that end with a day, the day itself included. of: 28 x the units active in them.
    So n / of is the mean daily active units over the units active in the 28 days. Both count unit-days. Units: those
    active in the 28 days; squares: the sum over them of their days squared, for an interval that takes the days of a
    unit together. 28 days that begin before history or end after the last full day are not complete, and their
    counts are null. Of a calendar week, weekly stickiness is the same with 7 days: weeks share no day, so it can be
    told from one to the next whether it really changed.

    Arguments: by as of `actives`; feature, a key, to count days with this feature and not with any active one; length,
    of the window in days.
    Columns: segment, day, n, of (unit-days), units, squares (days squared), complete.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> stickiness(activity, (week.last,)).select("n", "complete").rows()  # history is shorter than 28 days
    [(None, False)]
    """
    windows = [_ending(end, length) for end in ends]
    names, rows = [f"on {i}" for i in range(len(ends))], activity.rows_of(feature)
    rows = rows.select("unit", *(_days(activity, w).alias(name) for w, name in zip(windows, names, strict=True)))
    days = [pl.col(name) for name in names]
    counts = {
        "n": [day.sum() for day in days],
        "units": [(day > 0).sum() for day in days],
        "squares": [(day * day).sum() for day in days],
    }
    counted = cells(activity, rows, by, places(activity, "day", windows), counts)
    return counted.with_columns(of=length * pl.col("units")).select(
        "segment", "day", _if_complete("n"), _if_complete("of"), _if_complete("units", COUNT),
        _if_complete("squares"), "complete",
    )  # fmt: skip


def days_active(activity: Activity, period: Period, *, by: By = (), feature: str | None = None) -> pl.DataFrame:
    """On how many days of a period units were active: the histogram behind L7 and L28.

    n: units active on exactly so many days of the period, both ends included. at_least: units active on so many days or
    more. of: units active on any day of it. A period that begins before history or ends after the last full day is not
    complete.

    Arguments: by as of `actives`; feature, a key, to count days with this feature and not with any active one.
    Columns: segment, days (1 to the length of the period), n, at_least, of (units), complete.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> days_active(activity, Period(week.first, week.first + timedelta(days=1))).drop("segment", "complete").rows()
    [(1, 2, 2, 2), (2, 0, 0, 2)]
    """
    rows = activity.rows_of(feature).select("unit", _days(activity, period).alias("on"))
    complete = activity.calendar.is_observed(period)
    counted = _histogram(activity, rows, by, ["on"], period.days)
    return counted.cast({"n": COUNT, "at_least": COUNT, "of": COUNT}).with_columns(complete=pl.lit(complete))


def frequency(activity: Activity, weeks: tuple[Period, ...], *, by: By = ()) -> pl.DataFrame:
    """On how many days a week those who use a feature use it.

    n: unit-days with at least one event of the feature in the weeks. of: unit-weeks with at least one. So n / of is
    the mean number of days in a week in which it is used at all, from 1 to 7. Users: units with at least one. A week
    that begins before history or ends after the last full day is left out.

    Arguments: weeks, apart from each other; by as of `actives`.
    Columns: feature (a key), segment, n (unit-days), of (unit-weeks), users (units), weeks (how many were counted); in
    the product's order.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> frequency(activity, (week,)).rows()
    [('export', 'everyone', 2, 2, 2, 1), ('open', 'everyone', 0, 0, 0, 1)]
    """
    weeks = _observed(activity, weeks)
    used = _used(activity, weeks)
    keys = ["code", "segment"] if by else ["code"]
    if by:
        used = used.with_columns(activity.segment_of(used["unit"], by))
    found = used.group_by(keys).agg(pl.col("n", "of").sum().cast(DAYS), pl.len().cast(COUNT).alias("users"))
    grid = _codes(activity).join(segments(activity, by), how="cross", maintain_order="left_right")
    counts = grid.join(found, on=keys, how="left", maintain_order="left")
    return counts.select(
        "feature", pl.col("segment").cast(pl.String), pl.col("n", "of", "users").fill_null(0),
        pl.lit(len(weeks), pl.UInt16).alias("weeks"),
    )  # fmt: skip


def frequency_days(
    activity: Activity, weeks: tuple[Period, ...], *, by: By = (), feature: str | None = None
) -> pl.DataFrame:
    """On how many days of a week a feature was used, by those who used it in that week.

    n: unit-weeks with the feature on exactly so many days. at_least: on so many days or more. of: unit-weeks with it on
    any day. A week that begins before history or ends after the last full day is left out.

    Arguments: weeks, apart from each other; by as of `actives`; feature, a key, or any active one when None.
    Columns: segment, days (1 to 7), n, at_least, of (unit-weeks), weeks (how many were counted).

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> frequency_days(activity, (week,), feature="export").drop("segment").row(0)
    (1, 2, 2, 2, 1)
    """
    weeks = _observed(activity, weeks)
    names = [f"on {i}" for i in range(len(weeks))]
    days = [_days(activity, week).alias(name) for week, name in zip(weeks, names, strict=True)]
    counted = _histogram(activity, activity.rows_of(feature).select("unit", *days), by, names, WEEK)
    return counted.with_columns(weeks=pl.lit(len(weeks), pl.UInt16))


def matrix(activity: Activity, weeks: tuple[Period, ...]) -> pl.DataFrame:
    """How many use each feature, and how often those who do use it.

    Breadth: n, units active in the weeks with at least one event of the feature in them; of, units active in them
    (outside: users of a feature not marked active who are not). Frequency: days, unit-days with the feature in the
    weeks, over unit_weeks, those with at least one, by all its users. A week that begins before history or ends after
    the last full day is left out.

    Columns: feature (a key), n, of, outside (units), days (unit-days), unit_weeks, weeks (how many were counted); a row
    a feature, in the product's order.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> matrix(activity, (week,)).rows()
    [('export', 2, 2, 0, 2, 2, 1), ('open', 0, 2, 0, 0, 0, 1)]
    """
    weeks = _observed(activity, weeks)
    used, is_active = _used(activity, weeks), np.zeros(activity.everyone.height, np.bool_)
    anything = activity.rows_of(None)
    is_active[anything.filter(_any(activity, weeks))["unit"].to_numpy()] = True
    found = used.with_columns(inside=pl.Series(is_active).gather(used["unit"])).group_by("code").agg(
        pl.col("inside").sum().cast(COUNT).alias("n"),
        (~pl.col("inside")).sum().cast(COUNT).alias("outside"),
        pl.col("n").sum().cast(DAYS).alias("days"),
        pl.col("of").sum().cast(DAYS).alias("unit_weeks"),
    )  # fmt: skip
    counts = _codes(activity).join(found, on="code", how="left", maintain_order="left")
    return counts.fill_null(0).with_columns(
        of=pl.lit(int(is_active.sum()), COUNT), weeks=pl.lit(len(weeks), pl.UInt16)
    ).select("feature", "n", "of", "outside", "days", "unit_weeks", "weeks")  # fmt: skip


def _ending(day: date, length: int) -> Period:
    """So many days that end with a day."""
    return Period(day - timedelta(days=length - 1), day)


def _days(activity: Activity, period: Period) -> pl.Expr:
    """On how many days of a period a row's feature was used; small, because a sum of it is not."""
    return activity.words.days(day_number(period.first), day_number(period.last)).cast(pl.UInt16)


def _if_complete(column: str, dtype: type[pl.DataType] = DAYS) -> pl.Expr:
    return pl.when("complete").then(pl.col(column).cast(dtype)).alias(column)


def _observed(activity: Activity, weeks: tuple[Period, ...]) -> tuple[Period, ...]:
    return tuple(week for week in weeks if activity.calendar.is_observed(week))


def _runs(weeks: tuple[Period, ...]) -> list[Period]:
    """The weeks, with those that follow each other as one: fewer expressions count the same days."""
    runs: list[Period] = []
    for week in sorted(weeks):
        follows = runs and week.first == runs[-1].last + timedelta(days=1)
        first = runs.pop().first if follows else week.first
        runs.append(Period(first, week.last))
    return runs


def _any(activity: Activity, weeks: tuple[Period, ...]) -> pl.Expr:
    """Whether a row's feature was used in any of the weeks."""
    return pl.any_horizontal(pl.lit(False), *map(activity.active, _runs(weeks)))


def _histogram(activity: Activity, rows: pl.DataFrame, by: By, names: list[str], length: int) -> pl.DataFrame:
    """segment, days (1 to length), n: how often one of the columns named holds so many; at_least, of."""
    days = range(1, length + 1)
    counts = {"n": [pl.sum_horizontal(pl.lit(0), *((pl.col(name) == k).sum() for name in names)) for k in days]}
    at = pl.DataFrame({"days": days}, schema={"days": pl.UInt16})
    counted = cells(activity, rows, by, at, counts)
    return counted.with_columns(
        at_least=pl.col("n").cum_sum(reverse=True).over("segment"), of=pl.col("n").sum().over("segment")
    )


def _used(activity: Activity, weeks: tuple[Period, ...]) -> pl.DataFrame:
    """Who used which feature in some weeks: unit, code (of the feature), n (days), of (weeks with any)."""
    nothing = pl.lit(0, pl.UInt16)
    rows = activity.rows.lazy().filter((pl.col("feature") != ANY) & _any(activity, weeks))
    return rows.select(
        "unit", pl.col("feature").alias("code"),
        pl.sum_horizontal(nothing, *(_days(activity, run) for run in _runs(weeks))).alias("n"),
        pl.sum_horizontal(nothing, *(activity.active(week).cast(pl.UInt16) for week in weeks)).alias("of"),
    ).collect()  # fmt: skip


def _codes(activity: Activity) -> pl.DataFrame:
    """The key and the code of each feature, in the product's order."""
    rows = [(feature.key, activity.codes[feature.key]) for feature in activity.features]
    return pl.DataFrame(rows, schema={"feature": pl.String, "code": pl.UInt16}, orient="row")
