"""What is signal and what is noise: held against a published library, a slow twin, and chance itself."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from statprocon.charts.xmr.base import Base as XmR

from queries.stats.xmr import Behaviours, behaviours
from tests.queries.stats.slow_xmr import slow
from tests.strategies import check

USUAL = [12.0, 15, 20, 17, 24, 23, 21, 26, 19, 22, 28, 18]
STEADY = [50.0, 52, 49, 51, 50, 53, 48, 51, 50, 52, 49, 51]
INVENTORY = [19.0, 27, 20, 16, 18, 25, 22, 24, 17, 25, 15, 17, 20, 22, 19, 16, 22, 19, 25, 22, 18, 20, 16, 17, 20, 15,
             27, 25, 17, 19, 28]  # fmt: skip

weekly = st.lists(st.integers(0, 40).map(float) | st.none(), min_size=1, max_size=70)
dividers = st.lists(st.integers(1, 60), max_size=3, unique=True).map(sorted)


def of_one(values: list[float | None], changes: list[int] | None = None, allow_trend: bool = False) -> Behaviours:
    return behaviours([np.nan if value is None else value for value in values], changes or [], allow_trend)


def test_the_limits_are_the_mean_and_2_66_times_the_mean_moving_range() -> None:
    found = of_one(list(USUAL))

    ranges = [abs(b - a) for a, b in pairwise(USUAL[:-1])]  # the latest week is judged by those before it
    reach, centre = 2.66 * sum(ranges) / len(ranges), sum(USUAL[:-1]) / len(USUAL[:-1])
    limits = (found.centre[0, -1], found.lower[0, -1], found.upper[0, -1])
    assert limits == pytest.approx((centre, centre - reach, centre + reach))
    assert not found.provisional[0]


def test_the_published_example_has_the_published_limits() -> None:
    """In-process inventory (Wheeler, *Understanding Variation*), as worked out in xmrit's instructions."""
    found = behaviours(INVENTORY, lock=None)

    said = [float(a[0, -1]) for a in (found.centre, found.lower, found.upper, found.range_limit)]
    assert [round(x, 2) for x in said[:3]] == [20.39, 7.89, 32.89]
    assert said[3] == pytest.approx(3.268 * 4.70, abs=0.005)


@check(st.lists(st.integers(0, 60), min_size=4, max_size=50), examples=300)
def test_limits_and_rules_are_those_of_statprocon(values: list[int]) -> None:
    chart = XmR(values)
    lines = (chart.x_central_line, chart.lower_natural_process_limit, chart.upper_natural_process_limit,
             chart.lower_halfway_line, chart.upper_halfway_line)  # fmt: skip
    centre, lower, upper, low_half, high_half = (float(line()[0]) for line in lines)
    # it rounds to 3 digits, a point on the centre does not break its runs, and a fourth near the other limit counts
    assume(all(abs(x - line) > 0.01 for x in values for line in (centre, lower, upper, low_half, high_half)))
    near = [(x > high_half) - (x < low_half) for x in values]
    assume(not any({-1, 1} <= set(near[i : i + 4]) for i in range(len(near) - 3)))

    found = behaviours([*values, *[np.nan] * 3], lock=None)

    if len(values) < 6:
        assert np.isnan(found.centre).all()
        return
    assert found.centre[0, 0] == pytest.approx(centre, abs=0.001)
    assert (found.lower[0, 0], found.upper[0, 0]) == pytest.approx((lower, upper), abs=0.003)
    assert found.range_limit[0, 0] == pytest.approx(float(chart.upper_range_limit()[0]), abs=0.003)
    ranges = [float(x or 0) for x in chart.moving_ranges()[1:]]
    assert found.moving_range[0, 1 : len(values)].tolist() == pytest.approx(ranges)
    assert np.isnan(found.moving_range[0, [0, -1]]).all()
    weeks = slice(0, len(values))
    assert found.outside[0, weeks].tolist() == chart.rule_1_x_indices_beyond_limits()
    assert found.in_a_row[0, weeks].tolist() == chart.rule_2_runs_about_central_line()
    quiet_left_out = [at and side != 0 for at, side in zip(chart.rule_3_runs_near_limits(), near, strict=True)]
    assert found.near_limit[0, weeks].tolist() == quiet_left_out


@check(st.integers(1, 90), st.integers(0, 10**6), dividers, st.booleans(), examples=80)
def test_many_series_at_once_are_as_each_alone_by_hand(
    weeks: int, seed: int, changes: list[int], allow_trend: bool
) -> None:
    at = [week for week in changes if week < weeks]
    series = all_sorts(weeks, seed)

    found = behaviours(series, at, allow_trend)

    for i, row in enumerate(series):
        expected = slow([None if np.isnan(x) else float(x) for x in row], at, allow_trend)
        assert (found.verdict[i], found.since[i]) == (expected.verdict, expected.since)
        assert (found.kind[i], found.provisional[i]) == (expected.kind, expected.provisional)
        np.testing.assert_allclose(found.centre[i], np.array(expected.centre, float), atol=1e-8)
        np.testing.assert_allclose(found.upper[i] - found.centre[i], np.array(expected.reach, float), atol=1e-8)


def all_sorts(weeks: int, seed: int) -> npt.NDArray[np.float64]:
    """Series that are steady, grow, step, wander or lie on a few values, some with gaps."""
    rng, week = np.random.default_rng(seed), np.arange(weeks)
    noise = rng.normal(0, 1, (9, weeks))
    noise[1:4] += rng.uniform(0, 0.6, (3, 1)) * week
    noise[4] += rng.uniform(0, 4) * (week >= rng.integers(0, weeks + 1))
    noise[5] += 0.4 * np.minimum(week, rng.integers(0, weeks + 1))
    noise[6] = np.cumsum(noise[6])
    noise[7:] = rng.integers(0, 5, (2, weeks))
    return np.where(rng.random((9, weeks)) < 0.1 * rng.integers(0, 2, (9, 1)), np.nan, noise)


