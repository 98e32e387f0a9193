"""What stands around every page: the first refresh, the navigation, the freshness strip, and errors in words."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import filters, find_forms, forms, picks, pins, share, signin, view_forms, words
from components.theme import DARK, LIGHT
from queries import access, snapshot
from queries.access import Viewer
from queries.activity import Activity
from queries.errors import AccessError, InsightsError
from queries.snapshot import background
from queries.snapshot.background import Clock
from queries.snapshot.manifest import Manifest

NEVER = datetime.min.replace(tzinfo=UTC)
# Streamlit writes white on them, which the dark theme's blue is too light for
READABLE = f"[data-tag] span, [data-tag] svg {{color: light-dark({LIGHT.paper}, {DARK.paper})}}"
NARROW = ("@media (max-width: 640px) {.st-key-navigation, .st-key-filters {flex-wrap: nowrap; overflow-x: auto; "
          "mask-image: linear-gradient(to right, black 88%, transparent)} "
          ".st-key-navigation > *, .st-key-filters > * {flex-shrink: 0} "
          ".st-key-pick-w, .st-key-pick-vs {order: 1}}")  # a row each, to be pushed aside; filters come first
HIDDEN = ".stElementContainer:has(> [data-testid=stSkeletonElement]):not(:last-child) {display: none}"
HIGH = 480  # pixels of what is shown of a page that is still counted
LOOK_AGAIN = timedelta(minutes=10)  # at whether the warehouse holds more, while somebody uses the app


def make_ready(clock: Clock, viewer: Viewer) -> None:
    """See to it that there is a snapshot to show, and that it is refreshed behind the pages where there is need.

    Where there is none that serves the product file as it stands, the warehouse is read first, and each step is said.
    """
    snapshot.write_demo_if_missing()
    reason, asked = snapshot.need_to_refresh(), st.session_state.pop("refresh", None)
    if reason:
        with st.status(reason, expanded=True) as status:
            snapshot.refresh(clock(), lambda step: status.write(str(step)), if_needed=True)
            status.update(label="Ready", state="complete", expanded=False)
        st.rerun()
    if asked:
        access.check(viewer, "manage")
        background.begin(clock, full=asked == "full")
    elif clock() - st.session_state.get("looked", NEVER) > LOOK_AGAIN:
        st.session_state["looked"] = clock()
        background.begin_if_stale(clock)
    background.keep_up(clock)


def enter(pages: Mapping[str, Any]) -> None:
    """Go from the first address to the page that was asked for before signing in, or to the first page."""
    wish = signin.wished()
    if wish and wish.page in pages:
        st.switch_page(pages[wish.page], query_params={name: list(values) for name, values in wish.query.items()})
    st.switch_page(pages["adoption"])


def head(
    activity: Activity, pages: Mapping[str, Any], page: str, now: datetime, viewer: Viewer
) -> DeltaGenerator | None:
    """Navigation, shared filters and how fresh the data is; nothing of it before a meeting.

    The weekly review, the objectives and the log are of everybody, always: they have no filters. Returns where `foot`
    goes.
    """
    share.begin(activity, page, pages[page].title)
    st.html(f"<style>{READABLE} {HIDDEN} {NARROW}</style>")
    if page in filters.MEETINGS and picks.presents():
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="navigation"):
        st.markdown(f"**Sightline** · {words.md(snapshot.product().name)}", width="content")
        filters.links({name: page for name, page in pages.items() if name != "product"})
        find_forms.box(activity, pages)
        signin.badge(viewer)
    if page not in filters.UNFILTERED:
        filters.bar(activity)
    slot = _strip(activity, pages, page, now, viewer)
    if page not in filters.MEETINGS:  # these say it themselves, once they have looked at it
        forms.told()
    return slot


def loading(page: str) -> AbstractContextManager[object]:
    """A page that is drawn for the first time shows where it will stand, should it take longer than half a second.

    It goes as soon as anything stands below it (`HIDDEN`), so that nothing is drawn under it and then moves.
    """
    seen = st.session_state.setdefault("pages seen", set())
    if page in seen:
        st.empty()
        return nullcontext()
    seen.add(page)
    return st.skeleton(height=HIGH)


def _strip(
    activity: Activity, pages: Mapping[str, Any], page: str, now: datetime, viewer: Viewer
) -> DeltaGenerator:
    """How fresh the data is, or that an earlier day is shown; and where the ways to share go."""
    found, zone = pins.manifest(), ZoneInfo(snapshot.product().timezone)
    today = now.astimezone(zone).date()
    refreshed = datetime.fromisoformat(found.refreshed_at).astimezone(zone)
    fixed = snapshot.product().as_of is not None
    said = words.freshness(activity, activity.calendar.as_of if fixed else today)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="freshness"):
        if pins.is_earlier():
            pins.strip(activity.calendar.as_of)
        else:
            st.markdown(f":small[● {said} · refreshed {refreshed:%-d %b %H:%M}]", width="content")
        _about(found, activity, zone, viewer, pages.get("product"))
        view_forms.popover(pages, page)
        slot = st.container(width="content")
    if background.running():
        st.fragment(_going_on, run_every=1.0)(viewer)
    trouble = words.trouble(snapshot.older_shown(), None if background.running() else background.last_failure())
    if trouble and access.may(viewer, "whole"):
        st.markdown(f":small[{trouble}]")
    return slot


def foot(slot: DeltaGenerator | None, page: str) -> None:
    """What is drawn after the page, because the page says what there is to share."""
    if slot is not None and page != "log":
        with slot:
            share.popover(page)


def _going_on(viewer: Viewer) -> None:
    """What the refresh does, anew each second; when it has ended, the page with what is new."""
    going = background.running()
    if going is None:
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="refreshing"):
        st.caption(words.refreshing(going), width="content")
        if access.may(viewer, "manage"):
            st.button("Stop", type="tertiary", on_click=background.stop, help="The numbers stay as they are.",
                      disabled=going.stopping)  # fmt: skip


def _about(found: Manifest, activity: Activity, zone: ZoneInfo, viewer: Viewer, own: Any) -> None:
    """Facts of the whole are for who may see the whole. own: the page for one's own product, in the demo."""
    is_whole = access.may(viewer, "whole")
    lines = words.left_out(found) if is_whole else []
    name = f"About the data · {len(lines)}" if lines else "About the data"
    opened = st.popover(name, type="tertiary", key="about", on_change="rerun")
    if not opened.open:
        return
    with opened:
        size = f"{words.many(found.events, 'event')} read, {words.many(found.users, 'user')}" if is_whole else "Events"
        since = f"{activity.calendar.first_day:%-d %b %Y}"
        st.markdown(f"{size} since {since}; days are those of {words.md(zone.key)}.")
        if lines:
            st.markdown("\n".join(["Left out, or counted with a caveat:", *(f"- {words.md(x)}" for x in lines)]))
        st.markdown("Segments are by today's value of each attribute.")
        if found.full_at != found.refreshed_at:
            full = datetime.fromisoformat(found.full_at).astimezone(zone)
            st.markdown(f"All events were last read on {full:%-d %b %H:%M}, since then only those of the latest days; "
                        "of those before them only how many there are.")  # fmt: skip
        if viewer == access.LOCAL_OWNER:
            st.markdown(signin.LOCAL)
        if access.may(viewer, "manage"):
            _refreshes()
        if own:
            st.page_link(own, label="Use your own data", icon=":material/add_circle:")


def _refreshes() -> None:
    with st.container(horizontal=True):
        st.button("Refresh now", on_click=_ask_to_refresh, icon=":material/refresh:")
        why = "Reads all events again, also those that came late or were deleted. Takes longer."
        st.button("Read everything", on_click=_ask_to_refresh, args=("full",), type="tertiary", help=why)


def _ask_to_refresh(what: str = "latest") -> None:
    st.session_state["refresh"] = what


def explain(error: InsightsError, viewer: Viewer | None) -> None:
    """An error as its sentence, and a way to try again."""
    if isinstance(error, AccessError):
        st.error(words.md(error), icon=":material/lock:")
        return
    st.error(str(error), icon=":material/error:")
    with st.container(horizontal=True):
        asks = _ask_to_refresh if viewer and access.may(viewer, "manage") else None
        st.button("Try again", icon=":material/refresh:", on_click=asks)
        if snapshot.serves():
            st.button("Show the last good numbers", icon=":material/undo:")
