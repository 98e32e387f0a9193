"""Any metric of the catalogue by any split, in weeks, months or quarters, and two groups of a split compared.

Everything is made of the weekly counts of the review (`metrics.weekly`), so one metric has one number on all pages. A
month or a quarter is made of the weeks that end in it, and is whole where all of them are.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from queries import metrics, stats
from queries.activity import Activity, By
from queries.answers import ask
from queries.measures.engagement import stickiness
from queries.metrics import Metric
from queries.product import OTHER
from queries.stats import Difference

Grain = Literal["week", "month", "quarter"]
MOST_METRICS, MOST_GROUPS = 4, 20
A_WEEK, A_DAY = timedelta(weeks=1), timedelta(days=1)
LENGTH = {"month": "1mo", "quarter": "1q"}
PERIODS = {"week": 1.0, "month": 4.35, "quarter": 13.05}  # weeks in each
LEAST = 3  # months or quarters shown, however few weeks are looked at
ONE_COHORT = ("activation", "week4_retention")  # a unit is counted in one week alone, so weeks may be added up
REST, OTHERS = "everyone else", "all others"  # what all groups but one are called, and where that one is called so


def shown(grain: Grain, weeks: int) -> int:
    """How many periods are shown for so many weeks.

    >>> shown("week", 12), shown("month", 52), shown("quarter", 6)
    (12, 12, 3)
    """
    return weeks if grain == "week" else max(LEAST, round(weeks / PERIODS[grain]))


def series(activity: Activity, metric: Metric, by: By, grain: Grain) -> pl.DataFrame:
    """A metric by group and period, the oldest first; of more than 20 groups the largest, and all others as Other.

    Groups that overlap have no Other: a unit in two of them would count twice.
    Columns: segment, period (the last day), n, of, value (as `metrics.values` has them), low, high (95 %; null where a
    unit may count more than once).
    """
    counts = ask(metrics.weekly, activity, metric, by=by)
    return valued(_largest(counts, overlapping=activity.overlaps(by)), metric, grain)


def groups(activity: Activity, metric: Metric, by: By) -> int:
    """How many groups a split has, however many of them are shown."""
    return int(ask(metrics.weekly, activity, metric, by=by)["segment"].n_unique())


def valued(counts: pl.DataFrame, metric: Metric, grain: Grain) -> pl.DataFrame:
    """As `series`, of weekly counts (segment, part, period, n, of)."""
    spans = _whole(counts.with_columns(span=_span(grain)), grain)
    found = metrics.values(spans, metric.form, "segment", "span").rename({"span": "period"})
    once = metric.is_share and (grain == "week" or metric.key in ONE_COHORT)
    limits = stats.rates(found.with_columns(pl.col("of").fill_null(0))).select("low", "high")
    seen = limits if once else limits.with_columns(pl.lit(None, pl.Float64).alias(name) for name in ("low", "high"))
    return found.hstack(seen).sort("period", maintain_order=True)


def _span(grain: Grain) -> pl.Expr:
    """The last day of the period in which a week ends."""
    week = pl.col("period")
    return week if grain == "week" else week.dt.truncate(LENGTH[grain]).dt.offset_by(LENGTH[grain]).dt.offset_by("-1d")


def _whole(counts: pl.DataFrame, grain: Grain) -> pl.DataFrame:
    """The counts of those periods of which every week that ends in them was counted."""
    if grain == "week":
        return counts
    first, last = pl.col("period").min().over("span"), pl.col("period").max().over("span")
    begins = pl.col("span").dt.truncate(LENGTH[grain])
    return counts.filter(first - A_WEEK < begins, last + A_WEEK > pl.col("span"))


def _largest(counts: pl.DataFrame, *, overlapping: bool) -> pl.DataFrame:
    """The counts of the largest groups by all their weeks, and those of all others together."""
    sizes = counts.group_by("segment", maintain_order=True).agg(size=pl.coalesce("of", "n").cast(pl.Int64).sum())
    first = sizes.sort("size", descending=True, maintain_order=True).head(MOST_GROUPS)["segment"].to_list()
    if sizes.height <= MOST_GROUPS:
        return counts
    if overlapping:
        return counts.filter(pl.col("segment").is_in(first))
    return _summed(counts, pl.when(pl.col("segment").is_in(first)).then("segment").otherwise(pl.lit(OTHER)))


def _summed(counts: pl.DataFrame, group: pl.Expr) -> pl.DataFrame:
    """The counts with groups put together. group: the one that each belongs to."""
    keys = ["segment", "part", "period"]
    sums = [pl.col("n").cast(pl.Int64).sum(),
            pl.when(pl.col("of").count() > 0).then(pl.col("of").cast(pl.Int64).sum()).alias("of")]  # fmt: skip
    return counts.with_columns(segment=group).group_by(keys, maintain_order=True).agg(sums)


# Two groups -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One of two groups: so many of so many (null for counts), and the value."""

    name: str
    n: int | None
    of: int | None
    value: float | None


