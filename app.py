"""The frame around every page: set-up, navigation, shared filters, freshness, and the one place that catches errors."""

import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

sys.path.insert(0, str(Path(__file__).parent))  # `streamlit run` from anywhere finds queries and components

from components import draft_views, drills, filters, frame, okr_forms, pins, signin, turns
from queries import access, config, snapshot
from queries.access import Viewer
from queries.errors import AccessError, InsightsError

NAMES = ("weekly", "okrs", "adoption", "retention", "engagement", "feature", "explore", "metrics", "log", "product")
ICON = str(Path(__file__).parent / "components" / "mark.svg")
TITLES = {"okrs": "OKRs", "product": "Your own product"}  # of those whose name is not their title


@st.cache_resource
def _freeze() -> None:
    """Take what the imports made out of the garbage collector's sight: to pass it costs a click 60 ms or more."""
    gc.collect()
    gc.freeze()


def _draw() -> None:
    """The page that is asked for, in its frame."""
    st.set_page_config("Sightline", page_icon=ICON, layout="wide")
    _freeze()
    clock = partial(datetime.now, UTC)
    viewer: Viewer | None = None  # the sign-in is then all there is, under every address
    with suppress(AccessError):
        viewer = signin.viewer()
    is_described = config.product_path().is_file()
    instead = signin.page if viewer is None else None if is_described else draft_views.page  # of all pages
    pages = _pages(viewer, instead)
    home = st.Page(instead or partial(frame.enter, pages), title="Home", url_path="home", default=True)
    page = st.navigation([home, *pages.values()], position="hidden")
    slot = None  # where what is drawn after the page goes
    try:
        with signin.looking(viewer):
            st.session_state["clock"], st.session_state["now"] = clock, clock()
            if viewer and not instead:
                frame.make_ready(clock, viewer)
            if viewer and not instead and page.url_path in pages:
                slot = _head(pages, page.url_path, viewer)
            with frame.loading(page.url_path):
                page.run()
            frame.foot(slot, page.url_path)
    except InsightsError as error:
        frame.explain(error, viewer)


def _pages(viewer: Viewer | None, instead: Callable[[], None] | None) -> dict[str, Any]:
    """The pages that somebody may open, by name. instead: what is under the address of each of them for now."""
    hidden = {*(() if viewer is None or access.may(viewer, "manage") else ("log", "product")),
              *(() if viewer is None or config.is_demo() else ("product",))}  # fmt: skip
    return {
        name: st.Page(instead or filters.PAGES[name], title=TITLES.get(name, name.capitalize()), url_path=name)
        for name in NAMES if name not in hidden
    }  # fmt: skip


def _head(pages: dict[str, Any], page: str, viewer: Viewer) -> DeltaGenerator | None:
    """What stands above a page, once what its address asks for is picked."""
    drills.follow(page)
    activity, days = pins.load(viewer, page)
    more = {**(okr_forms.offered() if page == "okrs" else {}), **days}
    filters.sync(activity, page, has_accounts=snapshot.product().has_accounts, more=more)
    return frame.head(activity, pages, page, st.session_state["clock"](), viewer)


with turns.PAGES.taken():
    _draw()
