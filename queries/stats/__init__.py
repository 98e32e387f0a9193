"""From counts to numbers a person can trust: rates, intervals, differences, and what is signal and what is noise.

Measures return counts; here, at the edge, they become rates. Under 30 units no rate is made at all. Intervals are 95 %.
scipy and statsmodels do the mathematics; the rules of when to use which are ours.

Which difference of two rates: `difference` where no unit is in both groups, `paired` where every unit is in both (this
period and last, feature and feature). A rate in which a unit counts more than once is `clustered`. Whether a weekly
series moved is for `xmr` to say.
"""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import binom, false_discovery_control, norm
from scipy.stats import t as student
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from queries.stats.xmr import behaviours

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


@dataclass(frozen=True)
class Charted:
    """One weekly series with its process behaviour chart.

    points: as they came, with rate, low and high beside them, and centre, lower and upper (limits, within 0..1; null
    where there are none). since: the period in which a signal that reaches the latest point began. outside: that point
    is beyond the limits.
    """

    points: pl.DataFrame
    verdict: str
    since: date | None
    provisional: bool
    outside: bool


def foremost(cells: pl.DataFrame, most: int) -> pl.DataFrame:
    """So many segments: the marked ones, then the largest; in the order they had. cells: as `against_the_rest` returns.

    >>> foremost(pl.DataFrame({"marked": [False, True, False], "of": [10, 20, 30]}), 2).rows()
    [(True, 20), (False, 30)]
    """
    first = pl.struct(~pl.col("marked"), -pl.col("of").cast(pl.Int64)).rank("ordinal")
    return cells.filter(first <= most)


def charted(points: pl.DataFrame, *, judged: bool = True, anew: tuple[date, ...] = ()) -> Charted:
    """The process behaviour chart of a rate. points: period, n, of; complete and separate, the oldest first.

    judged: whether the points may be compared; where not, there are no limits. anew: days from whose week on what is
    usual starts anew.
    """
    found = rates(points)
    series = found["rate"].fill_null(float("nan")).to_numpy() if found.height and judged else np.full(
        max(1, found.height), np.nan)  # fmt: skip
    heard = behaviours(series, _columns(found["period"], anew))
    lower, upper = heard.drawn(0.0, 1.0)
    lines = {"centre": heard.centre, "lower": lower, "upper": upper}
    limits = [pl.Series(name, line[0][: found.height]).fill_nan(None) for name, line in lines.items()]
    since = found["period"][int(heard.since[0])] if heard.since[0] >= 0 else None
    return Charted(found.with_columns(limits), str(heard.verdict[0]), since, bool(heard.provisional[0]),
                   bool(heard.outside[0, -1]))  # fmt: skip


def changes(
    now: pl.DataFrame, before: pl.DataFrame, weeks: pl.DataFrame, shown: int, *, judged: bool = True,
    anew: tuple[tuple[str, tuple[date, ...]], ...] = (),
) -> pl.DataFrame:  # fmt: skip
    """What moved, a row a feature: the rate now, its change (0..1), and whether the weekly series calls it real.

    now, before: feature, n, of, complete in two periods; with one not complete nothing is compared. weeks: feature,
    period, n, of, complete, over all of history; the limits come from all of it (`xmr`). shown: how many of the latest
    weeks to return as the trend.
    Adds rate, low, high, change (null where either rate is), verdict, since (the week in which a running signal began),
    up and outside (the latest week is above its centre, beyond its limits) and trend (list of weekly rates, 0..1).
    judged: whether the units may be compared with their own past; where not, there is no change, and the verdict is
    "not judged". anew: for features of which it is known, the days from whose week on what is usual starts anew.
    """
    earlier = rates(before.filter("complete")).select("feature", before="rate")
    table = rates(now).join(earlier, on="feature", how="left", maintain_order="left")
    whole, days = weeks.filter("complete"), dict(anew)
    known = [_verdicts(whole.filter(feature=key), shown, days[key]) for key in days]
    others = _verdicts(whole.filter(~pl.col("feature").is_in(list(days))), shown)
    joined = table.join(pl.concat([others, *known]), on="feature", how="left", maintain_order="left")
    if not judged:
        return joined.with_columns(
            change=pl.lit(None, pl.Float64), verdict=pl.lit("not judged"), since=pl.lit(None, pl.Date)
        )
    return joined.with_columns(change=pl.col("rate") - pl.col("before"), verdict=pl.col("verdict").fill_null("too few"))


