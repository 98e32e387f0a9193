"""The story of a key result as lines over days: its values, what was due, where it leads, when somebody checked in.

It is drawn on the screen (`okr_charts`), on a page and on a slide (`report`), from the same points.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from queries.okr import CheckIn, Point
from queries.okr.pace import due
from queries.okr.results import Ahead, Result

BEFORE, WINDOWS = timedelta(days=42), 2  # that are shown of the time before it began, at least
LONE = timedelta(days=28)  # that are shown to come where there is no end


@dataclass(frozen=True)
class Story:
    """What is drawn. required: the corners of what is due. check_ins: each with the value as it was known then."""

    points: tuple[Point, ...]
    required: tuple[Point, ...]
    ahead: tuple[Ahead, ...]
    check_ins: tuple[tuple[CheckIn, float], ...]

    @property
    def days(self) -> tuple[date, ...]:
        """All days on which there is something, in order."""
        drawn = [*(point.day for point in (*self.points, *self.required)), *(one.day for one in self.ahead)]
        return tuple(sorted(set(drawn)))

    @property
    def values(self) -> tuple[float, ...]:
        """All that has to find room."""
        ends = [end for one in self.ahead for end in (one.forecast.low, one.forecast.high)]
        return (*(point.value for point in (*self.points, *self.required)), *ends)


def story(found: Result) -> Story:
    """The story of a key result, from six weeks or two windows before it began to its end."""
    goal = found.asked.goal
    first = goal.first - max(BEFORE, timedelta(weeks=WINDOWS * found.asked.window))
    points = tuple(point for point in found.series.points
                   if point.day >= first and (goal.last is None or point.day <= goal.last))  # fmt: skip
    said = tuple((said, at) for said in found.asked.said if (at := _at(points, said.day)) is not None)
    return Story(points, _required(found, points), found.judged.ahead, said)


def is_share(found: Result) -> bool:
    """Whether its values are shares of something."""
    return found.series.form == "rate" or found.asked.goal.type == "milestone"


def _required(found: Result, points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The corners of what is due; of what is to stay, the target all along."""
    goal = found.asked.goal
    last = goal.last or max([goal.first + LONE, *(point.day for point in (*points, *goal.plan))])
    if goal.stays:
        return (Point(goal.first, goal.target), Point(last, goal.target))
    days = sorted({goal.first - timedelta(days=1), *(point.day for point in goal.plan), last})
    return tuple(Point(at, known) for at in days if (known := due(goal, at)) is not None)


def _at(points: tuple[Point, ...], on: date) -> float | None:
    """The value as it was known on a day."""
    known = [point.value for point in points if point.day <= on]
    return known[-1] if known else None
