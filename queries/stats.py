"""From counts to numbers a person can trust: rates, intervals, differences, and what is signal and what is noise.

Measures return counts; here, at the edge, they become rates. Under 30 units no rate is made at all. Intervals are 95 %.
scipy and statsmodels do the mathematics; the rules of when to use which are ours.

Which difference of two rates: `difference` where no unit is in both groups, `paired` where every unit is in both (this
period and last, feature and feature). A rate in which a unit counts more than once is `clustered`. Whether a weekly
series moved is for `xmr` to say.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import false_discovery_control, norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from queries.xmr import behaviours

TOO_FEW = 30  # units in a denominator, under which no rate is made
WHOLE_PERCENT = 1000  # units, under which a rate is said in whole percent
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
    """The difference of two rates of different units, first minus second: Newcombe 95 %, and the score test's p."""

    value: float
    low: float
    high: float
    p: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves no room for zero."""
        return self.low > 0 or self.high < 0


def difference(n1: int, of1: int, n2: int, of2: int) -> Difference | None:
    """The difference n1/of1 - n2/of2 between groups that share no unit; None when either has under 30.

    >>> found = difference(110, 1000, 190, 1000)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3), found.sure
    (-0.08, -0.111, -0.049, True)
    """
    if min(of1, of2) < TOO_FEW:
        return None
    value, low, high, p = _differences(*(np.array([x], float) for x in (n1, of1, n2, of2)))
    return Difference(float(value[0]), float(low[0]), float(high[0]), float(p[0]))


def against_the_rest(counts: pl.DataFrame) -> pl.DataFrame:
    """Each segment of a feature against the feature's other segments together.

    counts: feature, segment, n, of; the segments of a feature share no unit. Adds gap (rate of the segment minus rate
    of the rest), gap_low, gap_high (Newcombe 95 %), rest (the rate of the rest) and marked: the gap is one of those
    that pass Benjamini-Hochberg at 10 % over all cells shown, which are those with 30 units on either side.
    """
    rest = counts.with_columns(
        (pl.col("n", "of").sum().over("feature") - pl.col("n", "of")).name.prefix("rest_"),
    )
    shown = pl.min_horizontal("of", "rest_of") >= TOO_FEW
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


def changes(now: pl.DataFrame, before: pl.DataFrame, weeks: pl.DataFrame, shown: int) -> pl.DataFrame:
    """What moved, a row a feature: the rate now, its change (0..1), and whether the weekly series calls it real.

    now, before: feature, n, of, complete in two periods; with one not complete nothing is compared. weeks: feature,
    period, n, of, complete, over all of history; the limits come from all of it (`xmr`). shown: how many of the latest
    weeks to return as the trend.
    Adds rate, low, high, change (null where either rate is), verdict, since (the week in which a running signal began)
    and trend (list of weekly rates, 0..1).
    """
    earlier = rates(before.filter("complete")).select("feature", before="rate")
    table = rates(now).join(earlier, on="feature", how="left", maintain_order="left")
    joined = table.join(_verdicts(weeks.filter("complete"), shown), on="feature", how="left", maintain_order="left")
    return joined.with_columns(change=pl.col("rate") - pl.col("before"), verdict=pl.col("verdict").fill_null("too few"))


def _verdicts(weeks: pl.DataFrame, shown: int) -> pl.DataFrame:
    """feature, verdict, since and trend of weekly series, each of which begins with its first whole week of use."""
    weeks = weeks.with_columns(rate=RATE)
    features, periods = (weeks[name].unique().sort() for name in ("feature", "period"))
    cell = tuple(weeks[name].rank("dense").cast(pl.Int64).to_numpy() - 1 for name in ("feature", "period"))
    rate = np.full((len(features), len(periods)), np.nan)
    used = np.zeros(rate.shape, bool)
    rate[cell], used[cell] = weeks["rate"].to_numpy(), weeks["n"].fill_null(0).to_numpy() > 0
    begun = np.maximum.accumulate(used, axis=1)
    begun[:, 1:] &= begun[:, :-1]  # the launch may have been within its first week, which is then no whole one
    heard = behaviours(np.where(begun, rate, np.nan))
    since = pl.when(pl.col("week") >= 0).then(pl.lit(periods).gather(pl.col("week").clip(0)))
    found = pl.DataFrame({"feature": features, "verdict": heard.verdict.tolist(), "week": heard.since},
                         schema_overrides={"verdict": pl.String})  # fmt: skip
    trend = weeks.sort("period").group_by("feature").agg(pl.col("rate").tail(shown).alias("trend"))
    some = pl.when(pl.col("trend").list.drop_nulls().list.len() > 0).then(shown).otherwise(0)
    return found.select("feature", "verdict", since=since).join(
        trend.with_columns(pl.col("trend").list.head(some)), on="feature")  # fmt: skip
