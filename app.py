"""The frame around every page: set-up, navigation, shared filters, freshness, and the one place that catches errors."""

import gc
import sys
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))  # `streamlit run` from anywhere finds queries and components

from components import draft_views, drills, filters, frame, okr_forms, pins, signin
from queries import access, config, snapshot
from queries.access import Viewer
from queries.errors import AccessError, InsightsError


@st.cache_resource
def _freeze() -> None:
    """Take what the imports made out of the garbage collector's sight: to pass it costs a click 60 ms or more."""
    gc.collect()
    gc.freeze()


st.set_page_config("Sightline", page_icon=str(Path(__file__).parent / "components" / "mark.svg"), layout="wide")
_freeze()
NAMES = ("weekly", "okrs", "adoption", "retention", "engagement", "feature", "explore", "metrics", "log", "product")
TITLES = {"okrs": "OKRs", "product": "Your own product"}  # of those whose name is not their title
clock = partial(datetime.now, UTC)
viewer: Viewer | None = None  # the sign-in is then all there is, under every address
with suppress(AccessError):
    viewer = signin.viewer()
is_described = config.product_path().is_file()
instead = signin.page if viewer is None else None if is_described else draft_views.page  # of all pages
hidden = {*(() if viewer is None or access.may(viewer, "manage") else ("log", "product")),
          *(() if viewer is None or config.is_demo() else ("product",))}  # fmt: skip
pages = {
    name: st.Page(instead or filters.PAGES[name], title=TITLES.get(name, name.capitalize()), url_path=name)
    for name in NAMES if name not in hidden
}  # fmt: skip
home = st.Page(instead or partial(frame.enter, pages), title="Home", url_path="home", default=True)
page = st.navigation([home, *pages.values()], position="hidden")
slot = None  # where what is drawn after the page goes
try:
    with signin.looking(viewer):
        st.session_state["clock"], st.session_state["now"] = clock, clock()
        if viewer and not instead:
            frame.make_ready(clock, viewer)
        if viewer and not instead and page.url_path in pages:
            drills.follow(page.url_path)
            activity, days = pins.load(viewer, page.url_path)
            more = {**(okr_forms.offered() if page.url_path == "okrs" else {}), **days}
            filters.sync(activity, page.url_path, has_accounts=snapshot.product().has_accounts, more=more)
            slot = frame.head(activity, pages, page.url_path, clock(), viewer)
        with frame.loading(page.url_path):
            page.run()
        frame.foot(slot, page.url_path)
except InsightsError as error:
    frame.explain(error, viewer)
