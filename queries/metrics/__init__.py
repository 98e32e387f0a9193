"""The catalogue: each number that is reviewed, with what it means, which way is good and how it is counted.

A metric is counted by separate whole weeks, because only those can be told apart from noise (`stats.weekly`). What is
longer, such as a month or a quarter, is made of the weeks that end in it: counts are summed first and divided then.

    flow     so many a week, such as new adopters: weeks add up
    level    so many at a time, such as weekly actives: several weeks have a mean
    rate     so many of so many: numerators and denominators add up
    mean     so much for each, such as days active a user: as a rate, but not a share
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import polars as pl

from queries.activity import Activity, By
from queries.answers import ask
from queries.errors import InsightsError, did_you_mean
from queries.measures import adoption, depth, engagement, lifecycle, retention
from queries.measures.returning import Returning
from queries.metrics.definition import definition_hash
from queries.product import Feature
from queries.stats import TOO_FEW

Form = Literal["flow", "level", "rate", "mean"]
__all__ = ["AGE", "Form", "Metric", "catalogue", "definition_hash", "metric", "values", "weekly"]
AGE = 4  # weeks: of the retention that is reviewed
KEYS = ["segment", "part", "period"]
NONE = pl.lit(None, pl.UInt32)
Weekly = Callable[[Activity, By, "Metric"], pl.DataFrame]


@dataclass(frozen=True)
class Metric:
    """One number of the catalogue.

    up: which way is better. kind: an input is what a team can move, an output is what follows. definition: numerator,
    denominator and window in a sentence; `{units}` stands for users or accounts. measure: the function that counts.
    weekly: counts by week: segment, part, period (last day of the week), n, of (null for counts), complete. features:
    the keys of those it counts, where it does not count the whole product; feature: the one it is of. version: raised
    when something else is counted under the same words. age: in weeks, of the retention.

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

    @property
    def is_share(self) -> bool:
        return self.form == "rate"

    @property
    def is_count(self) -> bool:
        return self.form in ("flow", "level")


def catalogue(activity: Activity, activation: tuple[str, ...] = ()) -> dict[str, Metric]:
    """All metrics of a product by key, inputs first. activation: the features that stand for having arrived.

    >>> from tests.examples import three_users
    >>> list(catalogue(three_users()[0]))[:3]
    ['new', 'activation', 'days_active']
    """
    core = tuple(feature.key for feature in activity.features if feature.core)
    found = [
        *(_state(state, label, up) for state, label, up in STATES[:1]),
        _activation(activation),
        *([_core(core)] if core else []),
        _days_active(),
        *(_state(state, label, up) for state, label, up in STATES[1:]),
        _retention(),
        _weekly_actives(),
        *(made(feature) for feature in activity.features for made in (_adoption, _new_adopters)),
    ]
    return {metric.key: metric for metric in found}


def metric(found: dict[str, Metric], key: str) -> Metric:
    """The metric of a key. Raises InsightsError, with the nearest, where there is none."""
    if key not in found:
        raise InsightsError(f"There is no metric {key!r}; {did_you_mean(key, list(found))}")
    return found[key]


def weekly(activity: Activity, metric: Metric, by: By = ()) -> pl.DataFrame:
    """A metric by week over all of history: segment, part, period, n, of; whole weeks alone, the oldest first.

    part: the core feature, where the metric is a mean over several; else empty.
    """
    counts = metric.weekly(activity, by, metric).filter("complete").select(*KEYS, "n", "of")
    return counts.sort("period", maintain_order=True)


def values(counts: pl.DataFrame, form: Form, *keys: str) -> pl.DataFrame:
    """The value at each of the keys (columns of `counts`): keys, n, of, value.

    Counts are summed over what the keys leave open (weeks, segments) and divided then; a level is the mean of its
    weeks. value is null without a count, and for a rate or mean under 30 in the denominator. A metric of several parts
    is the mean of their values; its of is that of the part with the fewest, and its n is null.

    >>> counts = pl.DataFrame({"part": ["", ""], "period": [1, 2], "n": [30, 10], "of": [50, 50]})
    >>> values(counts, "rate").rows()
    [(40, 100, 0.4)]
    """
    sums = [_sum("n"), _sum("of"), pl.col("period").n_unique().alias("weeks")]
    each = counts.group_by(*keys, "part", maintain_order=True).agg(sums)
    rate = pl.when(pl.col("of") >= TOO_FEW).then(pl.col("n") / pl.col("of"))
    made = {"flow": pl.col("n").cast(pl.Float64), "level": pl.col("n") / pl.col("weeks")}
    each = each.with_columns(value=made.get(form, rate))
    whole = pl.when(pl.col("value").null_count() == 0).then(pl.col("value").mean()).alias("value")
    n = pl.when(pl.len() == 1).then(pl.col("n").first()).alias("n")
    found = [n, pl.col("of").min(), whole]
    return each.group_by(*keys, maintain_order=True).agg(found) if keys else each.select(found)


