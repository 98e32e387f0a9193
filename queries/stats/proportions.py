"""Rates with their intervals, and differences of rates: of groups apart, of the same units, of units that recur.

Which difference of two rates: `difference` where no unit is in both groups (of two means `difference_of_means`),
`paired` where every unit is in both (this period and last, feature and feature). A rate in which a unit counts more
than once is `clustered`. In a table of many comparisons only those that pass Benjamini-Hochberg are marked.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import binom, false_discovery_control, norm
from scipy.stats import t as student
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

TOO_FEW = 30  # units in a denominator, under which no rate is made
WHOLE_PERCENT = 1000  # units, under which a rate is said in whole percent
POWER = 0.8  # how probably a gap that is there is to be found
FALSE_DISCOVERIES = 0.10  # of the marks in one table, at most this share is expected to be chance
ENOUGH = (pl.col("of") >= TOO_FEW) & pl.col("n").is_not_null()
RATE = pl.when(ENOUGH).then(pl.col("n") / pl.col("of"))
Floats = npt.NDArray[np.float64]


def rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with rate, low and high (Wilson 95 %) beside them, 0..1; null where n is, or where `of` is under 30.

    >>> rates(pl.DataFrame({"n": [30, 3], "of": [100, 10]})).select(pl.col("rate", "low", "high").round(3)).rows()
    [(0.3, 0.219, 0.396), (None, None, None)]
    """
    n = counts["n"].fill_null(0).to_numpy().astype(float)
    of = np.maximum(counts["of"].to_numpy().astype(float), 1)
    low, high = proportion_confint(np.minimum(n, of), of, method="wilson") if counts.height else (n, n)
    numbers = counts.with_columns(rate=pl.Series(n / of), low=pl.Series(low), high=pl.Series(high))
    return numbers.with_columns(pl.when(ENOUGH).then(pl.col("rate", "low", "high").cast(pl.Float64)))


@dataclass(frozen=True)
class Difference:
    """The difference of two rates, first minus second: Newcombe 95 %, and the p-value of a test that there is none."""

    value: float
    low: float
    high: float
    p: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves no room for zero."""
        return self.low > 0 or self.high < 0


def difference(n1: int, of1: int, n2: int, of2: int) -> Difference | None:
    """The difference n1/of1 - n2/of2 between groups that share no unit; None when either has under 30 (score test).

    >>> found = difference(110, 1000, 190, 1000)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.sure
    (-0.08, -0.111, -0.049, True)
    """
    if min(of1, of2) < TOO_FEW:
        return None
    value, low, high, p = _differences(*(np.array([x], float) for x in (n1, of1, n2, of2)))
    return Difference(float(value[0]), float(low[0]), float(high[0]), float(p[0]))


def difference_of_means(one: tuple[int, int, int], other: tuple[int, int, int]) -> Difference | None:
    """The difference of two means, first minus second, of groups that share no unit; None when either has under 30.

    Each as units, and the sums over them of what is counted and of its square. Welch's interval and t test.

    >>> found = difference_of_means((100, 300, 1300), (400, 800, 2400))
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2), found.sure
    (1.0, 0.58, 1.42, True)
    """
    if min(one[0], other[0]) < TOO_FEW:
        return None
    (m1, v1), (m2, v2) = (_mean_and_variance(*group) for group in (one, other))
    value, spread = m1 - m2, math.sqrt(v1 + v2)
    if not spread:
        return Difference(value, value, value, float(value == 0))
    freedom = (v1 + v2) ** 2 / (v1**2 / (one[0] - 1) + v2**2 / (other[0] - 1))
    reach = float(student.ppf(0.975, freedom)) * spread
    return Difference(value, value - reach, value + reach, float(2 * student.sf(abs(value) / spread, freedom)))


def _mean_and_variance(units: int, total: int, squares: int) -> tuple[float, float]:
    """A mean, and the variance of that mean."""
    mean = total / units
    return mean, max(squares - units * mean**2, 0.0) / (units - 1) / units


def paired(both: int, first: int, second: int, neither: int) -> Difference | None:
    """The difference of two rates over the same units, of which so many did both, only one, or neither; None under 30.

    Newcombe's square-and-add interval for paired proportions (1998, *Statistics in Medicine* 17:2635, method 10), which
    takes from the two Wilson intervals what the rates have in common; McNemar's mid-p test (Fagerland, Lydersen, Laake
    2013, *BMC Medical Research Methodology* 13:91).

    >>> found = paired(both=400, first=60, second=30, neither=510)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.sure
    (0.03, 0.011, 0.049, True)
    """
    of = both + first + second + neither
    if of < TOO_FEW:
        return None
    n = np.array([both + first, both + second], float)
    (low1, low2), (high1, high2) = proportion_confint(n, of, method="wilson")
    (p1, p2), common = n / of, _correlation(both, first, second, neither)
    down = _root(p1 - low1, high2 - p2, common)
    up = _root(high1 - p1, p2 - low2, common)
    apart, fewer = first + second, min(first, second)
    p = min(1.0, float(2 * binom.cdf(fewer, apart, 0.5) - binom.pmf(fewer, apart, 0.5)))
    value = (first - second) / of
    return Difference(value, value - down, value + up, p)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """Phi of the 2 x 2 table, with Newcombe's continuity correction; 0 where a rate is none or all."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    excess = both * neither - first * second
    corrected = max(excess - (both + first + second + neither) / 2, 0.0) if excess > 0 else excess
    return corrected / math.sqrt(margins) if margins else 0.0


