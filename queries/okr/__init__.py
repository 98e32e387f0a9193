"""Objectives and key results: where each stands, what was due by now, and where it leads.

Here is what people wrote of them, as plain values; `results` is what is found of it, all that is shown and said. `pace`
judges one key result by its own numbers, `board` counts and gathers a whole cycle, `grades` tells how it ended.

Progress is how much of the way from start to target is done, expected how much of it was due, pace the one over the
other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Type = Literal["increase to", "decrease to", "stay above", "stay below", "milestone"]
Kind = Literal["committed", "aspirational"]


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
class CheckIn:
    """What the owner said on a day. value: as it stood at `as_of`; confidence: 0 to 10.

    definition: the hash of what the metric counted then; empty where none was kept.
    """

    day: date
    value: float | None
    as_of: date | None
    confidence: int | None
    comment: str = ""
    blockers: str = ""
    next_step: str = ""
    author: str = ""
    definition: str = ""


@dataclass(frozen=True)
class Asked:
    """A key result as it was written. metric: its key in the catalogue, or None where the value is typed.

    unit: users or accounts of a metric, and any word for a typed value. where: segment key -> labels that count.
    said: its check-ins, the oldest first. window: the whole weeks of which its value is, where it has a metric.
    definition: the hash of what that metric counts now; empty where that is not known.
    """

    id: str
    title: str
    goal: Goal
    owner: str
    weight: float = 1.0
    metric: str | None = None
    unit: str = "user"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: tuple[CheckIn, ...] = ()
    window: int = 1
    definition: str = ""
