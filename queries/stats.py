"""From counts to numbers a person can trust: rates, intervals, differences, and what is signal and what is noise.

Measures return counts; here, at the edge, they become rates. Under 30 units no rate is made at all. Intervals are 95 %.
scipy and statsmodels do the mathematics; the rules of when to use which are ours.

A *process behaviour chart* (XmR) tells a real change of a weekly series from its usual swing: the mean, and limits at
the mean +- 2.66 x the mean difference between neighbouring weeks. It needs separate weeks: a trailing or cumulative
value sampled weekly would cry wolf. (Wheeler, *Understanding Variation*.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.stats import false_discovery_control, norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

TOO_FEW = 30  # units in a denominator, under which no rate is made
WHOLE_PERCENT = 1000  # units, under which a rate is said in whole percent
FALSE_DISCOVERIES = 0.10  # of the marks in one table, at most this share is expected to be chance
XMR_LEAST, XMR_FIRM, XMR_BASE = 6, 12, 24  # weeks: for any limits, for firm ones, and at most to lock them on
Verdict = Literal["real", "watch", "normal", "too few"]
Floats = npt.NDArray[np.float64]


def rates(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts with rate, low and high (Wilson 95 %) beside them, 0..1; null where n is, or where `of` is under 30.

    >>> rates(pl.DataFrame({"n": [30, 3], "of": [100, 10]})).select(pl.col("rate", "low", "high").round(3)).rows()
    [(0.3, 0.219, 0.396), (None, None, None)]
    """
    enough = (pl.col("of") >= TOO_FEW) & pl.col("n").is_not_null()
    n = counts["n"].fill_null(0).to_numpy().astype(float)
    of = np.maximum(counts["of"].to_numpy().astype(float), 1)
    low, high = proportion_confint(np.minimum(n, of), of, method="wilson") if counts.height else (n, n)
    numbers = counts.with_columns(rate=pl.Series(n / of), low=pl.Series(low), high=pl.Series(high))
    return numbers.with_columns(pl.when(enough).then(pl.col("rate", "low", "high").cast(pl.Float64)))


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


@dataclass(frozen=True)
class Behaviour:
    """How a weekly series behaves, as of its latest complete week.

    since: the place in the series where the signal that reaches the latest week began; None without one. provisional:
    the limits rest on fewer than 12 weeks. The limits are not clamped to what the metric can be.
    """

    verdict: Verdict
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    since: int | None = None
    provisional: bool = False


def xmr(values: Sequence[float | None]) -> Behaviour:
    """The behaviour of values of separate complete weeks, oldest first; None where there were too few units.

    The limits are locked on the first 24 weeks that have a value; with fewer, on all but the latest, which is judged by
    the weeks before it. Signals: a point outside the limits; 8 in a row on
    one side of the centre; 3 of 4 nearer to the same limit than to the centre. The verdict is *real* when a signal
    includes the latest week; *watch* when that week is in the outer third towards a limit or ends a run of 6 or 7;
    *normal* otherwise; *too few* when it has no value or there are fewer than 6.

    >>> xmr([50, 52, 49, 51, 50, 52, 49, 51, 50, 52, 49, 60]).verdict
    'real'
    """
    at = [i for i, value in enumerate(values) if value is not None]
    x = np.array([values[i] for i in at], float)
    if len(x) < XMR_LEAST or values[-1] is None:
        return Behaviour("too few")
    base = x[: min(XMR_BASE, len(x) - 1)]
    centre, reach = float(base.mean()), 2.66 * float(np.abs(np.diff(base)).mean())
    side = np.sign(x - centre)
    lengths = _runs(side)
    near = np.where(np.abs(x - centre) > reach / 2, side, 0)
    signal = (np.abs(x - centre) > reach) | _spread(lengths >= 8, lengths) | _three_of_four(near)
    verdict: Verdict = "normal"
    if signal[-1]:
        verdict = "real"
    elif lengths[-1] >= 6 or (reach > 0 and abs(x[-1] - centre) > reach * 2 / 3):
        verdict = "watch"
    quiet = np.flatnonzero(~signal | (side != side[-1]))
    since = at[int(quiet[-1]) + 1 if len(quiet) else 0] if verdict == "real" else None
    return Behaviour(verdict, centre, centre - reach, centre + reach, since, len(x) < XMR_FIRM)


def _runs(side: Floats) -> npt.NDArray[np.int64]:
    """For each point, how many in a row up to it lie on its side of the centre; a point on the centre breaks it."""
    lengths = np.zeros(len(side), np.int64)
    for i, s in enumerate(side):
        lengths[i] = 0 if s == 0 else 1 + (lengths[i - 1] if i and side[i - 1] == s else 0)
    return lengths


def _spread(ends: npt.NDArray[np.bool_], lengths: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """All points of the runs that end in a signal."""
    inside = np.zeros(len(ends), bool)
    for i in np.flatnonzero(ends):
        inside[i - lengths[i] + 1 : i + 1] = True
    return inside


def _three_of_four(near: Floats) -> npt.NDArray[np.bool_]:
    """The points of any 4 neighbours of which 3 are near the same limit."""
    inside = np.zeros(len(near), bool)
    for i in range(len(near) - 3):
        window = near[i : i + 4]
        for s in (-1, 1):
            if (window == s).sum() >= 3:
                inside[i : i + 4] |= window == s
    return inside


def changes(now: pl.DataFrame, before: pl.DataFrame, weeks: pl.DataFrame, shown: int) -> pl.DataFrame:
    """What moved, a row a feature: the rate now, its change (0..1), and whether the weekly series calls it real.

    now, before: feature, n, of, complete in two periods; with one not complete nothing is compared. weeks: feature,
    period, n, of, complete, over all of history; the limits come from all of it. shown: how many of the latest weeks to
    return as the trend.
    Adds rate, low, high, change (null where either rate is), verdict, since (the week in which a running signal began)
    and trend (list of weekly rates, 0..1).
    """
    earlier = rates(before.filter("complete")).select("feature", before="rate")
    table = rates(now).join(earlier, on="feature", how="left", maintain_order="left")
    series = rates(weeks.filter("complete")).sort("period").group_by("feature", maintain_order=True)
    behaviours = [_behaviour(row, shown) for row in series.agg("period", "rate", "n").iter_rows(named=True)]
    found = pl.DataFrame(behaviours, schema={"feature": pl.String, "verdict": pl.String, "since": pl.Date,
                                             "trend": pl.List(pl.Float64)}, orient="row")  # fmt: skip
    joined = table.join(found, on="feature", how="left", maintain_order="left")
    return joined.with_columns(change=pl.col("rate") - pl.col("before"), verdict=pl.col("verdict").fill_null("too few"))


def _behaviour(row: dict[str, list[Any]], shown: int) -> tuple[Any, ...]:
    """feature, verdict, since, trend of one weekly series, which begins with its first whole week of use."""
    first_use = next((i for i, n in enumerate(row["n"]) if n), len(row["n"]))
    begun = first_use + (first_use > 0)  # it may have been launched within its first week, which is then no whole one
    values, ends = row["rate"][begun:], row["period"][begun:]
    found = xmr(values) if values else Behaviour("too few")
    since = ends[found.since] if found.since is not None else None
    shown_rates = row["rate"][-shown:]
    return row["feature"], found.verdict, since, shown_rates if any(r is not None for r in shown_rates) else []
