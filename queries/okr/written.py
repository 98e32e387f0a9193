"""A plan and a segment filter as the texts that people and files write, read back as values."""

import json
from datetime import date
from math import isfinite

from queries.errors import InputError
from queries.okr import Point

Where = tuple[tuple[str, tuple[str, ...]], ...]
PLAN = "Write a plan as a day and a value a line, such as 2026-11-15 0.3"


def plan(text: str) -> tuple[Point, ...]:
    """The points of a plan by day. Raises InputError where a line is none, or two are of one day.

    >>> plan("2026-11-30 0.4")
    (Point(day=datetime.date(2026, 11, 30), value=0.4),)
    """
    points = sorted(_point(line) for line in text.replace(";", "\n").splitlines() if line.strip())
    if len({point.day for point in points}) < len(points):
        raise InputError(f"Two lines of the plan are of one day; leave one. {PLAN}.")
    return tuple(points)


def _point(line: str) -> Point:
    try:
        day, value = line.split()
        point = Point(date.fromisoformat(day), float(value))
    except ValueError:
        raise InputError(f"The line “{line.strip()[:60]}” of the plan cannot be read. {PLAN}.") from None
    if not isfinite(point.value):
        raise InputError(f"The plan says {value}, which is no number to reach. {PLAN}.")
    return point


def plan_text(points: tuple[Point, ...]) -> str:
    """A plan as text; `plan` reads it back."""
    return "\n".join(f"{point.day} {point.value!r}" for point in points)


def segments(text: str) -> Where:
    """A segment filter: segment key -> labels that count, in order of the keys. Raises InputError where it is none.

    >>> segments('{"plan": ["Pro", "Team"]}')
    (('plan', ('Pro', 'Team')),)
    """
    if not text.strip():
        return ()
    try:
        found = json.loads(text)
        pairs = sorted((key, tuple(labels)) for key, labels in found.items() if not isinstance(labels, str))
        fits = len(pairs) == len(found) and all(isinstance(label, str) for _, labels in pairs for label in labels)
    except (ValueError, TypeError, AttributeError, RecursionError):
        fits = False
    if not fits:
        raise InputError('The segments cannot be read; write them like {"plan": ["Pro", "Team"]}.')
    return tuple((key, labels) for key, labels in pairs if labels)


def segments_text(where: Where) -> str:
    """A segment filter as text; `segments` reads it back."""
    return json.dumps({key: list(labels) for key, labels in sorted(where)}, ensure_ascii=False) if where else ""
