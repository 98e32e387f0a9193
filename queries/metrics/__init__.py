"""The catalogue: each number that is reviewed, with what it means, which way is good and how it is counted.

A metric is counted by separate whole weeks, because only those can be told apart from noise (`stats.weekly`). What is
longer, such as a month or a quarter, is made of the weeks that end in it: counts are summed first and divided then.

    flow        so many a week, such as new adopters: weeks add up
    level       so many at a time, such as weekly actives: several weeks have a mean
    rate        so many of so many: numerators and denominators add up
    mean        so much for each, such as days active a user: as a rate, but not a share
    difference  of two rates, in points

`built_in` has those of every product, `derived` those that a product file makes of two others, `counting` what they
share. `definition_hash` tells whether one still counts what it did, `terms` what it is made of in words.
"""

from dataclasses import replace

from queries.activity import Activity
from queries.errors import InsightsError, did_you_mean
from queries.metrics import built_in, derived
from queries.metrics.built_in import AGE
from queries.metrics.counting import Form, Metric, range_of, values, weekly
from queries.metrics.definition import definition_hash

__all__ = ["AGE", "Form", "Metric", "catalogue", "definition_hash", "metric", "range_of", "values",
           "weekly"]  # fmt: skip


def catalogue(activity: Activity, activation: tuple[str, ...] = ()) -> dict[str, Metric]:
    """All metrics of a product by key, inputs first. activation: the features that stand for having arrived.

    Those that the product file makes of others follow those of the whole product; a deprecated one says so.

    >>> from tests.examples import three_users
    >>> list(catalogue(three_users()[0]))[:3]
    ['new', 'activation', 'days_active']
    """
    known = {metric.key: metric for metric in built_in.metrics(activity, activation)}
    whole = [metric for metric in known.values() if metric.feature is None]
    of_features = [metric for metric in known.values() if metric.feature is not None]
    old = {said.key for said in activity.governed if said.status == "deprecated"}
    found = [*whole, *derived.metrics(known, activity.governed), *of_features]
    return {one.key: replace(one, label=f"{one.label} (deprecated)") if one.key in old else one for one in found}


def metric(found: dict[str, Metric], key: str) -> Metric:
    """The metric of a key. Raises InsightsError, with the nearest, where there is none."""
    if key not in found:
        raise InsightsError(f"There is no metric {key!r}; {did_you_mean(key, list(found))}")
    return found[key]
