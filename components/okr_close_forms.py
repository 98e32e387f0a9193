"""The end of a cycle: it is closed with a grade of each key result, and what is unfinished is copied to the next."""

from dataclasses import replace

import streamlit as st

from components import forms, okr_forms
from components import okr_words as words
from components.okr_kept import Written
from components.theme import day
from components.words import md
from queries.errors import AccessError
from queries.okr.grades import grade, is_unfinished
from queries.okr.results import Aim, Board, Result
from queries.store import Cycle, Grade, Kept, Objective, Store

CLOSING = ("Keeps a grade of each key result with the value that it was given for. Late data changes no grade; the "
           "cycle can be opened again.")  # fmt: skip
HIDDEN = ("Some key results are of groups too small for you to see, so you cannot grade them; ask an admin who may "
          "list users to close the cycle.")  # fmt: skip


def close(found: Written, cycle: Kept[Cycle], made: Board) -> None:
    """Close a cycle with its grades, or open a closed one again."""
    if not forms.may("manage"):
        return
    if cycle.content.closed:
        st.button("Open again", icon=":material/lock_open:", type="tertiary", on_click=_open, args=(cycle,))
        return
    with st.popover("Close", type="tertiary", disabled=not made.results):
        st.caption(CLOSING)
        st.markdown("\n".join(f"- {words.graded(result, grade(result.judged))}" for result in made.results))
        st.button("Close with these grades", on_click=_close, args=(found, cycle, made.results))


def _close(found: Written, cycle: Kept[Cycle], results: tuple[Result, ...]) -> None:
    def write() -> None:
        if any(result.series.hidden for result in results):
            raise AccessError(HIDDEN)
        closed = replace(cycle.content, closed=okr_forms.today())
        with forms.store().at_once("manage") as store:
            for result in results:
                one = result.judged
                _grade(store, found, Grade(result.asked.id, grade(one), one.progress, one.value, one.as_of))
            store.cycles.change(cycle, closed, by=forms.who(), at=forms.now())

    forms.keep(write, f"{cycle.content.name} is closed, with its grades.")


def _grade(store: Store, found: Written, given: Grade) -> None:
    before, by, at = found.grade(given.key_result), forms.who(), forms.now()
    if before:
        store.grades.change(before, given, by=by, at=at)
    else:
        store.grades.add(forms.product_name(), given, by=by, at=at)


def _open(cycle: Kept[Cycle]) -> None:
    opened = replace(cycle.content, closed=None)
    forms.keep(lambda: forms.store().cycles.change(cycle, opened, by=forms.who(), at=forms.now()), "Open again.")


def closed(found: Written, cycle: Kept[Cycle], made: Board) -> None:
    """How a closed cycle ended: the grades as they were given, and what each means."""
    on = cycle.content.closed
    if on is None:
        return
    lines = [f"- {words.graded(result, kept.content.grade)}" for result in made.results
             if (kept := found.grade(result.asked.id))]  # fmt: skip
    st.markdown(f":material/lock: **Closed on {day(on, year=True)}** by {md(cycle.changed_by)}\n\n" + "\n".join(lines))


# What is unfinished ---------------------------------------------------------------------------------------------------


def copy(found: Written, cycle: Kept[Cycle], before: Board | None) -> None:
    """Copy what is unfinished of the cycle before. Nothing where there is nothing left to copy."""
    left = sum(is_unfinished(result) for result in before.results) if before else 0
    if before is None or not left or not forms.may("manage"):
        return
    st.button(f"Copy {left} unfinished of {md(before.cycle)}", icon=":material/content_copy:", type="tertiary",
              on_click=_copy, args=(found, cycle, before), help="From where they are now; what is here stays.")


def _copy(found: Written, cycle: Kept[Cycle], before: Board) -> None:
    def write() -> None:
        with forms.store().at_once("manage") as store:
            for aim in before.aims:
                _copy_aim(store, found, cycle, aim)

    forms.keep(write, f"What was unfinished of {before.cycle} is copied.")


def _copy_aim(store: Store, found: Written, cycle: Kept[Cycle], aim: Aim) -> None:
    unfinished = [result for result in aim.results if is_unfinished(result)]
    if unfinished:
        objective = _objective(store, found, cycle, aim)
        there = {kept.content.title for kept in found.of_objective(objective)}
        for result in unfinished:
            if found.key_result(result.asked.id).content.title not in there:
                _key_result(store, found, cycle, objective, result)


def _objective(store: Store, found: Written, cycle: Kept[Cycle], aim: Aim) -> str:
    """The id of the objective of the same title in a cycle, made where there is none."""
    one = found.objective(aim.id).content
    there = next((kept for kept in found.of_cycle(cycle) if kept.content.title == one.title), None)
    if there:
        return there.id
    made: Objective = replace(one, cycle=cycle.id)
    return store.objectives.add(forms.product_name(), made, by=forms.who(), at=forms.now()).id


def _key_result(store: Store, found: Written, cycle: Kept[Cycle], objective: str, result: Result) -> None:
    """The same key result from where it is now, over the days of a cycle; its plan was of other days."""
    one, goal, now = found.key_result(result.asked.id).content, result.asked.goal, result.judged.value
    start = one.start if goal.stays or goal.type == "milestone" or now is None else now
    made = replace(one, objective=objective, first=cycle.content.first, last=cycle.content.last, plan="", start=start)
    store.key_results.add(forms.product_name(), made, by=forms.who(), at=forms.now())
