"""The three ways to look at retention: a curve with its cohorts, one interval over time, two groups side by side."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import polars as pl
import streamlit as st

from components import cards, compare_words, drills, filters, forms, picks, retention_charts, tables
from components import retention_words as words
from components.words import spoken, titles
from queries import stats
from queries.activity import Activity
from queries.answers import ask, derive
from queries.measures import retention as measure
from queries.measures.feature_retention import feature_retention
from queries.measures.returning import Returning
from queries.metrics import AGE
from queries.product import Selection


def controls(*own: str, explained: Callable[[], None] | None = None) -> None:
    """The view with what it alone needs (own), then what is asked; what is asked less often is under More."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters.pick("view")
        filters.labelled(*own)
        if explained:
            explained()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters.labelled("feature", "start", "back", "grain")
        with st.popover("More", icon=":material/tune:"):
            for name in ("count", "windows", "days", "brackets"):
                filters.pick(name, show_label=True)


def curve(activity: Activity, pick: Selection, question: Returning) -> None:
    """The pooled curve against the cohorts before, and each cohort."""
    size, earlier = picks.span(pick, question)
    cells = ask(measure.retention, activity, question, cohorts=size, intervals=size)
    cells_before = ask(measure.retention, activity, question, cohorts=size, intervals=size, skip=earlier)
    now, before = derive(measure.pooled, cells), derive(measure.pooled, cells_before)
    before = derive(pl.DataFrame.clear, before) if activity.chosen_by_outcome else before
    bands = derive(stats.clustered, ask(measure.recurring_sums, activity, question, cohorts=size, intervals=size))

    answer = derive(words.answer, activity, pick, question, cells, now, before, bands)
    cards.answer(answer, activity, widens=True)
    note = words.note(activity, pick, question, size)
    controls(explained=partial(cards.explain, note, measure.retention, measure.pooled))
    cards.curve(now, before, question, pick, answer.text, bands if question.start == "any_use" else None)
    st.caption(derive(words.small_print, activity, pick, question, cells))
    if cells["of"].sum() == 0:
        return

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Cohorts**", width="content")
        as_table = st.toggle("Table", key="cohorts as table")
        tables.download(cells, "retention", key="cohorts csv")
    cards.cohorts(activity, cells, now, question, as_table=as_table)


def over_time(activity: Activity, pick: Selection, question: Returning) -> None:
    """One interval over time, within its usual swing."""
    interval, question = picks.interval(), replace(question, brackets=())
    size, _ = picks.span(pick, question)
    every = len(activity.calendar.periods(question.grain))
    cells = ask(measure.retention, activity, question, cohorts=every, intervals=interval + 1)
    points = derive(measure.trend, cells, interval, activity.calendar)
    chart = derive(stats.charted, points, judged=compare_words.is_judged(activity, question),
                   anew=forms.anew(_metric(question, interval), question.back))  # fmt: skip

    answer = derive(compare_words.over_time, activity, pick, question, interval, chart)
    cards.answer(answer, activity)
    controls("k", explained=partial(cards.explain, words.asked(activity, question), measure.trend, measure.retention))
    if chart.points["rate"].count():
        figure = derive(retention_charts.over_time, chart, size, pick.unit, cards.palette())
        cards.timeline(figure, spoken(answer.text), "over time", _metric(question, interval), question.back)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(compare_words.over_time_note(question, interval, points.height), width="content")
        tables.download(chart.points, "retention_over_time", key="over time csv")


def _metric(question: Returning, interval: int) -> str | None:
    """The metric of the catalogue that an interval over time is; None where it is none."""
    return "week4_retention" if question == Returning() and interval == AGE else None


def compare(activity: Activity, pick: Selection, question: Returning) -> None:
    """Two groups side by side, all values of the segment in a table, and all features."""
    size, _ = picks.span(pick, question)
    split, a, z = picks.compared()
    cells = ask(measure.retention, activity, question, cohorts=size, intervals=size, by=split)
    pool = derive(measure.pooled, cells)
    one, other = derive(_one, pool, a), derive(_other, pool, a, z)
    interval = words.spoken_of(question, one)
    groups = ((a, one), (z or compare_words.ELSE, other))
    apart = not words.comparable(question) or compare_words.by_outcome(activity, split)
    gaps = derive(_gaps, pool, interval, overlapping=apart)

    answer = derive(compare_words.compared, activity, pick, question, interval, *groups, gaps, split=split)
    cards.answer(answer, activity, widens=cells["segment"].n_unique() > 1)
    controls("split", "split2", "a", "z")
    if any((frame["of"] >= stats.TOO_FEW).any() for _, frame in groups):
        band = question.start != "any_use"
        figure = derive(retention_charts.side_by_side, groups, pick.unit, question.grain, cards.palette(), band=band)
        cards.chart(figure, spoken(answer.text), "compared")
    st.caption(compare_words.compared_note(question, of_behaviour=activity.is_behaviour(split)))
    _groups(gaps, f"{words.returning(activity, question)} {words.when(question, interval)}")
    _features(activity, question, size)


def _groups(gaps: pl.DataFrame, what: str) -> None:
    """All groups of a split and their gap to the rest; nothing where nobody is in one. what: their rates are of."""
    every = derive(_ranked, gaps)
    if every.is_empty():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**All of them**, {what}", width="content")
        if gaps["gap"].count():
            st.caption(compare_words.family(gaps), width="content")
        tables.download(every, "retention_by_segment", key="segments csv")
    tables.show_segments(every, "segments", "Segments and their gap to the rest")


def _ranked(gaps: pl.DataFrame) -> pl.DataFrame:
    found = gaps.filter(pl.col("of") > 0).sort(pl.col("gap").abs(), descending=True, nulls_last=True)
    return tables.segments(found, "Back")


def _gaps(pool: pl.DataFrame, interval: int, *, overlapping: bool) -> pl.DataFrame:
    """Each group against the others together at one interval."""
    counts = pool.filter(interval=interval).with_columns(feature=pl.lit(""))
    return stats.against_the_rest(counts, overlapping=overlapping)


def _one(pool: pl.DataFrame, group: str) -> pl.DataFrame:
    return pool.filter(segment=group)


def _other(pool: pl.DataFrame, a: str, z: str) -> pl.DataFrame:
    """The group compared with: one value, or all but the first together."""
    rest = pool.filter(segment=z) if z else pool.filter(pl.col("segment") != a)
    return rest.group_by("interval").agg(pl.col("n", "of").sum(), pl.col("cohorts").max()).sort("interval")


def _features(activity: Activity, question: Returning, size: int) -> None:
    """All features side by side: of those who first used each, who came back to it."""
    found = ask(feature_retention, activity, question.grain, cohorts=size, intervals=size)
    table = derive(tables.returns, found, titles(activity.features), question.grain)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**All features**, from first use back to the same feature", width="content")
        cards.explain(f"Each row is a feature: used again in the {question.grain} itself, by the calendar, on one day "
                      "or more, whatever is picked above.", feature_retention)  # fmt: skip
        tables.download(found, "retention_by_feature", key="returns csv")
    tables.show_returns(table, drills.opens_feature(table, "returns"), "returns")


VIEWS = {"curve": curve, "trend": over_time, "compare": compare}
