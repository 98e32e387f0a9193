"""A cycle, counted and gathered: every key result with its values, judged; objectives rolled up; the worst first.

The value of a key result that is bound to a metric is that of the last whole week, or of so many as its window has,
from the data; nobody types it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from queries import metrics
from queries.activity import Activity
from queries.answers import ask, within
from queries.errors import AccessError, did_you_mean
from queries.metrics import Metric, range_of
from queries.okr import Asked, Point
from queries.okr.grades import disagreement, is_stale, mean_progress, worst
from queries.okr.pace import judged
from queries.okr.results import Aim, Board, Result, Series, behind
from queries.okr.windows import separate
from queries.product import Selection, Unit

HIDDEN = "It is of fewer than {} {}s, and you may not see so small a group; ask an admin of Sightline."


@dataclass(frozen=True)
class Objective:
    """An objective as it was written, with its key results."""

    id: str
    title: str
    owner: str
    asked: tuple[Asked, ...]
    parent: str | None = None
    pillar: str | None = None
    features: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Cycle:
    """A cycle as it was written; last is None where it has no end."""

    name: str
    first: date
    last: date | None
    objectives: tuple[Objective, ...]


def board(cycle: Cycle, activity: Activity, known: Mapping[str, Metric], today: date) -> Board:
    """A cycle on a day. activity: of all whom one may see; known: the catalogue."""
    aims = [_aim(objective, activity, known, today) for objective in cycle.objectives]
    placed = sorted(aims, key=lambda aim: min(map(behind, aim.results), default=(99, 0.0)))
    return Board(cycle.name, cycle.first, cycle.last, today, tuple(placed))


def _aim(objective: Objective, activity: Activity, known: Mapping[str, Metric], today: date) -> Aim:
    results = tuple(sorted((result(asked, activity, known, today) for asked in objective.asked), key=behind))
    return Aim(objective.id, objective.title, objective.owner, objective.parent, objective.pillar, objective.features,
               objective.weight, results, mean_progress(results), worst(results))  # fmt: skip


def result(asked: Asked, activity: Activity, known: Mapping[str, Metric], today: date) -> Result:
    """One key result on a day; without any value, also of its check-ins, where who looks may not see them."""
    found = series(asked, activity, known, today)
    if found.hidden:
        asked = replace(asked, said=tuple(replace(said, value=None, as_of=None) for said in asked.said))
    least, most = range_of(found.form) if found.form else (float("-inf"), float("inf"))
    if asked.goal.type == "milestone":
        least, most = 0.0, 1.0
    made = judged(asked.goal, found.points, window=asked.window, least=least, most=most)
    made = replace(made, status="gone") if found.problem else made
    confidence = [said.confidence for said in asked.said if said.confidence is not None]
    return Result(asked, found, made, is_stale(asked, today), disagreement(made, confidence))


def series(asked: Asked, activity: Activity, known: Mapping[str, Metric], today: date) -> Series:
    """The values of a key result: of each of its windows where it is bound to a metric, else of its check-ins."""
    if asked.metric is None:
        return Series(_typed(asked, today))
    problem = _missing(asked, activity, known)
    if problem:
        return Series(problem=problem)
    metric = known[asked.metric]
    unit: Unit = "account" if asked.unit == "account" else "user"
    try:
        chosen = within(activity, Selection(unit, asked.where))
        enough = not {key for each in (metric, *metric.made_of) for key in each.features} & {*chosen.hidden}
    except AccessError:
        enough = False
    if not enough:
        return Series((), metric.form, metric.label, hidden=HIDDEN.format(activity.least, unit))
    counts = separate(ask(metrics.weekly, chosen, metric), asked.window, asked.goal.last)
    values = metrics.values(counts, metric.form, "ends").drop_nulls("value")
    points = tuple(Point(day, value) for day, value in values.select("ends", "value").iter_rows())
    n, of = values.select("n", "of").row(-1) if points else (None, None)
    return Series(points, metric.form, metric.label, metric.definition, n=n, of=of)


def _missing(asked: Asked, activity: Activity, known: Mapping[str, Metric]) -> str:
    """Why a key result cannot be counted any more; empty where it can."""
    if asked.metric not in known:
        return f"There is no metric `{asked.metric}` any more; {did_you_mean(str(asked.metric), list(known))}"
    segments = {segment.key: segment for segment in activity.segments}
    for key, labels in asked.where:
        if key not in segments:
            return f"There is no segment `{key}` any more; {did_you_mean(key, list(segments))}"
        values = activity.values(segments[key])
        for label in labels:
            if label not in values:
                return f"Nobody is in `{label}` of {segments[key].label} any more; {did_you_mean(label, values)}"
    return ""


def _typed(asked: Asked, today: date) -> tuple[Point, ...]:
    """What was typed, by the day it is of. Of one that is to stay, a value stands until the next: a point a day."""
    points = {said.as_of or said.day: said.value for said in asked.said if said.value is not None}
    known = [Point(day, value) for day, value in sorted(points.items()) if day <= today]
    if not asked.goal.stays or not known:
        return tuple(known)
    end = min(today, asked.goal.last or today)
    following = [*(point.day for point in known[1:]), max(end, known[-1].day) + timedelta(days=1)]
    stood = [(until - point.day).days for point, until in zip(known, following, strict=True)]
    return tuple(Point(point.day + timedelta(days=i), point.value)
                 for point, days in zip(known, stood, strict=True) for i in range(days))  # fmt: skip