def _root(one: float, other: float, common: float) -> float:
    return math.sqrt(max(one * one - 2 * common * one * other + other * other, 0.0))


def clustered(sums: pl.DataFrame) -> pl.DataFrame:
    """Rates in which a unit counts more than once, with low and high (95 %); null under 30 units.

    sums, a row a group: units, and over the units' own counts n_i, of_i their sums n, of, n_n (n_i squared), n_of
    (n_i x of_i) and of_of (of_i squared). The variance is that of a ratio clustered by unit (Taylor linearisation;
    Cochran, *Sampling Techniques*, 6.4), the quantile that of t with units - 1 degrees of freedom, the limits within
    0..1. Where all units have one and the same rate, which has no variance, each unit counts once (Wilson).

    >>> sums = pl.DataFrame({"n": [120], "of": [400], "units": [40], "n_n": [600], "n_of": [1400], "of_of": [4400]})
    >>> clustered(sums).select(pl.col("rate", "low", "high").round(3)).rows()
    [(0.3, 0.236, 0.364)]
    """
    n, of, units, n_n, n_of, of_of = (
        sums[name].cast(pl.Float64).fill_null(0).to_numpy() for name in ("n", "of", "units", "n_n", "n_of", "of_of")
    )
    of, m = np.maximum(of, 1), np.maximum(units, 2)
    rate = n / of
    squares = n_n - 2 * rate * n_of + rate**2 * of_of
    spread = np.where(squares > 1e-12 * n_n, squares, 0)  # what is left of equal sums is rounding
    reach = student.ppf(0.975, m - 1) * np.sqrt(m / (m - 1) * spread) / of
    low, high = np.clip(rate - reach, 0, 1), np.clip(rate + reach, 0, 1)
    if len(m):
        once = proportion_confint(np.clip(rate, 0, 1) * m, m, method="wilson")
        low, high = np.where(spread > 0, low, once[0]), np.where(spread > 0, high, once[1])
    numbers = sums.with_columns(rate=pl.Series(rate), low=pl.Series(low), high=pl.Series(high))
    enough = (pl.col("units") >= TOO_FEW) & pl.col("n").is_not_null()
    return numbers.with_columns(pl.when(enough).then(pl.col("rate", "low", "high").cast(pl.Float64)))


