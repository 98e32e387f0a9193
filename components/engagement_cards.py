"""The views of the engagement page on the screen: their tools, figures and table twins."""

import polars as pl
import streamlit as st

from components import cards, drills, engagement_charts, engagement_words, filters, tables, words
from components.engagement_numbers import Overview, dots, ends, shown
from components.engagement_numbers import by_segment as segment_numbers
from queries.activity import Activity, By
from queries.answers import ask, derive
from queries.measures.engagement import stickiness as stickiness_of
from queries.measures.lifecycle import lifecycle as lifecycle_of
from queries.product import Selection
from queries.stats import TOO_FEW


def opening(answer: words.Answer, now: Overview, activity: Activity, pick: Selection) -> None:
    """The answer of a view, and the four headline numbers that all views share."""
    cards.answer(answer, activity)
    cards.row(derive(engagement_words.headline, now, pick))


def tools(view: str, note: str, *measures: object) -> bool:
    """What to look at, in which form, and what it means; whether the toggle of the view is on."""
    label = {"matrix": "Table", "stickiness": "Last 7 days"}.get(view)
    filters.pick("show")
    on = bool(label) and st.toggle(str(label), key=f"{view} toggle")
    cards.explain(note, *measures)
    return on


def matrix(found: pl.DataFrame, activity: Activity, unit: str, takeaway: str, *, as_table: bool) -> None:
    """Each feature in its quadrant, as a dot or as a row of the table twin; either opens it."""
    names = words.titles(activity.features)
    if as_table:
        table = derive(tables.matrix, found, names, unit)
        tables.show_rows(table, drills.opens_feature(table, "matrix rows"), "matrix rows", words.spoken(takeaway))
    elif derive(dots, found).height:
        figure = derive(engagement_charts.matrix, found, names, unit, cards.palette())
        cards.chart(figure, words.spoken(takeaway), "matrix", drills.opens_dot("matrix"))


def stickiness(spread: pl.DataFrame, lines: pl.DataFrame, now: Overview, pick: Selection, takeaway: str) -> None:
    """How often they come, how many they are, and week by week; what has too few to draw is left out."""
    palette, left, right = cards.palette(), *st.columns(2)
    if spread["complete"].all() and spread["of"].max() >= TOO_FEW:  # type: ignore[operator]
        with left:
            _title(f"Days active, last {spread.height}", spread, "days_active")
            figure = derive(engagement_charts.at_least, spread, pick.unit, palette)
            cards.chart(figure, words.spoken(takeaway), "at least")
    if lines["n"].sum():
        with right:
            _title("Active by day", lines, "actives")
            alt = "DAU, WAU and MAU by day: " + derive(engagement_words.ends_spoken, lines)
            cards.timeline(derive(engagement_charts.actives, lines, palette), alt, "actives", "weekly_actives")
    weeks = derive(shown, now, pick.weeks)
    if weeks["value"].count():
        _title("Weekly stickiness and its usual swing", weeks, "weekly_stickiness")
        alt = f"Weekly stickiness: {engagement_words.judged(now.sticky)}"
        cards.timeline(derive(engagement_charts.weekly, weeks, palette), alt, "weekly stickiness", "days_active")


def lifecycle(flow: pl.DataFrame, takeaway: str) -> None:
    """Who is new, stayed, came back or is gone, and the quick ratio; nothing where nobody ever was active."""
    if not flow.select((pl.col("active") + pl.col("dormant")).sum()).item():
        return
    cards.timeline(derive(engagement_charts.lifecycle, flow, cards.palette()), words.spoken(takeaway), "lifecycle")
    if flow["quick"].count():
        st.markdown("**Quick ratio**")
        alt = f"Quick ratio by week: {engagement_words.spoken_quick(flow)}"
        cards.timeline(derive(engagement_charts.quick_ratio, flow, cards.palette()), alt, "quick ratio")


def by_segment(activity: Activity, pick: Selection, by: By) -> None:
    """The same by segment: who comes how often, and who is new, back or gone."""
    if not by:
        return
    month = ask(stickiness_of, activity, ends(activity.calendar, pick)[:1], by=by)
    found = derive(segment_numbers, month, ask(lifecycle_of, activity, "week", 1, by=by))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters.labelled("by", "by2")
        cards.explain(engagement_words.SEGMENTS, stickiness_of, lifecycle_of, of="segments")
        tables.download(found, "engagement_by_segment", key="engagement segments csv")
    overlapping = any(segment.of == "event" for segment in activity.segments if segment.key in by)
    table = derive(tables.engagement, found, pick.unit, overlapping=overlapping)
    tables.show_engagement(table, "engagement segments")
    st.caption(engagement_words.SEGMENTS + (engagement_words.OVERLAPPING if overlapping else ""))


def _title(text: str, frame: pl.DataFrame, name: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{text}**", width="content")
        tables.download(frame, name, key=f"{name} csv")