@check(weekly, dividers, st.booleans())
def test_upside_down_all_is_the_same_but_the_side(
    values: list[float | None], changes: list[int], allow_trend: bool
) -> None:
    x = np.array([values], float)

    up, down = behaviours(x, changes, allow_trend), behaviours(-x, changes, allow_trend)

    for name in ("verdict", "kind", "since", "provisional", "outside", "in_a_row", "near_limit", "moving_range"):
        np.testing.assert_array_equal(getattr(up, name), getattr(down, name))
    np.testing.assert_allclose(up.centre, -down.centre)
    np.testing.assert_allclose(up.upper, -down.lower)


@pytest.mark.parametrize(
    ("tail", "verdict", "since"),
    [
        ([51], "normal", -1),
        ([60], "real", 12),
        ([40], "real", 12),
        ([60, 50], "normal", -1),  # last week's signal is over
        ([60, 61, 60], "real", 12),  # one that goes on
        ([51.5] * 6, "watch", -1),  # six in a row on one side
        ([51.5] * 8, "real", 11),  # eight in a row, and the week before them on the same side
        ([55.4, 50.4, 55.4, 55.4], "real", 14),  # three of four near the upper limit; the one between is quiet
        ([55.5], "watch", -1),  # in the outer third
    ],
)
def test_the_verdict_is_that_of_the_latest_week(tail: list[float], verdict: str, since: int) -> None:
    found = of_one([*STEADY, *tail])

    assert (found.verdict[0], found.since[0]) == (verdict, since)


@pytest.mark.parametrize("values", [[], [50.0] * 5, [None] * 20, [*STEADY, None]])
def test_with_too_little_there_is_no_verdict(values: list[float | None]) -> None:
    assert of_one(values).verdict.tolist() == ["too few"]


@pytest.mark.parametrize("value", [50.0, 0.1, 1 / 3, 0.0])
def test_a_series_that_never_moves_is_normal(value: float) -> None:
    found = behaviours([value] * 47, allow_trend=True)

    assert (found.verdict[0], found.kind[0]) == ("normal", "steady")


def test_six_weeks_are_enough_for_provisional_limits() -> None:
    assert of_one(list(STEADY[:6])).provisional[0]
    assert of_one(list(STEADY[:6])).verdict[0] == "normal"


def test_a_known_change_begins_new_limits_once_it_has_six_weeks() -> None:
    higher = [x + 20 for x in STEADY]

    early, late = (of_one([*STEADY, *higher[:weeks]], changes=[12]) for weeks in (5, 6))

    assert (early.verdict[0], early.since[0], early.centre[0, -1]) == ("real", 12, pytest.approx(np.mean(STEADY)))
    assert (late.verdict[0], late.provisional[0]) == ("normal", True)
    assert late.centre[0, [11, 12]].tolist() == pytest.approx([np.mean(STEADY), np.mean(higher[:5])])


def test_neighbours_on_two_sides_of_a_known_change_make_no_signal_together() -> None:
    values = [*STEADY, 54.5, 54.5, 74.5, 74.5, *(x + 20 for x in STEADY)]

    divided, near = of_one(list(values), changes=[14]), [12, 13, 14, 15]

    assert (abs(divided.centre - values) > (divided.upper - divided.centre) / 2)[0, near].all()
    assert not divided.near_limit.any()


def test_a_limit_beyond_what_can_be_is_drawn_there_and_tested_where_it_is() -> None:
    found = of_one([0.02, 0.0, 0.05, 0.01, 0.0, 0.04, 0.02, 0.0])

    lower, upper = found.drawn(0, 1)

    assert found.lower[0, -1] < 0 == lower[0, -1]
    assert upper[0, -1] == found.upper[0, -1]
    assert found.verdict[0] == "normal"


def noise(weeks: int, seed: int = 7, series: int = 4000) -> npt.NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0, 1, (series, weeks))


@pytest.mark.parametrize("weeks", [8, 13, 26, 52, 104])
@pytest.mark.parametrize("allow_trend", [False, True])
def test_a_steady_series_is_called_real_in_few_weeks(weeks: int, allow_trend: bool) -> None:
    found = behaviours(noise(weeks), allow_trend=allow_trend)

    assert 0.005 < (found.verdict == "real").mean() < 0.05
    assert (found.kind == "trended").mean() < 0.01


@pytest.mark.parametrize("weeks", [26, 52, 104])
def test_steady_growth_is_no_news_under_trended_limits(weeks: int) -> None:
    growing = noise(weeks) + 0.5 * np.arange(weeks)

    trended, flat = behaviours(growing, allow_trend=True), behaviours(growing)

    assert (trended.kind == "trended").mean() > 0.98
    assert (trended.verdict == "real").mean() < 0.08
    assert (flat.verdict == "real").mean() > 0.98


@pytest.mark.parametrize("step", [2.0, 4.0])
def test_a_step_is_no_growth(step: float) -> None:
    found = behaviours(noise(52) + step * (np.arange(52) >= 26), allow_trend=True)

    assert (found.kind == "trended").mean() < 0.03
    assert (found.verdict == "real").mean() > 0.85


def test_growth_that_stops_is_a_signal() -> None:
    found = behaviours(noise(52) + 0.5 * np.minimum(np.arange(52), 40), allow_trend=True)

    assert (found.verdict == "real").mean() > 0.95
