"""Retention: of the units that started in a period, who came back, and when.

Units are put into cohorts by the calendar period in which they started; interval k of cohort c is the k-th period after
it (calendar windows), or days counted from each unit's own start day (rolling windows: day k; week k is days 7k..7k+6;
month k is days 30k..30k+29). Interval 0 is always the cohort's size. An interval that is not fully loaded for a cohort
is null, never 0. A *bracket* a..b joins intervals: back in any of them. This is not a funnel: *on* counts who was back
in the interval itself, so interval 5 may exceed interval 4; *on or after* counts who was back in it or later, up to one
day common to all cohorts, and never rises.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import polars as pl

from queries.activity import Activity, By
from queries.bits import Words
from queries.calendar import WORD_DAYS, Calendar, Grain, Period, day_number
from queries.errors import InsightsError
from queries.measures import recurring
from queries.measures.cells import COUNT, segments

Start = Literal["signup", "first_active", "first_use", "any_use"]
LENGTH: dict[Grain, int] = {"day": 1, "week": 7, "month": 30}  # days to an interval of a rolling window


@dataclass(frozen=True)
class Returning:
    """What is asked.

    start: what puts a unit into a cohort: its sign-up (or first event, where there is no date), its first active day,
    its first use of `feature`, or any use of it (then a unit is in the cohort of every period in which it used it).
    back: the feature whose use counts as coming back; None for any active feature. at_least: on how many days of an
    interval (with on or after: of the time from it on) a unit must be there. brackets: runs of intervals to look at
    instead of single ones, each as its first and last, in order and apart; a bracket is named by its first.
    """

    start: Start = "signup"
    feature: str | None = None
    back: str | None = None
    grain: Grain = "week"
    count: Literal["on", "on_or_after"] = "on"
    windows: Literal["calendar", "rolling"] = "calendar"
    at_least: int = 1
    brackets: tuple[tuple[int, int], ...] = ()

    def runs(self, intervals: int) -> tuple[tuple[int, int], ...]:
        """The runs of intervals looked at, each as its first and last: single ones, or the brackets and interval 0."""
        return ((0, 0), *self.brackets) if self.brackets else tuple((k, k) for k in range(intervals))


def retention(
    activity: Activity, question: Returning, *, cohorts: int, intervals: int, skip: int = 0, by: By = ()
) -> pl.DataFrame:
    """Units of each cohort that were back in each interval.

    n: units of the cohort that came back, null where the interval is not complete. of: units of the cohort. Units whose
    start is unknown are in no cohort, except with any_use.

    Arguments: cohorts, how many of the latest complete periods, once the latest `skip` are left out; intervals, how
    many, with interval 0 (brackets say it themselves); by, segment keys (none, one or two).
    Columns: segment, cohort (its last day), interval, n, of (units), complete, completes (the day it does).

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> retention(activity, Returning(), cohorts=2, intervals=2).select("interval", "n", "of").rows()
    [(0, 3, 3), (1, 2, 3), (0, 0, 0), (1, None, 0)]
    """
    _check(question)
    runs = question.runs(intervals)
    latest = activity.calendar.periods(question.grain, cohorts + skip)
    periods = latest[: max(0, len(latest) - skip)]
    cells = _grid(activity, question, periods, runs, by)
    found = [_returned(activity, question, of, runs, by, starts)
             for of, starts in _starts(activity, question, periods)]  # fmt: skip
    if _recurs(question) and periods:
        ahead = _calendar(activity, question, _ahead(activity.calendar, question, periods, runs[-1][1] + 1))
        found = [recurring.counts(activity, _feature(question), question.back, periods, ahead, runs, by)]
    keys = ["segment", "cohort", "interval"]
    nothing = cells.select(*keys, pl.lit(0, COUNT).alias("n"), pl.lit(0, COUNT).alias("of")).clear()
    found = [frame.cast({"segment": nothing["segment"].dtype}) for frame in found]
    counts = cells.join(pl.concat([nothing, *found]), on=keys, how="left", maintain_order="left")
    counted = counts.with_columns(pl.col("n", "of").fill_null(0))
    n = pl.when("complete").then(pl.when(pl.col("interval") == 0).then("of").otherwise("n"))
    return counted.select(*keys, n.alias("n"), "of", "complete", "completes").with_columns(
        pl.col("segment").cast(pl.String)
    )


def pooled(cells: pl.DataFrame) -> pl.DataFrame:
    """One curve of all cohorts: returned over cohort sizes, summed over the cohorts whose interval is complete.

    A cohort too young for an interval changes nothing there.

    Columns: segment, interval, n, of, cohorts (how many).

    >>> cells = pl.DataFrame({"segment": ["all"] * 2, "cohort": [1, 2], "interval": [1, 1],
    ...                       "n": [500, 400], "of": [1000, 500], "complete": [True, True]})
    >>> pooled(cells).rows()
    [('all', 1, 900, 1500, 2)]
    """
    whole = cells.filter(pl.col("complete") & (pl.col("of") > 0))
    return whole.group_by("segment", "interval", maintain_order=True).agg(
        pl.col("n").sum(), pl.col("of").sum(), pl.col("cohort").n_unique().alias("cohorts")
    ).sort("interval", maintain_order=True)  # fmt: skip


def horizon(calendar: Calendar, question: Returning) -> date:
    """The day up to which `on or after` looks, common to all cohorts: the end of the last complete period.

    With rolling windows it is the last day loaded.
    """
    complete = calendar.periods(question.grain, 1)
    return calendar.as_of if question.windows == "rolling" or not complete else complete[-1].last


def recurring_sums(
    activity: Activity, question: Returning, *, cohorts: int, intervals: int, skip: int = 0, by: By = ()
) -> pl.DataFrame:
    """Recurring cohorts (any use, calendar windows) together, with what an interval clustered by unit needs.

    n, of: as `pooled`: a unit counts once for each cohort it is in. units: in any of these cohorts. n_n, n_of, of_of:
    sums over the units of their own n and of, squared or multiplied (`stats.clustered`). The arguments are those of
    `retention`; with other starts, or rolling windows, there are no rows.

    Columns: segment, interval, n, of, units, n_n, n_of, of_of.
    """
    _check(question)
    runs = question.runs(intervals)
    latest = activity.calendar.periods(question.grain, cohorts + skip)
    periods = latest[: max(0, len(latest) - skip)]
    if not (_recurs(question) and periods):
        return pl.DataFrame(schema=recurring.SUMS)
    length = runs[-1][1] + 1
    ends = _ends(activity.calendar, question, periods, length)
    complete = tuple(sum(lasts[b] <= activity.calendar.as_of for lasts in ends) for _, b in runs)
    ahead = _calendar(activity, question, _ahead(activity.calendar, question, periods, length))
    return recurring.sums(activity, _feature(question), question.back, periods, ahead, runs, complete, by)


def _recurs(question: Returning) -> bool:
    return question.start == "any_use" and question.windows == "calendar"


def trend(cells: pl.DataFrame, interval: int, calendar: Calendar) -> pl.DataFrame:
    """One interval over time: how the cohorts did at the same age, one point a cohort.

    Each point is dated by the week in which the cohort completed the interval. n, of: as `retention` returns; only
    cohorts that have somebody and have completed it.

    Columns: segment, cohort (its last day), period (the last day of the week), n, of, complete.
    """
    found = cells.filter(pl.col("interval") == interval, pl.col("complete"), pl.col("of") > 0)
    weeks = [calendar.period_of(day, "week").last for day in found["completes"]]
    period = pl.Series("period", weeks, dtype=pl.Date)
    return found.select("segment", "cohort", period, "n", "of", "complete")


def _check(question: Returning) -> None:
    flat = [k for bracket in question.brackets for k in bracket]
    if flat != sorted(flat) or any(a > b for a, b in question.brackets) or (flat and flat[0] < 1) or any(
        late <= last for (_, last), (late, _) in pairwise(question.brackets)
    ):
        raise InsightsError("Brackets must follow one another from interval 1 on, like 1-2, 3-6, 7-12.")
    if question.at_least < 1:
        raise InsightsError("Somebody must be there on at least 1 day to be back.")


def _grid(
    activity: Activity, question: Returning, periods: tuple[Period, ...], runs: tuple[tuple[int, int], ...], by: By
) -> pl.DataFrame:
    """Every segment that has units x cohort x interval: complete, and the day on which it completes."""
    ends = _ends(activity.calendar, question, periods, runs[-1][1] + 1 if runs else 0)
    cells = pl.DataFrame(
        [(cohort.last, a, lasts[b]) for cohort, lasts in zip(periods, ends, strict=True) for a, b in runs],
        schema={"cohort": pl.Date, "interval": pl.Int16, "completes": pl.Date}, orient="row",
    ).with_columns(complete=pl.col("completes") <= activity.calendar.as_of)  # fmt: skip
    return segments(activity, by).join(cells, how="cross")


def _ends(
    calendar: Calendar, question: Returning, periods: tuple[Period, ...], intervals: int
) -> list[list[date]]:
    """For each cohort the last day of each interval; of rolling ones, for the cohort's last member."""
    if question.windows == "rolling":
        days = LENGTH[question.grain]
        later = [timedelta(days=days * (k + 1) - 1) for k in range(intervals)]
        return [[cohort.last + days for days in later] for cohort in periods]
    ahead = _ahead(calendar, question, periods, intervals)
    return [[period.last for period in ahead[i : i + intervals]] for i in range(len(periods))]


