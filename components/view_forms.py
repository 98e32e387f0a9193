"""Saved views on the screen: those of the team and one's own, and saving, bringing up to date and removing one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import streamlit as st

from components import forms, picks
from components.words import md
from queries.errors import StoreError
from queries.store import Kept, View

NEAREST = "adoption"  # what is opened in place of a page that is gone


def saved() -> tuple[Kept[View], ...]:
    """The views that who looks may open; none for who sees some of the users only.

    Nor are there any where the store cannot be read: the review says that.
    """
    return forms.once("views", _saved)


def _saved() -> tuple[Kept[View], ...]:
    try:
        return forms.store().views.list(forms.product_name()) if forms.may("whole") else ()
    except StoreError:
        return ()


def query(view: View) -> dict[str, list[str]]:
    """What a view picks."""
    return parse_qs(view.query, keep_blank_values=True)


def popover(pages: Mapping[str, Any], page: str) -> None:
    """The team's views, one's own, and saving what is looked at."""
    if not forms.may("whole"):
        return
    opened = st.popover("Views", icon=":material/bookmark:", type="tertiary", key="saved views", on_change="rerun")
    if not opened.open and "saved views opened" not in st.session_state:
        return
    st.session_state["saved views opened"] = True  # it stays from then on, with what was typed into it
    views = saved()
    with opened:
        for title, is_team in (("Team views", True), ("My views", False)):
            st.caption(title)
            shown = [kept for kept in views if kept.content.team == is_team]
            for kept in shown:
                _row(kept, pages, page)
            if not shown:
                st.markdown("None yet.")
        if forms.may("write") and page in pages and page != "log":
            _save(page)


def _row(kept: Kept[View], pages: Mapping[str, Any], page: str) -> None:
    view = kept.content
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"view {kept.id}"):
        st.page_link(pages.get(view.page, pages[NEAREST]), label=md(view.name), query_params=query(view),
                     icon=":material/bookmark:")  # fmt: skip
        if forms.may("manage") or kept.created_by == forms.who():
            look: Any = {"type": "tertiary", "args": (kept,)}
            help_text = "Opens from now on what is picked now"
            st.button("Update", key=f"update {kept.id}", help=help_text, on_click=_update, **look)
            st.button("Remove", key=f"remove view {kept.id}", on_click=_remove, **look)
    gone = "" if view.page in pages else f"Its page “{md(view.page)}” is gone; {NEAREST.capitalize()} opens. "
    st.caption(f"{gone}{md(view.note)} · {md(kept.created_by)}".removeprefix(" · "))


def _save(page: str) -> None:
    st.caption("Save this view")
    with st.form("save view", border=False):
        st.text_input("Name", key="view name", max_chars=120, placeholder="Enterprise, new users")
        st.text_input("What it is for", key="view note", max_chars=2_000)
        st.checkbox("For the team", key="view team", help="Otherwise you alone see it, and admins in the log.")
        st.form_submit_button("Save", on_click=_keep, args=(page,))


def _query(page: str) -> str:
    return urlencode(picks.exactly(page), doseq=True)


def _keep(page: str) -> None:
    state = st.session_state
    made = View(state["view name"], page, _query(page), state["view note"], state["view team"])
    forms.keep(lambda: forms.store().views.add(forms.product_name(), made, by=forms.who(), at=forms.now()),
               "View saved.", "view name", "view note", "view team")  # fmt: skip


def _update(kept: Kept[View]) -> None:
    page = st.session_state["address"][0]
    made = replace(kept.content, page=page, query=_query(page))
    forms.keep(lambda: forms.store().views.change(kept, made, by=forms.who(), at=forms.now()), "View updated.")


def _remove(kept: Kept[View]) -> None:
    forms.keep(lambda: forms.store().views.remove(kept, by=forms.who(), at=forms.now()),
               "Removed. Its history is kept.")  # fmt: skip
