"""Find: one box for every metric, feature, page and view, which goes there."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from components import drills, picks, view_forms, words
from components.choices import Values
from queries.activity import Activity
from queries.answers import derive
from queries.metrics import catalogue

Place = tuple[str, str, dict[str, Values], bool]  # what it is called, a page, what is picked, and whether that is all


def places(activity: Activity, pages: Mapping[str, Any]) -> dict[str, Place]:
    """Everything that can be found, by a key of its own, in the order of the list."""
    found: dict[str, Place] = {f"page {name}": (page.title, name, {}, False) for name, page in pages.items()}
    for kept in view_forms.saved():
        view, owner = kept.content, "team" if kept.content.team else "mine"
        picked = {name: tuple(values) for name, values in view_forms.query(view).items()}
        page = view.page if view.page in pages else view_forms.NEAREST
        found[f"view {kept.id}"] = (f"{view.name} · view, {owner}", page, picked, True)
    return {**found, **derive(_of_product, activity)}


def _of_product(activity: Activity) -> dict[str, Place]:
    """The features and metrics among them."""
    found: dict[str, Place] = {}
    for key, label in words.titles(activity.features).items():
        found[f"feature {key}"] = (f"{label} · feature", "feature", {"feature": (key,)}, False)
    over_time: dict[str, Values] = {"look": ("trend",), "slice": ("",), "slice2": ("",)}
    for metric in catalogue(activity).values():
        picked = {**over_time, "m": (metric.key,)}
        found[f"metric {metric.key}"] = (f"{metric.label} · metric", "explore", picked, False)
    return found


def box(activity: Activity, pages: Mapping[str, Any]) -> None:
    """The box."""
    known = places(activity, pages)
    st.session_state["find"] = None
    names = {key: place[0] for key, place in known.items()}
    st.selectbox("Find", list(names), format_func=lambda key: names.get(key, key), key="find",
                 placeholder="Find …", width=190, label_visibility="collapsed", on_change=_found,
                 args=(known,))  # fmt: skip


def _found(known: Mapping[str, Place]) -> None:
    chosen = known.get(st.session_state["find"] or "")
    if chosen:
        _, page, picked, alone = chosen
        kept = {} if alone else picks.address(page)
        drills.open_page(page, {**kept, **picked}, alone=alone)
