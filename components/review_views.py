"""The weekly review on the screen: open actions, what changed and why, what is said and decided, and the rest."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from components import (
    cards,
    exports,
    filters,
    forms,
    marks,
    picks,
    report,
    review_charts,
    review_notes,
    review_tables,
    signin,
    tables,
)
from components import review_words as words
from components.report import week as reviewed
from components.theme import day
from components.words import md, spoken
from queries import snapshot
from queries.activity import Activity
from queries.errors import InsightsError
from queries.review import Line, Review, from_json
from queries.review.lines import ranked
from queries.store import Closing

SHOWN = 52  # weeks in a figure
CARDS = 6
MOST_BUTTONS = 5  # that fit beside a figure
CLOSING = ("Keeps the review as it is shown: numbers, definitions, notes and actions. What changes later is told apart "
           "from it, and it can be closed anew.")  # fmt: skip
VERDICT_COLOURS = {True: "blue", False: "orange"}  # better, worse; nothing else is coloured


def page(activity: Activity, week: date | None) -> None:
    """The review of a week: as it is now, or as it was closed."""
    if week is None:
        st.markdown("**Not yet.** The first whole week of history has not ended; there is nothing to review.")
        return
    live = reviewed.now(snapshot.product(), activity, week, forms.store(), signin.viewer())
    forms.close_if_asked(live)
    closed = forms.closings(week)
    was = _as_closed(closed)
    shown = was if was and st.session_state.get("as closed", True) else live
    forms.told()
    if picks.presents():
        _present(shown)
        return
    st.markdown(words.answer(shown))
    exports.shown().answer = words.answer(shown)
    _controls(shown, closed, frozen=shown is was)
    if was:
        _closed(closed[0], was, live)
    _last_actions(shown, frozen=shown is was)
    _cards(shown)
    _changed(shown, frozen=shown is was)
    _rest(shown)


def _controls(shown: Review, closed: Sequence[Closing], *, frozen: bool) -> None:
    """Which week, how to show it, and what to do with it."""
    options = list(st.session_state["choices"]["week"].options)
    at = options.index(str(shown.week))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="week"):
        _step("Earlier", "chevron_left", options[at + 1 : at + 2])
        filters.pick("week")
        _step("Later", "chevron_right", options[max(0, at - 1) : at])
        st.button("Present", icon=":material/slideshow:", on_click=filters.go, kwargs={"seen": ("present",)})
        exports.take_away(report.of_week(shown, closed[0].closed_by if frozen else ""), f"weekly_review_{shown.week}")
        st.button("Closed" if frozen else "Close", icon=":material/lock:", help=CLOSING,
                  disabled=frozen or not forms.may("write"), on_click=forms.ask_to_close, args=(shown,))  # fmt: skip


def _step(label: str, icon: str, other: list[str]) -> None:
    st.button(label, icon=f":material/{icon}:", type="tertiary", disabled=not other, on_click=filters.go,
              kwargs={"week": tuple(other), "line": ("",)})  # fmt: skip


def _as_closed(closed: Sequence[Closing]) -> Review | None:
    """The review as it was closed last; None where it was not, or, which is said, cannot be read."""
    if not closed:
        return None
    try:
        return from_json(forms.store().reviews.content(closed[0]))
    except InsightsError as error:
        st.warning(str(error))
        return None


def _closed(last: Closing, was: Review, live: Review) -> None:
    """By whom it was closed, and what has changed since."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/lock: Closed by {md(last.closed_by)} on {last.closed_at:%-d %b %Y, %H:%M} UTC, with the "
                   f"data to {day(last.as_of, year=True)}.", width="content")  # fmt: skip
        st.toggle("As it was closed", True, key="as closed")
    since = review_notes.since_closed(was, live)
    if since:
        with st.expander(f"{len(since)} changed since"):
            st.markdown("\n".join(f"- {line}" for line in since))
    else:
        st.caption("Nothing has changed since.")


def _cards(shown: Review) -> None:
    numbers = []
    for line in ranked(shown.lines)[:CARDS]:
        colour: Any = VERDICT_COLOURS[line.better] if line.verdict == "real" else "off"
        numbers.append({
            "label": md(words.name(line)), "value": words.value(line.form, line.now.value, line.now.of),
            "delta": words.verdict(line, shown.week), "delta_color": colour, "delta_arrow": "off",
            "help": md(words.definition(line)),
        })  # fmt: skip
    cards.row(numbers)


def _last_actions(shown: Review, *, frozen: bool) -> None:
    """What was decided before comes first: what is still open, and what became of last week's."""
    before = [task for task in shown.tasks if task.week < shown.week]
    if not before:
        return
    st.markdown(f"**From earlier weeks** · {len(before)}")
    if frozen:
        st.markdown("\n".join(f"- {review_notes.task(task, review_notes.about(shown, task))}" for task in before))
    else:
        forms.actions(shown)


def _changed(shown: Review, *, frozen: bool) -> None:
    """What left its usual range or comes near to: a table, beside it the one that is picked, and below what is said."""
    lines = [line for line in ranked(shown.lines) if line.verdict in ("real", "watch")]
    if not lines:
        return
    table = review_tables.overview(shown, lines)
    picked = next((line for line in lines if line.id == picks.value("line")), lines[0])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.markdown(f"**What changed** · {len(lines)}")
        tables.show_review(table, _picks(table), "changed")
    with right:
        st.markdown(f"**{md(words.name(picked))}**")
        _swing(shown, picked)
    _detail(shown, picked, frozen=frozen)


