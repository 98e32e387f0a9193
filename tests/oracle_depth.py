"""What the measures of depth, time and lift should say, found the slow way, unit by unit, as in `oracle`."""

from datetime import date, timedelta
from math import ceil

from queries.product import Feature
from tests.oracle import Oracle, Span, Unit, complete_spans, span_of

By = tuple[str, ...]
DAY = timedelta(days=1)


def feature_of(oracle: Oracle, key: str) -> Feature:
    return next(feature for feature in oracle.world.features if feature.key == key)


def weeks_of(oracle: Oracle, unit: Unit, names: set[str]) -> set[Span]:
    """The calendar weeks in which a unit did one of the names."""
    return {span_of(day, "week", oracle.world.week_start) for day, name in unit.acts if name in names}


def stages(oracle: Oracle, feature: str, by: By = ()) -> list[tuple[str, str, int, int]]:
    """segment, stage, n, of."""
    now, names, found = (oracle.as_of, oracle.as_of), oracle.names(feature), []
    last_four = set(complete_spans(oracle.world, "week")[-4:])
    for label, units in oracle.segments(by):
        could = [unit for unit in units if oracle.is_counted(unit, feature, now, "eligible")]
        weeks = [weeks_of(oracle, unit, names) for unit in could]
        recent = [unit for unit in could if unit.did(oracle.names(None), (oracle.as_of - 27 * DAY, oracle.as_of))]
        counts = {
            "eligible": len(could),
            "tried": len([used for used in weeks if used]),
            "repeated": len([used for used in weeks if len(used) >= 2]),
            "habitual": len([used for used in weeks if len(used & last_four) >= 3]),
            "active": len(recent),
        }
        found += [(label, stage, n, len(could)) for stage, n in counts.items()]
    return found


def cumulative(
    oracle: Oracle, feature: str, weeks: int | None, by: By = ()
) -> list[tuple[str, int, date, int, int, bool]]:
    """segment, week, period, n, of, complete."""
    firsts = [first for unit in oracle.units if (first := unit.first(oracle.names(feature)))]
    launched = feature_of(oracle, feature).launched or min(firsts, default=None)
    found: list[tuple[str, int, date, int, int, bool]] = []
    if launched is None:
        return found
    for label, units in oracle.segments(by):
        k, week = 0, span_of(launched, "week", oracle.world.week_start)
        while week[0] <= oracle.as_of and (weeks is None or k < weeks):
            could = [unit for unit in units if oracle.is_counted(unit, feature, week, "eligible")]
            n = len([unit for unit in could if unit.did(oracle.names(feature), (date.min, week[1]))])
            if week[1] >= oracle.world.first_day:
                found.append((label, k, week[1], n, len(could), oracle.observed(week)))
            k, week = k + 1, (week[0] + 7 * DAY, week[1] + 7 * DAY)
    return found


def silent(oracle: Oracle) -> list[tuple[str, date | None, int | None, int | None, bool]]:
    """feature, last_day, days_silent, usual_gap, silent."""
    found: list[tuple[str, date | None, int | None, int | None, bool]] = []
    for feature in oracle.world.features:
        days = sorted({day for unit in oracle.units for day, name in unit.acts if name in feature.events})
        gaps = sorted((days[i + 1] - days[i]).days for i in range(len(days) - 1))
        enough = [gap for gap in gaps if len([g for g in gaps if g <= gap]) >= ceil(len(gaps) * 99 / 100)]
        usual = enough[0] if len(gaps) >= 5 else None
        since = (oracle.as_of - days[-1]).days if days else None
        is_silent = since is not None and usual is not None and since > 3 * usual
        found.append((feature.key, days[-1] if days else None, since, usual, is_silent))
    return found


