"""The explore page on the screen: questions to begin with, metrics over time, and two groups compared."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import polars as pl
import streamlit as st

from components import cards, explore_charts, explore_tables, filters, forms, picks, tables
from components import explore_compared_words as of_two
from components import explore_words as words
from components.choices import Choice
from components.report.week import known_of
from components.words import Answer, md, spoken
from queries import explore, metrics, snapshot
from queries.activity import Activity, By
from queries.answers import ask, derive
from queries.explore import Grain
from queries.metrics import Metric
from queries.product import Selection
from queries.product.review import Reviewed
from queries.review import Line
from queries.review.lines import line, lines_of


def page(activity: Activity, pick: Selection) -> None:
    """What was asked, or else the questions to begin with."""
    known = metrics.catalogue(activity, snapshot.product().activation)
    keys, by, grain = picks.asked()
    chosen = tuple(known[key] for key in keys)
    if not chosen:
        _questions(activity, known)
    elif picks.compares():
        _compare(activity, pick, chosen, grain)
    else:
        _over_time(activity, pick, chosen, by, grain)


def _controls(*own: str) -> None:
    filters.labelled("m")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters.pick("look")
        filters.labelled(*own)
        if not (picks.compares() and picks.as_table()):  # which is of the last whole week, or all weeks together
            filters.pick("g")
        filters.pick("shown")


def _body(
    draw: Callable[[], None], table: pl.DataFrame, title: str, note: str, below: Callable[[], None]
) -> None:  # fmt: skip
    """The charts with the table folded away under them, or the table alone, as is picked."""
    as_table = picks.as_table()
    if not as_table:
        draw()
    elif table.height:
        tables.show_texts(table, "explore")
    if note.strip():
        st.caption(note)
    with st.container(horizontal=True, vertical_alignment="center"):
        below()
    if not as_table and table.height:
        with st.expander(title, icon=":material/table:"):
            tables.show_texts(table, "explore")


def _below(chosen: Sequence[Metric], pick: Selection, taken: pl.DataFrame, name: str) -> None:
    """How the metrics are counted, and the numbers to take away."""
    cards.explain(words.definitions(chosen, pick.unit), *dict.fromkeys(metric.measure for metric in chosen))
    tables.download(taken, name, key="explore csv")


def _questions(activity: Activity, known: dict[str, Metric]) -> None:
    """Six questions, each with the latest value of its metric; or any metrics."""
    offered = cast(dict[str, Choice], st.session_state["choices"])
    splits = {key: label for key, label in offered["split"].options.items() if key}
    st.markdown(words.OPENING)
    grid = st.grid(3, min_column_width=260)
    for number, question in enumerate(words.questions(known, splits, activity.features[0].key)):
        metric = known[question.metric]
        row = ask(explore.series, activity, metric, (), "week").tail(1).rows(named=True)
        with grid.container(border=True):
            st.button(question.text, key=f"question {number}", type="tertiary", icon=":material/arrow_forward:",
                      on_click=filters.go, kwargs=dict(question.picks))  # fmt: skip
            st.caption(words.latest(metric, row[0] if row else None))
    filters.labelled("m")


# Over time ------------------------------------------------------------------------------------------------------------


def _over_time(activity: Activity, pick: Selection, chosen: Sequence[Metric], by: By, grain: Grain) -> None:
    """Metrics in weeks, months or quarters, perhaps by group: the answer, a chart a kind of metric, and the table."""
    count = explore.shown(grain, pick.weeks)
    every = [(metric, ask(explore.series, activity, metric, by, grain)) for metric in chosen]
    found = [(metric, derive(_latest, frame, count)) for metric, frame in every]
    cards.answer(_answer(activity, pick, by, grain, every), activity)
    _controls("slice", "slice2")
    many = max(explore.groups(activity, metric, by) for metric in chosen) if by else 1
    gaps = words.too_few(found) if picks.as_table() else words.undrawn(found, grain)
    _body(partial(_charts, activity, found, by, grain), derive(explore_tables.wide, found, grain, activity.calendar),
          "The same as a table", f"{words.notes(activity, by, grain, many)} {gaps}",
          partial(_below, chosen, pick, derive(explore_tables.long, found), "explore"))  # fmt: skip


def _latest(frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """The last periods of a series."""
    return frame.filter(pl.col("period").is_in(frame["period"].unique().sort().tail(count).to_list()))


def _answer(
    activity: Activity, pick: Selection, by: By, grain: Grain, found: Sequence[tuple[Metric, pl.DataFrame]]
) -> Answer:  # fmt: skip
    known = [(metric, frame) for metric, frame in found if frame.height]
    if empty := words.nothing(activity, pick, grain, some=bool(known)):
        return empty
    if by:
        whole = {metric.key: ask(explore.series, activity, metric, (), grain) for metric, _ in known}
        return derive(words.split, activity, by, grain, known, whole)
    judged = _judged(activity, [metric for metric, _ in known]) if grain == "week" else []
    return words.judged(activity, pick, judged) if judged else derive(words.totals, activity, pick, grain, known)


def _judged(activity: Activity, chosen: Sequence[Metric]) -> list[Line]:
    """The metrics as the weekly review judges them; nothing of units chosen by their own past."""
    week = activity.calendar.periods("week", 1)
    if not week or activity.chosen_by_outcome:
        return []
    reviewed = {(one.key, one.unit): one for one in lines_of(snapshot.product(), activity, week[0].last)}
    made = []
    for metric in chosen:
        own = Reviewed(metric.key.partition(".")[0], metric.feature)
        known = known_of(forms.marks(), reviewed.get((metric.key, activity.unit), own))
        made.append(ask(line, activity, metric, week[0].last, known, explained=False))
    return [one for one in made if one.weeks]


def _charts(activity: Activity, found: Sequence[tuple[Metric, pl.DataFrame]], by: By, grain: Grain) -> None:
    """A chart for each kind of metric, or for each metric where there are groups; none where nothing has a value."""
    if not any(frame["value"].count() for _, frame in found):
        return
    panels: dict[str, list[tuple[Metric, pl.DataFrame]]] = {}
    for metric, frame in found:
        kind = words.axis(metric, grain, activity.unit)
        panels.setdefault(f"{metric.key} {kind}" if by else kind, []).append((metric, frame))
    if not by and (why := words.apart([(kind, [metric for metric, _ in panel]) for kind, panel in panels.items()])):
        st.caption(why)
    grid = st.grid(min(2, len(panels)), min_column_width=400)
    every = tuple(dict.fromkeys(name for _, frame in found for name in derive(explore_charts.groups, frame)))
    for panel in panels.values():
        names = " · ".join(metric.label for metric, _ in panel)
        one = panel[0][0] if len(panel) == 1 else None
        with grid.container():
            if len(panels) > 1 or by:
                st.markdown(f"**{md(names)}**")
            if not any(frame["value"].count() for _, frame in panel):
                st.caption(words.NO_RATE)
                continue
            figure = (derive(explore_charts.by_group, *panel[0], grain, cards.palette(), every) if by
                      else derive(explore_charts.over_time, panel, grain, cards.palette()))  # fmt: skip
            cards.timeline(figure, f"{names} over time", f"explore {names}", one.key if one else None,
                           one.feature if one else None)  # fmt: skip


# Two groups -----------------------------------------------------------------------------------------------------------


def _compare(activity: Activity, pick: Selection, chosen: Sequence[Metric], grain: Grain) -> None:
    """Two groups of a split in each metric: the difference with its interval, both over time, and the table."""
    by, a, z = picks.compared()
    found = [(metric, ask(explore.compared, activity, metric, by, (a, z), pick.weeks) if by else None)
             for metric in chosen]  # fmt: skip
    answer = derive(of_two.compared, activity, by, found, (a, z))
    cards.answer(answer, activity)
    _controls("split", "split2", "a", "z")
    if answer.state:
        return
    names, count = (a, z or explore.rest(a)), explore.shown(grain, pick.weeks)
    drawn = [(metric, derive(_latest, ask(explore.side_by_side, activity, metric, by, (a, z), grain), count))
             for metric in chosen]  # fmt: skip
    table = derive(explore_tables.pairs, found, names)
    gaps = "" if picks.as_table() else words.undrawn(drawn, grain)
    _body(partial(_pairs, drawn, names, grain, spoken(answer.text)), table,
          "The differences as a table", f"{of_two.compared_note(found)} {gaps}",
          partial(_below, chosen, pick, table, "explore_compared"))  # fmt: skip


def _pairs(
    drawn: Sequence[tuple[Metric, pl.DataFrame]], names: tuple[str, str], grain: Grain, told: str
) -> None:  # fmt: skip
    """Two groups over time, a chart a metric."""
    grid = st.grid(min(2, len(drawn)), min_column_width=400)
    for metric, frame in drawn:
        with grid.container():
            st.markdown(f"**{md(metric.label)}**")
            figure = derive(explore_charts.two, metric, frame, names, grain, cards.palette())
            cards.timeline(figure, told, f"explore {metric.key}", metric.key, metric.feature)
