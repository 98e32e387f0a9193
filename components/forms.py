"""What people write: marks on a day, actions and notes of the review, and closing it.

A form is filled in, sent, and cleared once it is kept. Where it cannot be kept the reason is said and the words stay in
the form; where somebody else was faster, what is there now is said, and saving again is meant.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

import streamlit as st

from components import signin
from components.marks import concerning
from components.theme import day
from components.words import md
from queries import access, config, snapshot
from queries.access import Right, Viewer
from queries.errors import AccessError, Changed, StoreError
from queries.product import KINDS_OF_NOTE, Feature
from queries.review import Mark, Review, Said, Task, as_json
from queries.store import Action, Annotation, Closing, Kept, Note, Store, connect

STATUSES = {"open": "Open", "done": "Done", "dropped": "Dropped"}
KIND_LABELS = {"launch": "▲ Launch", "incident": "● Incident", "experiment": "◆ Experiment", "data": "■ Data",
               "definition": "■ Definition", "holiday": "○ Holiday or planned"}  # fmt: skip
WHY_ANEW = "From the week of this day on, what is usual is told from the weeks after it alone."


@st.cache_resource
def _connected(place: str) -> Store:
    return connect(place)


def store(viewer: Viewer | None = None) -> Store:
    """Where what people write is kept, as somebody may use it: who looks, where nobody else is named.

    Raises StoreError where it cannot be opened.
    """
    found = viewer or signin.viewer()
    return _connected(config.store()).used_by(found.name, lambda right: access.check(found, cast(Right, right)))


def _may(right: Right) -> bool:
    return access.may(signin.viewer(), right)


def marks() -> tuple[Mark, ...]:
    """What is known to have happened, read once a run; nothing where the store cannot be read: the review says that."""
    state, now = st.session_state, _now()
    if state.get("marks", (None,))[0] != now:
        try:
            state["marks"] = now, tuple(Mark(**asdict(kept.content)) for kept in store().annotations.list(_product()))
        except StoreError:
            state["marks"] = now, ()
    return cast(tuple[Mark, ...], state["marks"][1])


def anew(metric: str | None = None, feature: str | None = None) -> tuple[date, ...]:
    """The days from whose week on what is usual of a metric or feature starts anew."""
    return tuple(sorted({mark.day for mark in concerning(marks(), metric, feature) if mark.divides}))


def anew_of(features: Sequence[Feature]) -> tuple[tuple[str, tuple[date, ...]], ...]:
    """The features whose adoption has a new usual, each with the days."""
    each = [(feature.key, anew(f"adoption.{feature.key}", feature.key)) for feature in features] if marks() else []
    return tuple((key, days) for key, days in each if days)


def _product() -> str:
    return snapshot.product().name


def _who() -> str:
    return signin.viewer().name


def _now() -> datetime:
    return cast(datetime, st.session_state["now"])


def _keep(write: Callable[[], object], told: str, *clears: str) -> None:
    """Write, and clear the form; where that cannot be, say why and leave the words."""
    state = st.session_state
    try:
        write()
    except (StoreError, AccessError) as error:
        state["not kept"] = str(error)
        if isinstance(error, Changed):
            state["theirs"] = error.theirs
    else:
        state["kept"] = told
        for name in clears:
            state.pop(name, None)


def told() -> None:
    """Say what became of what was sent."""
    state = st.session_state
    if problem := state.pop("not kept", None):
        st.error(md(problem) if "`" not in problem else problem, icon=":material/error:")
    if kept := state.pop("kept", None):
        st.toast(kept, icon=":material/check:")


# Marks ----------------------------------------------------------------------------------------------------------------


def mark(week: date, metric: str, label: str) -> None:
    """Add a mark, to all charts or to those of one metric; and take one away."""
    if not _may("write"):
        return
    with st.popover("Mark what happened", icon=":material/flag:"), st.form("mark", border=False):
        st.date_input("Day", week, key="mark day")
        st.selectbox("What", KINDS_OF_NOTE, format_func=KIND_LABELS.__getitem__, key="mark kind")
        st.text_input("Title", key="mark title", max_chars=120, placeholder="Release 5.2")
        st.text_area("More about it", key="mark note", max_chars=2_000, height=68)
        st.date_input("Until, where it lasted", None, key="mark until")
        st.checkbox(f"About {md(label)} alone", key="mark alone")
        st.checkbox("What is usual starts anew here", key="mark divides", help=WHY_ANEW)
        st.form_submit_button("Mark", on_click=_mark, args=(metric,))


def _mark(metric: str) -> None:
    state = st.session_state
    made = Annotation(
        state["mark day"], state["mark kind"], state["mark title"], state["mark note"], state["mark until"],
        metric if state["mark alone"] else None, None, state["mark divides"],
    )  # fmt: skip
    _keep(lambda: store().annotations.add(_product(), made, by=_who(), at=_now()), "Marked.",
          "mark title", "mark note", "mark until", "mark alone", "mark divides")  # fmt: skip


def start_anew(metric: str, since: date, label: str) -> None:
    """One click for a change that has come to stay: what is usual starts anew with the week in which it began."""
    if not _may("write"):
        return
    st.button("This is the new usual", icon=":material/restart_alt:", type="tertiary", on_click=_start_anew,
              args=(metric, since, label), help=f"Marks w/e {day(since)}. {WHY_ANEW}")  # fmt: skip


def _start_anew(metric: str, since: date, label: str) -> None:
    first, title = since - timedelta(days=6), f"New usual of {label}"[:120]
    made = Annotation(first, "definition", title, metric=metric, divides=True)
    _keep(lambda: store().annotations.add(_product(), made, by=_who(), at=_now()), "What is usual starts anew.")


def marked(shown: Sequence[Mark], first: date, last: date) -> None:
    """The marks of some days, each with a way to take it away."""
    for kept in store().annotations.list(_product()):
        one = kept.content
        if Mark(**asdict(one)) in shown and first <= one.day <= last:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                to = f" to {day(one.until)}" if one.until else ""
                new = " · what is usual starts anew" if one.divides else ""
                st.caption(f"{KIND_LABELS[one.kind].split()[0]} {day(one.day, year=True)}{to} · {md(one.title)}{new}"
                           f" · {md(kept.changed_by)}", width="content")  # fmt: skip
                if _may("write"):
                    st.button("Remove", key=f"remove {kept.id}", type="tertiary", on_click=_remove_mark, args=(kept,))


def _remove_mark(kept: Kept[Annotation]) -> None:
    _keep(lambda: store().annotations.remove(kept, by=_who(), at=_now()), "Removed. Its history is kept.")


# Actions --------------------------------------------------------------------------------------------------------------


def tasks(week: date) -> tuple[Task, ...]:
    """The actions that were open when a week was reviewed: older ones not done, and those of the week."""
    return tuple(Task(**asdict(kept.content)) for kept in _actions(week))


def _actions(week: date) -> list[Kept[Action]]:
    every = store().actions.list(_product()) if _may("whole") else ()
    return [kept for kept in every if kept.content.week == week or
            (kept.content.week < week and kept.content.status == "open")]  # fmt: skip


def actions(week: date, labels: dict[str, str], results: dict[str, str], *, of: str | None = None) -> None:
    """Actions with what became of them: those of earlier weeks, or those about one metric decided in this one.

    labels, results: of each metric, its name and how its number moved since.
    """
    for kept in _actions(week):
        one = kept.content
        if (of is None) == (one.week == week) or (of is not None and one.metric != of):
            continue
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            due = f" · due {day(one.due)}" if one.due else ""
            late = " · :orange[**overdue**]" if one.due and one.due < _now().date() and one.status == "open" else ""
            about = "" if of else f" · {md(labels.get(one.metric, one.metric))} {results.get(one.metric, '')}"
            st.markdown(f"**{md(one.owner)}** {md(one.text)}{due}{late}{about}", width="stretch")
            if not _may("write"):
                st.caption(STATUSES[one.status], width="content")
                continue
            key = f"status {kept.id}"
            st.session_state[key] = one.status
            st.selectbox("Status", STATUSES, format_func=STATUSES.__getitem__, key=key, width=130,
                         label_visibility="collapsed", on_change=_set_status, args=(kept, key))  # fmt: skip


def _set_status(kept: Kept[Action], key: str) -> None:
    made = replace(kept.content, status=st.session_state[key])
    _keep(lambda: store().actions.change(kept, made, by=_who(), at=_now()), "Kept.")


def act(week: date, metric: str, owner: str | None) -> None:
    """Add an action about a metric."""
    if not _may("write"):
        return
    with st.form(f"act {metric}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Who acts", owner or "", key=f"act owner {metric}", max_chars=120, width=140)
        st.text_input("What", key=f"act text {metric}", max_chars=2_000, placeholder="Ask five small companies why")
        st.date_input("Due", week + timedelta(days=14), key=f"act due {metric}", width=140)
        st.form_submit_button("Add action", on_click=_act, args=(week, metric))


def _act(week: date, metric: str) -> None:
    state = st.session_state
    made = Action(week, metric, state[f"act owner {metric}"], state[f"act text {metric}"], state[f"act due {metric}"])
    _keep(lambda: store().actions.add(_product(), made, by=_who(), at=_now()), "Kept.", f"act text {metric}")


# Notes and closing ----------------------------------------------------------------------------------------------------


def notes(week: date) -> tuple[Said, ...]:
    """What was said of each metric in the review of a week."""
    return tuple(Said(kept.content.metric, kept.content.text) for kept in _notes(week))


def _notes(week: date) -> tuple[Kept[Note], ...]:
    return store().notes.of(_product(), week) if _may("whole") else ()


def note(week: date, metric: str) -> None:
    """The note of a metric in the review of a week: kept when one leaves the field."""
    there = next((kept for kept in _notes(week) if kept.content.metric == metric), None)
    if not _may("write"):
        st.markdown(f"> {md(there.content.text)}" if there else "")
        return
    key, seen = f"note {week} {metric}", f"seen {week} {metric}"
    state: Any = st.session_state
    if key not in state:
        state[key] = there.content.text if there else ""
        state[seen] = there
    if there and state.get(seen) != there and state[key] == (state[seen].content.text if state[seen] else ""):
        state[key], state[seen] = there.content.text, there  # somebody wrote it meanwhile, and nothing was typed here
    st.text_area("Note", key=key, max_chars=10_000, height=68, on_change=_note, args=(week, metric),
                 placeholder="What the owner says about it; kept when you leave the field.")  # fmt: skip


def _note(week: date, metric: str) -> None:
    state: Any = st.session_state
    key, seen = f"note {week} {metric}", f"seen {week} {metric}"

    def write() -> None:
        state[seen] = store().notes.write(
            _product(), Note(week, metric, state[key]), state.get(seen), by=_who(), at=_now())  # fmt: skip

    _keep(write, "Note kept.")
    if "theirs" in state:
        state[seen] = state.pop("theirs")


def closings(week: date) -> list[Closing]:
    """The closings of a week, the last first."""
    every = store().reviews.list(_product()) if _may("whole") else ()
    return [closing for closing in every if closing.week == week]


def may_close() -> bool:
    """Whether who looks may close a review."""
    return _may("write")


def close(review: Review) -> None:
    """Close a review: freeze what is on the screen, with its notes and actions."""
    _keep(lambda: store().reviews.close(_product(), review.week, review.as_of, as_json(review), by=_who(), at=_now()),
          "Closed. It is kept as it was presented.")  # fmt: skip
