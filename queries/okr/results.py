"""What is found of a cycle, as plain values: key results with their values, judged; objectives; the board of both."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from queries.metrics import Form
from queries.okr import Asked, CheckIn, Point
from queries.stats.forecast import Forecast

Status = Literal["on track", "at risk", "off track", "too early", "no end", "no value", "gone"]


@dataclass(frozen=True)
class Ahead:
    """A day to come, and what to expect of it."""

    day: date
    forecast: Forecast


@dataclass(frozen=True)
class Judged:
    """A goal against its values. as_of: the day of the value; all else is as of then, and None where there is none.

    progress: raw; 1 or 0 where it is to stay. expected: the share of the way that was due. pace: progress over
    expected, of an aspirational one over 0.7 of it. held: the share of the time in which it stayed. ahead: where it
    leads, week by week to the last day of the goal.
    """

    status: Status
    value: float | None = None
    as_of: date | None = None
    progress: float | None = None
    expected: float | None = None
    pace: float | None = None
    held: float | None = None
    ahead: tuple[Ahead, ...] = ()

    @property
    def forecast(self) -> Forecast | None:
        """Where it leads by the last day of the goal."""
        return self.ahead[-1].forecast if self.ahead else None

    @property
    def counted(self) -> float | None:
        """Progress as it enters a mean: from 0 to 1."""
        return None if self.progress is None else min(max(self.progress, 0.0), 1.0)


@dataclass(frozen=True)
class Series:
    """The values of a key result, the oldest first, with what they are. form: None for a typed value.

    problem: why there are none, where the metric or a segment is no longer there. hidden: why they are not
    shown to who looks.
    """

    points: tuple[Point, ...] = ()
    form: Form | None = None
    label: str = ""
    definition: str = ""
    problem: str = ""
    hidden: str = ""
    n: int | None = None
    of: int | None = None


@dataclass(frozen=True)
class Result:
    """A key result as it stands. owes: a check-in is due. disagrees: how the owner's confidence differs from the pace.

    stale: no check-in for 14 days.
    """

    asked: Asked
    series: Series
    judged: Judged
    stale: bool
    disagrees: Literal["", "more confident", "less confident"]

    @property
    def last(self) -> CheckIn | None:
        """The latest check-in."""
        return self.asked.said[-1] if self.asked.said else None

    @property
    def redefined(self) -> tuple[CheckIn, CheckIn | None] | None:
        """The last two check-ins between which the metric came to count something else; None for after the last one."""
        known = [said for said in self.asked.said if said.definition]
        if known and self.asked.definition not in ("", known[-1].definition):
            return known[-1], None
        pairs = [(one, other) for one, other in pairwise(known) if one.definition != other.definition]
        return pairs[-1] if pairs else None

    @property
    def confidence(self) -> tuple[int, ...]:
        """The confidence of each check-in that has one, the oldest first."""
        return tuple(said.confidence for said in self.asked.said if said.confidence is not None)


@dataclass(frozen=True)
class Aim:
    """An objective with its key results, those furthest behind first.

    progress: the weighted mean of theirs, of those that have any; status: the worst of those that can be told.
    """

    id: str
    title: str
    owner: str
    parent: str | None
    pillar: str | None
    features: tuple[str, ...]
    weight: float
    results: tuple[Result, ...]
    progress: float | None
    status: Status


@dataclass(frozen=True)
class Board:
    """A cycle on a day: its objectives, those furthest behind first."""

    cycle: str
    first: date
    last: date | None
    today: date
    aims: tuple[Aim, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """All key results, those furthest behind first."""
        return tuple(sorted((result for aim in self.aims for result in aim.results), key=behind))

    @property
    def progress(self) -> float | None:
        """The mean of the objectives by their weights, of those that have any progress."""
        known = [(aim.progress, aim.weight) for aim in self.aims if aim.progress is not None]
        total = sum(weight for _, weight in known)
        return sum(progress * weight for progress, weight in known) / total if total else None

    @property
    def owing(self) -> tuple[Result, ...]:
        """Those whose owner owes a check-in."""
        return tuple(result for result in self.results if result.stale)


ORDER: tuple[Status, ...] = ("off track", "at risk", "gone", "no value", "on track", "too early", "no end")


def behind(result: Result) -> tuple[int, float]:
    """How a key result is placed: the worst first, and among the alike the one furthest behind its pace."""
    pace = result.judged.pace
    return ORDER.index(result.judged.status), float("inf") if pace is None else pace
