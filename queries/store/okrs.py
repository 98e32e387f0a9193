"""Objectives and key results: cycles, what is aimed at in each, the check-ins of the owners, and how a cycle ended.

What points to another thing holds its id. A check-in is never changed: who was wrong makes another.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from math import isfinite
from typing import Self, get_args

from queries.errors import InputError
from queries.okr import Goal, Kind, Type, windows, written
from queries.store import text
from queries.store.collection import Collection, Kept
from queries.store.database import Database

MOST = 2_000  # characters of a comment
TEN = 10  # the most confidence


@dataclass(frozen=True)
class Cycle:
    """A run of days in which key results are to be reached, a quarter as a rule. No two have one name.

    last: None where it has no end. closed: the day on which it was closed.
    """

    name: str
    first: date
    last: date | None = None
    closed: date | None = None

    def checked(self) -> Self:
        """The same, fit to keep. Raises InputError."""
        _in_order(self.first, self.last)
        return replace(self, name=text.line("the name", self.name))


@dataclass(frozen=True)
class Objective:
    """What a cycle aims at. cycle, parent: ids. pillar: of the strategy. features: keys, with commas between."""

    cycle: str
    title: str
    owner: str
    parent: str | None = None
    pillar: str | None = None
    features: str = ""
    weight: float = 1.0

    def checked(self) -> Self:
        """The same, fit to keep. Raises InputError."""
        keys = dict.fromkeys(key.strip() for key in self.features.split(",") if key.strip())
        return replace(
            self, title=text.line("the title", self.title), owner=text.line("the owner", self.owner),
            parent=text.key("the parent", self.parent), pillar=text.key("the pillar", self.pillar),
            features=text.prose("the list of features", ", ".join(keys), MOST), weight=_weight(self.weight),
        )  # fmt: skip


@dataclass(frozen=True)
class KeyResult:
    """How one knows that an objective is reached. objective: its id.

    metric: the key in the catalogue, and then unit is user or account; None where the value is typed, of any unit.
    segments, plan: as `okr.written` reads them. window: the whole weeks of which the value of a metric is.
    """

    objective: str
    title: str
    owner: str
    type: Type
    kind: Kind
    start: float
    target: float
    first: date
    last: date | None = None
    metric: str | None = None
    unit: str = ""
    segments: str = ""
    plan: str = ""
    weight: float = 1.0
    window: int = 1

    @property
    def goal(self) -> Goal:
        """From where to where, and by when."""
        return Goal(self.type, self.kind, self.start, self.target, self.first, self.last, written.plan(self.plan))

    def checked(self) -> Self:
        """The same, fit to keep. Raises InputError where it is at odds with itself."""
        if self.type not in get_args(Type) or self.kind not in get_args(Kind):
            raise InputError(f"A key result is to {', '.join(get_args(Type))}; choose one.")
        _in_order(self.first, self.last)
        _numbers(self.start, self.target)
        if not self.goal.stays and self.type != "milestone" and self.goal.is_up != (self.target > self.start):
            other = "decrease to" if self.goal.is_up else "increase to"
            raise InputError(f"From {self.start:g} to {self.target:g} is the other way; choose “{other}”, "
                             "or turn start and target round.")  # fmt: skip
        self._metric_fits()
        points = written.plan(self.plan)
        if any(point.day < self.first or (self.last and point.day > self.last) for point in points):
            raise InputError("The plan has days outside of the key result's own; move them, or its first or last day.")
        return replace(
            self, title=text.line("the title", self.title), owner=text.line("the owner", self.owner),
            metric=text.key("the metric", self.metric), unit=text.key("the unit", self.unit) or "",
            segments=written.segments_text(written.segments(self.segments)), plan=written.plan_text(points),
            weight=_weight(self.weight), start=float(self.start), target=float(self.target),
        )  # fmt: skip

    def _metric_fits(self) -> None:
        if self.metric and self.type == "milestone":
            raise InputError("A milestone is as far as its owner says; choose no metric, or another type.")
        if self.metric and self.unit not in ("user", "account"):
            raise InputError("A metric counts users or accounts; choose one.")
        if not 1 <= self.window <= windows.MOST:
            raise InputError(f"A window has 1 to {windows.MOST} whole weeks; choose another.")
        if self.window > 1 and not self.metric:
            raise InputError("A typed value has no window; leave it at 1, or choose a metric.")
        if self.segments and not self.metric:
            raise InputError("A typed value has no segments; leave them out, or choose a metric.")


@dataclass(frozen=True)
class CheckIn:
    """What an owner said of a key result on a day. key_result: its id; value: as it stood at `as_of`.

    definition: the hash of what its metric counted then (`metrics.definition_hash`); empty where the value is typed.
    """

    key_result: str
    day: date
    value: float | None = None
    as_of: date | None = None
    confidence: int | None = None
    comment: str = ""
    blockers: str = ""
    next_step: str = ""
    definition: str = ""

    def checked(self) -> Self:
        """The same, fit to keep: it says something. Raises InputError."""
        if self.confidence is not None and not 0 <= self.confidence <= TEN:
            raise InputError("Confidence goes from 0 (will not happen) to 10 (as good as done); choose one.")
        if self.value is not None:
            _numbers(self.value)
        said = replace(
            self, comment=text.prose("the comment", self.comment, MOST),
            blockers=text.prose("what is in the way", self.blockers, MOST),
            next_step=text.prose("the next step", self.next_step, MOST),
            as_of=(self.as_of or self.day) if self.value is not None else None,
        )  # fmt: skip
        if said.as_of and said.as_of > said.day:
            raise InputError(f"The value is of {said.as_of}, after the check-in of {said.day}; choose an earlier day.")
        if (said.value, said.confidence, said.comment, said.blockers, said.next_step) == (None, None, "", "", ""):
            raise InputError("The check-in says nothing; give a value, a confidence or a comment.")
        return said


@dataclass(frozen=True)
class Grade:
    """How a key result ended: from 0.0 to 1.0, with the value it was given for. One of each."""

    key_result: str
    grade: float | None
    progress: float | None = None
    value: float | None = None
    as_of: date | None = None

    def checked(self) -> Self:
        """The same, fit to keep. Raises InputError."""
        if self.grade is not None and not 0 <= self.grade <= 1:
            raise InputError("A grade goes from 0.0 to 1.0; choose one.")
        return self


@dataclass(frozen=True)
class MeetingNote:
    """The words of a meeting about one key result. One of each day."""

    key_result: str
    day: date
    text: str

    def checked(self) -> Self:
        """The same, fit to keep: at most 10,000 characters. Raises InputError."""
        return replace(self, text=text.said("the note", self.text, 10_000))


class CheckIns:
    """The check-ins: added and read, never changed. What is sent twice is kept once."""

    def __init__(self, database: Database) -> None:
        every = [field.name for field in fields(CheckIn)]
        self._kept = Collection(database, CheckIn, order=["day"], key=every, name="check-in")

    def list(self, product: str) -> tuple[Kept[CheckIn], ...]:
        """All of a product, the oldest first."""
        return self._kept.list(product)

    def add(self, product: str, content: CheckIn, *, by: str, at: datetime) -> Kept[CheckIn]:
        """Keep a check-in. Raises InputError or StoreError."""
        return self._kept.add(product, content, by=by, at=at)


def _in_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise InputError(f"It ends on {last}, before it begins on {first}; turn the days round.")


def _numbers(*numbers: float) -> None:
    if not all(isfinite(number) for number in numbers):
        raise InputError("A value has to be a number that one can reach; write another.")


def _weight(weight: float) -> float:
    if not (isfinite(weight) and 0 < weight <= 1_000):
        raise InputError("A weight is more than 0 and at most 1,000; write another.")
    return float(weight)
