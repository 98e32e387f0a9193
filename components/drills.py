"""From a table or a figure to another page: what a click on a row, a dot or a cell opens.

Streamlit calls back before the page is drawn, so a click only notes where to go; `follow` goes there.
"""

from collections.abc import Callable, Mapping

import polars as pl
import streamlit as st

from components.choices import Values
from components.filters import PAGES
from components.picks import address
from components.tables import selected
from queries.activity import Activity, By


def opens_feature(table: pl.DataFrame, key: str) -> Callable[[], None]:
    """When a row of the features table is picked: open the page of its feature."""

    def go() -> None:
        row = selected(key, "rows")
        if row is not None:
            _go(table["feature"][row])

    return go


def opens_dot(key: str) -> Callable[[], None]:
    """When a dot is clicked: open its feature, whose key is the first of the dot's customdata."""

    def go() -> None:
        point = selected(key, "points")
        if point is not None:
            _go(point["customdata"][0])

    return go


def opens_cell(activity: Activity, by: By, key: str) -> Callable[[], None]:
    """When a cell of feature x segment is clicked: open the page of the feature in the segment."""

    def go() -> None:
        point = selected(key, "points")
        if point is not None:
            feature, group = point["customdata"]
            _go(feature, _values(activity, by, group))

    return go


def opens_grid_cell(
    activity: Activity, table: pl.DataFrame, features: Mapping[str, str], by: By, key: str
) -> Callable[[], None]:
    """When a cell of the table twin is picked: as `opens_cell`. features: label -> key."""

    def go() -> None:
        cell = selected(key, "cells")
        if cell is not None:
            names = table.columns[0]
            feature = features[table[names][cell[0]]]
            _go(feature, None if cell[1] == names else _values(activity, by, cell[1]))

    return go


def _values(activity: Activity, by: By, group: str) -> dict[str, str]:
    """The value of each segment of a split that a group stands for; none for those that are too few together."""
    return dict(zip(by, activity.groups(by).get(group, ()), strict=False)) if by else {}


def _go(feature: str, where: Mapping[str, str] | None = None) -> None:
    filters = {f"to.{key}": (value,) for key, value in (where or {}).items()}
    st.session_state["go"] = {"feature": (feature,), **filters}


def open_page(page: str, picked: Mapping[str, Values], *, alone: bool = False) -> None:
    """Open a page with what is picked on it. alone: nothing of what is picked now goes along."""
    st.session_state["open"] = (page, dict(picked), alone)


def follow(page: str) -> None:
    """Open the page that a click asked for, if one did.

    Streamlit puts the next page's query on this page first, which leaves an entry in the history. So the query holds
    this page's own address too, and what is new in it means nothing here: Back shows the page as it was left.
    """
    target, picked, alone = st.session_state.pop("open", ("", {}, False))
    if target:
        query = picked if alone else {**address(page), **picked}
        st.switch_page(PAGES[target], query_params={name: list(values) for name, values in query.items()})
    asked = st.session_state.pop("go", None)
    if asked:
        query = {**address("adoption"), **address(page), **asked}
        st.switch_page(PAGES["feature"], query_params={name: list(values) for name, values in query.items()})