def against_the_rest(counts: pl.DataFrame, *, overlapping: bool = False) -> pl.DataFrame:
    """Each segment of a feature against the feature's other segments together; not where segments overlap.

    counts: feature, segment, n, of; the segments of a feature share no unit. Adds gap (rate of the segment minus rate
    of the rest), gap_low, gap_high (Newcombe 95 %), rest (the rate of the rest) and marked: the gap is one of those
    that pass Benjamini-Hochberg at 10 % over all cells shown, which are those with 30 units on either side.
    """
    rest = counts.with_columns(
        (pl.col("n", "of").sum().over("feature") - pl.col("n", "of")).name.prefix("rest_"),
    )
    shown = (pl.min_horizontal("of", "rest_of") >= TOO_FEW) & (not overlapping)
    cells = rest.filter(shown).select("feature", "segment", "n", "of", "rest_n", "rest_of")
    columns = [cells[name].to_numpy().astype(float) for name in ("n", "of", "rest_n", "rest_of")]
    gap, low, high, p = _differences(*columns) if cells.height else (np.array([]),) * 4
    found = cells.select("feature", "segment", rest=pl.col("rest_n") / pl.col("rest_of")).with_columns(
        gap=pl.Series(gap, dtype=pl.Float64), gap_low=pl.Series(low, dtype=pl.Float64),
        gap_high=pl.Series(high, dtype=pl.Float64), marked=pl.Series(benjamini_hochberg(p), dtype=pl.Boolean),
    )  # fmt: skip
    joined = counts.join(found, on=["feature", "segment"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("marked").fill_null(False))


def benjamini_hochberg(p: Floats, share: float = FALSE_DISCOVERIES) -> npt.NDArray[np.bool_]:
    """Which of several tests to mark, so that of those marked at most a share is expected to be chance.

    >>> benjamini_hochberg(np.array([0.01, 0.2, 0.03])).tolist()
    [True, False, True]
    """
    return np.asarray(false_discovery_control(p) <= share) if len(p) else np.array([], bool)


def _differences(n1: Floats, of1: Floats, n2: Floats, of2: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Differences of rates with Newcombe's interval, and the p-value of the score test that there is none."""
    low, high = confint_proportions_2indep(n1, of1, n2, of2, method="newcomb", compare="diff")
    value, pool = n1 / of1 - n2 / of2, (n1 + n2) / (of1 + of2)
    spread = np.sqrt(pool * (1 - pool) * (1 / of1 + 1 / of2))
    z = np.divide(value, spread, out=np.zeros_like(value), where=spread > 0)  # all or none on both sides: no difference
    return value, low, high, 2 * norm.sf(np.abs(z))


def foremost(cells: pl.DataFrame, most: int) -> pl.DataFrame:
    """So many segments: the marked ones, then the largest; in the order they had. cells: as `against_the_rest` returns.

    >>> foremost(pl.DataFrame({"marked": [False, True, False], "of": [10, 20, 30]}), 2).rows()
    [(True, 20), (False, 30)]
    """
    first = pl.struct(~pl.col("marked"), -pl.col("of").cast(pl.Int64)).rank("ordinal")
    return cells.filter(first <= most)


def units_needed(n1: int, of1: int, n2: int, of2: int) -> int | None:
    """About how many more units the first group needs until a gap like the one seen would probably be found sure.

    Were the rates to stay and both groups to grow alike: a two-sided test at 5 % with 80 % power, in the normal
    approximation. None where there is no gap to find, or no unit in a group.

    >>> units_needed(12, 100, 180, 1000)
    246
    """
    if not min(of1, of2) or n1 * of2 == n2 * of1:
        return None
    gap, pool = n1 / of1 - n2 / of2, (n1 + n2) / (of1 + of2)
    reach = norm.ppf(0.975) + norm.ppf(POWER)
    times = reach**2 * pool * (1 - pool) * (1 / of1 + 1 / of2) / gap**2
    return max(0, math.ceil(of1 * (times - 1)))
