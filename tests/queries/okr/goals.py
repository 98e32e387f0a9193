"""Goals and check-ins for tests, in a quarter of a hundred days."""

from datetime import date, timedelta
from typing import Any

from queries.okr import Asked, CheckIn, Goal, Point
from queries.okr.results import Judged, Result, Series, Status

FIRST = date(2026, 10, 1)
LAST = FIRST + timedelta(days=99)


def goal(type: Any = "increase to", start: float = 0.0, target: float = 100.0, **more: Any) -> Goal:
    return Goal(**{"type": type, "kind": "committed", "start": start, "target": target, "first": FIRST, "last": LAST,
                   **more})  # fmt: skip


def after(days: int, value: float) -> Point:
    """A value at the end of so many days of the cycle."""
    return Point(FIRST + timedelta(days=days - 1), value)


def weekly(*values: float, first: int = 7) -> list[Point]:
    return [after(first + 7 * i, value) for i, value in enumerate(values)]


def said(days: int, value: float | None = None, confidence: int | None = None) -> CheckIn:
    day = after(days, 0).day
    return CheckIn(day, value, day if value is not None else None, confidence, author="Dana")


def asked(goal: Goal, *said: CheckIn, **more: Any) -> Asked:
    return Asked(**{"id": "1", "title": "A", "goal": goal, "owner": "Dana", "metric": None, "unit": "calls",
                    "said": said, **more})  # fmt: skip


def result(status: Status, progress: float | None, *, weight: float = 1.0, stale: bool = False) -> Result:
    return Result(asked(goal(), weight=weight), Series(), Judged(status, progress=progress), stale, "")