def _ahead(
    calendar: Calendar, question: Returning, periods: tuple[Period, ...], intervals: int
) -> list[Period]:
    """The cohorts' periods and those after them that an interval may fall in."""
    found = list(periods)
    while found and len(found) < len(periods) + intervals - 1:
        found.append(calendar.period_of(found[-1].last + timedelta(days=1), question.grain))
    return found


def _starts(
    activity: Activity, question: Returning, periods: tuple[Period, ...]
) -> Iterator[tuple[tuple[Period, ...], pl.DataFrame]]:
    """The cohorts with unit, start (day number) and cohort (its number): all at once, or one by one if units recur."""
    if not periods:
        return
    if _recurs(question):  # counted by `recurring`
        return
    if question.start == "any_use":
        rows = activity.rows_of(_feature(question))
        for period in periods:
            days = day_number(period.first), day_number(period.last)
            used = rows.filter(activity.active(period)).select("unit", activity.words.first_in(*days).alias("start"))
            yield (period,), used.with_columns(cohort=pl.lit(0, pl.Int16))
        return
    if question.start == "signup":
        units = activity.units.select("unit", "known_start", start="signup_day")
    else:
        feature = _feature(question) if question.start == "first_use" else None
        units = activity.attributes(activity.rows_of(feature), "known_start").select(
            "unit", "known_start", start="first_day"
        )
    first, last = day_number(periods[0].first), day_number(periods[-1].last)
    units = units.filter(pl.col("known_start") & pl.col("start").is_between(first, last)).drop("known_start")
    firsts = pl.Series([day_number(period.first) for period in periods], dtype=pl.Int32)
    cohort = (firsts.search_sorted(units["start"], side="right").cast(pl.Int16) - 1).alias("cohort")
    yield periods, units.with_columns(cohort)


