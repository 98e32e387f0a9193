"""What a question about retention asks, and the days it has to look at.

Interval k of cohort c is the k-th calendar period after it, or days counted from each unit's own start day.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import polars as pl

from queries.activity import Activity
from queries.bits import Words
from queries.calendar import WORD_DAYS, Calendar, Grain, Period, day_number
from queries.errors import InsightsError

Start = Literal["signup", "first_active", "first_use", "any_use"]
Runs = tuple[tuple[int, int], ...]  # of intervals, each as its first and last
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
    brackets: Runs = ()

    def runs(self, intervals: int) -> Runs:
        """The runs of intervals looked at, each as its first and last: single ones, or the brackets and interval 0."""
        return ((0, 0), *self.brackets) if self.brackets else tuple((k, k) for k in range(intervals))


def length(runs: Runs) -> int:
    """How many intervals, with interval 0, the runs reach over."""
    return runs[-1][1] + 1 if runs else 0


def check(question: Returning) -> None:
    """Refuse what cannot be asked, with what to do."""
    flat = [k for bracket in question.brackets for k in bracket]
    if flat != sorted(flat) or any(a > b for a, b in question.brackets) or (flat and flat[0] < 1) or any(
        late <= last for (_, last), (late, _) in pairwise(question.brackets)
    ):
        raise InsightsError("Brackets must follow one another from interval 1 on, like 1-2, 3-6, 7-12.")
    if question.at_least < 1:
        raise InsightsError("Somebody must be there on at least 1 day to be back.")


def followed(question: Returning) -> str:
    """The feature whose users are followed. Raises InsightsError where none is picked."""
    if question.feature is None:
        raise InsightsError("Pick a feature to follow those who used it, or start from sign-up.")
    return question.feature


def recurs(question: Returning) -> bool:
    """Whether cohorts share units in a way that `recurring` counts."""
    return question.start == "any_use" and question.windows == "calendar"


def cohorts_of(calendar: Calendar, grain: Grain, count: int, skip: int) -> tuple[Period, ...]:
    """So many of the latest complete periods, once the latest `skip` are left out; oldest first."""
    latest = calendar.periods(grain, count + skip)
    return latest[: max(0, len(latest) - skip)]


def horizon(calendar: Calendar, question: Returning) -> date:
    """The day up to which `on or after` looks, common to all cohorts: the end of the last complete period.

    With rolling windows it is the last day loaded.
    """
    complete = calendar.periods(question.grain, 1)
    return calendar.as_of if question.windows == "rolling" or not complete else complete[-1].last


def ends_of(
    calendar: Calendar, question: Returning, periods: tuple[Period, ...], intervals: int
) -> list[list[date]]:
    """For each cohort the last day of each interval; of rolling ones, for the cohort's last member."""
    if question.windows == "rolling":
        days = LENGTH[question.grain]
        later = [timedelta(days=days * (k + 1) - 1) for k in range(intervals)]
        return [[cohort.last + days for days in later] for cohort in periods]
    ahead = periods_ahead(calendar, question, periods, intervals)
    return [[period.last for period in ahead[i : i + intervals]] for i in range(len(periods))]


def periods_ahead(
    calendar: Calendar, question: Returning, periods: tuple[Period, ...], intervals: int
) -> list[Period]:
    """The cohorts' periods and those after them that an interval may fall in."""
    found = list(periods)
    while found and len(found) < len(periods) + intervals - 1:
        found.append(calendar.period_of(found[-1].last + timedelta(days=1), question.grain))
    return found


def in_calendar(activity: Activity, question: Returning, ahead: list[Period]) -> list[pl.Expr]:
    """For each period ahead, whether a row was back in it (or in it and later); an open one is not looked at."""
    until = horizon(activity.calendar, question)
    spans = [period if question.count == "on" else Period(period.first, until) for period in ahead]
    return [
        _there(activity.words, day_number(span.first), day_number(span.last), question.at_least)
        if activity.calendar.is_complete(period) else pl.lit(False)
        for period, span in zip(ahead, spans, strict=True)
    ]  # fmt: skip


def in_rolling(words: Words, question: Returning, intervals: int) -> list[pl.Expr]:
    """For each interval, whether a row aligned to its own start was back in it (or in it and later)."""
    days = LENGTH[question.grain]
    end = words.count * WORD_DAYS
    lasts = [days * (k + 1) - 1 if question.count == "on" else end for k in range(intervals)]
    return [_there(words, days * k, last, question.at_least) for k, last in enumerate(lasts)]


def _there(words: Words, first: int, last: int, at_least: int) -> pl.Expr:
    return words.active(first, last) if at_least == 1 else words.days(first, last) >= at_least
