"""What a metric is, and how its weekly counts become values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from queries.activity import Activity, By
from queries.stats import TOO_FEW

Form = Literal["flow", "level", "rate", "mean", "difference"]
KEYS = ["segment", "part", "period"]
MORE, LESS = "+", "-"  # how the parts of the two shares of a difference begin
Weekly = Callable[[Activity, By, "Metric"], pl.DataFrame]


@dataclass(frozen=True)
class Metric:
    """One number of the catalogue.

    up: which way is better. kind: an input is what a team can move, an output is what follows. definition: numerator,
    denominator and window in a sentence; `{units}` stands for users or accounts. measure: the function that counts.
    weekly: counts by week: segment, part, period (last day of the week), n, of (null for counts), complete. features:
    the keys of those it counts, where it does not count the whole product; feature: the one it is of. version: raised
    when something else is counted under the same words. age: in weeks, of the retention. made_of: the two metrics of
    which it is the ratio or the difference.

    Equal metrics count alike, so that what was asked of one is known of the other.
    """

    key: str
    label: str
    form: Form
    up: Literal["better", "worse"]
    kind: Literal["input", "output"]
    definition: str
    measure: Callable[..., pl.DataFrame]
    weekly: Weekly
    features: tuple[str, ...] = ()
    feature: str | None = None
    version: int = 1
    age: int | None = None
    made_of: "tuple[Metric, ...]" = ()

    @property
    def is_share(self) -> bool:
        return self.form == "rate"

    @property
    def is_count(self) -> bool:
        return self.form in ("flow", "level")

    @property
    def range(self) -> tuple[float, float]:
        """What its value cannot be below or above."""
        return range_of(self.form)


def range_of(form: Form) -> tuple[float, float]:
    """What values of a form cannot be below or above.

    >>> range_of("difference"), range_of("mean")
    ((-1.0, 1.0), (0.0, inf))
    """
    return {"rate": (0.0, 1.0), "difference": (-1.0, 1.0)}.get(form, (0.0, float("inf")))


def weekly(activity: Activity, metric: Metric, by: By = ()) -> pl.DataFrame:
    """A metric by week over all of history: segment, part, period, n, of; whole weeks alone, the oldest first.

    part: the core feature, where the metric is a mean over several; of a difference, with the side it is on; else
    empty.
    """
    counts = metric.weekly(activity, by, metric).filter("complete").select(*KEYS, "n", "of")
    return counts.sort("period", maintain_order=True)


def values(counts: pl.DataFrame, form: Form, *keys: str) -> pl.DataFrame:
    """The value at each of the keys (columns of `counts`): keys, n, of, value.

    Counts are summed over what the keys leave open (weeks, segments) and divided then; a level is the mean of its
    weeks. value is null without a count, and for a rate or mean under 30 in the denominator. A metric of several parts
    is the mean of their values; its of is that of the part with the fewest, and its n is null. A difference is that of
    the means of its two sides, and null where one has none.

    >>> counts = pl.DataFrame({"part": ["", ""], "period": [1, 2], "n": [30, 10], "of": [50, 50]})
    >>> values(counts, "rate").rows()
    [(40, 100, 0.4)]
    """
    sums = [_sum("n"), _sum("of"), pl.col("period").n_unique().alias("weeks")]
    each = counts.group_by(*keys, "part", maintain_order=True).agg(sums)
    rate = pl.when(pl.col("of") >= TOO_FEW).then(pl.col("n") / pl.col("of"))
    made = {"flow": pl.col("n").cast(pl.Float64), "level": pl.col("n") / pl.col("weeks")}
    each = each.with_columns(value=made.get(form, rate))
    whole = pl.when(pl.col("value").null_count() == 0).then(_together(form)).alias("value")
    n = pl.when(pl.len() == 1).then(pl.col("n").first()).alias("n")
    found = [n, pl.col("of").min(), whole]
    return each.group_by(*keys, maintain_order=True).agg(found) if keys else each.select(found)


def _together(form: Form) -> pl.Expr:
    """One value of the values of all parts."""
    if form != "difference":
        return pl.col("value").mean()
    more, less = (pl.col("value").filter(pl.col("part").str.starts_with(side)).mean() for side in (MORE, LESS))
    return more - less


def _sum(name: str) -> pl.Expr:
    """The sum as a whole number; null where there is nothing to sum."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).cast(pl.Int64).sum()).alias(name)
