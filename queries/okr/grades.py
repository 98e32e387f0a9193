"""From key results to an objective, and how a cycle ended: means, the worst, grades, and who owes a check-in."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import floor
from typing import Literal

from queries.okr import Asked, Kind
from queries.okr.results import ORDER, Judged, Result, Status

STALE = timedelta(days=14)
SURE, UNSURE = 7, 3  # of ten: from where an owner is confident, and up to where one is not
GOOD, SOME = 0.7, 0.4  # grades of an aspirational key result


def is_stale(asked: Asked, today: date) -> bool:
    """Whether the owner owes a check-in: none for 14 days, while the key result runs.

    >>> from queries.okr import Goal
    >>> goal = Goal("milestone", "committed", 0, 1, date(2026, 10, 1), date(2026, 12, 31))
    >>> [is_stale(Asked("1", "A", goal, "Dana"), date(2026, 10, day)) for day in (14, 15)]
    [False, True]
    """
    if today < asked.goal.first or (asked.goal.last and today > asked.goal.last):
        return False
    since = max([asked.goal.first, *(said.day for said in asked.said)])
    return today - since >= STALE


def disagreement(judged: Judged, confidence: Sequence[int]) -> Literal["", "more confident", "less confident"]:
    """How the owner's latest confidence (0 to 10) differs from the status; empty where it does not."""
    if not confidence:
        return ""
    if judged.status in ("at risk", "off track") and confidence[-1] >= SURE:
        return "more confident"
    return "less confident" if judged.status == "on track" and confidence[-1] <= UNSURE else ""


def mean_progress(results: Iterable[Result]) -> float | None:
    """The mean of the progress, each from 0 to 1 and by its weight, over those that have any; None over none."""
    known = [(r.judged.counted, r.asked.weight) for r in results if r.judged.counted is not None]
    total = sum(weight for _, weight in known)
    return sum(progress * weight for progress, weight in known) / total if total else None


def worst(results: Sequence[Result]) -> Status:
    """The worst status of those that can be told; too early ones and stale ones aside."""
    told = [r.judged.status for r in results if not r.stale and r.judged.status in ("off track", "at risk", "on track")]
    rest = [r.judged.status for r in results if r.judged.status not in ("off track", "at risk", "on track")]
    return min(told or rest or ["no value"], key=ORDER.index)


def grade(judged: Judged) -> float | None:
    """How a key result ended, from 0.0 to 1.0: its progress, never rounded up; None where it has no value.

    >>> grade(Judged("on track", progress=0.96)), grade(Judged("on track", progress=1.3))
    (0.9, 1.0)
    """
    return None if judged.counted is None else floor(10 * judged.counted + 1e-9) / 10


def verdict(kind: Kind, grade: float | None) -> Literal["kept", "missed", "good", "some", "little", "no value"]:
    """What a grade means: a committed key result is due whole; of an aspirational one 0.7 is good."""
    if grade is None:
        return "no value"
    if kind == "committed":
        return "kept" if grade >= 1 else "missed"
    return "good" if grade >= GOOD else "some" if grade >= SOME else "little"


def is_unfinished(result: Result) -> bool:
    """Whether there is something left to do; what is to stay is never done with."""
    return result.asked.goal.stays or (grade(result.judged) or 0.0) < 1.0