def usual_swing(weeks: pl.DataFrame, *, judged: bool = True, anew: tuple[date, ...] = ()) -> pl.DataFrame:
    """The weekly rates of one feature with the limits of their usual swing, as `changes` judges them.

    weeks: period, n, of, complete, over all of history. Adds rate (of an open week too), centre, lower and upper (as
    drawn: within 0..1), signal (the week is one of a signal) and outside (it is beyond the limits). The limits are null
    before the first whole week of use, in weeks without a rate and in open ones, and in all where nothing is to be
    judged. anew: days from whose week on what is usual starts anew.
    """
    weeks = weeks.with_columns(rate=RATE).sort("period")
    whole = weeks.filter("complete")
    rate, used = whole["rate"].to_numpy(), whole["n"].fill_null(0).to_numpy() > 0
    begun = _from_first_use(rate[None, :], used[None, :] & judged)
    heard, here = behaviours(begun, _columns(whole["period"], anew)), ~np.isnan(begun[0])
    columns = dict(zip(("centre", "lower", "upper"), (heard.centre, *heard.drawn(0, 1)), strict=True))
    limits = [pl.Series(name, np.where(here, found[0, : whole.height], np.nan), nan_to_null=True)
              for name, found in columns.items()]  # fmt: skip
    signal = (heard.outside | heard.in_a_row | heard.near_limit)[0, : whole.height]
    beyond = pl.Series(heard.outside[0, : whole.height])
    found = whole.select("period").with_columns(*limits, signal=pl.Series(signal), outside=beyond)
    joined = weeks.join(found, on="period", how="left", maintain_order="left")
    return joined.with_columns(pl.col("signal", "outside").fill_null(False))


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


def _columns(periods: pl.Series, days: tuple[date, ...]) -> list[int]:
    """At which of some weeks, by the last day of each and the oldest first, the days fall."""
    return [int((periods < day).sum()) for day in days]


def _verdicts(weeks: pl.DataFrame, shown: int, anew: tuple[date, ...] = ()) -> pl.DataFrame:
    """feature, verdict, since and trend of weekly series, each of which begins with its first whole week of use."""
    weeks = weeks.with_columns(rate=RATE)
    features, periods = (weeks[name].unique().sort() for name in ("feature", "period"))
    cell = tuple(weeks[name].rank("dense").cast(pl.Int64).to_numpy() - 1 for name in ("feature", "period"))
    rate = np.full((len(features), len(periods)), np.nan)
    used = np.zeros(rate.shape, bool)
    rate[cell], used[cell] = weeks["rate"].to_numpy(), weeks["n"].fill_null(0).to_numpy() > 0
    heard = behaviours(_from_first_use(rate, used), _columns(periods, anew))
    since = pl.when(pl.col("week") >= 0).then(pl.lit(periods).gather(pl.col("week").clip(0)))
    up, outside = (each[:, -1:].any(axis=1) for each in (rate > heard.centre, heard.outside))
    found = pl.DataFrame({"feature": features, "verdict": heard.verdict.tolist(), "week": heard.since, "up": up,
                          "outside": outside}, schema_overrides={"verdict": pl.String})  # fmt: skip
    trend = weeks.sort("period").group_by("feature").agg(pl.col("rate").tail(shown).alias("trend"))
    some = pl.when(pl.col("trend").list.drop_nulls().list.len() > 0).then(shown).otherwise(0)
    return found.select("feature", "verdict", "up", "outside", since=since).join(
        trend.with_columns(pl.col("trend").list.head(some)), on="feature")  # fmt: skip


def _from_first_use(rate: Floats, used: npt.NDArray[np.bool_]) -> Floats:
    """Weekly rates, each series from its first whole week of use on; NaN before."""
    begun = np.maximum.accumulate(used, axis=1)
    begun[:, 1:] &= begun[:, :-1]  # the launch may have been within its first week, which is then no whole one
    return np.where(begun, rate, np.nan)
