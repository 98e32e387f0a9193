"""The features of a strategy pillar: those that were built for it, so that one sees who uses them."""

from collections.abc import Iterable, Mapping, Sequence

from queries.metrics import Metric
from queries.okr.results import Aim
from queries.product import Feature


def features_of(
    pillar: str, aims: Iterable[Aim], known: Mapping[str, Metric], features: Sequence[Feature]
) -> tuple[str, ...]:
    """The keys of its features, in the product's order.

    They are those of the area that is called as the pillar, those that its objectives name, and those that its key
    results are about.
    """
    mine = [aim for aim in aims if aim.pillar == pillar]
    metrics = [known.get(result.asked.metric or "") for aim in mine for result in aim.results]
    named = {key for aim in mine for key in aim.features} | {metric.feature for metric in metrics if metric}
    return tuple(f.key for f in features if f.key in named or (f.area or "").casefold() == pillar.casefold())
