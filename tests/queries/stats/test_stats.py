"""Rates, differences and verdicts: what is said of counts, and when nothing may be said."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy.stats import binom, binomtest
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.proportion import test_proportions_2indep as score_test

from queries import stats
from queries.stats import units_needed, usual_swing
from tests.strategies import check


def counts(*pairs: tuple[int | None, int]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"n": pl.UInt32, "of": pl.UInt32}, orient="row")


@given(st.integers(30, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
@settings(deadline=None, derandomize=True, max_examples=50)
def test_a_rate_has_the_wilson_interval_of_scipy(pair: tuple[int, int]) -> None:
    n, of = pair

    found = stats.rates(counts(pair)).row(0, named=True)

    expected = binomtest(n, of).proportion_ci(method="wilson")
    assert found["rate"] == n / of
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_under_thirty_units_there_is_no_rate_at_all() -> None:
    found = stats.rates(counts((29, 29), (0, 0), (30, 30), (None, 50)))

    assert found["rate"].to_list() == [None, None, 1.0, None]
    assert found["low"].is_null().to_list() == [True, True, False, True]


def test_no_counts_give_no_rates_with_the_same_columns() -> None:
    found = stats.rates(counts())

    numbers = dict.fromkeys(("rate", "low", "high"), pl.Float64)
    assert_frame_equal(found, pl.DataFrame(schema={**counts().schema, **numbers}))


def test_a_difference_is_newcombes_and_needs_thirty_on_both_sides() -> None:
    found = stats.difference(56, 70, 48, 80)  # Newcombe 1998, example (a): 0.2000, 0.0524 to 0.3339

    assert found is not None
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert found.sure
    assert stats.difference(5, 29, 48, 80) is None


def test_the_p_value_is_that_of_statsmodels_score_test() -> None:
    found = stats.difference(56, 70, 48, 80)
    expected = score_test(56, 70, 48, 80, compare="diff", method="score", correction=False)

    assert found is not None
    assert found.p == pytest.approx(expected.pvalue, abs=1e-12)


@pytest.mark.parametrize("pair", [(0, 0), (40, 40)])
def test_none_or_all_on_both_sides_is_no_difference(pair: tuple[int, int]) -> None:
    found = stats.difference(pair[0], 40, pair[1], 40)

    assert found is not None
    assert (found.value, found.p, found.sure) == (0.0, 1.0, False)


def test_a_difference_over_the_same_units_is_as_published() -> None:
    """Response before and after therapy (Cavo 2012), in Fagerland, Lydersen, Laake, *Contingency Tables*, chapter 8."""
    found = stats.paired(59, 6, 16, 80)

    assert found is not None
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (-0.0621, -0.1186, -0.0046)
    assert stats.paired(1, 1, 7, 12) is None


table = st.tuples(*[st.integers(0, 80)] * 4).filter(lambda cells: sum(cells) >= 30)


@check(table)
def test_paired_rates_are_tested_by_mcnemar_and_swap_with_their_sides(cells: tuple[int, int, int, int]) -> None:
    both, first, second, neither = cells

    found, swapped = stats.paired(*cells), stats.paired(both, second, first, neither)

    exact = mcnemar([[both, first], [second, neither]], exact=True).pvalue
    middle = binom.pmf(min(first, second), first + second, 0.5)
    assert found is not None
    assert swapped is not None
    assert found.p == swapped.p == pytest.approx(1 if first == second else exact - middle)
    assert (swapped.value, swapped.low, swapped.high) == pytest.approx((-found.value, -found.high, -found.low))
    assert -1 <= found.low <= found.value <= found.high <= 1


@check(table)
def test_paired_rates_with_nothing_in_common_are_as_far_apart_as_those_of_others(cells: tuple[int, ...]) -> None:
    n1, n2 = cells[0] + cells[1], cells[0] + cells[2]
    of = sum(cells)
    apart = stats.difference(n1, of, n2, of)

    found = stats.paired(*cells)

    assert found is not None
    assert apart is not None
    common = cells[0] * cells[3] - cells[1] * cells[2]
    if 0 <= common <= of / 2:  # within the continuity correction
        assert (found.low, found.high) == pytest.approx((apart.low, apart.high))
    elif common > 0:
        assert found.high - found.low < apart.high - apart.low


def test_the_paired_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    rng = np.random.default_rng(5)
    draws = rng.multinomial(200, [0.3, 0.1, 0.05, 0.55], 2000)

    found = [stats.paired(*map(int, cells)) for cells in draws]

    assert 0.94 < np.mean([f is not None and f.low <= 0.05 <= f.high for f in found]) < 0.97


def sums_of(n: list[int], of: list[int]) -> pl.DataFrame:
    units = pl.DataFrame({"n": n, "of": of}, schema={"n": pl.Int64, "of": pl.Int64})
    n_i, of_i = pl.col("n"), pl.col("of")
    return units.select(n_i.sum(), of_i.sum(), units=pl.len(), n_n=(n_i**2).sum(), n_of=(n_i * of_i).sum(),
                        of_of=(of_i**2).sum())  # fmt: skip


many_units = st.lists(st.integers(1, 9).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))),
                      min_size=30, max_size=60)  # fmt: skip


@check(many_units)
def test_a_clustered_rate_is_that_of_statsmodels_cluster_robust_regression(units: list[tuple[int, int]]) -> None:
    found = stats.clustered(sums_of(*map(list, zip(*units, strict=True)))).row(0, named=True)

    yes = np.concatenate([np.arange(of) < n for n, of in units]).astype(float)
    unit = np.repeat(np.arange(len(units)), [of for _, of in units])
    assert found["low"] <= found["rate"] <= found["high"]
    assert found["rate"] == pytest.approx(yes.mean())
    if len({n / of for n, of in units}) > 1:
        fit = OLS(yes, np.ones_like(yes)).fit(cov_type="cluster", cov_kwds={"groups": unit}, use_t=True)
        assert (found["low"], found["high"]) == pytest.approx(np.clip(fit.conf_int()[0], 0, 1), abs=1e-9)


def test_the_misses_of_a_clustered_rate_mirror_its_hits() -> None:
    n, of = [3, 0, 1, 5, 2] * 8, [4, 2, 1, 9, 5] * 8

    hits = stats.clustered(sums_of(n, of)).row(0, named=True)
    misses = stats.clustered(sums_of([b - a for a, b in zip(n, of, strict=True)], of)).row(0, named=True)

    assert (misses["low"], misses["high"]) == pytest.approx((1 - hits["high"], 1 - hits["low"]))


def test_units_all_alike_count_once_each_and_few_not_at_all() -> None:
    never = sums_of([0] * 40, [7] * 40)
    few = sums_of([1] * 29, [7] * 29)

    found = stats.clustered(pl.concat([never, few]))

    assert found["high"].to_list() == [pytest.approx(binomtest(0, 40).proportion_ci(method="wilson").high), None]
    assert found["rate"].to_list() == [0.0, None]
    assert stats.clustered(never.clear()).schema == found.schema


def test_a_segment_is_held_against_the_rest_of_its_feature() -> None:
    cells = counts((400, 1000), (100, 1000), (5, 10)).with_columns(
        feature=pl.lit("export"), segment=pl.Series(["big", "small", "tiny"])
    )

    found = stats.against_the_rest(cells)

    assert found["marked"].to_list() == [True, True, False]
    assert found["gap"].round(4).to_list() == [round(0.4 - 105 / 1010, 4), round(0.1 - 405 / 1010, 4), None]


def test_one_segment_alone_has_nothing_to_be_held_against() -> None:
    alone = pl.DataFrame({"feature": ["export"], "segment": ["everyone"], "n": [40], "of": [100]},
                         schema_overrides={"n": pl.UInt32, "of": pl.UInt32})  # fmt: skip

    found = stats.against_the_rest(alone).row(0, named=True)

    assert (found["gap"], found["marked"]) == (None, False)


def test_of_many_null_comparisons_few_are_marked() -> None:
    rng = np.random.default_rng(1)
    n = rng.binomial(1000, 0.3, (200, 5))
    cells = pl.DataFrame({"feature": np.repeat(np.arange(200), 5).astype(str), "segment": list("abcde") * 200,
                          "n": n.ravel().astype(np.uint32), "of": np.full(1000, 1000, np.uint32)})  # fmt: skip

    marked = stats.against_the_rest(cells)["marked"].sum()

    assert marked <= 5  # at 5 % each alone, about 50 of 1,000 would be


def test_changes_put_rate_change_verdict_and_trend_beside_each_feature() -> None:
    weeks = [date(2026, 1, 4) + timedelta(days=7 * i) for i in range(13)]
    series = pl.DataFrame({"feature": ["f"] * 13, "period": weeks, "n": [0, *([500] * 11), 900], "of": [1000] * 13,
                           "complete": [True] * 13})  # fmt: skip
    wiggle = series.with_columns(n=pl.col("n") + pl.Series([0, 5, -5, 8, -3, 2, -6, 4, 0, 7, -2, 1, 0]))
    now, before = (pl.DataFrame({"feature": ["f"], "n": [n], "of": [1000], "complete": [True]}) for n in (900, 500))

    found = stats.changes(now, before, wiggle, shown=2).row(0, named=True)

    assert found["rate"] - found["before"] == pytest.approx(found["change"]) == pytest.approx(0.4)
    assert (found["verdict"], found["since"], found["trend"]) == ("real", weeks[-1], [0.501, 0.9])


def test_a_first_week_that_history_does_not_cover_is_no_signal() -> None:
    weeks = [date(2026, 8, 9) + timedelta(days=7 * i) for i in range(14)]
    steady = [68, 508, 475, 479, 495, 503, 488, 497, 510, 492, 504, 486, 499, 501]  # history begins on its last day
    series = pl.DataFrame({"feature": ["f"] * 14, "period": weeks, "n": steady, "of": [1000] * 14,
                           "complete": [False] + [True] * 13})  # fmt: skip
    period = pl.DataFrame({"feature": ["f"], "n": [700], "of": [1000], "complete": [True]})

    found = stats.changes(period, period, series, shown=12)

    assert found["verdict"].item() in ("normal", "watch")


def test_a_period_before_history_is_compared_with_nothing() -> None:
    weeks = pl.DataFrame(schema={"feature": pl.String, "period": pl.Date, "n": pl.UInt32, "of": pl.UInt32,
                                 "complete": pl.Boolean})  # fmt: skip
    now = pl.DataFrame({"feature": ["f"], "n": [100], "of": [200], "complete": [True]})
    before = pl.DataFrame({"feature": ["f"], "n": [0], "of": [200], "complete": [False]})

    found = stats.changes(now, before, weeks, shown=12).row(0, named=True)

    assert (found["rate"], found["change"], found["verdict"]) == (0.5, None, "too few")


# The usual swing of one series ----------------------------------------------------------------------------------------


def weekly(n: list[int], of: int = 1000, last_is_open: bool = False) -> pl.DataFrame:
    """Weeks to Sundays from January on, out of so many."""
    ends = [date(2026, 1, 4) + timedelta(days=7 * i) for i in range(len(n))]
    complete = [True] * (len(n) - last_is_open) + [False] * last_is_open
    schema = {"period": pl.Date, "n": pl.UInt32, "of": pl.UInt32, "complete": pl.Boolean}
    return pl.DataFrame({"period": ends, "n": n, "of": [of] * len(n), "complete": complete}, schema=schema)


USUAL = [500, 520, 490, 510, 500, 520, 490, 510, 500, 520, 490, 510]


def test_a_week_beyond_the_usual_swing_is_a_signal_and_the_open_week_has_no_limits() -> None:
    found = usual_swing(weekly([*USUAL, 700, 60], last_is_open=True))

    assert found["signal"].to_list() == [False] * 12 + [True, False]
    assert found["centre"].null_count() == 1
    assert found.row(-1, named=True)["rate"] == 0.06
    assert (found["lower"][0] < 0.49, found["upper"][0] > 0.52) == (True, True)


def test_limits_begin_with_the_first_whole_week_of_use_and_are_drawn_within_what_a_rate_can_be() -> None:
    found = usual_swing(weekly([0, 0, 5, 900, 100, 900, 100, 900, 100, 900, 100]))

    assert found["rate"][0] == 0
    assert (found["lower"].min(), found["upper"].max()) == (0, 1)
    assert found["centre"][3] == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("weeks", [weekly([]), weekly([5]), weekly([0] * 20), weekly([3] * 20, of=10)])
def test_too_little_for_limits_has_none(weeks: pl.DataFrame) -> None:
    found = usual_swing(weeks)

    assert found.height == weeks.height
    assert found["centre"].null_count() == weeks.height
    assert not found["signal"].any()


@pytest.mark.parametrize(("counts", "needed"), [
    ((110, 1000, 190, 1000), 0), ((15, 100, 200, 1000), 444), ((20, 100, 200, 1000), None), ((0, 0, 5, 10), None),
])  # fmt: skip
def test_how_many_more_units_a_gap_needs(counts: tuple[int, int, int, int], needed: int | None) -> None:
    assert units_needed(*counts) == needed
