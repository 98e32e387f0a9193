"""Headline numbers and figures on the screen: the Streamlit calls that the pages share."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components import (
    adoption_words,
    charts,
    drills,
    exports,
    filters,
    forms,
    marks,
    pictures,
    pins,
    retention_words,
    tables,
    words,
)
from components.theme import DARK, LIGHT, Palette, day
from queries.activity import Activity, By
from queries.answers import derive
from queries.calendar import Calendar, Grain, Period
from queries.measures.adoption import Denominator
from queries.measures.retention import members
from queries.measures.returning import Returning
from queries.product import Selection
from queries.stats import TOO_FEW, rates

FEATURE = "Feature "  # the space is for a segment that is called Feature; no value from the warehouse ends with one
MOST_COLUMNS = 20  # segments side by side
HIGH = 89  # pixels of a headline number, also while it is loaded
MOST_ROWS = 60  # features in a figure; more are slow to draw and nobody reads them


def palette() -> Palette:
    """The colours of the theme in which the person looks."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def chart(figure: go.Figure, alt: str, key: str, on_select: Callable[[], None] | None = None) -> None:
    """A figure with its takeaway for a screen reader, and for its picture; on_select is called when it is clicked."""
    picking: dict[str, Any] = {"on_select": on_select, "selection_mode": "points"} if on_select else {}
    shown = exports.shown()
    drawn = derive(pictures.Drawn, figure)
    shown.figures[key] = pictures.Picture(drawn, alt, shown.counted, shown.source, palette())
    with st.container(height=drawn.height, border=False):  # nothing moves when it is there
        st.plotly_chart(drawn, alt=alt, key=key, config={"displayModeBar": False}, **picking)


def timeline(figure: go.Figure, alt: str, key: str, metric: str | None = None, feature: str | None = None) -> None:
    """A figure over days, with what is known to have happened: to everything, and to the metric or feature it shows."""
    known = marks.concerning(forms.marks(), metric, feature)
    chart(derive(marks.draw, figure, known, palette()) if known else figure, alt, key)


def answer(found: words.Answer, activity: Activity, *, widens: bool = False) -> None:
    """The sentences a page opens with; where they are no answer, with ways out of that.

    widens: looking further back could help, as far as there is history.
    """
    st.markdown(found.text)
    exports.shown().answer = found.text
    if activity.chosen_by_outcome:
        st.caption(words.CHOSEN)
    if found.state in ("empty", "few"):
        filters.ways_out(found.state, len(activity.calendar.periods("week")) if widens else 0)


def row(numbers: list[dict[str, Any]]) -> None:
    """Headline numbers side by side, each as `st.metric` takes it."""
    grid = st.grid(len(numbers), min_column_width=150, row_height=HIGH)
    for number in numbers:
        grid.metric(**number)


def how_computed(of: str = "") -> DeltaGenerator | None:
    """Where what the numbers mean is said, once somebody opens it: to draw it unseen would cost every click.

    of: the part of the page, where each has its own.
    """
    key = f"how computed {of}".strip()
    opened = st.popover("How computed", type="tertiary", icon=":material/help:", key=key, on_change="rerun")
    return opened if opened.open else None


def explain(note: str, *measures: object, of: str = "") -> None:
    """What the numbers on the page, or on a part of it, mean: a note, then each measure, its definition and code."""
    exports.shown().explain(note, *measures)
    if opened := how_computed(of):
        opened.markdown(f"{note} As of {day(pins.manifest().calendar.as_of, year=True)}.")
        for measure in measures:
            name = getattr(measure, "__name__", "")
            opened.markdown(f"**{name.replace('_', ' ').capitalize()}.** {words.definition(measure)}")
            opened.markdown(f":small[`{getattr(measure, '__module__', '')}.{name}`]")
        opened.page_link(filters.PAGES["metrics"], label="What every metric means", icon=":material/menu_book:")


def heat(
    activity: Activity, cells: pl.DataFrame, order: pl.DataFrame, by: By, period: Period, of: Denominator, *,
    as_table: bool,
) -> None:  # fmt: skip
    """Feature x segment, as a figure or as its table twin; a cell opens the page of that feature in the segment.

    order: has the features in a column `feature`, as the page lists them above.
    """
    alt, names = adoption_words.shares(activity.unit, period, of), words.titles(activity.features)
    columns = cells["segment"].n_unique()
    if not as_table and order.height > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of {order.height:,} features; all are in the table.")
    if not as_table and columns > MOST_COLUMNS:
        st.caption(f"The {MOST_COLUMNS} largest of {columns:,} segments; all are in the table.")
    cells = derive(_shown, cells, order, whole=as_table)
    if as_table:
        grid = derive(_cell_grid, cells, names)
        keys = {label: key for key, label in names.items()}
        tables.show_grid(grid, drills.opens_grid_cell(activity, grid, keys, by, "cell grid"), "cell grid", alt)
    else:
        chart(derive(charts.heat, cells, names, palette()), alt, "cells", drills.opens_cell(activity, by, "cells"))
    drawn = "table" if as_table else "numbers" if cells.height <= charts.MOST_LABELLED else "marks"
    st.caption(derive(adoption_words.heat_note, cells, why=words.overlapping(activity, by, "columns"), drawn=drawn))


