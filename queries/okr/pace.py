"""One key result judged by its own numbers: progress, what was due, pace, status and where it leads."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from queries.calendar import day_number
from queries.okr import Goal, Point
from queries.okr.results import Ahead, Judged, Status
from queries.stats.forecast import straight

ON_TRACK, AT_RISK, HELD = 0.95, 0.75, 0.90
STRETCH = 0.7  # of an aspirational goal, what is good
EARLY = 0.15  # of the time, in which nothing is said
WINDOWS = 8  # that a forecast looks at


def judged(
    goal: Goal, points: Sequence[Point], *, window: int = 1, least: float = float("-inf"), most: float = float("inf")
) -> Judged:
    """A goal against its values, the oldest first; none after its last day count.

    window: the weeks that a value is of. least, most: what the value cannot be below or above, for the forecast.
    """
    known = [point for point in points if goal.last is None or point.day <= goal.last]
    if not known:
        return Judged("no value")
    now = known[-1]
    lead = () if goal.type == "milestone" else ahead(goal, known, least, most, window)
    if goal.stays:
        share = held(goal, known)
        return Judged(_stays(goal, now, share), now.value, now.day, progress(goal, now.value), None, None, share, lead)
    done, asked = progress(goal, now.value), expected(goal, now.day)
    pace = None if not asked else done / (asked * (STRETCH if goal.kind == "aspirational" else 1.0))
    return Judged(_status(goal, now.day, pace), now.value, now.day, done, asked, pace, None, lead)


def progress(goal: Goal, value: float) -> float:
    """How much of the way from start to target is done, raw: below 0 is the wrong way, above 1 further than meant.

    >>> progress(Goal("decrease to", "committed", 10, 5, date(2026, 10, 1), None), 4)
    1.2
    """
    if goal.stays:
        return float(goal.holds(value))
    start, target = goal.ends
    return (value - start) / (target - start)


def time_share(goal: Goal, day: date) -> float | None:
    """How much of the time is over at the end of a day, from 0 to 1; None where there is no end.

    >>> time_share(Goal("milestone", "committed", 0, 1, date(2026, 10, 1), date(2026, 10, 10)), date(2026, 10, 5))
    0.5
    """
    if goal.last is None:
        return None
    return min(max(((day - goal.first).days + 1) / ((goal.last - goal.first).days + 1), 0.0), 1.0)


def due(goal: Goal, day: date) -> float | None:
    """The value that is due at the end of a day: along the plan where there is one, else along a straight line.

    None where there is neither a plan nor an end.
    """
    if goal.last is None and not goal.plan:
        return None
    start, target = goal.ends
    corners = [Point(goal.first - timedelta(days=1), start), *goal.plan]
    if goal.last is not None and (not goal.plan or goal.plan[-1].day < goal.last):
        corners.append(Point(goal.last, target))
    if day <= corners[0].day:
        return start
    for before, after in pairwise(corners):
        if day <= after.day:
            way = (day - before.day).days / (after.day - before.day).days
            return before.value + way * (after.value - before.value)
    return corners[-1].value


def expected(goal: Goal, day: date) -> float | None:
    """The share of the way that was due at the end of a day, from 0 to 1; None where nothing says what was due."""
    value = due(goal, day)
    return None if value is None or goal.stays else min(max(progress(goal, value), 0.0), 1.0)


def held(goal: Goal, points: Sequence[Point]) -> float | None:
    """Of the values since the goal began, the share on the good side; None where there are none yet."""
    inside = [goal.holds(point.value) for point in points if point.day >= goal.first]
    return sum(inside) / len(inside) if inside else None


def ahead(goal: Goal, points: Sequence[Point], least: float, most: float, window: int = 1) -> tuple[Ahead, ...]:
    """Where the last eight separate windows of so many weeks lead, week by week to the end: of each its last value.

    Nothing before four of them, nor where there is no end, or it is over.
    """
    now, windows = points[-1].day, dict[int, Point]()
    for point in points:
        back = (now - point.day).days // (7 * window)
        if back < WINDOWS:
            windows[back] = point
    known = [(day_number(point.day), point.value) for point in windows.values()]
    left = (goal.last - now).days if goal.last else 0
    days = [now + timedelta(days=min(days, left)) for days in range(7, left + 7, 7)]
    found = straight(known, [day_number(day) for day in days])
    return tuple(Ahead(day, one.within(least, most)) for day, one in zip(days, found, strict=False))


def _status(goal: Goal, day: date, pace: float | None) -> Status:
    share = time_share(goal, day)
    if share is None and not goal.plan:
        return "no end"
    if pace is None or (share is not None and share <= EARLY) or day < goal.first:
        return "too early"
    return "on track" if pace >= ON_TRACK else "at risk" if pace >= AT_RISK else "off track"


def _stays(goal: Goal, now: Point, share: float | None) -> Status:
    if share is None:
        return "too early"
    if not goal.holds(now.value):
        return "off track"
    return "on track" if share >= HELD else "at risk"