@dataclass(frozen=True)
class Compared:
    """Two groups in the same weeks, from and to a week's end. gap: the first minus the second, where that can be told.

    The gap of a share is in shares, that of a mean in days.
    """

    first: date
    last: date
    one: Side
    other: Side
    gap: Difference | None


def pair(activity: Activity, metric: Metric, by: By, a: str, z: str) -> pl.DataFrame:
    """The weekly counts of two groups of a split, as `metrics.weekly` has them. z: empty for all but the first."""
    counts = ask(metrics.weekly, activity, metric, by=by)
    if z:
        return counts.filter(pl.col("segment").is_in([a, z]))
    return _summed(counts, pl.when(pl.col("segment") == a).then("segment").otherwise(pl.lit(rest(a))))


def rest(a: str) -> str:
    """What all groups but one are called: never as that one is.

    >>> rest("Pro"), rest("everyone else")
    ('everyone else', 'all others')
    """
    return REST if a != REST else OTHERS


def side_by_side(activity: Activity, metric: Metric, by: By, groups: tuple[str, str], grain: Grain) -> pl.DataFrame:
    """Two groups of a split over time, the first one first: as `series`. groups: the second is empty for the rest."""
    return valued(pair(activity, metric, by, *groups), metric, grain)


def compared(activity: Activity, metric: Metric, by: By, groups: tuple[str, str], weeks: int) -> Compared | None:
    """Two groups of a split in the last whole week; in the last `weeks` where a unit is in one of them alone.

    None where either has nobody, or no week is whole.
    """
    counts = pair(activity, metric, by, *groups)
    names = (groups[0], groups[1] or rest(groups[0]))
    ends = counts["period"].unique().sort().tail(weeks if metric.key in ONE_COHORT else 1)
    if ends.is_empty() or not {*names} <= {*counts["segment"]}:
        return None
    found = metrics.values(counts.filter(pl.col("period").is_in(ends.to_list())), metric.form, "segment")
    rows = {name: Side(name, n, of, value) for name, n, of, value in found.rows()}
    one, other = (rows[name] for name in names)
    gap = _gap(activity, metric, by, groups, (one, other), ends[-1])
    return Compared(ends[0] - A_WEEK + A_DAY, ends[-1], one, other, gap)


def _gap(
    activity: Activity, metric: Metric, by: By, groups: tuple[str, str], sides: tuple[Side, Side], last: date
) -> Difference | None:
    """The difference of two shares, or of two means of days; a count, or what is made of several, has none."""
    one, other = sides
    if metric.measure is stickiness:
        (a, z), segment = groups, pl.col("segment")
        return stats.difference_of_means(
            *(_sums(activity, by, of_it, last) for of_it in (segment == a, segment == z if z else segment != a)))
    if not metric.is_share or None in (one.n, one.of, other.n, other.of):
        return None
    return stats.difference(one.n, one.of, other.n, other.of)  # type: ignore[arg-type]


def _sums(activity: Activity, by: By, of_it: pl.Expr, last: date) -> tuple[int, int, int]:
    """Of the active units of a group in a week: how many they are, their days, and their days squared, summed."""
    found = ask(stickiness, activity, (last,), by=by, length=7)
    units, days, squares = found.filter(of_it).select(pl.col("units", "n", "squares").cast(pl.Int64).sum()).row(0)
    return units, days, squares