def activation(
    oracle: Oracle, cohorts: list[Span], features: tuple[str, ...], by: By = ()
) -> list[tuple[str, date, int | None, int, bool]]:
    """segment, cohort, n, of, complete."""
    core = tuple(feature.key for feature in oracle.world.features if feature.core)
    names = set().union(*(oracle.names(key) for key in features or core)) or oracle.names(None)
    found = []
    for label, units in oracle.segments(by):
        for cohort in cohorts:
            entered = [(unit, unit.entry) for unit in units
                       if unit.known and unit.entry and cohort[0] <= unit.entry <= cohort[1]]  # fmt: skip
            n = len([unit for unit, entry in entered if unit.did(names, (entry, entry + 6 * DAY))])
            complete = oracle.observed((cohort[0], cohort[1] + 6 * DAY))
            found.append((label, cohort[1], n if complete else None, len(entered), complete))
    return found


def _watched(oracle: Oracle, feature: str, units: list[Unit]) -> list[tuple[Unit, date, date]]:
    """The units that could use a feature, each with its day 0 and the last day it was watched."""
    launched, found = feature_of(oracle, feature).launched, []
    for unit in units:
        if unit.entry is not None and feature in unit.may_use:
            origin = max(unit.entry, launched or date.min)
            until = min(oracle.as_of, unit.ended or date.max)
            if origin <= until:
                found.append((unit, origin, until))
    return found


def _left_out(oracle: Oracle, feature: str, unit: Unit, origin: date) -> str | None:
    first = unit.first(oracle.names(feature))
    if not unit.known:
        return "unknown"
    if origin < oracle.world.first_day:
        return "early"
    return "before" if first is not None and first < origin else None


def time_to_adopt(oracle: Oracle, feature: str, by: By = ()) -> list[tuple[str, int, int, int, int]]:
    """segment, day, adopted, censored, at_risk."""
    found = []
    for label, units in oracle.segments(by):
        waited: list[tuple[int, bool]] = []
        for unit, origin, until in _watched(oracle, feature, units):
            if _left_out(oracle, feature, unit, origin) is None:
                first = unit.first(oracle.names(feature))
                adopted = first is not None and first <= until
                waited.append((((first if first and adopted else until) - origin).days, adopted))
        for day in sorted({day for day, _ in waited}):
            at_risk = len([1 for other, _ in waited if other >= day])
            found.append((label, day, waited.count((day, True)), waited.count((day, False)), at_risk))
    return found


def not_timed(oracle: Oracle, feature: str, by: By = ()) -> list[tuple[str, int, int, int, int, int]]:
    """segment, n, of, unknown, early, before."""
    found = []
    for label, units in oracle.segments(by):
        watched = _watched(oracle, feature, units)
        why = [_left_out(oracle, feature, unit, origin) for unit, origin, _ in watched]
        unknown, early, before = (why.count(name) for name in ("unknown", "early", "before"))
        found.append((label, why.count(None), len(why), unknown, early, before))
    return found


def lift(
    oracle: Oracle, feature: str, landmark: int, weeks: int, by: By = ()
) -> list[tuple[str, str, int, int, int]]:
    """segment, group, week, n, of."""
    launched = feature_of(oracle, feature).launched
    begin = max(oracle.world.first_day, launched or date.min)
    found = []
    for label, units in oracle.segments(by):
        entered = [(unit, unit.entry) for unit in units if unit.known and unit.entry and feature in unit.may_use
                   and begin <= unit.entry <= oracle.as_of]  # fmt: skip
        early = [unit.did(oracle.names(feature), (entry, entry + (landmark - 1) * DAY)) for unit, entry in entered]
        for group in ("used", "not yet"):
            chosen = [each for each, used in zip(entered, early, strict=True) if used == (group == "used")]
            for k in range(1, weeks + 1):
                spans = [(unit, (entry + (landmark + 7 * k - 7) * DAY, entry + (landmark + 7 * k - 1) * DAY))
                         for unit, entry in chosen]  # fmt: skip
                whole = [(unit, span) for unit, span in spans if span[1] <= oracle.as_of]
                n = len([unit for unit, span in whole if unit.did(oracle.names(None), span)])
                found.append((label, group, k, n, len(whole)))
    return found