def _picks(table: pl.DataFrame) -> Callable[[], None]:
    def picked() -> None:
        rows = st.session_state["changed"]["selection"]["rows"]
        if rows:
            filters.go(line=(table["line"][rows[0]],))
    return picked


def _detail(shown: Review, line: Line, *, frozen: bool) -> None:
    """One metric: what it did, what carries it, and what is said and decided about it."""
    st.markdown(f"{words.sentence(line, shown.week)} {words.why(line, shown.week)}")
    if line.moved:
        st.caption(words.moved(line.moved))
    if not line.why:
        _decided(shown, line, frozen=frozen)
        return
    left, right = st.columns(2, gap="large")
    with left:
        _why(line)
    with right:
        _decided(shown, line, frozen=frozen)


def _decided(shown: Review, line: Line, *, frozen: bool) -> None:
    """What is said of a metric, and who acts."""
    if frozen:
        said = [each.text for each in shown.notes if each.metric == line.id]
        st.markdown("\n\n".join(f"> {md(text)}" for text in said))
        mine = [task for task in shown.tasks if task.week == shown.week and task.metric == line.id]
        st.markdown("\n".join(f"- {review_notes.task(task)}" for task in mine))
        return
    forms.note(shown.week, line.id)
    forms.actions(shown, of=line.id)
    forms.act(shown.week, line.id, line.owner)
    with st.container(horizontal=True, vertical_alignment="center"):
        forms.mark(shown.week, line.key, line.label)
        if line.verdict == "real" and line.since and not line.is_news:
            forms.start_anew(line.key, line.since, line.label)
    first = line.weeks[-SHOWN:][0].last - timedelta(days=6)
    forms.marked(marks.concerning(shown.marks, line.key, line.feature), first, shown.week)


def _swing(shown: Review, line: Line, height: int = review_charts.HEIGHT) -> None:
    figure = review_charts.swing(line, SHOWN, cards.palette(), height=height)
    figure = marks.draw(figure, marks.concerning(shown.marks, line.key, line.feature), cards.palette())
    cards.chart(figure, spoken(words.sentence(line, shown.week)), f"swing {line.id}")


def _why(line: Line) -> None:
    if not line.why:
        return
    picked = _dimension([found.dimension for found in line.why], f"why {line.id}")
    found = next(found for found in line.why if found.dimension == picked)
    cards.chart(review_charts.steps(line, found, cards.palette()), spoken(words.why(line, line.now.last)),
                f"steps {line.id} {picked}")  # fmt: skip
    st.caption("Grey may be chance. The most telling split stands first.")


def _dimension(names: list[str], key: str) -> str:
    """By which attribute a change is split: buttons for a few, a list for many; the most telling first."""
    if len(names) == 1:
        return names[0]
    if len(names) > MOST_BUTTONS:
        return st.selectbox("By", names, key=key, label_visibility="collapsed", width=220)
    return st.segmented_control("By", names, default=names[0], key=key, required=True, label_visibility="collapsed")


def _rest(shown: Review) -> None:
    """What is normal, folded away; and all numbers."""
    normal = [line for line in shown.lines if line.verdict not in ("real", "watch")]
    if normal:
        with st.expander(f"{len(normal)} inside their normal range, planned, or too few to tell"):
            tables.show_review(review_tables.overview(shown, normal), None, "normal")
    with st.expander("All numbers: six weeks, twelve months"):
        every, months = review_tables.weeks(shown), review_tables.months(shown)
        tables.show_texts(every, "six weeks")
        tables.show_texts(months, "twelve months")
        st.caption("A month or quarter is made of the weeks that end in it: summed first, divided then. On the year: "
                   "against the same weekdays 364 days before.")  # fmt: skip
        tables.download(every, "review_weeks", key="weeks csv")
    if opened := cards.how_computed():
        opened.markdown(words.HOW)
        opened.markdown("\n".join(
            f"- **{md(words.name(line))}**: {md(words.definition(line))}"
            for line in shown.lines))  # fmt: skip


def _present(shown: Review) -> None:
    """One metric a screen, for a meeting: large, without controls; the arrow keys go on."""
    lines = [line for line in ranked(shown.lines) if line.verdict in ("real", "watch")] or list(shown.lines)
    keys = [line.id for line in lines]
    at = keys.index(picks.value("line")) if picks.value("line") in keys else 0
    line = lines[at]
    st.header(spoken(words.head(shown)) if at == 0 else md(words.name(line)), anchor=False)
    st.markdown(f"#### {words.sentence(line, shown.week)}\n\n#### {words.why(line, shown.week)}")
    left, right = st.columns(2, gap="large")
    with left:
        _swing(shown, line, 400)
    with right:
        _why(line)
    back, on = keys[max(0, at - 1) : at], keys[at + 1 : at + 2]
    ways = (("Back", "arrow_back", back, "Left"), ("On", "arrow_forward", on, "Right"))
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, icon, other, shortcut in ways:
            st.button(label, icon=f":material/{icon}:", disabled=not other, shortcut=shortcut, type="tertiary",
                      on_click=filters.go, kwargs={"line": tuple(other)})  # fmt: skip
        st.caption(f"{at + 1} of {len(lines)} · {md(shown.product)}, w/e {day(shown.week, year=True)}", width="content")
        st.button("Leave", icon=":material/close:", type="tertiary", on_click=filters.go, kwargs={"seen": ("",)})
