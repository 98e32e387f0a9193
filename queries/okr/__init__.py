"""Objectives and key results: where each stands, what was due by now, and where it leads.

These are plain values, all that is shown and said of a cycle. `pace` judges one key result by its own numbers, `board`
counts and gathers a whole cycle, `grades` tells how it ended, `files` reads and writes it. The definitions are those of
"Objectives and key results": progress is how much of the way from start to target is done, expected how much of it was
due, and pace the one over the other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from queries.metrics import Form
from queries.product import Unit
from queries.stats.forecast import Forecast

Type = Literal["increase to", "decrease to", "stay above", "stay below", "milestone"]
Kind = Literal["committed", "aspirational"]
Status = Literal["on track", "at risk", "off track", "too early", "no end", "no value", "gone"]


@dataclass(frozen=True, order=True)
class Point:
    """A value as it stood at the end of a day."""

    day: date
    value: float


@dataclass(frozen=True)
class Goal:
    """From where to where, and by when. last: None where the cycle has no end. plan: what is due by some days between.

    A milestone goes from 0 to 1, whatever start and target say. Of one that stays above or below, the target counts.
    """

    type: Type
    kind: Kind
    start: float
    target: float
    first: date
    last: date | None
    plan: tuple[Point, ...] = ()

    @property
    def stays(self) -> bool:
        """Whether it is held rather than reached; to reach where one is already is to hold it."""
        return self.type.startswith("stay") or (self.type != "milestone" and self.start == self.target)

    @property
    def is_up(self) -> bool:
        """Whether more is better."""
        return self.type in ("increase to", "stay above", "milestone")

    @property
    def ends(self) -> tuple[float, float]:
        """Start and target."""
        return (0.0, 1.0) if self.type == "milestone" else (self.start, self.target)

    def holds(self, value: float) -> bool:
        """Whether a value is on the good side of the target, or on it."""
        return value >= self.target if self.is_up else value <= self.target


@dataclass(frozen=True)
class Judged:
    """A goal against its values. as_of: the day of the value; all else is as of then, and None where there is none.

    progress: raw; 1 or 0 where it is to stay. expected: the share of the way that was due. pace: progress over
    expected, of an aspirational one over 0.7 of it. held: the share of the time in which it stayed. forecast: for the
    last day of the goal.
    """

    status: Status
    value: float | None = None
    as_of: date | None = None
    progress: float | None = None
    expected: float | None = None
    pace: float | None = None
    held: float | None = None
    forecast: Forecast | None = None

    @property
    def counted(self) -> float | None:
        """Progress as it enters a mean: from 0 to 1."""
        return None if self.progress is None else min(max(self.progress, 0.0), 1.0)


@dataclass(frozen=True)
class CheckIn:
    """What the owner said on a day. value: as it stood at `as_of`; confidence: 0 to 10."""

    day: date
    value: float | None
    as_of: date | None
    confidence: int | None
    comment: str = ""
    blockers: str = ""
    next_step: str = ""
    author: str = ""


@dataclass(frozen=True)
class Asked:
    """A key result as it was written. metric: its key in the catalogue, or None where the value is typed.

    unit: users or accounts of a metric, and any word for a typed value. where: segment key -> labels that count.
    said: its check-ins, the oldest first.
    """

    id: str
    title: str
    goal: Goal
    owner: str
    weight: float = 1.0
    metric: str | None = None
    unit: Unit | str = "user"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: tuple[CheckIn, ...] = ()


@dataclass(frozen=True)
class Series:
    """The values of a key result, the oldest first, with what they are. form: None for a typed value.

    problem: why there are none, where the metric or a segment is no longer there.
    """

    points: tuple[Point, ...] = ()
    form: Form | None = None
    label: str = ""
    definition: str = ""
    problem: str = ""
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
    def owing(self) -> tuple[Result, ...]:
        """Those whose owner owes a check-in."""
        return tuple(result for result in self.results if result.stale)


ORDER: tuple[Status, ...] = ("off track", "at risk", "gone", "no value", "on track", "too early", "no end")


def behind(result: Result) -> tuple[int, float]:
    """How a key result is placed: the worst first, and among the alike the one furthest behind its pace."""
    pace = result.judged.pace
    return ORDER.index(result.judged.status), float("inf") if pace is None else pace