def _sum(name: str) -> pl.Expr:
    """The sum as a whole number; null where there is nothing to sum."""
    return pl.when(pl.col(name).count() > 0).then(pl.col(name).cast(pl.Int64).sum()).alias(name)


# What there is --------------------------------------------------------------------------------------------------------

STATES: tuple[tuple[str, str, Literal["better", "worse"]], ...] = (
    ("new", "New", "better"), ("resurrected", "Resurrected", "better"), ("dormant", "Dormant", "worse"),
)  # fmt: skip
SAID = {
    "new": "{units} active in the week for the first time in all history.",
    "resurrected": "{units} active in the week, not in the week before, and not new.",
    "dormant": "{units} active in the week before, and not in the week.",
}


def _weekly_actives() -> Metric:
    said = "{units} with at least one event of an active feature in the week."
    return Metric("weekly_actives", "Weekly actives", "level", "better", "output", said, engagement.actives, _actives)


def _actives(activity: Activity, by: By, _: Metric) -> pl.DataFrame:
    found = engagement.actives(activity, activity.calendar.periods("week"), by=by)
    return found.with_columns(part=pl.lit(""), of=NONE)


def _days_active() -> Metric:
    said = "Days active in the week, a mean over the {units} active in it."
    return Metric("days_active", "Days active", "mean", "better", "input", said, engagement.stickiness, _stickiness)


def _stickiness(activity: Activity, by: By, _: Metric) -> pl.DataFrame:
    ends = tuple(week.last for week in activity.calendar.periods("week"))
    found = engagement.stickiness(activity, ends, by=by, length=7)
    return found.select("segment", part=pl.lit(""), period="day", n="n", of=pl.col("units").cast(pl.UInt64),
                        complete="complete")  # fmt: skip


def _activation(features: tuple[str, ...]) -> Metric:
    said = ("{units} that reached an activation feature on days 0 to 6, of those that entered in the week before: the "
            "week in which the last of them had their seven days.")  # fmt: skip
    return Metric("activation", "Activation", "rate", "better", "input", said, depth.activation,
                  _activated, features)  # fmt: skip


def _activated(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    found = depth.activation(activity, activity.calendar.periods("week"), metric.features, by=by)
    return found.with_columns(part=pl.lit(""), period=pl.col("cohort") + timedelta(days=7))


def _retention() -> Metric:
    said = "{units} active in week 4 after the week of sign-up, of those that signed up four weeks before."
    return Metric("week4_retention", "Week-4 retention", "rate", "better", "output", said, retention.retention,
                  _returned, age=AGE)  # fmt: skip


def _returned(activity: Activity, by: By, _: Metric) -> pl.DataFrame:
    weeks = len(activity.calendar.periods("week"))
    cells = retention.retention(activity, Returning(), cohorts=weeks, intervals=AGE + 1, by=by)
    return cells.filter(interval=AGE).with_columns(part=pl.lit(""), period=pl.col("cohort") + timedelta(weeks=AGE))


def _state(state: str, label: str, up: Literal["better", "worse"]) -> Metric:
    return Metric(state, label, "flow", up, "input", SAID[state], lifecycle.lifecycle, _in_state)


def _in_state(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    found = ask(lifecycle.lifecycle, activity, "week", len(activity.calendar.periods("week")), by=by)  # of all states
    return found.filter(state=metric.key).with_columns(part=pl.lit(""), of=NONE)


def _core(features: tuple[str, ...]) -> Metric:
    said = "The mean, over the core features, of the share of eligible {units} that used the feature in the week."
    return Metric("core_adoption", "Adoption of core features", "rate", "better", "input", said, adoption.adoption,
                  _used, features)  # fmt: skip


def _adoption(feature: Feature) -> Metric:
    said = "Eligible {units} that used the feature in the week, of all eligible."
    return Metric(f"adoption.{feature.key}", f"Adoption of {feature.label}", "rate", "better", "input", said,
                  adoption.adoption, _used, (feature.key,), feature.key)  # fmt: skip


def _used(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    found = adoption.adoption(activity, activity.calendar.periods("week"), by=by, features=metric.features)
    return found.rename({"feature": "part"})


def _new_adopters(feature: Feature) -> Metric:
    said = "Eligible {units} whose first use of the feature, in all history, fell in the week."
    return Metric(f"new_adopters.{feature.key}", f"New adopters of {feature.label}", "flow", "better", "input", said,
                  adoption.new_adopters, _adopted, (feature.key,), feature.key)  # fmt: skip


def _adopted(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    found = adoption.new_adopters(activity, activity.calendar.periods("week"), by=by, features=metric.features)
    return found.rename({"feature": "part"}).with_columns(of=NONE)
