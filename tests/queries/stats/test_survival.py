"""Kaplan-Meier from counts per day: against statsmodels, and at the edges."""

from random import Random

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from statsmodels.duration.survfunc import SurvfuncRight

from queries.stats.survival import median, summary, survival
from tests.strategies import DICE, check

Waits = list[tuple[int, bool]]  # the day a unit left, and whether by adopting
HORIZONS = (0, 3, 7, 30)


def counted(waits: Waits, segment: str = "everyone") -> pl.DataFrame:
    """Counts per day, as the measure makes them."""
    days = sorted({day for day, _ in waits})
    rows = [(segment, day, waits.count((day, True)), waits.count((day, False)), len([w for w in waits if w[0] >= day]))
            for day in days]  # fmt: skip
    schema = {"segment": pl.String, "day": pl.Int32, "adopted": pl.UInt32, "censored": pl.UInt32, "at_risk": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def waits_of(dice: Random) -> Waits:
    """Few or many units, over few or many days, of which few or many adopt."""
    days, often = dice.choice((1, 3, 10, 60)), dice.choice((0.05, 0.4, 0.9, 1))
    return [(dice.randrange(days), dice.random() < often) for _ in range(dice.choice((1, 2, 5, 40, 300)))]


def close(found: float | None, expected: float) -> bool:
    return np.isnan(expected) if found is None else bool(np.isclose(found, expected, rtol=1e-9, atol=1e-12))


@pytest.mark.slow
@check(DICE, examples=60)
def test_the_curve_is_that_of_statsmodels(dice: Random) -> None:
    waits = waits_of(dice)
    days, adopted = (np.array(column, int) for column in zip(*waits, strict=True))
    expected = SurvfuncRight(days, adopted)

    found = survival(counted(waits)).filter(pl.col("adopted") > 0)

    assert found["day"].to_list() == list(expected.surv_times)
    assert np.allclose(1 - found["share"].to_numpy(), expected.surv_prob, atol=1e-9)
    assert all(map(close, found["se"], expected.surv_prob_se))
    inside = found.drop_nulls("low")
    assert ((inside["low"] <= inside["share"]) & (inside["share"] <= inside["high"])).all()
    assert inside.filter((pl.col("low") < 0) | (pl.col("high") > 1)).is_empty()


@pytest.mark.slow
@check(DICE, examples=60)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # statsmodels takes the logarithm of a curve that ends at 0
def test_the_median_and_its_interval_are_those_of_statsmodels(dice: Random) -> None:
    waits = waits_of(dice)
    days, adopted = (np.array(column, int) for column in zip(*waits, strict=True))
    expected = SurvfuncRight(days, adopted)
    at_half = np.isclose(expected.surv_prob, 0.5)
    middle = float(expected.surv_times[at_half][0]) if at_half.any() else float(expected.quantile(0.5))
    low, high = (float(end) for end in expected.quantile_ci(0.5))

    _, units, *found = median(counted(waits), least=1).row(0)

    assert units == len(waits)
    assert close(found[0], middle)
    if np.isnan(low):  # the curve steps over a half at once, or never comes near it
        assert found[1:] == [found[0]] * 2
    else:
        assert close(found[1], np.fmin(low, middle))
        assert close(found[2], np.nan if np.isinf(high) else np.fmax(high, middle))


@pytest.mark.slow
@check(DICE, st.sampled_from(HORIZONS), examples=60)
def test_a_share_is_that_of_the_curve_or_null_where_nobody_was_watched_so_long(dice: Random, horizon: int) -> None:
    waits = waits_of(dice)
    curve = survival(counted(waits)).filter(pl.col("day") <= horizon)["share"]
    watched = len([day for day, _ in waits if day >= horizon])
    share = curve[-1] if len(curve) else 0.0

    found = summary(counted(waits), (horizon,), least=1).row(0, named=True)

    assert found["at_risk"] == watched
    assert found["share"] == (share if watched or share == 1 else None)


def test_before_anybody_is_censored_the_share_is_the_plain_proportion() -> None:
    counts = counted([(1, True)] * 10 + [(5, True)] * 20 + [(40, False)] * 70)

    found = summary(counts, (0, 1, 7, 40, 41))

    assert found["share"].round(9).to_list() == [0.0, 0.1, 0.3, 0.3, None]
    assert found["at_risk"].to_list() == [100, 100, 70, 70, 0]


def test_once_all_have_adopted_the_share_stays_one() -> None:
    assert summary(counted([(2, True)] * 40), (7,)).row(0) == ("everyone", 7, 40, 0, 1.0, None, None)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        ([(3, True)] * 20 + [(9, False)] * 80, (None, None, None)),
        ([(3, True)] * 45 + [(9, False)] * 55, (None, 3, None)),
        ([(3, True)] * 50 + [(9, False)] * 50, (3, 3, None)),
        ([(3, True)] * 90 + [(9, False)] * 10, (3, 3, 3)),
        ([(3, True)] * 100, (3, 3, 3)),
        ([(3, True)] * 29, (None, None, None)),
    ],
    ids=["not reached", "perhaps reached", "exactly half", "in one step", "all on one day", "too few"],
)
def test_the_median_is_null_where_it_is_not_reached(waits: Waits, expected: tuple[int | None, ...]) -> None:
    assert median(counted(waits)).row(0)[2:] == expected


def test_under_thirty_units_there_is_no_share() -> None:
    assert summary(counted([(1, True)] * 29), (7,)).row(0)[2:] == (29, 0, None, None, None)


def test_segments_are_counted_apart_in_their_order() -> None:
    first, second = [(1, True)] * 30 + [(9, False)] * 30, [(4, True)] * 50
    together = pl.concat([counted(first, "b"), counted(second, "a")])

    assert_frame_equal(survival(together), pl.concat([survival(counted(first, "b")), survival(counted(second, "a"))]))
    assert summary(together, (1, 4))["segment"].to_list() == ["b", "b", "a", "a"]
    assert median(together)["segment"].to_list() == ["b", "a"]


def test_no_counts_no_rows_and_the_same_columns() -> None:
    counts = counted([(1, True), (3, False)])

    for measure in (survival, summary, median):
        assert_frame_equal(measure(counts.clear()), measure(counts).clear())