def _shown(cells: pl.DataFrame, order: pl.DataFrame, *, whole: bool) -> pl.DataFrame:
    """The cells in the order of the page; of many features the first, and of many segments the largest, or all."""
    features = order.select("feature") if whole else order.select("feature").head(MOST_ROWS)
    largest = cells.group_by("segment").agg(pl.col("of").max()).sort("of", "segment", descending=[True, False])
    if not whole:
        cells = cells.join(largest.head(MOST_COLUMNS), on="segment", how="semi", maintain_order="left")
    return features.join(cells, on="feature", maintain_order="left_right")


def _cell_grid(cells: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    labelled = cells.with_columns(pl.col("feature").replace_strict(names, default=None).alias(FEATURE))
    return tables.grid(labelled, FEATURE, "segment")


def curve(
    now: pl.DataFrame, before: pl.DataFrame, question: Returning, pick: Selection, takeaway: str,
    shared: pl.DataFrame | None = None,
) -> None:  # fmt: skip
    """The pooled retention curve; nothing where there is no point to draw. shared: bands where cohorts share units."""
    if not (now["of"] >= TOO_FEW).any():
        return
    earlier = retention_words.BEFORE[pick.compare]
    before = before if retention_words.comparable(question) else derive(pl.DataFrame.clear, before)
    figure = derive(charts.curve, now, before, pick.unit, question.grain, palette(), earlier=earlier, shared=shared)
    chart(figure, words.spoken(takeaway), "curve")


def cohorts(
    activity: Activity, cells: pl.DataFrame, pool: pl.DataFrame, question: Returning, *, as_table: bool
) -> None:
    """The cohorts, as a figure or as its table twin; a cell says what is behind it. Nothing where nobody started."""
    if cells["of"].sum() == 0:
        return
    alt = f"Retention by cohort and {question.grain}"
    names = retention_words.ticks(question, sorted(set(cells["interval"])))
    if as_table:
        grid = derive(tables.cohort_grid, cells, names)
        tables.show_grid(grid, partial(_pick_grid_cell, grid, names, "cohort grid"), "cohort grid", alt)
    else:
        figure = derive(charts.cohorts, cells, pool, question.grain, palette(), names)
        known = marks.concerning(forms.marks(), "week4_retention", question.feature)
        rows = derive(_spans, cells, activity.calendar, question.grain) if known else ()
        figure = derive(marks.beside_rows, figure, known, rows, palette()) if known else figure
        chart(figure, alt, "cohorts", partial(_pick_point, "cohorts"))
        st.caption(retention_words.key(derive(charts.scale, cells, pool)))
    asked = st.session_state.pop("cohort cell", None)
    if asked:
        cohort, interval = asked
        picked = cells.filter((pl.col("cohort").cast(pl.String) == cohort) & (pl.col("interval") == interval))
        if picked.height:
            _cohort(activity, picked, pool, question)


def _spans(cells: pl.DataFrame, calendar: Calendar, grain: Grain) -> tuple[Period, ...]:
    """The periods of the cohorts that have a row."""
    ends = cells.filter(pl.col("of") > 0, pl.col("interval") > 0)["cohort"].unique().sort()
    return tuple(calendar.period_of(end, grain) for end in ends)


def _pick_point(key: str) -> None:
    """A second click on the same point only unpicks it, but means it again."""
    point = tables.selected(key, "points")
    if point is not None:
        st.session_state["cohort point"] = tuple(point.get("customdata") or ())
    st.session_state["cohort cell"] = st.session_state.get("cohort point")


def _pick_grid_cell(grid: pl.DataFrame, names: Mapping[int, str], key: str) -> None:
    cell = tables.selected(key, "cells")
    interval = next((k for k, name in names.items() if cell is not None and name == cell[1]), None)
    if cell is not None and interval is not None:
        st.session_state["cohort cell"] = (grid["Cohort"][cell[0]], interval)


@st.dialog("This cohort", position="right")
def _cohort(activity: Activity, cell: pl.DataFrame, pool: pl.DataFrame, question: Returning) -> None:
    found, unit = rates(cell).row(0, named=True), activity.unit
    st.markdown(f"**{words.cohort_name(found['cohort'], question.grain)}, {question.grain} {found['interval']}**")
    st.markdown(retention_words.cell(found, question, unit))
    if not activity.chosen_by_outcome:
        st.markdown(retention_words.cell_against(found, pool, question, unit))
    if activity.least:
        return
    who = members(activity, question, found["cohort"], found["interval"])
    tables.people(who, unit, f"cohort_{found['cohort']}_{question.grain}_{found['interval']}")
