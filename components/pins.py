"""As of when a page is shown: as the data was read last, or as it was read on an earlier day that a link names."""

from datetime import date
from typing import cast

import streamlit as st

from components import filters, picks, signin
from components.choices import Choice
from components.theme import day
from queries import snapshot
from queries.access import Viewer
from queries.activity import Activity
from queries.errors import SnapshotError
from queries.snapshot.manifest import Manifest


def load(viewer: Viewer, page: str) -> tuple[Activity, dict[str, Choice]]:
    """What a page is about, as of the day that its address names, where that is still kept; and the days there are."""
    kept = snapshot.days()
    pinned = picks.pinned(page, kept)
    try:
        activity = snapshot.load(viewer, pinned)
    except SnapshotError:  # it is damaged, or was cleared away just now
        pinned, kept, activity = None, (), snapshot.load(viewer)
    st.session_state["as of"] = pinned
    latest = snapshot.manifest().calendar.as_of
    options = {"": "the latest", **{str(one): day(one, year=True) for one in kept}}
    return activity, {"asof": Choice("As of", options, ("",), lost=lambda value: _lost(value, latest))}


def _lost(value: str, latest: date) -> str:
    """Why a page is not shown as of what an address says, and what is shown."""
    try:
        asked = date.fromisoformat(value)
    except ValueError:
        return "The link asks for numbers as of a day that is none. These are the latest."
    said = day(asked, year=True)
    if asked > latest:
        return f"The link asks for numbers as of {said}, which is not loaded yet; these are the latest."
    return (f"The numbers as they were read for {said} are no longer kept. These are the latest; data that came late "
            "may have changed them.")  # fmt: skip


def as_of() -> date | None:
    """The earlier day as of which this page is shown; None for the latest."""
    return cast(date | None, st.session_state["as of"])


def activity() -> Activity:
    """What who looks may see, as of the day that is shown. Raises what `snapshot.load` raises."""
    return snapshot.load(signin.viewer(), as_of())


def manifest() -> Manifest:
    """The facts of the snapshot that is shown."""
    return snapshot.manifest(as_of())


def is_earlier() -> bool:
    """Whether newer numbers than those that are shown are there."""
    return as_of() is not None and manifest() != snapshot.manifest()


def strip(shown: date) -> None:
    """That what is shown is not the latest, and the way there."""
    st.caption(f"◷ As of {day(shown, year=True)}, as it was read then", width="content")
    st.button("See the latest", type="tertiary", on_click=filters.go, kwargs={"asof": ("",)}, key="see latest")
