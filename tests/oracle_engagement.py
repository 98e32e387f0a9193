"""What the measures of engagement should say, found the slow way: plain Python looks at every event of every unit.

Written from the definitions, as `tests/oracle.py` is. Each answer is a list of rows in the order of the screen.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from tests.oracle import Oracle, Span, Unit, complete_spans

By = tuple[str, ...]
WINDOWS = {"DAU": 1, "WAU": 7, "MAU": 28}


def days_of(oracle: Oracle, unit: Unit, feature: str | None, span: Span) -> int:
    """On how many days of a span a unit did something of a feature, or of any active one."""
    names = oracle.names(feature)
    return len({day for day, name in unit.acts if name in names and span[0] <= day <= span[1]})


def active(oracle: Oracle, units: Iterable[Unit], span: Span) -> set[str]:
    return {unit.id for unit in units if unit.did(oracle.names(None), span)}


def ending(day: date, length: int) -> Span:
    return day - timedelta(days=length - 1), day


def actives(oracle: Oracle, spans: Iterable[Span], by: By = ()) -> list[tuple[str, date, int, bool]]:
    """segment, period, n, complete."""
    return [(label, span[1], len(active(oracle, units, span)), oracle.observed(span))
            for label, units in oracle.segments(by) for span in spans]  # fmt: skip


def actives_on(
    oracle: Oracle, days: Iterable[date], by: By = ()
) -> list[tuple[str, date, str, int | None, bool]]:
    """segment, day, window, n, complete."""
    found: list[tuple[str, date, str, int | None, bool]] = []
    for label, units in oracle.segments(by):
        for day in days:
            for window, length in WINDOWS.items():
                span = ending(day, length)
                n = len(active(oracle, units, span)) if oracle.observed(span) else None
                found.append((label, day, window, n, oracle.observed(span)))
    return found


def stickiness(
    oracle: Oracle, ends: Iterable[date], by: By = (), feature: str | None = None
) -> list[tuple[str, date, int | None, int | None, int | None, int | None, bool]]:
    """segment, day, n, of, units, squares, complete: n is DAU summed over the days, not days summed over units."""
    found: list[tuple[str, date, int | None, int | None, int | None, int | None, bool]] = []
    for label, units in oracle.segments(by):
        for end in ends:
            span = ending(end, 28)
            if not oracle.observed(span):
                found.append((label, end, None, None, None, None, False))
                continue
            names = oracle.names(feature)
            each = [end - timedelta(days=i) for i in range(28)]
            dau = [len([unit for unit in units if unit.did(names, (day, day))]) for day in each]
            came = [unit for unit in units if unit.did(names, span)]
            squares = sum(days_of(oracle, unit, feature, span) ** 2 for unit in came)
            found.append((label, end, sum(dau), 28 * len(came), len(came), squares, True))
    return found


def histogram(label: str, days: list[int], length: int) -> list[tuple[str, int, int, int, int]]:
    """segment, days, n, at_least, of: from the days of each that has any."""
    return [(label, k, days.count(k), len([d for d in days if d >= k]), len([d for d in days if d]))
            for k in range(1, length + 1)]  # fmt: skip


def days_active(
    oracle: Oracle, span: Span, by: By = (), feature: str | None = None
) -> list[tuple[str, int, int, int, int, bool]]:
    """segment, days, n, at_least, of, complete."""
    length, found = (span[1] - span[0]).days + 1, []
    for label, units in oracle.segments(by):
        days = [days_of(oracle, unit, feature, span) for unit in units]
        found += [(*row, oracle.observed(span)) for row in histogram(label, days, length)]
    return found


def unit_weeks(
    oracle: Oracle, units: Iterable[Unit], feature: str | None, weeks: Iterable[Span]
) -> list[tuple[Unit, int]]:
    """Each unit and week with at least one day, and how many: of the weeks that are wholly observed."""
    asked = [week for week in weeks if oracle.observed(week)]
    found = [(unit, days_of(oracle, unit, feature, week)) for unit in units for week in asked]
    return [(unit, days) for unit, days in found if days]


def frequency(oracle: Oracle, weeks: list[Span], by: By = ()) -> list[tuple[str, str, int, int, int, int]]:
    """feature, segment, n, of, users, weeks."""
    found, counted = [], len([week for week in weeks if oracle.observed(week)])
    for feature in oracle.world.features:
        for label, units in oracle.segments(by):
            used = unit_weeks(oracle, units, feature.key, weeks)
            n, users = sum(days for _, days in used), len({unit.id for unit, _ in used})
            found.append((feature.key, label, n, len(used), users, counted))
    return found


def frequency_days(
    oracle: Oracle, weeks: list[Span], by: By = (), feature: str | None = None
) -> list[tuple[str, int, int, int, int, int]]:
    """segment, days, n, at_least, of, weeks."""
    found, counted = [], len([week for week in weeks if oracle.observed(week)])
    for label, units in oracle.segments(by):
        days = [days for _, days in unit_weeks(oracle, units, feature, weeks)]
        found += [(*row, counted) for row in histogram(label, days, 7)]
    return found


def matrix(oracle: Oracle, weeks: list[Span]) -> list[tuple[str, int, int, int, int, int, int]]:
    """feature, n, of, outside, days, unit_weeks, weeks."""
    came = {unit.id for unit, _ in unit_weeks(oracle, oracle.units, None, weeks)}
    found, counted = [], len([week for week in weeks if oracle.observed(week)])
    for feature in oracle.world.features:
        used = unit_weeks(oracle, oracle.units, feature.key, weeks)
        users, days = {unit.id for unit, _ in used}, sum(days for _, days in used)
        found.append((feature.key, len(users & came), len(came), len(users - came), days, len(used), counted))
    return found


def states(oracle: Oracle, units: list[Unit], before: Span, now: Span) -> dict[str, set[str]]:
    """Who is in which state in the second of two periods."""
    was, is_now = active(oracle, units, before), active(oracle, units, now)
    new = set()
    for unit in units:
        first = unit.first(oracle.names(None))
        entered = unit.entry is not None and unit.entry >= oracle.world.first_day
        if unit.known and entered and first is not None and now[0] <= first <= now[1]:
            new.add(unit.id)
    return {"new": new, "returning": (is_now & was) - new, "resurrected": is_now - was - new, "dormant": was - is_now}


def lifecycle(
    oracle: Oracle, grain: str, count: int, by: By = ()
) -> list[tuple[str, date, str, int, int, bool]]:
    """segment, period, state, n, of, complete."""
    pairs = list(pairwise(complete_spans(oracle.world, grain)))
    found = []
    for label, units in oracle.segments(by):
        for before, now in pairs[len(pairs) - min(count, len(pairs)) :]:
            for state, who in states(oracle, units, before, now).items():
                of = len(active(oracle, units, before if state == "dormant" else now))
                found.append((label, now[1], state, len(who), of, oracle.observed(before)))
    return found
