"""What a metric is made of, term by term, so that two can be held side by side: whom it counts, of whom, and when.

`{units}` stands for users or accounts. Names of features and segments are as the product has them.
"""

from dataclasses import dataclass, fields

from queries.activity import Activity
from queries.metrics.counting import Metric
from queries.product import Feature

WEEK, KNOWN, ALL = "one whole calendar week", "{units} whose start is known", "all {units}"
ANY_USE = "any event of an active feature"
WHOLE = {  # numerator, denominator, window, population
    "new": ("{units} active for the first time in all history", "", WEEK, KNOWN),
    "resurrected": ("{units} active in the week, not in the week before, and not new", "", WEEK, ALL),
    "dormant": ("{units} active in the week before and not in the week", "", WEEK, ALL),
    "weekly_actives": ("{units} active in the week", "", WEEK, ALL),
    "days_active": ("days active of all {units}", "{units} active in the week", WEEK, "{units} active in the week"),
    "activation": ("those of them that reached an activation feature on days 0 to 6", "{units} that entered in a week",
                   "seven days from the entry of each; named by the week in which the last had theirs", KNOWN),
    "week4_retention": ("those of them active in week 4 after", "{units} that signed up in a week",
                        "the fourth calendar week after that of sign-up", KNOWN),
    "core_adoption": ("for each core feature the eligible {units} that used it; the mean of the shares",
                      "{units} eligible for it", WEEK, "for each core feature the {units} eligible for it"),
}  # fmt: skip
UNITS = {"flow": "{units} a week", "level": "{units}; of several weeks the mean", "rate": "a share, in percent",
         "mean": "days a week for each"}  # fmt: skip
ALSO = {  # what else people call them, for whoever searches
    "new": ("acquisition", "sign-ups", "first active"), "activation": ("onboarding", "aha"),
    "days_active": ("stickiness", "frequency", "L7"), "weekly_actives": ("WAU", "active users"),
    "week4_retention": ("churn", "come back"), "resurrected": ("reactivated", "back"), "dormant": ("churned", "gone"),
    "core_adoption": ("reach",), "adoption": ("usage", "penetration"), "new_adopters": ("first use",),
}  # fmt: skip
TOPICS = {"new": "Growth", "new_adopters": "Growth", "activation": "Growth", "core_adoption": "Adoption",
          "adoption": "Adoption", "days_active": "Engagement", "weekly_actives": "Engagement",
          "week4_retention": "Retention", "resurrected": "Retention", "dormant": "Retention"}  # fmt: skip
MADE = "Made of two"


@dataclass(frozen=True)
class Terms:
    """The terms of a metric, each a phrase. denominator: empty of a count. shows_use: the events that count."""

    numerator: str
    denominator: str
    window: str
    population: str
    shows_use: str
    unit: str
    better: str


def topic(metric: Metric) -> str:
    """What a metric is about."""
    return MADE if metric.made_of else TOPICS[metric.key.partition(".")[0]]


def also(metric: Metric) -> tuple[str, ...]:
    """What else people call a metric."""
    return ALSO.get(metric.key.partition(".")[0], ())


def terms(metric: Metric, activity: Activity) -> Terms:
    """The terms of a metric, as the product has it."""
    better = "more is better" if metric.up == "better" else "less is better"
    if metric.made_of:
        return _made(metric, activity, better)
    features = [feature for feature in activity.features if feature.key in metric.features]
    parts = WHOLE.get(metric.key) or _of_feature(metric, features[0], activity)
    return Terms(*parts, _shows_use(features), UNITS[metric.form], better)


def differences(one: Terms, other: Terms) -> tuple[str, ...]:
    """The names of the terms in which two metrics differ."""
    return tuple(field.name for field in fields(Terms) if getattr(one, field.name) != getattr(other, field.name))


def _of_feature(metric: Metric, feature: Feature, activity: Activity) -> tuple[str, str, str, str]:
    labels = {segment.key: segment.label for segment in activity.segments}
    rules = [f"{labels.get(key, key)} {' or '.join(values)}" for key, values in feature.eligible]
    whom = f"{{units}} with {' and '.join(rules)}" if rules else ALL
    if metric.form == "rate":
        return f"those of them that used {feature.label} in the week", "eligible {units}", WEEK, whom
    return f"eligible {{units}} whose first use of {feature.label}, in all history, is in the week", "", WEEK, whom


def _shows_use(features: list[Feature]) -> str:
    if len(features) == 1:
        return ", ".join(features[0].events)
    return "; ".join(f"{feature.label}: {', '.join(feature.events)}" for feature in features) or ANY_USE


def _made(metric: Metric, activity: Activity, better: str) -> Terms:
    """Of a ratio what it counts and for each of what; of a difference which share less which."""
    first, second = metric.made_of
    one, other = terms(first, activity), terms(second, activity)
    is_ratio = metric.form == "mean"
    over, under = (one.numerator, other.numerator) if is_ratio else (first.label, f"taken off: {second.label}")
    return Terms(over, under, _both(one.window, other.window), _both(one.population, other.population),
                 _both(one.shows_use, other.shows_use), "so many for each" if is_ratio else "points", better)


def _both(one: str, other: str) -> str:
    return one if one == other else f"first: {one}; second: {other}"
