"""The process behaviour chart of one series, point by point: slow, plain, what `queries.stats.xmr` is held against."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from scipy.stats import linregress

NEARLY = 1e-9


@dataclass(frozen=True)
class Limits:
    """The limits of one stretch: centre = level + slope x week."""

    level: float
    slope: float
    swing: float
    weeks: int


@dataclass(frozen=True)
class Slow:
    """What is said of one series; centre and reach by week, None where there are no limits."""

    verdict: str
    kind: str
    since: int
    provisional: bool
    centre: list[float | None]
    reach: list[float | None]


def slow(values: Sequence[float | None], changes: Sequence[int], allow_trend: bool) -> Slow:
    bounds = [0, *sorted(changes), len(values)]
    points = [(week, value) for week, value in enumerate(values) if value is not None]
    judges: list[Limits | None] = []
    for first, end in pairwise(bounds):
        here = [(week, value) for week, value in points if first <= week < end]
        own = limits(here, points[-1][0], allow_trend) if len(here) >= 6 else None
        judges += [own or (judges[-1] if judges else None)] * (end - first)
    centre = [None if judge is None else judge.level + judge.slope * week for week, judge in enumerate(judges)]
    reach = [None if judge is None else 2.66 * judge.swing for judge in judges]
    last = judges[-1] if judges else None
    said = ("too few", -1) if last is None or values[-1] is None else heard(points, judges)
    kind = "trended" if last is not None and last.slope else "steady"
    return Slow(said[0], kind, said[1], last is None or last.weeks < 12, centre, reach)


def limits(here: list[tuple[int, float]], latest: int, allow_trend: bool) -> Limits:
    free = [(week, value) for week, value in here if week != latest]
    base = [value for _, value in free[:24]]
    line = free[: max(24, len(here) - 8)]
    if allow_trend and len(line) >= 11 and explained_by_a_line(line):
        fit = linregress([week for week, _ in line], [value for _, value in line])
        rest = [value - fit.slope * week for week, value in line]
        could_be = fit.intercept + fit.slope * latest > 0 or min(value for _, value in here) < 0
        if could_be:
            return Limits(fit.intercept, fit.slope, fmean(abs(b - a) for a, b in pairwise(rest)), len(here))
    return Limits(fmean(base), 0.0, fmean(abs(b - a) for a, b in pairwise(base)), len(here))


def explained_by_a_line(line: list[tuple[int, float]]) -> bool:
    values = [value for _, value in line]
    if max(values) - min(values) <= NEARLY:
        return False
    fit = linregress([week for week, _ in line], [value for _, value in line])
    left_by_line = sum((value - fit.intercept - fit.slope * week) ** 2 for week, value in line)
    left_by_step = min(unexplained(values[:k]) + unexplained(values[k:]) for k in range(1, len(values)))
    return bool(fit.pvalue < 0.01 and left_by_line < left_by_step)


def unexplained(values: list[float]) -> float:
    middle = fmean(values)
    return sum((value - middle) ** 2 for value in values)


def heard(points: list[tuple[int, float]], judges: list[Limits | None]) -> tuple[str, int]:
    """The verdict by the latest point, and the week in which its signal began; -1 without one."""
    judge = judges[points[-1][0]]
    assert judge is not None
    while judges[points[0][0]] is not judge:  # under other limits
        points = points[1:]
    reach = 2.66 * judge.swing
    off = [value - judge.level - judge.slope * week for week, value in points]
    off = [0.0 if abs(distance) < NEARLY * 100 else distance for distance in off]
    signal = [abs(distance) > reach + NEARLY * 100 for distance in off]
    for i in range(len(off)):
        for sign in (-1, 1):
            eight, four = range(i, min(i + 8, len(off))), range(i, min(i + 4, len(off)))
            if len(eight) == 8 and all(off[j] * sign > 0 for j in eight):
                signal = [was or j in eight for j, was in enumerate(signal)]
            near = [j for j in four if off[j] * sign > reach / 2 + NEARLY * 100]
            if len(four) == 4 and len(near) >= 3:
                signal = [was or j in near for j, was in enumerate(signal)]
    if signal[-1]:
        first = len(off) - 1
        while first > 0 and signal[first - 1] and off[first - 1] * off[-1] > 0:
            first -= 1
        return "real", points[first][0]
    six = len(off) >= 6 and any(all(distance * sign > 0 for distance in off[-6:]) for sign in (-1, 1))
    return ("watch" if six or abs(off[-1]) > reach * 2 / 3 + NEARLY * 100 else "normal"), -1
