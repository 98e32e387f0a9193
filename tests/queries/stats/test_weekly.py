"""A weekly series judged: the limits are those of `xmr`, what is ignored is no news, and news is news but once."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.calendar import Period
from queries.stats.weekly import Judged, judged
from queries.stats.xmr import behaviours
from tests.queries.stats.slow_xmr import slow
from tests.strategies import DICE, check

SUNDAY, WEEK = date(2026, 1, 4), timedelta(days=7)
STEADY = [50.0, 52, 49, 51, 50, 53, 48, 51, 50, 52, 49, 51]
Values = Sequence[float | None]


def last_day(week: int) -> date:
    """The last day of a week by its number."""
    return SUNDAY + week * WEEK


def weeks(values: Values) -> pl.DataFrame:
    days = [last_day(i) for i in range(len(values))]
    return pl.DataFrame({"period": days, "value": values}, schema={"period": pl.Date, "value": pl.Float64})


def holidays(at: Sequence[int]) -> list[Period]:
    """One day in the middle of each of some weeks."""
    return [Period(last_day(week) - timedelta(days=3), last_day(week) - timedelta(days=3)) for week in at]


def series() -> st.SearchStrategy[list[float | None]]:
    """Weeks that are steady, step or grow, some without a value; dealt so that there are signals and quiet ones."""

    def deal(dice: object) -> list[float | None]:
        rng = np.random.default_rng(dice.randrange(10**9))  # type: ignore[attr-defined]
        number, gaps = int(rng.integers(0, 60)), rng.choice([0.0, 0.1])
        level = 20 + rng.choice([0.0, 0.0, 0.5]) * np.arange(number)
        level += rng.choice([0.0, 3.0, -4.0]) * (np.arange(number) >= rng.integers(0, number + 1))
        values = np.round(level + rng.normal(0, 1.5, number), int(rng.integers(0, 3)))
        return [None if rng.random() < gaps else float(value) for value in values]

    return DICE.map(deal)


some_weeks = st.lists(st.integers(0, 59), max_size=3, unique=True).map(sorted)


@check(series(), some_weeks, some_weeks, st.booleans(), examples=100)
def test_it_says_what_the_chart_says_of_the_weeks_that_are_not_ignored(
    values: Values, changes: list[int], ignored: list[int], allow_trend: bool
) -> None:
    found = judged(weeks(values), changes=[last_day(k) for k in changes], ignored=holidays(ignored),
                   allow_trend=allow_trend, most=22.0)  # fmt: skip

    kept = [np.nan if value is None or i in ignored else value for i, value in enumerate(values)]
    heard, n = behaviours([kept], [min(k, len(kept)) for k in changes], allow_trend), len(kept)
    lower, upper = heard.drawn(0.0, 22.0)
    begins = next((i for i, value in enumerate(values) if value is not None), n)
    for name, line in {"centre": heard.centre, "lower": lower, "upper": upper}.items():
        expected = np.where(np.arange(n) >= begins, line[0, :n], np.nan)
        np.testing.assert_array_equal(found.weeks[name].to_numpy(), expected, err_msg=name)
    signal = (heard.outside | heard.in_a_row | heard.near_limit)[0, :n]
    assert found.weeks["signal"].to_list() == signal.tolist()
    assert found.weeks["outside"].to_list() == heard.outside[0, :n].tolist()
    assert found.weeks["ignored"].to_list() == [i in ignored for i in range(n)]
    assert found.weeks["value"].to_list() == list(values)
    assert (found.verdict, found.provisional) == (heard.verdict[0], heard.provisional[0])
    assert found.trended == (heard.kind[0] == "trended")
    assert found.since == (last_day(int(heard.since[0])) if heard.since[0] >= 0 else None)
    assert (found.since is not None) == (found.verdict == "real")


@check(series(), some_weeks, some_weeks, st.booleans(), examples=15)
def test_a_signal_is_news_in_its_first_week_and_in_no_other(
    values: Values, changes: list[int], ignored: list[int], allow_trend: bool
) -> None:
    told: list[int] = []  # the weeks that read real
    for end in range(1, len(values) + 1):
        found = judged(weeks(values[:end]), changes=[last_day(k) for k in changes], ignored=holidays(ignored),
                       allow_trend=allow_trend)  # fmt: skip
        kept = [None if i in ignored else value for i, value in enumerate(values[:end])]
        if kept[-1] is None:
            assert (found.verdict, found.is_news) == ("too few", False)
            continue
        by_hand = slow(kept, [k for k in changes if k < end], allow_trend)
        is_real = by_hand.verdict == "real"
        assert found.is_news == (is_real and not any(week >= by_hand.since for week in told)), end
        told += [end - 1] * is_real


@check(series(), some_weeks, st.sampled_from((0.0, 1e6)), st.booleans(), examples=60)
def test_a_spike_in_an_ignored_week_makes_neither_limits_nor_a_signal(
    values: Values, ignored: list[int], spike: float, allow_trend: bool
) -> None:
    spiked = [spike if i in ignored else value for i, value in enumerate(values)]

    plain, found = (judged(weeks(each), ignored=holidays(ignored), allow_trend=allow_trend)
                    for each in (values, spiked))  # fmt: skip

    assert not found.weeks.filter(pl.col("ignored") & pl.col("signal")).height
    assert found.weeks.drop("value").equals(plain.weeks.drop("value"))
    assert without_weeks(found) == without_weeks(plain)


def without_weeks(found: Judged) -> tuple[object, ...]:
    up = found.is_up if found.verdict != "too few" else None
    return found.verdict, found.since, found.is_news, up, found.provisional, found.trended


@check(series(), st.lists(st.floats(0, 9), min_size=1, max_size=30), examples=60)
def test_what_was_before_a_change_has_no_say_once_there_are_six_weeks(
    after: Values, before: list[float]
) -> None:
    alone = judged(weeks(after))
    both = judged(weeks([*before, *after]), changes=[last_day(len(before)) - timedelta(days=6)])

    if len([value for value in after if value is not None]) >= 6:
        lines = ["centre", "lower", "upper", "signal"]
        assert_frame_equal(both.weeks[len(before) :].select(lines), alone.weeks.select(lines))
        assert both.verdict == alone.verdict


def test_limits_start_anew_with_the_week_that_holds_the_day_of_a_change() -> None:
    values = [*STEADY, *(value + 30 for value in STEADY)]

    for day in (last_day(11) + timedelta(days=1), last_day(12)):  # the first and the last day of the thirteenth week
        centre = judged(weeks(values), changes=[day]).weeks["centre"]
        assert centre[11] < 52 < 79 < centre[12]


def test_news_is_news_though_the_week_before_was_ignored() -> None:
    low = [*STEADY, 40.0, 41.0, 40.0]

    first = judged(weeks(low[:13]))
    later = judged(weeks(low), ignored=holidays([13]))

    assert (first.verdict, first.is_news, first.since) == ("real", True, last_day(12))
    assert (later.verdict, later.is_news, later.since) == ("real", False, last_day(12))


def test_what_was_told_is_no_news_when_it_reads_real_again_after_a_quieter_week() -> None:
    said = [judged(weeks([*STEADY, *after])) for after in ([42.0], [42.0, 45.0], [42.0, 45.0, 45.0])]

    assert [(each.verdict, each.is_news) for each in said] == [("real", True), ("normal", False), ("real", False)]
    assert said[2].since == last_day(12)


def test_a_fall_right_after_a_rise_is_news_of_its_own() -> None:
    rise, fall = judged(weeks([*STEADY, 70.0])), judged(weeks([*STEADY, 70.0, 30.0]))

    assert [(each.verdict, each.is_news, each.is_up) for each in (rise, fall)] == [
        ("real", True, True), ("real", True, False),
    ]  # fmt: skip


@pytest.mark.parametrize("values", [[], [3.0], [None] * 9, [None, 5.0, None]])
def test_of_next_to_nothing_there_is_nothing_to_say(values: list[float | None]) -> None:
    found = judged(weeks(values), changes=[last_day(0), last_day(90)], ignored=holidays([0]), allow_trend=True)

    assert (found.verdict, found.since, found.is_news, found.provisional) == ("too few", None, False, True)
    assert found.weeks.height == len(values)
    assert found.weeks["centre"].null_count() == len(values)
