"""What the weekly review looks at, as `[[review]]` of a product file says it: a metric a line, in its order."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queries.errors import Mistake, did_you_mean
from queries.product.toml_section import Section

if TYPE_CHECKING:
    from queries.product import Product, Unit

METRICS = ("new", "activation", "core_adoption", "days_active", "resurrected", "dormant", "week4_retention",
           "weekly_actives")  # fmt: skip
FEATURE_METRICS = ("adoption", "new_adopters")  # of one feature each
SHARES = ("activation", "core_adoption", "week4_retention", "adoption")  # metrics that are one, of 0 to 1
COUNTS = ("new", "resurrected", "dormant", "weekly_actives", "new_adopters")  # of units, that add up or have a mean
KINDS_OF_NOTE = ("launch", "incident", "experiment", "data", "definition", "holiday")  # of annotations


@dataclass(frozen=True)
class Reviewed:
    """A metric of the weekly review, by its key in the catalogue; with the feature it is about where it is of one.

    target: what it should reach, a share where the metric is one. ignores: kinds of annotations, as holidays, whose
    weeks are no news.
    """

    metric: str
    feature: str | None = None
    owner: str | None = None
    target: float | None = None
    unit: "Unit" = "user"
    ignores: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.metric}.{self.feature}" if self.feature else self.metric


def reviewed(top: Section, made: Mapping[str, str]) -> tuple[Reviewed, ...]:
    """The lines of the review; none where the file names none, and then there is a usual list.

    made: the metrics that the file makes of others, and whether each is a ratio or a difference.
    """
    return tuple(_reviewed(section, made) for section in top.listed("review"))


def _reviewed(section: Section, made: Mapping[str, str]) -> Reviewed:
    """A line of the weekly review."""
    metric, feature = section.get("metric", str) or "", section.get("feature", str)
    known = [*METRICS, *made, *FEATURE_METRICS]
    if "metric" not in section.values:
        section.note("metric", f"is missing; {did_you_mean('', known)}")
    elif metric and metric not in known:
        section.note("metric", f"{metric!r} is no metric, {did_you_mean(metric, known)}")
    elif metric and (feature is not None) != (metric in FEATURE_METRICS):
        section.note("feature", "is missing; the metric is of one." if feature is None else
                     f"must be left out; {metric!r} is of no single feature.")  # fmt: skip
    unit, ignores = section.get("count", str, "users"), section.texts("ignores")
    if unit not in ("users", "accounts"):
        section.note("count", f"must be \"users\" or \"accounts\", not {unit!r:.60}.")
    for kind in ignores:
        if kind not in KINDS_OF_NOTE:
            section.note("ignores", f"{kind!r} is no kind of annotation, {did_you_mean(kind, KINDS_OF_NOTE)}")
    number = section.points if made.get(metric) == "difference" else section.amount
    target = (section.share if metric in SHARES else number)("target")
    found = Reviewed(metric, feature, section.get("owner", str), target,
                     "account" if unit == "accounts" else "user", ignores)  # fmt: skip
    section.done()
    return found


def mistakes(product: "Product") -> list[Mistake]:
    """What a line asks for that the other sections do not have."""
    listed = [(line.key, line.unit) for line in product.review]
    return [
        mistake for place, line in enumerate(product.review, 1)
        for mistake in _mistakes(f"review[{place}]", line, product, twice=listed[place - 1] in listed[: place - 1])
    ]  # fmt: skip


def _mistakes(where: str, line: Reviewed, product: "Product", *, twice: bool) -> list[Mistake]:
    keys, found = [feature.key for feature in product.features], []
    if line.feature and keys and line.feature not in keys:
        what = f"there is no feature {line.feature!r}, {did_you_mean(line.feature, keys)}"
        found.append(Mistake(f"{where}.feature", what))
    if twice:
        found.append(Mistake(f"{where}.metric", "is listed above already."))
    if line.unit == "account" and not product.has_accounts:
        found.append(Mistake(f"{where}.count", "there are no accounts in this file."))
    if line.metric == "core_adoption" and not any(feature.core for feature in product.features):
        found.append(Mistake(f"{where}.metric", "there are no core features; mark some with `core = true`."))
    return found
