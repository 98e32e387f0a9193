"""How far each metric is to be trusted: what the team says of it, and whether that is still said of what it counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Literal

from queries import metrics
from queries.activity import Activity
from queries.metrics.counting import Metric
from queries.metrics.definition import definition_hash
from queries.metrics.terms import also, topic
from queries.product import Product
from queries.product.metrics import Governed, Revision

Standing = Literal["certified", "approved", "changed", "draft", "", "deprecated"]
ORDER: tuple[Standing, ...] = ("certified", "approved", "changed", "draft", "", "deprecated")  # the most trusted first
LAST_TIER = 4  # of one that has none


@dataclass(frozen=True)
class Entry:
    """A metric with what is said of it. hash: of its definition as it is now. area: that of its feature."""

    metric: Metric
    said: Governed
    hash: str
    owner: str | None
    area: str | None = None

    @property
    def standing(self) -> Standing:
        """Certified only for the very definition that was looked at; changed, where that was another."""
        if self.said.certified:
            return "certified" if self.said.certified.hash == self.hash else "changed"
        return self.said.status or ""

    @property
    def changed(self) -> date | None:
        """When its definition was last changed, as far as the changelog says."""
        return self._last.on if self._last else None

    @property
    def is_vouched_for_by_its_author(self) -> bool:
        """Whether who certified it is who changed it last, as far as the changelog names them."""
        certified, author = self.said.certified, self._last.by if self._last else None
        return bool(certified and author and _person(certified.by) == _person(author))

    @property
    def _last(self) -> Revision | None:
        return max(self.said.changelog, key=lambda revision: revision.on, default=None)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that people call it."""
        return self.metric.label, self.metric.key, *also(self.metric)


def _person(name: str) -> str:
    """A name, however it is spaced and in whatever case."""
    return " ".join(name.split()).casefold()


def entries(activity: Activity, product: Product) -> tuple[Entry, ...]:
    """All metrics, those of the first tier first and deprecated ones last; else in the order of the catalogue."""
    said = {each.key: each for each in product.metrics}
    features = {feature.key: feature for feature in activity.features}
    found = []
    for metric in metrics.catalogue(activity, product.activation).values():
        mine, feature = said.get(metric.key, Governed(metric.key)), features.get(metric.feature or "")
        area, owner = (feature.area, feature.owner) if feature else (None, None)
        found.append(Entry(metric, mine, definition_hash(metric, product), mine.owner or owner, area))
    return tuple(sorted(found, key=lambda one: (one.standing == "deprecated", one.said.tier or LAST_TIER)))


def chosen(every: Sequence[Entry], text: str = "", standing: str = "", about: str = "") -> tuple[Entry, ...]:
    """Those that have all words of a text in their names, owner or area, with this standing, about this topic."""
    return tuple(one for one in every if _has(one, text) and standing in ("", one.standing or "none")
                 and about in ("", topic(one.metric)))  # fmt: skip


def _has(one: Entry, text: str) -> bool:
    where = " ".join((*one.names, one.owner or "", one.area or "")).casefold()
    return all(word in where for word in text.casefold().split())


def nearest(every: Sequence[Entry], text: str) -> Entry | None:
    """The metric that was perhaps meant by a name that none has."""
    called = {name.casefold(): one for one in reversed(every) for name in one.names}
    near = get_close_matches(text.casefold().strip(), called, n=1, cutoff=0.6)
    return called[near[0]] if near else None


def preferred(one: Entry, other: Entry) -> Entry | None:
    """Of two metrics the one that is trusted more; None where neither is."""
    places = [(ORDER.index(each.standing), each.said.tier or LAST_TIER) for each in (one, other)]
    return None if places[0] == places[1] else one if places[0] < places[1] else other


def breaks(product: Product) -> list[tuple[str, Revision]]:
    """The changes that part a metric's numbers from those before, by its key; also of the metrics made of it."""
    known = [(said.key, revision) for said in product.metrics for revision in said.changelog if revision.breaks_history]
    made = [(said.key, said.made_of.of) for said in product.metrics if said.made_of]
    return [*known, *((key, revision) for key, parts in made for part, revision in known if part in parts)]
