"""Meetings over objectives for tests of what is written of them: a plain one, and one whose words are markup."""

from dataclasses import replace
from datetime import date
from typing import Any

from queries.okr import Asked, CheckIn, Point
from queries.okr.meeting import Ending, Meeting, MeetingNote
from queries.okr.pace import judged
from queries.okr.results import Aim, Board, Result, Series
from queries.review import Mark
from tests.components.report.reviews import HOSTILE
from tests.queries.okr.goals import FIRST, LAST, asked, goal, said, weekly

TODAY = date(2026, 11, 21)


def found(*values: float, id: str = "1", stale: bool = False, **parts: Any) -> Result:
    """A key result from 0 to 100 calls with a value a week; parts: what else it is."""
    one = replace(asked(goal()), id=id, **parts)
    points = tuple(weekly(*values))
    return Result(one, Series(points), judged(one.goal, points), stale, "")


def meeting(*results: Result, **parts: Any) -> Meeting:
    """The meeting of 21 Nov 2026 over one objective."""
    results = results or (found(10, 20, 30, 40, 50, title="Calls", said=(said(30, 40, 6),)),)
    aim = Aim("a", "Teams stay", "Dana", None, None, (), 1.0, results, 0.5, "on track")
    return replace(Meeting("Quillboard", date(2026, 11, 18), Board("2026 Q4", FIRST, LAST, TODAY, (aim,))), **parts)


def hostile() -> Meeting:
    """A meeting in which all that people or data can name is full of markup."""
    results = [_hostile(name, str(i)) for i, name in enumerate(HOSTILE)]
    aims = tuple(Aim(str(i), name, name, name, name, (name,), 1.0, (one,), 0.5, "off track")
                 for i, (name, one) in enumerate(zip(HOSTILE, results, strict=True)))  # fmt: skip
    notes = {str(i): MeetingNote(TODAY, name, name) for i, name in enumerate(HOSTILE)}
    made = meeting(product=HOSTILE[0], notes=notes, marks=tuple(Mark(FIRST, "launch", name) for name in HOSTILE),
                   ending=Ending(LAST, HOSTILE[0], {str(i): 0.7 for i in range(len(HOSTILE))}))  # fmt: skip
    return replace(made, board=replace(made.board, cycle=HOSTILE[0], aims=aims))


def _hostile(name: str, id: str) -> Result:
    checked = CheckIn(date(2026, 11, 3), 30.0, date(2026, 11, 3), 5, name, name, name, name)
    one = Asked(id, name, goal(), name, 1.0, "adoption.f", name, (("plan", (name,)),), (checked,))
    points = tuple(Point(point.day, point.value / 100) for point in weekly(10, 20, 30, 40, 50))
    series = Series(points, "rate", name, "Eligible {units} of " + name, problem="", n=30, of=1000)
    return Result(one, series, judged(one.goal, points), True, "more confident")
