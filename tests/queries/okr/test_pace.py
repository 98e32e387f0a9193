"""A key result judged by its own numbers, with every edge that there is."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st

from queries.okr import Goal, Point
from queries.okr.pace import due, expected, judged, progress, time_share
from queries.okr.results import Judged
from tests.queries.okr.goals import FIRST, LAST, after, goal, weekly
from tests.strategies import check

NUMBERS = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
MOVING = st.tuples(NUMBERS, NUMBERS).filter(lambda ends: abs(ends[0] - ends[1]) > 0.01)


def moving(ends: tuple[float, float], **more: Any) -> Goal:
    start, target = ends
    return goal("increase to" if target > start else "decrease to", start, target, **more)


@pytest.mark.parametrize(
    ("value", "status", "pace"), [(48, "on track", 0.96), (47.5, "on track", 0.95), (47, "at risk", 0.94),
                                  (37.5, "at risk", 0.75), (37, "off track", 0.74), (-10, "off track", -0.2)],
)  # fmt: skip
def test_half_way_through_the_pace_decides(value: float, status: str, pace: float) -> None:
    found = judged(goal(), [after(50, value)])

    assert found == Judged(status, value, after(50, 0).day, value / 100, 0.5, pytest.approx(pace))  # type: ignore[arg-type]


def test_an_aspirational_one_is_on_track_at_seven_tenths_of_the_way_due() -> None:
    found = judged(goal(kind="aspirational"), [after(50, 35)])

    assert (found.status, found.progress) == ("on track", 0.35)
    assert found.pace == pytest.approx(1.0)


def test_in_the_first_fifteen_hundredths_of_the_time_it_is_too_early() -> None:
    early, later = (judged(goal(), [after(days, 0)]) for days in (15, 16))

    assert (early.status, later.status) == ("too early", "off track")
    assert judged(goal(), [Point(FIRST - timedelta(days=3), 5.0)]).status == "too early"


def test_a_decreasing_target_is_reached_downward() -> None:
    found = judged(goal("decrease to", 10, 4), [after(50, 7)])

    assert (found.progress, found.pace, found.status) == (0.5, 1.0, "on track")


def test_more_than_was_meant_is_shown_and_counts_as_all() -> None:
    found = judged(goal(), [after(90, 130)])

    assert (found.progress, found.counted, found.status) == (1.3, 1.0, "on track")


def test_the_wrong_way_is_shown_and_counts_as_nothing() -> None:
    found = judged(goal(), [after(90, -30)])

    assert (found.progress, found.counted, found.status) == (-0.3, 0.0, "off track")


@pytest.mark.parametrize(("type", "good", "bad"), [("increase to", 30, 29), ("stay above", 30, 29),
                                                   ("decrease to", 30, 31), ("stay below", 30, 31)])  # fmt: skip
def test_a_target_that_equals_the_start_is_to_be_held(type: str, good: float, bad: float) -> None:
    kept, lost = (judged(goal(type, 30, 30), weekly(*[30] * 9, value)) for value in (good, bad))

    assert (kept.status, kept.progress, kept.held, kept.pace) == ("on track", 1.0, 1.0, None)
    assert (lost.status, lost.progress, lost.held) == ("off track", 0.0, 0.9)


def test_what_is_held_now_but_was_not_for_long_is_at_risk() -> None:
    points = [Point(FIRST - timedelta(days=7), 0.0), *weekly(1, 0, 0, 1)]

    found = judged(goal("stay above", 0, 1), points)

    assert (found.status, found.held) == ("at risk", 0.5)


def test_what_is_to_be_held_is_not_judged_by_what_was_before() -> None:
    assert judged(goal("stay above", 0, 1), [Point(FIRST - timedelta(days=7), 0.0)]).status == "too early"


def test_a_milestone_is_as_far_as_was_said() -> None:
    found = judged(goal("milestone", 7, 7), [after(50, 0.5)])

    assert (found.status, found.progress, found.pace, found.forecast) == ("on track", 0.5, 1.0, None)


def test_without_any_value_there_is_nothing_to_judge() -> None:
    assert judged(goal(), []) == Judged("no value")


def test_a_cycle_without_an_end_has_progress_and_no_pace() -> None:
    found = judged(goal(last=None), weekly(10, 20, 30, 40, 50))

    assert found == Judged("no end", 50, after(35, 0).day, 0.5)


def test_a_cycle_without_an_end_has_a_pace_where_there_is_a_plan() -> None:
    open_ended = goal(last=None, plan=(after(50, 40),))

    assert judged(open_ended, [after(50, 20)]).pace == 0.5
    assert due(open_ended, after(500, 0).day) == 40


def test_a_plan_says_what_is_due_and_where_it_ends_the_target_is() -> None:
    ramp = goal(plan=(after(50, 0), after(75, 80)))

    assert [due(ramp, after(days, 0).day) for days in (50, 60, 75, 100)] == [0, 32, 80, 100]
    assert judged(ramp, [after(50, 1)]).status == "too early"
    assert judged(ramp, [after(60, 16)]).pace == 0.5


def test_what_came_after_the_end_does_not_count() -> None:
    found = judged(goal(), [after(100, 80), after(107, 100)])

    assert (found.value, found.as_of, found.forecast) == (80, LAST, None)


def test_a_straight_line_is_followed_to_the_end() -> None:
    found = judged(goal(), weekly(1, 2, 3, 4)).forecast

    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((4 + 72 / 7,) * 3)


def test_the_way_ahead_goes_by_weeks_to_the_last_day() -> None:
    found = judged(goal(), weekly(*range(12)))

    assert [(one.day, round(one.forecast.value, 6)) for one in found.ahead] == [
        (after(91, 0).day, 12), (after(98, 0).day, 13), (LAST, round(13 + 2 / 7, 6))]  # fmt: skip


def test_there_is_no_forecast_before_four_weeks_however_many_days_there_are() -> None:
    daily = [after(days, days) for days in range(1, 21)]

    assert judged(goal(), daily).forecast is None
    assert judged(goal(), [*daily, after(22, 22)]).forecast is not None


def test_a_forecast_looks_at_the_last_eight_weeks() -> None:
    steady = weekly(*[5] * 8, first=14)

    assert judged(goal(), [after(7, 1_000), *steady]) == judged(goal(), steady)


def test_a_forecast_is_never_more_than_can_be() -> None:
    found = judged(goal(), weekly(0.5, 0.7, 0.8, 0.99), least=0.0, most=1.0).forecast

    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)


@check(MOVING, st.integers(1, 100), st.floats(-2, 3))
def test_progress_is_the_same_whatever_the_scale_and_the_direction(
    ends: tuple[float, float], days: int, way: float
) -> None:
    start, target = ends
    here = judged(moving(ends), [after(days, start + way * (target - start))])
    plain = judged(goal(), [after(days, 100 * way)])

    assert here.progress == pytest.approx(plain.progress, abs=1e-6)
    assert here.expected == pytest.approx(plain.expected)
    assert here.counted == pytest.approx(min(max(way, 0), 1), abs=1e-6)


@check(MOVING, st.integers(1, 99), st.integers(1, 100))
def test_a_plan_along_the_straight_line_changes_nothing(ends: tuple[float, float], bend: int, days: int) -> None:
    straight = moving(ends)
    day, on = after(bend, 0).day, after(days, 0).day
    planned = replace(straight, plan=(Point(day, due(straight, day) or 0.0),))

    assert expected(planned, on) == pytest.approx(time_share(straight, on), abs=1e-6)
    assert expected(straight, on) == pytest.approx(time_share(straight, on), abs=1e-6)


@check(MOVING, st.integers(16, 100), NUMBERS, NUMBERS, st.sampled_from(["committed", "aspirational"]))
def test_who_is_further_is_never_judged_worse(
    ends: tuple[float, float], days: int, one: float, other: float, kind: str
) -> None:
    aim, order = moving(ends, kind=kind), ["off track", "at risk", "on track"]
    less, more = sorted((one, other), key=lambda value: progress(aim, value))

    found = [judged(aim, [after(days, value)]).status for value in (less, more)]

    assert order.index(found[0]) <= order.index(found[1])


@check(st.lists(NUMBERS, min_size=4, max_size=8), st.integers(0, 5))
def test_the_forecast_is_the_line_of_least_squares(values: list[float], more: int) -> None:
    count = len(values)
    mean, middle = sum(values) / count, (count - 1) / 2
    slope = sum((i - middle) * (v - mean) for i, v in enumerate(values)) / sum((i - middle) ** 2 for i in range(count))

    found = judged(goal(last=after(7 * (count + more + 1), 0).day), weekly(*values)).forecast

    assert found is not None
    assert found.value == pytest.approx(mean + slope * (count + more - middle), abs=1e-3)
    assert found.low <= found.value <= found.high
