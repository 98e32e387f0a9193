"""What tells whether a metric still counts what it once counted: a hash of all that its numbers hang on."""

import hashlib
import json
from typing import Any

from queries.measures.adoption import adoption, new_adopters
from queries.metrics.counting import Metric
from queries.product import Feature, Product


def definition_hash(metric: Metric, product: Product) -> str:
    """The hash of a metric's definition, 16 hexadecimal digits: another definition has another, on every machine.

    In it are the words and the version of the definition, how it is counted (measure, form, direction, age), what shows
    use (the events of its features and who is eligible, or of all active features), who counts (sign-up, end, whom the
    product file leaves out) and when days and weeks begin; of a metric made of two others, the hashes of these. Names,
    owners, targets, the order of what is listed and where the warehouse is are not.
    """
    text = json.dumps(_facts(metric, product), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _facts(metric: Metric, product: Product) -> dict[str, Any]:
    if metric.made_of:
        of = [definition_hash(each, product) for each in metric.made_of]
        return {"measure": metric.measure.__name__, "version": metric.version, "up": metric.up, "of": of}
    return {
        "definition": metric.definition, "version": metric.version, "measure": metric.measure.__name__,
        "form": metric.form, "up": metric.up, "age": metric.age, "use": _use(metric, product),
        "population": _population(product), "week_start": product.week_start, "timezone": product.timezone,
    }  # fmt: skip


def _use(metric: Metric, product: Product) -> list[Any] | None:
    """What shows use: feature by feature, with who is eligible, where that matters; None for any event at all."""
    features = {feature.key: feature for feature in product.features}
    mine = [features.get(key) or Feature(key, key, (key,)) for key in metric.features]
    if metric.measure in (adoption, new_adopters):
        return sorted([sorted(feature.events), _eligible(feature, product)] for feature in mine)
    any_of = mine or [feature for feature in product.features if feature.active]
    return sorted({event for feature in any_of for event in feature.events}) if any_of else None


def _eligible(feature: Feature, product: Product) -> list[Any]:
    """The rule of a feature by what the tables hold, so that other names for the same values change nothing."""
    segments, rules = {segment.key: segment for segment in product.segments}, []
    for key, labels in feature.eligible:
        segment = segments[key]
        named = [label for label in labels if label not in dict(segment.labels).values()]
        values = [value for value, label in segment.labels if label in labels]
        rules.append([segment.of, segment.column, sorted({*values, *named})])
    return sorted(rules)


def _population(product: Product) -> list[Any]:
    """Who counts: from when, until when, and whom the product file leaves out."""
    if product.users is None:
        return []
    left_out = sorted([rule.column, rule.how, sorted(rule.values)] for rule in product.users.exclude)
    return [product.users.signup, product.users.ended, left_out]
