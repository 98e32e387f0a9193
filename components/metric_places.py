"""Where each metric is used: on which pages, in the review, for which key results, in which views; and its targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components import filters, forms, okr_forms, view_forms
from components.review_words import value
from components.words import md
from queries import snapshot
from queries.errors import StoreError
from queries.metrics import Metric
from queries.metrics.standing import Entry
from queries.store import KeyResult

PAGES = {"activation": ("adoption",), "week4_retention": ("retention",), "adoption": ("adoption", "feature"),
         "new_adopters": ("adoption", "feature"),
         **dict.fromkeys(("new", "resurrected", "dormant", "weekly_actives", "days_active"), ("engagement",)),
         }  # fmt: skip
PICKED = ("m", "metric", "beside", "line")  # how the address of a page names metrics


@dataclass(frozen=True)
class Link:
    """A place of the app: its page, what it is called, and what is to be picked there."""

    page: str
    label: str
    query: Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Places:
    """Where a metric is used. targets: each with where it stands, as Markdown."""

    links: tuple[Link, ...]
    targets: tuple[str, ...]


def places(every: Sequence[Entry]) -> dict[str, Places]:
    """Where each metric is used, as far as who looks may see it."""
    bound = _key_results()
    return {one.metric.key: _places(one, bound, every) for one in every}


def _key_results() -> list[tuple[str, str, KeyResult]]:
    """The key results of metrics, each with its id and the name of its cycle; none for who may not see them."""
    try:
        found = okr_forms.found() if forms.may("whole") else None
    except StoreError:
        return []  # the page of objectives says why
    if found is None:
        return []
    cycles = {kept.id: kept.content.name for kept in found.cycles}
    return [(kept.id, cycles.get(found.objective(kept.content.objective).content.cycle, ""), kept.content)
            for kept in found.key_results if kept.content.metric]  # fmt: skip


def _places(one: Entry, bound: list[tuple[str, str, KeyResult]], every: Sequence[Entry]) -> Places:
    metric = one.metric
    mine = [each for each in bound if each[2].metric == metric.key]
    lines = [asked for asked in snapshot.product().review if asked.key == metric.key]
    made = [other.metric for other in every if metric.key in {part.key for part in other.metric.made_of}]
    links = [
        *(Link(page, page.capitalize(), {"feature": metric.feature} if metric.feature and page == "feature" else {})
          for page in PAGES.get(metric.key.partition(".")[0], ())),
        *(Link("weekly", "Weekly" if asked.unit == "user" else "Weekly, accounts",
               {"line": metric.key if asked.unit == "user" else f"{metric.key}~account"}) for asked in lines),
        *(Link("okrs", result.title, {"cycle": cycle, "kr": id}) for id, cycle, result in mine),
        *(Link("metrics", other.label, {"metric": other.key}) for other in made),
        *_views(metric),
    ]  # fmt: skip
    return Places(tuple(links), tuple(_targets(one, [asked.target for asked in lines], [each[2] for each in mine])))


def _views(metric: Metric) -> list[Link]:
    """The saved views in which it is picked."""
    keys = {metric.key, f"{metric.key}~account"}
    saved = [(kept.content, view_forms.query(kept.content)) for kept in view_forms.saved()]
    return [Link(view.page, f"{view.name} (view)", query) for view, query in saved if view.page in filters.PAGES
            and keys & {value for name in PICKED for value in query.get(name, ())}]  # fmt: skip


def _targets(one: Entry, reviewed: Sequence[float | None], bound: Sequence[KeyResult]) -> list[str]:
    said = [(one.said.target, "here"), *((target, "in the weekly review") for target in reviewed),
            *((result.target, f"of the key result {md(result.title)}") for result in bound)]  # fmt: skip
    feature = next((f for f in snapshot.product().features if f.key == one.metric.feature), None)
    if feature and feature.target and one.metric.is_share:
        said.append((feature.target, "of those who can, within four weeks"))
    return [f"{_said(one.metric, target)} {where}" for target, where in said if target is not None]


def _said(metric: Metric, target: float) -> str:
    return value(metric.form, target, 1000)
