"""What stands around every page: the first refresh, the navigation, the freshness strip, and errors in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from components import filters, words
from queries import snapshot
from queries.activity import Activity
from queries.errors import InsightsError


def make_ready(now: datetime) -> None:
    """Read the warehouse when there is no snapshot that serves the product file as it stands, and say each step."""
    snapshot.write_demo_if_missing()
    reason, asked = snapshot.need_to_refresh(), st.session_state.pop("refresh", False)
    if reason or asked:
        with st.status(reason or "Refreshing", expanded=True) as status:
            snapshot.refresh(now, lambda step: status.write(str(step)), if_needed=not asked)
            status.update(label="Ready", state="complete", expanded=False)
        st.rerun()


def head(activity: Activity, pages: Mapping[str, Any], now: datetime) -> None:
    """Navigation, shared filters and how fresh the data is."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="navigation"):
        st.markdown(f"**Sightline** · {words.md(snapshot.product().name)}", width="content")
        filters.links(pages)
    filters.bar(activity)
    _strip(activity, now)


def _strip(activity: Activity, now: datetime) -> None:
    found, zone = snapshot.manifest(), ZoneInfo(snapshot.product().timezone)
    today = now.astimezone(zone).date()
    refreshed = datetime.fromisoformat(found.refreshed_at).astimezone(zone)
    fixed = snapshot.product().as_of is not None
    said = words.freshness(activity, activity.calendar.as_of if fixed else today)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="freshness"):
        st.caption(f"● {said} · refreshed {refreshed:%-d %b %H:%M}", width="content")
        lines = words.left_out(found)
        with st.popover(f"About the data · {len(lines)}" if lines else "About the data", type="tertiary"):
            size = f"{words.many(found.events, 'event')} read, {words.many(found.users, 'user')}"
            since = f"{activity.calendar.first_day:%-d %b %Y}"
            st.markdown(f"{size} since {since}; days are those of {words.md(snapshot.product().timezone)}.")
            if lines:
                st.markdown("\n".join(["Left out, or counted with a caveat:", *(f"- {words.md(x)}" for x in lines)]))
            st.markdown("Segments are by today's value of each attribute.")
            st.button("Refresh now", on_click=_ask_to_refresh, icon=":material/refresh:")


def _ask_to_refresh() -> None:
    st.session_state["refresh"] = True


def explain(error: InsightsError) -> None:
    """An error as its sentence, and a way to try again."""
    st.error(str(error), icon=":material/error:")
    with st.container(horizontal=True):
        st.button("Try again", icon=":material/refresh:", on_click=_ask_to_refresh)
        if snapshot.serves():
            st.button("Show the last good numbers", icon=":material/undo:")
