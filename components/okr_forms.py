"""The check-in of a key result: what its owner says of it, kept when it is sent, and all that was said before."""

from datetime import date
from zoneinfo import ZoneInfo

import streamlit as st

from components import forms, okr_kept
from components import okr_definition_words as definition_words
from components import okr_words as words
from components.choices import Choice
from components.okr_kept import Written
from components.theme import day
from components.words import md
from queries import snapshot
from queries.errors import AccessError, StoreError
from queries.okr.results import Result
from queries.store import CheckIn, Kept, MeetingNote

TYPED = "The value is typed, as no metric of the catalogue is it."
BOUND = "From the data; nobody types it."


def today() -> date:
    """The day it is where the product counts its days."""
    return forms.now().astimezone(ZoneInfo(snapshot.product().timezone)).date()


def found() -> Written:
    """What people wrote of objectives.

    Raises StoreError where the store cannot be read, and AccessError for who may not see what is said of everybody.
    """
    return forms.once("okrs", lambda: okr_kept.read(forms.store(), forms.product_name()))


def offered() -> dict[str, Choice]:
    """What the page can look at: a cycle, one of its key results, a strategy pillar; the page says what went wrong."""
    try:
        written = found()
    except (StoreError, AccessError):
        written = Written((), (), (), (), ())
    cycles = {kept.content.name: kept.content.name for kept in reversed(written.cycles)}
    titles = {kept.id: kept.content.title for kept in written.key_results}
    pillars = sorted({kept.content.pillar for kept in written.objectives if kept.content.pillar})
    return {
        "cycle": Choice("Cycle", cycles or {"": "(no cycle)"}, (okr_kept.latest(written.cycles, today()),)),
        "kr": Choice("Key result", {"": "the first", **titles}, ("",), noun="a key result"),
        "pillar": Choice("Pillar", {name: name for name in pillars} or {"": "(no pillar)"}, (next(iter(pillars), ""),)),
    }


def check_in(result: Result) -> None:
    """A check-in: the value where it is typed, how sure the owner is, and what is to be said."""
    if not forms.may("write"):
        return
    one = result.asked
    with st.form(f"check-in {one.id}", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if one.metric:
                now = words.value(result, result.judged.value, result.series.of)
                counted = f"{BOUND} {definition_words.definition(result)}"
                st.metric("Value", now, definition_words.as_of(result) or None, help=counted, delta_color="off",
                          delta_arrow="off", width=140 if one.window == 1 else 240)  # fmt: skip
            else:
                least, most = (0.0, 1.0) if one.goal.type == "milestone" else (None, None)
                what = "Done, 0 to 1" if most else f"Value, {md(one.unit)}".rstrip(", ")
                st.number_input(what, least, most, None, key=f"value {one.id}", help=TYPED, width=140, format="%g")
                st.date_input("as of", today(), key=f"as of {one.id}", max_value=today(), width=140)
            st.number_input("Confidence, 0 to 10", 0, 10, result.confidence[-1] if result.confidence else None,
                            key=f"confidence {one.id}", width=140)  # fmt: skip
        st.text_area("Comment", key=f"comment {one.id}", max_chars=2_000, height=68)
        left, right = st.columns(2)
        left.text_area("In the way", key=f"blockers {one.id}", max_chars=2_000, height=68)
        right.text_area("Next step", key=f"next {one.id}", max_chars=2_000, height=68)
        st.form_submit_button("Check in", on_click=_check_in, args=(result,), type="primary")


def _check_in(result: Result) -> None:
    state, one = st.session_state, result.asked
    value, as_of = (result.judged.value, result.judged.as_of) if one.metric else (
        state[f"value {one.id}"], state[f"as of {one.id}"])  # fmt: skip
    cleared = [f"{name} {one.id}" for name in ("value", "comment", "blockers", "next")]

    def write() -> None:
        made = CheckIn(one.id, today(), value, as_of, state[f"confidence {one.id}"], state[f"comment {one.id}"],
                       state[f"blockers {one.id}"], state[f"next {one.id}"], one.definition)  # fmt: skip
        forms.store().check_ins.add(forms.product_name(), made, by=forms.who(), at=forms.now())

    forms.keep(write, "Checked in.", *cleared)


def note(result: Result) -> None:
    """What is said in a meeting: kept when one leaves the field, and there for everybody."""
    id, on = result.asked.id, today()
    there = next((kept for kept in _notes(id) if kept.content.day == on), None)

    def write(text: str, seen: Kept[MeetingNote] | None) -> Kept[MeetingNote] | None:
        made = MeetingNote(id, on, text)
        return forms.store().meeting_notes.write(forms.product_name(), made, seen, by=forms.who(), at=forms.now())

    forms.field(f"{on} {id}", there, write, "What the meeting says; kept when you leave the field.")


def _notes(id: str) -> list[Kept[MeetingNote]]:
    return [kept for kept in forms.store().meeting_notes.list(forms.product_name()) if kept.content.key_result == id]


def log(result: Result) -> None:
    """All that was said of a key result, the latest first."""
    lines = [(said.day, words.check_in(said, result)) for said in result.asked.said]
    notes = [(kept.content.day, f"- {day(kept.content.day, year=True)} · note · {md(kept.changed_by)}  \n"
                                f"  {md(kept.content.text)}") for kept in _notes(result.asked.id)]  # fmt: skip
    every = [line for _, line in sorted([*lines, *notes], key=lambda each: each[0], reverse=True)]
    st.markdown("\n".join(every) or "Nobody has checked in yet.")


