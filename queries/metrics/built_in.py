"""The metrics that every product has, and those of each of its features."""

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

import polars as pl

from queries.activity import Activity, By
from queries.answers import ask
from queries.measures import adoption, depth, engagement, lifecycle, retention
from queries.measures.returning import Returning
from queries.metrics.counting import Metric
from queries.product import Feature

Measure = Callable[..., pl.DataFrame]
AGE = 4  # weeks: of the retention that is reviewed
NONE = pl.lit(None, pl.UInt32)


def metrics(activity: Activity, activation: tuple[str, ...]) -> list[Metric]:
    """What there is without anybody saying so, inputs first. activation: the features that stand for having arrived."""
    core = tuple(feature.key for feature in activity.features if feature.core)
    return [
        *(_state(state, label, up) for state, label, up in STATES[:1]),
        _activation(activation or core),
        *([_core(core)] if core else []),
        _days_active(),
        *(_state(state, label, up) for state, label, up in STATES[1:]),
        _retention(),
        _weekly_actives(),
        *(made(feature) for feature in activity.features for made in (_adoption, _new_adopters)),
    ]


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
    named = found.with_columns(part=pl.lit(""), period=pl.col("cohort") + timedelta(days=7))
    return named.with_columns(pl.col("complete") & (pl.col("period") <= activity.calendar.as_of))  # they may end before


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
    return _of_features(adoption.adoption, activity, by, metric).rename({"feature": "part"})


def _new_adopters(feature: Feature) -> Metric:
    said = "Eligible {units} whose first use of the feature, in all history, fell in the week."
    return Metric(f"new_adopters.{feature.key}", f"New adopters of {feature.label}", "flow", "better", "input", said,
                  adoption.new_adopters, _adopted, (feature.key,), feature.key)  # fmt: skip


def _adopted(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    found = _of_features(adoption.new_adopters, activity, by, metric)
    return found.rename({"feature": "part"}).with_columns(of=NONE)


def _of_features(measure: Measure, activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    """What a measure counts of some features; without a split of all at once, since others will be asked for."""
    weeks = activity.calendar.periods("week")
    if by:
        return measure(activity, weeks, by=by, features=metric.features)
    return ask(measure, activity, weeks).filter(pl.col("feature").is_in(metric.features))
