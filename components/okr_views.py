"""Objectives on the screen: where each key result stands, the story of one, check-ins, and a meeting's own view."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from components import (
    cards,
    exports,
    filters,
    forms,
    marks,
    okr_charts,
    okr_close_forms,
    okr_edit_forms,
    okr_file_forms,
    okr_forms,
    okr_pillar_views,
    okr_tables,
    okr_tree_views,
    picks,
    report,
    tables,
)
from components import okr_definition_words as definition_words
from components import okr_words as words
from components.okr_kept import Written
from components.report import meeting as meetings
from components.words import md, spoken
from queries import snapshot
from queries.activity import Activity
from queries.okr.results import Aim, Board, Result
from queries.store import Cycle, Kept

NONE_YET = ("**No cycle yet.** A cycle is the time in which key results are to be reached, a quarter as a rule. Add "
            "one, then an objective, then how one knows that it is reached.")  # fmt: skip
NONE_TO_SEE = "**No cycle yet.** Once an admin has added one, its objectives and key results are here."
BULLET = ("The bar goes from the base to now, right is better: blue on track, orange behind, grey too early to say. "
          "The long line is the target, the short one what is due now.")  # fmt: skip
LARGE = 400  # pixels of the figure before a meeting


def page(activity: Activity, name: str) -> None:
    """The objectives of a cycle. Raises StoreError without a store."""
    found = okr_forms.found()
    forms.told()
    cycle = found.cycle(name)
    if cycle is None:
        st.markdown(NONE_YET if forms.may("manage") else NONE_TO_SEE)
        with st.container(horizontal=True, gap="small"):
            okr_edit_forms.cycle()
            okr_file_forms.files(found, None, None)
        return
    made = _board(found, cycle, activity)
    if picks.presents() and made.results:
        _present(made)
        return
    said = words.answer(made, manages=forms.may("manage"))
    st.markdown(said)
    exports.shown().answer = said
    _controls(found, cycle, activity, made)
    okr_close_forms.closed(found, cycle, made)
    okr_tree_views.alignment(found, made, activity)
    for aim in made.aims:
        _aim(aim, made)
        if not aim.results:
            with st.container(horizontal=True, gap="small"):
                okr_edit_forms.objective(cycle, activity, found.objective(aim.id))
                okr_edit_forms.remove(found.objective(aim.id))
    _add(found, cycle, activity)
    if made.results:
        _story(found, cycle, activity, _picked(made))
    if any(aim.pillar for aim in made.aims):
        okr_pillar_views.pillar(activity, made.aims)


def _board(found: Written, cycle: Kept[Cycle], activity: Activity) -> Board:
    return meetings.counted(snapshot.product(), activity, found, cycle, okr_forms.today())


def _picked(made: Board) -> Result:
    """The key result that is looked at: the one picked, or the one furthest behind."""
    return next((result for result in made.results if result.asked.id == picks.value("kr")), made.results[0])


def _controls(found: Written, cycle: Kept[Cycle], activity: Activity, made: Board) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cycle"):
        filters.pick("cycle")
        st.button("Present", icon=":material/slideshow:", disabled=not made.results, on_click=filters.go,
                  kwargs={"seen": ("present",), "kr": ("",)})  # fmt: skip
        st.caption(words.span(made), width="content")
        _take_away(found, cycle, activity, made)
        okr_close_forms.close(found, cycle, made)
        okr_edit_forms.cycle(cycle)
        okr_edit_forms.cycle()
        okr_file_forms.files(found, cycle, made)
        if opened := cards.how_computed():
            opened.markdown(definition_words.HOW)


def _take_away(found: Written, cycle: Kept[Cycle], activity: Activity, made: Board) -> None:
    """The meeting as files, of what is shown."""
    notes = forms.store().meeting_notes.list(forms.product_name())
    meeting = meetings.of(snapshot.product(), activity, found, cycle, made, notes, forms.marks())
    exports.take_away(report.of_meeting(meeting), f"{cycle.content.name} check-in {made.today}")


def _aim(aim: Aim, made: Board) -> None:
    """An objective with its key results, those furthest behind first."""
    st.markdown(words.objective(aim, manages=forms.may("manage")))
    if not aim.results:
        return
    table, key = okr_tables.key_results(aim.results, made.today), f"aim {aim.id}"
    table = okr_tables.with_bullets(table, aim.results, cards.palette())
    right = st.column_config.TextColumn(alignment="right")
    config: dict[str, Any] = {
        "kr": None, "Key result": st.column_config.TextColumn(width="medium"), "Forecast": right,
        "Bullet": st.column_config.ImageColumn("From base to target", width=150, help=BULLET),
        "Pace": st.column_config.TextColumn(alignment="right", help="Progress over what was due; 1 is as meant."),
        "Confidence": st.column_config.TextColumn(help="The owner's own; ⚑ where the pace says otherwise."),
    }  # fmt: skip
    st.dataframe(table, column_config=config, hide_index=True, height=tables.tall(table), key=key,
                 on_select=_picks(table["kr"].to_list(), key), selection_mode="single-row",
                 alt=spoken(words.objective(aim)))  # fmt: skip


def _picks(ids: list[str], key: str) -> Callable[[], None]:
    def picked() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            filters.go(kr=(ids[rows[0]],))
    return picked


def _add(found: Written, cycle: Kept[Cycle], activity: Activity) -> None:
    """What can be added to a cycle: by hand, or from the one before."""
    earlier = [kept for kept in found.cycles if kept.content.first < cycle.content.first]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="add"):
        okr_edit_forms.key_result(cycle, activity)
        okr_edit_forms.objective(cycle, activity)
        okr_close_forms.copy(found, cycle, _board(found, earlier[-1], activity) if earlier else None)


def _story(found: Written, cycle: Kept[Cycle], activity: Activity, result: Result) -> None:
    """One key result: where it stands and leads, what happened, what its owner says, and a check-in."""
    st.divider()
    st.markdown(words.sentence(result))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _figure(result, okr_charts.HEIGHT)
        if counted := definition_words.definition(result):
            st.caption(counted)
        okr_forms.log(result)
    with right:
        okr_forms.check_in(result)
        okr_forms.note(result)
        kept = found.key_result(result.asked.id)
        with st.container(horizontal=True, gap="small"):
            if not result.series.hidden:  # where it began tells as much as where it is
                okr_edit_forms.key_result(cycle, activity, kept)
            okr_edit_forms.objective(cycle, activity, found.objective(kept.content.objective))
            okr_edit_forms.remove(kept)


def _figure(result: Result, height: int) -> None:
    if not result.series.points:
        return
    metric = result.asked.metric or ""
    concerned = marks.concerning(forms.marks(), metric, metric.partition(".")[2] or None)
    figure = marks.draw(okr_charts.story(result, cards.palette(), height=height), concerned, cards.palette())
    cards.chart(figure, spoken(words.sentence(result)), f"story {result.asked.id}")


def _present(made: Board) -> None:
    """One key result a screen, for a meeting: large, without controls but a note; the arrow keys go on."""
    ids = [result.asked.id for result in made.results]
    result = _picked(made)
    at = ids.index(result.asked.id)
    aim = next(aim for aim in made.aims if result in aim.results)
    st.header(spoken(words.head(made)) if at == 0 else md(aim.title), anchor=False)
    st.markdown(f"#### {words.sentence(result)}")
    _figure(result, LARGE)
    if result.last:
        st.markdown(words.check_in(result.last, result))
    okr_forms.note(result)
    ways = (("Back", "arrow_back", ids[max(0, at - 1) : at], "Left"),
            ("On", "arrow_forward", ids[at + 1 : at + 2], "Right"))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, other, shortcut in ways:
            st.button(label, icon=f":material/{icon}:", disabled=not other, shortcut=shortcut, type="tertiary",
                      on_click=filters.go, kwargs={"kr": tuple(other)})  # fmt: skip
        st.caption(f"{at + 1} of {len(ids)} · {md(aim.title)} · {md(result.asked.owner)} · {md(made.cycle)}",
                   width="content")  # fmt: skip
        st.button("Leave", icon=":material/close:", type="tertiary", on_click=filters.go, kwargs={"seen": ("",)})
