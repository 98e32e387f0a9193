"""The frame around every page: set-up, navigation, shared filters, freshness, and the one place that catches errors."""

import gc
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parent))  # `streamlit run` from anywhere finds queries and components

from components import drills, filters, frame, okr_forms
from queries import access, snapshot
from queries.errors import InsightsError


@st.cache_resource
def _freeze() -> None:
    """Take what the imports made out of the garbage collector's sight: to pass it costs a click 60 ms or more."""
    gc.collect()
    gc.freeze()


st.set_page_config("Sightline", page_icon=str(Path(__file__).parent / "components" / "mark.svg"), layout="wide")
_freeze()
ICONS = {
    "weekly": "event_repeat", "okrs": "flag", "adoption": "group_add", "retention": "replay", "engagement": "bolt",
    "feature": "extension",
}  # fmt: skip
TITLES = {"okrs": "OKRs"}  # of those whose name is not their title
pages = {
    name: st.Page(filters.PAGES[name], title=title, icon=f":material/{icon}:", url_path=name)
    for name, icon in ICONS.items()
    for title in [TITLES.get(name, name.capitalize())]
}
home = st.Page(lambda: st.switch_page(pages["adoption"]), title="Home", url_path="home", default=True)
clock = partial(datetime.now, UTC)
page = st.navigation([home, *pages.values()], position="hidden")
try:
    st.session_state["clock"], st.session_state["now"] = clock, clock()
    frame.make_ready(clock)
    if page.url_path in pages:
        drills.follow(page.url_path)
        activity = snapshot.load(access.LOCAL_OWNER)
        written = okr_forms.offered() if page.url_path == "okrs" else {}
        filters.sync(activity, page.url_path, has_accounts=snapshot.product().has_accounts, more=written)
        frame.head(activity, pages, page.url_path, clock())
    page.run()
except InsightsError as error:
    frame.explain(error)
