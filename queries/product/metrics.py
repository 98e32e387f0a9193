"""What a team says of its metrics, as `[metrics]` of a product file says it: whose each is, and how far it is trusted.

A metric that is the ratio or the difference of two others is made here too, without any code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, cast, get_args

from queries.errors import Mistake, did_you_mean
from queries.product.review import COUNTS, FEATURE_METRICS, METRICS, SHARES
from queries.product.toml_section import Section

if TYPE_CHECKING:
    from queries.product import Product

Status = Literal["draft", "approved", "deprecated"]
Kind = Literal["ratio", "difference"]
Up = Literal["better", "worse"]
LEAST_TRUSTED = 3  # the tier; 1 is what the company is steered by
NAME = re.compile(r"[A-Za-z0-9_-]+")
HASH = re.compile(r"[0-9a-f]{16}")
ACCOUNTS = "~account"  # how links call a metric that counts accounts


@dataclass(frozen=True)
class Certified:
    """Who vouches for a metric, and since when. hash: of the definition that was looked at; no other is meant."""

    by: str
    at: date
    hash: str


@dataclass(frozen=True)
class Revision:
    """A change of what a metric counts. breaks_history: numbers from before are not to be compared with later ones."""

    on: date
    what: str
    by: str | None = None
    breaks_history: bool = False


@dataclass(frozen=True)
class MadeOf:
    """Two metrics by their keys, and whether it is their ratio (of counts) or their difference (of shares)."""

    kind: Kind
    of: tuple[str, ...]
    label: str
    up: Up = "better"


@dataclass(frozen=True)
class Governed:
    """What is said of one metric, by its key in the catalogue. tier: 1 to 3. replaced_by: the metric to take instead.

    target: what it should reach, where the review says no other. made_of: where it is made of two others.
    """

    key: str
    owner: str | None = None
    tier: int | None = None
    status: Status | None = None
    replaced_by: str | None = None
    target: float | None = None
    certified: Certified | None = None
    changelog: tuple[Revision, ...] = ()
    made_of: MadeOf | None = None


def governed(top: Section) -> tuple[Governed, ...]:
    """What the file says of metrics, in its order."""
    return tuple(_governed(key, section) for key, section in _named(top))


def _named(top: Section) -> Iterator[tuple[str, Section]]:
    """Each metric with its section: those of a feature stand under it, as `[metrics.adoption.export]`."""
    for name, section in top.sections("metrics"):
        if name in FEATURE_METRICS:
            for feature, values in section.values.items():
                yield f"{name}.{feature}", Section(values, section.at(feature), section.mistakes)
        else:
            yield name, section


def _governed(key: str, section: Section) -> Governed:
    made_of, status = _made_of(key, section), section.get("status", str)
    if status is not None and status not in get_args(Status):
        section.note("status", f"{status!r:.60} is no status, {did_you_mean(status, get_args(Status))}")
    found = Governed(
        key, section.get("owner", str), section.number("tier", LEAST_TRUSTED), cast(Status | None, status),
        section.get("replaced_by", str), _target(key, section, made_of), _certified(section),
        tuple(_revision(each) for each in section.listed("changelog")), made_of,
    )  # fmt: skip
    if found.replaced_by and status != "deprecated":
        section.note("replaced_by", "is for a metric with `status = \"deprecated\"` alone.")
    if found.certified and status in ("draft", "deprecated"):
        section.note("certified", f"a metric that is {'a draft' if status == 'draft' else status} is not certified; "
                     "leave this out, or make it `status = \"approved\"`.")  # fmt: skip
    section.done()
    return found


def _target(key: str, section: Section, made_of: MadeOf | None) -> float | None:
    if made_of and made_of.kind == "difference":
        return section.points("target")
    return (section.share if key.partition(".")[0] in SHARES else section.amount)("target")


def _certified(section: Section) -> Certified | None:
    part = section.section("certified")
    if part is None:
        return None
    by, at, digits = part.get("by", str), part.get("at", date), part.get("hash", str)
    for key, what in (("by", "who vouches for it"), ("at", "the day"), ("hash", "the definition that was looked at")):
        if key not in part.values:
            part.note(key, f"is missing; it says {what}. The page Metrics shows the line to write.")
    if digits and not HASH.fullmatch(digits):
        part.note("hash", f"{digits!r:.60} is no hash of a definition; copy the line that the page Metrics shows.")
    part.done()
    return Certified(by or "", at or date.min, digits or "")


def _revision(section: Section) -> Revision:
    on, what = section.get("on", date), section.get("what", str)
    for key, meant in (("on", "the day of the change"), ("what", "what was changed")):
        if key not in section.values:
            section.note(key, f"is missing; it says {meant}.")
    found = Revision(on or date.min, what or "", section.get("by", str),
                     bool(section.get("breaks_history", bool, False)))  # fmt: skip
    section.done()
    return found


def _made_of(key: str, section: Section) -> MadeOf | None:
    kinds = [kind for kind in get_args(Kind) if kind in section.values]
    if not kinds:
        for name in ("label", "up"):
            if name in section.values:
                section.get(name, str)
                section.note(name, "is for a metric that is made here, with `ratio` or `difference`.")
        section.asked.update(("ratio", "difference", "label", "up"))
        return None
    if len(kinds) > 1:
        section.note("ratio", "give one of `ratio` and `difference`.")
        section.asked.update(kinds)
    of, up = section.texts(kinds[0]), section.get("up", str, "better") or "better"
    if up not in get_args(Up):
        section.note("up", f"says which way more is: \"better\" or \"worse\", not {up!r:.60}.")
    if len(of) != 2 or len({*of}) != 2:
        section.note(kinds[0], "must name two different metrics, such as [\"weekly_actives\", \"new\"].")
        of = ()
    label = section.get("label", str) or key.replace("_", " ").capitalize()
    return MadeOf(kinds[0], of, label, cast(Up, up))


# Together with the other sections -------------------------------------------------------------------------------------


def known(product: "Product") -> list[str]:
    """The keys of all metrics: those of every product, those made in the file, and those of its features."""
    core = any(feature.core for feature in product.features) or not product.features
    return [*(key for key in METRICS if core or key != "core_adoption"),
            *(said.key for said in product.metrics if said.made_of and said.key not in METRICS),
            *(f"{name}.{feature.key}" for feature in product.features for name in FEATURE_METRICS)]  # fmt: skip


def exists(key: str, product: "Product") -> bool:
    """Whether there is such a metric; where no features are listed, any could be one of a feature."""
    name, _, feature = key.partition(".")
    return key in known(product) or bool(not product.features and name in FEATURE_METRICS and feature)


def mistakes(product: "Product") -> list[Mistake]:
    """What is said of metrics that there are not, or made of metrics that do not go together."""
    keys = [said.key for said in product.metrics]
    found = [Mistake(f"metrics.{key}", "is described twice; keep one of the sections.")
             for place, key in enumerate(keys) if key in keys[:place]]  # fmt: skip
    return found + [mistake for said in product.metrics for mistake in _mistakes(said, product)]


def _mistakes(said: Governed, product: "Product") -> Iterator[Mistake]:
    where = f"metrics.{said.key}"
    if said.made_of:
        yield from _of_made(where, said, said.made_of, product)
    elif not exists(said.key, product):
        yield Mistake(where, f"there is no metric {said.key!r}, {did_you_mean(said.key, known(product))} A new one "
                             "needs a `ratio` or a `difference` of two others.")  # fmt: skip
    if said.replaced_by:
        yield from _of_successor(f"{where}.replaced_by", said, product)


def _of_successor(where: str, said: Governed, product: "Product") -> Iterator[Mistake]:
    other = str(said.replaced_by)
    deprecated = {each.key for each in product.metrics if each.status == "deprecated"}
    if not exists(other, product):
        yield Mistake(where, f"there is no metric {other!r}, {did_you_mean(other, known(product))}")
    elif other == said.key or other in deprecated:
        yield Mistake(where, f"{other!r} is deprecated; name a metric that is still in use.")


def _of_made(where: str, said: Governed, made: MadeOf, product: "Product") -> Iterator[Mistake]:
    if said.key in METRICS or said.key.partition(".")[0] in FEATURE_METRICS:
        yield Mistake(where, f"is counted already; give the {made.kind} a name of its own.")
    elif not NAME.fullmatch(said.key):
        yield Mistake(where, "the name of a metric has letters, digits, - and _ alone; it goes into links.")
    labels = [each.made_of.label for each in product.metrics if each.made_of and each is not said]
    if made.label in labels:
        yield Mistake(f"{where}.label", f"{made.label!r} is the label of another metric too.")
    for part in made.of:
        problem = _of_part(part, said.key, made.kind, product)
        if problem:
            yield Mistake(f"{where}.{made.kind}", problem)


def _of_part(part: str, key: str, kind: Kind, product: "Product") -> str:
    """Why a metric cannot be one of the two that another is made of; empty where it can."""
    others = {said.key: said.made_of.of for said in product.metrics if said.made_of and said.key not in METRICS}
    fitting = [name for name in known(product) if name.partition(".")[0] in (COUNTS if kind == "ratio" else SHARES)]
    if part.endswith(ACCOUNTS):
        return (f"{part!r} counts accounts; a metric counts users on both sides, or accounts on both, as is picked "
                f"where it is shown. Write {part.removesuffix(ACCOUNTS)!r}.")  # fmt: skip
    if part in others and _leads_to(part, key, others):
        return f"{part!r} is made of {key!r} in turn, so neither could be counted; name metrics that are not."
    if part in others:
        return f"{part!r} is made of two others itself, and such a {kind} does not add up; name metrics that are not."
    if not exists(part, product):
        return f"there is no metric {part!r}, {did_you_mean(part, known(product))}"
    if part.partition(".")[0] not in (COUNTS if kind == "ratio" else SHARES):
        what = ("a ratio itself, and a ratio of ratios does not add up; take two counts" if kind == "ratio" else
                "no share, and a difference is of two shares, in points")  # fmt: skip
        return f"{part!r} is {what}, {did_you_mean('', fitting)}"
    return ""


def _leads_to(part: str, key: str, others: dict[str, tuple[str, ...]]) -> bool:
    """Whether a metric is made of another, at any depth."""
    seen, ahead = set[str](), [part]
    while ahead:
        name = ahead.pop()
        if name == key:
            return True
        ahead += [each for each in others.get(name, ()) if each not in seen]
        seen.add(name)
    return False
