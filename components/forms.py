"""What people write: marks on a day, actions and notes of the review, and closing it.

A form is filled in, sent, and cleared once it is kept. Where it cannot be kept the reason is said and the words stay in
the form; where somebody else was faster, what is there now is said, and saving again is meant.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar, cast

import streamlit as st

from components import review_notes, signin
from components.marks import anew as days_anew
from components.marks import concerning
from components.marks import known as marks_known
from components.theme import day
from components.words import md
from queries import access, config, snapshot
from queries.access import Right, Viewer
from queries.errors import AccessError, Changed, StoreError
from queries.product import Feature
from queries.product.review import KINDS_OF_NOTE
from queries.review import Mark, Review, Task, as_json
from queries.store import Action, Annotation, Closing, Kept, Note, Store, connect
from queries.store.review import W

STATUSES = {"open": "Open", "done": "Done", "dropped": "Dropped"}
KIND_LABELS = {"launch": "▲ Launch", "incident": "● Incident", "experiment": "◆ Experiment", "data": "■ Data",
               "definition": "■ Definition", "holiday": "○ Holiday or planned"}  # fmt: skip
T = TypeVar("T")
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


def may(right: Right) -> bool:
    """Whether who looks has a right; the store checks it again."""
    return access.may(signin.viewer(), right)


def once(name: str, read: Callable[[], T]) -> T:
    """What is read, read once a run however often it is asked for; what fails is read again."""
    state, run = st.session_state, now()
    if state.get(name, (None,))[0] != run:
        state[name] = run, read()
    return cast(T, state[name][1])


def marks() -> tuple[Mark, ...]:
    """What is known to have happened; where the store cannot be read, which the review says, less."""
    return once("marks", _marks)


def _marks() -> tuple[Mark, ...]:
    try:
        every = store().annotations.list(product_name())
    except StoreError:
        every = ()
    return tuple(marks_known(snapshot.product(), (kept.content for kept in every)))


def anew(metric: str | None = None, feature: str | None = None) -> tuple[date, ...]:
    """The days from whose week on what is usual of a metric or feature starts anew."""
    return days_anew(concerning(marks(), metric, feature))


def anew_of(features: Sequence[Feature]) -> tuple[tuple[str, tuple[date, ...]], ...]:
    """The features whose adoption has a new usual, each with the days."""
    known = [mark for mark in marks() if mark.divides]
    each = ((one.key, days_anew(concerning(known, f"adoption.{one.key}", one.key))) for one in features)
    return tuple((key, days) for key, days in each if days)


def product_name() -> str:
    """Whose words are written."""
    return snapshot.product().name


def who() -> str:
    """The person who writes."""
    return signin.viewer().name


def now() -> datetime:
    """The moment of this run."""
    return cast(datetime, st.session_state["now"])


def keep(write: Callable[[], object], told: str, *clears: str) -> None:
    """Write, and clear the form; where that cannot be, say why and leave the words."""
    state = st.session_state
    state["now"] = state["clock"]()  # the page may have been open for hours
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
    if not may("write"):
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
    keep(lambda: store().annotations.add(product_name(), made, by=who(), at=now()), "Marked.",
          "mark title", "mark note", "mark until", "mark alone", "mark divides")  # fmt: skip


def start_anew(metric: str, since: date, label: str) -> None:
    """One click for a change that has come to stay: what is usual starts anew with the week in which it began."""
    if not may("write"):
        return
    st.button("This is the new usual", icon=":material/restart_alt:", type="tertiary", on_click=_start_anew,
              args=(metric, since, label), help=f"Marks w/e {day(since)}. {WHY_ANEW}")  # fmt: skip


def _start_anew(metric: str, since: date, label: str) -> None:
    first, title = since - timedelta(days=6), f"New usual of {label}"[:120]
    made = Annotation(first, "definition", title, metric=metric, divides=True)
    keep(lambda: store().annotations.add(product_name(), made, by=who(), at=now()), "What is usual starts anew.")


def marked(shown: Sequence[Mark], first: date, last: date) -> None:
    """The marks of some days, each with a way to take it away."""
    for kept in store().annotations.list(product_name()):
        one = kept.content
        if Mark(**asdict(one)) in shown and first <= one.day <= last:
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                to = f" to {day(one.until)}" if one.until else ""
                new = " · what is usual starts anew" if one.divides else ""
                st.caption(f"{KIND_LABELS[one.kind].split()[0]} {day(one.day, year=True)}{to} · {md(one.title)}{new}"
                           f" · {md(kept.changed_by)}", width="content")  # fmt: skip
                if may("write"):
                    st.button("Remove", key=f"remove {kept.id}", type="tertiary", on_click=_remove_mark, args=(kept,))


def _remove_mark(kept: Kept[Annotation]) -> None:
    keep(lambda: store().annotations.remove(kept, by=who(), at=now()), "Removed. Its history is kept.")


# Actions --------------------------------------------------------------------------------------------------------------


def actions(review: Review, *, of: str | None = None) -> None:
    """Actions with what became of them: those of earlier weeks, or those about one line decided in this one."""
    for kept in store().actions.due(product_name(), review.week) if may("whole") else ():
        one = kept.content
        if (of is None) == (one.week == review.week) or (of is not None and one.metric != of):
            continue
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            due = f" · due {day(one.due)}" if one.due else ""
            late = " · :orange[**overdue**]" if one.due and one.due < now().date() and one.status == "open" else ""
            about = "" if of else f" · {review_notes.about(review, Task(**asdict(one)))}"
            st.markdown(f"**{md(one.owner)}** {md(one.text)}{due}{late}{about}", width="stretch")
            if not may("write"):
                st.caption(STATUSES[one.status], width="content")
                continue
            key = f"status {kept.id}"
            st.session_state[key] = one.status
            st.selectbox("Status", STATUSES, format_func=STATUSES.__getitem__, key=key, width=130,
                         label_visibility="collapsed", on_change=_set_status, args=(kept, key))  # fmt: skip


def _set_status(kept: Kept[Action], key: str) -> None:
    made = replace(kept.content, status=st.session_state[key])
    keep(lambda: store().actions.change(kept, made, by=who(), at=now()), "Kept.")


def act(week: date, metric: str, owner: str | None) -> None:
    """Add an action about a metric."""
    if not may("write"):
        return
    with st.form(f"act {metric}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Who acts", owner or "", key=f"act owner {metric}", max_chars=120, width=140)
        st.text_input("What", key=f"act text {metric}", max_chars=2_000, placeholder="Ask five small companies why")
        st.date_input("Due", week + timedelta(days=14), key=f"act due {metric}", width=140)
        st.form_submit_button("Add action", on_click=_act, args=(week, metric))


def _act(week: date, metric: str) -> None:
    state = st.session_state
    made = Action(week, metric, state[f"act owner {metric}"], state[f"act text {metric}"], state[f"act due {metric}"])
    keep(lambda: store().actions.add(product_name(), made, by=who(), at=now()), "Kept.", f"act text {metric}")


# Notes and closing ----------------------------------------------------------------------------------------------------


def note(week: date, metric: str) -> None:
    """The note of a metric in the review of a week: kept when one leaves the field."""
    notes = store().notes.of(product_name(), week) if may("whole") else ()
    there = next((kept for kept in notes if kept.content.metric == metric), None)

    def write(text: str, seen: Kept[Note] | None) -> Kept[Note] | None:
        return store().notes.write(product_name(), Note(week, metric, text), seen, by=who(), at=now())

    field(f"{week} {metric}", there, write, "What the owner says about it; kept when you leave the field.")


def field(name: str, there: Kept[W] | None, write: Callable[[str, Kept[W] | None], Kept[W] | None], hint: str) -> None:
    """A note that is kept when one leaves the field; only to be read by who may not write.

    there: what the store has; write: keeps a text in its place.
    """
    if not may("write"):
        if there:
            st.markdown(f"> {md(there.content.text)}")
        return
    key, seen = f"note {name}", f"seen {name}"
    state: Any = st.session_state
    if key not in state:
        state[key] = there.content.text if there else ""
        state[seen] = there
    if there and state.get(seen) != there and state[key] == (state[seen].content.text if state[seen] else ""):
        state[key], state[seen] = there.content.text, there  # somebody wrote it meanwhile, and nothing was typed here
    st.text_area("Note", key=key, max_chars=10_000, height=68, on_change=_field, args=(key, seen, write),
                 placeholder=hint)  # fmt: skip


def _field(key: str, seen: str, write: Callable[[str, Any], object]) -> None:
    state: Any = st.session_state

    def kept() -> None:
        state[seen] = write(state[key], state.get(seen))

    keep(kept, "Note kept.")
    if "theirs" in state:
        state[seen] = state.pop("theirs")


def closings(week: date) -> list[Closing]:
    """The closings of a week, the last first."""
    every = store().reviews.list(product_name()) if may("whole") else ()
    return [closing for closing in every if closing.week == week]


def ask_to_close(shown: Review) -> None:
    """Close this review, once all that was typed meanwhile is kept: a click may come before the field it left."""
    st.session_state["to close"] = shown


def close_if_asked(live: Review) -> None:
    """Freeze what was on the screen, with the notes and actions as they are now; not where words could not be kept."""
    shown = st.session_state.pop("to close", None)
    if shown is None or shown.week != live.week or "not kept" in st.session_state:
        return
    review = replace(shown, notes=live.notes, tasks=live.tasks)
    keep(lambda: store().reviews.close(product_name(), review.week, review.as_of, as_json(review), by=who(), at=now()),
          "Closed. It is kept as it was presented.")  # fmt: skip