def _feature(question: Returning) -> str:
    if question.feature is None:
        raise InsightsError("Pick a feature to follow those who used it, or start from sign-up.")
    return question.feature


def _returned(
    activity: Activity, question: Returning, periods: tuple[Period, ...], runs: tuple[tuple[int, int], ...], by: By,
    starts: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """segment, cohort (its last day), interval, n, of: counted from the bits of those who started."""
    back = activity.rows_of(question.back).drop("feature", "first_day")
    rows = starts.with_columns(activity.segment_of(starts["unit"], by))
    rows = rows.join(back, on="unit", how="left", maintain_order="left")
    intervals = runs[-1][1] + 1 if runs else 0
    if question.windows == "rolling":
        words, rows = activity.words.aligned(rows.with_columns(pl.col(activity.words.names).fill_null(0)), "start")
        is_back, shift = _rolling(words, question, intervals), pl.lit(0)
    else:
        is_back = _calendar(activity, question, _ahead(activity.calendar, question, periods, intervals))
        shift = pl.col("cohort")  # period j is interval j - c of cohort c
    if question.brackets:
        rows = rows.with_columns(expr.alias(f"back {j}") for j, expr in enumerate(is_back))
        is_back, shift = _bracketed(question, runs, len(periods)), pl.lit(0)
    wide = rows.group_by("segment", "cohort").agg(
        pl.len().cast(COUNT).alias("of"), *(expr.sum().cast(COUNT).alias(str(j)) for j, expr in enumerate(is_back))
    )
    long = wide.unpivot(index=["segment", "cohort", "of"], variable_name="j", value_name="n")
    lasts = pl.Series([period.last for period in periods], dtype=pl.Date)
    at = long.select("of", "segment", "n", at=pl.col("j").cast(pl.Int16) - shift.cast(pl.Int16)).with_columns(
        cohort=lasts.gather(long["cohort"])
    )
    firsts = pl.DataFrame({"at": range(len(runs)), "interval": [a for a, _ in runs]}, schema=dict.fromkeys(
        ("at", "interval"), pl.Int16))  # fmt: skip
    return at.join(firsts, on="at").select("segment", "cohort", "interval", "n", "of")


def _calendar(activity: Activity, question: Returning, ahead: list[Period]) -> list[pl.Expr]:
    """For each period ahead, whether a row was back in it (or in it and later); an open one is not looked at."""
    until = horizon(activity.calendar, question)
    spans = [period if question.count == "on" else Period(period.first, until) for period in ahead]
    return [
        _there(activity.words, day_number(span.first), day_number(span.last), question.at_least)
        if activity.calendar.is_complete(period) else pl.lit(False)
        for period, span in zip(ahead, spans, strict=True)
    ]  # fmt: skip


def _rolling(words: Words, question: Returning, intervals: int) -> list[pl.Expr]:
    """For each interval, whether a row aligned to its own start was back in it (or in it and later)."""
    days = LENGTH[question.grain]
    end = words.count * WORD_DAYS
    lasts = [days * (k + 1) - 1 if question.count == "on" else end for k in range(intervals)]
    return [_there(words, days * k, last, question.at_least) for k, last in enumerate(lasts)]


def _there(words: Words, first: int, last: int, at_least: int) -> pl.Expr:
    return words.active(first, last) if at_least == 1 else words.days(first, last) >= at_least


def _bracketed(question: Returning, runs: tuple[tuple[int, int], ...], cohorts: int) -> list[pl.Expr]:
    """For each bracket, whether a row was back in any of its intervals; calendar ones begin where the cohort does."""
    if question.windows == "rolling":
        return [pl.any_horizontal(f"back {k}" for k in range(a, b + 1)) for a, b in runs]
    return [
        pl.any_horizontal(
            (pl.col("cohort") == c) & pl.any_horizontal(f"back {j}" for j in range(c + a, c + b + 1))
            for c in range(cohorts)
        )
        for a, b in runs
    ]
