"""The tabs of the feature page on the screen: what each draws, with its words. Each asks only for what it shows."""

from datetime import timedelta
from typing import cast

import polars as pl
import streamlit as st

from components import cards, exports, feature_words, filters, forms, picks, retention_words, tables, words
from components import feature_charts as charts
from components import feature_tab_charts as tab_charts
from components import feature_tab_words as tab_words
from queries import stats
from queries.activity import Activity, By
from queries.answers import ask, derive
from queries.calendar import Period
from queries.measures.adoption import adoption
from queries.measures.depth import cumulative, stages
from queries.measures.engagement import frequency_days
from queries.measures.lift import lift
from queries.measures.retention import pooled, retention
from queries.measures.returning import Returning
from queries.measures.time_to_adopt import not_timed, time_to_adopt
from queries.measures.who import users_of
from queries.product import Feature, Selection
from queries.stats import survival

MOST_SEGMENTS = 20  # drawn
MOST_LINES = 5  # told apart by colour and dash
MOST_LAUNCHES = 12  # in grey, the latest
LONGEST = 180  # days of time to adopt that are drawn
WEEKS = 8  # of lift


def head(activity: Activity, feature: Feature) -> None:
    """What the feature is called, whose it is, and the ways to its neighbours."""
    exports.shown().page += f" · {feature.label}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="feature head"):
        st.subheader(words.md(feature.label), width="content", anchor=False)
        st.caption(feature_words.about(feature, activity.calendar.as_of), width="content")
        filters.around(activity)


def tools(note: str, frame: pl.DataFrame, name: str, *measures: object, toggles: tuple[str, ...] = ()) -> list[bool]:
    """The tabs, and for this one: its switches, definitions and CSV. Under them comes what it shows.

    toggles: their labels, with a split by one or two segments before them. Gives which are on.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        filters.pick("tab")
        if toggles:
            filters.pick("by")
            filters.pick("by2")
        found = [st.toggle(label, key=f"{name} {label.split()[0]}") for label in toggles]
        cards.explain(note, *measures)
        tables.download(frame, name, key=f"{name} csv")
    return found


def overview(activity: Activity, pick: Selection, feature: Feature, weeks: pl.DataFrame) -> None:
    """Week by week, how deep, and since launch. weeks: adoption of all weeks, the open one too."""
    metric = f"adoption.{feature.key}"
    swing = derive(stats.usual_swing, weeks, judged=not activity.chosen_by_outcome,
                   anew=forms.anew(metric, feature.key))  # fmt: skip
    tools("Weeks are calendar weeks, named by their last day.", swing, "feature_weeks", adoption, stages, cumulative)
    said = derive(feature_words.trend, feature, swing, pick.weeks)
    st.markdown(said)
    if (swing["complete"] & swing["rate"].is_not_null()).any():
        opened = derive(feature_words.opened, swing, activity.calendar.as_of)
        figure = derive(charts.weekly, swing, pick.weeks, cards.palette(), reached=_reached(activity, pick, feature),
                               target=feature.target, launched=feature.launched, opened=opened)  # fmt: skip
        cards.timeline(figure, words.spoken(said), "weekly", metric, feature.key)
        st.caption(derive(feature_words.weekly, feature, pick, swing))
    left, right = st.columns(2, gap="medium")
    with left:
        _stages(feature, ask(stages, activity, feature.key))
    with right:
        _launches(activity, feature)


def _reached(activity: Activity, pick: Selection, feature: Feature) -> pl.DataFrame | None:
    """Adoption in the 4 weeks to the end of each week, which is what a target is about."""
    if feature.target is None:
        return None
    weeks = activity.calendar.periods("week", pick.weeks)
    months = tuple(Period(week.last - timedelta(days=27), week.last) for week in weeks)
    return derive(_complete_rates, ask(adoption, activity, months, features=(feature.key,)))


def _complete_rates(counts: pl.DataFrame) -> pl.DataFrame:
    return stats.rates(counts.filter("complete"))


def _stages(feature: Feature, counts: pl.DataFrame) -> None:
    said = derive(feature_words.stages, feature, counts)
    st.markdown(said)
    if counts["of"].sum():
        cards.chart(derive(charts.stages, counts, cards.palette()), words.spoken(said), "stages")
        st.caption(feature_words.STAGES)


def _launches(activity: Activity, feature: Feature) -> None:
    """A launch before history began has first uses that nobody saw: it is left out."""
    begun = [f for f in activity.features if f.launched and f.launched >= activity.calendar.first_day]
    latest = sorted(begun, key=lambda f: (f.key == feature.key, f.launched), reverse=True)
    asked = latest[: MOST_LAUNCHES + 1] if feature in begun else []
    curves = {f.key: derive(_complete_rates, ask(cumulative, activity, f.key)) for f in asked}
    said = derive(feature_words.launches, feature, curves, activity.calendar.first_day)
    st.markdown(said)
    if feature.key in curves and curves[feature.key]["rate"].count():
        titles = words.titles(activity.features)
        figure = derive(charts.since_launch, curves, feature.key, titles, cards.palette())
        cards.chart(figure, words.spoken(said), "launch")
        st.caption(feature_words.LAUNCHES)


def who(activity: Activity, pick: Selection, feature: Feature, period: Period, by: By) -> None:
    """Which segments lag and lead, how fast they adopt, and the units one by one."""
    counts = ask(adoption, activity, (period,), by=by, features=(feature.key,))
    cells = derive(_sure, counts, overlapping=activity.overlaps(by))
    toggles = ("Table",) if activity.least else ("Table", f"List {words.PLURALS[pick.unit]}")
    as_table, *listing = tools("Each segment against all others together.", cells, "feature_segments", adoption,
                               time_to_adopt, users_of, toggles=toggles)  # fmt: skip
    if any(listing):
        _listed(activity, pick, feature, period)
    names = {segment.key: segment.label for segment in activity.segments}
    label = " and ".join(names[key] for key in by) or "segment"
    if activity.overlaps(by):
        why = words.overlapping(activity, by, "of them")
        st.markdown(tab_words.overlapping(feature, label, why))
        tables.show_segments(tables.segments(cells, "Used by"), "segment table", f"{feature.label} by {label}")
        return
    _segments(feature, pick, cells, label, words.named(activity, by), as_table=as_table)
    if by:
        _times(activity, pick, feature, by)


def _sure(counts: pl.DataFrame, *, overlapping: bool) -> pl.DataFrame:
    """Segments with somebody by their gap to the rest, marked where it is sure."""
    cells = stats.against_the_rest(counts, overlapping=overlapping)
    is_sure = pl.col("marked") & ((pl.col("gap_low") > 0) | (pl.col("gap_high") < 0)).fill_null(False)
    return cells.filter(pl.col("of") > 0).with_columns(marked=is_sure).sort("gap", nulls_last=True)


def _segments(
    feature: Feature, pick: Selection, cells: pl.DataFrame, label: str, named: list[str], *, as_table: bool
) -> None:
    found = derive(tab_words.apart, cells, pick.unit, named)
    said = tab_words.segments(feature, label, found)
    st.markdown(said)
    if as_table:
        tables.show_segments(tables.segments(cells, "Used by"), "segment table", words.spoken(said))
        return
    if cells.is_empty():
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        drawn = derive(stats.foremost, cells, MOST_SEGMENTS)
        if drawn.height < cells.height:
            st.caption(f"{MOST_SEGMENTS} of {cells.height:,}: the sure ones, then the largest. All are in the table.")
        cards.chart(derive(tab_charts.segments, drawn, cards.palette(), of=cells), words.spoken(said), "segments")
        st.caption(tab_words.segments_note(cells, pick.unit))
    with right:
        for group, title in tab_words.GROUPS.items():
            if found[group]:
                st.markdown(tab_words.listing(title, found[group]))


def _times(activity: Activity, pick: Selection, feature: Feature, by: By) -> None:
    counts = ask(time_to_adopt, activity, feature.key, by=by)
    counts = derive(_named, counts, words.named(activity, by))
    curves, total = derive(survival.steps, counts, MOST_LINES, LONGEST), counts["segment"].n_unique()
    st.markdown("**Time to adopt**, the share that has used it so many days after it could"
                + ("" if curves.height else ": too few to draw"))  # fmt: skip
    if curves.height:
        cards.chart(derive(tab_charts.times, curves, cards.palette()), "Time to adopt by segment", "times")
        timed = ask(not_timed, activity, feature.key, by=by)
        st.caption(tab_words.times(curves["segment"].n_unique(), total, timed, pick.unit))


def _named(counts: pl.DataFrame, named: list[str]) -> pl.DataFrame:
    return counts.filter(pl.col("segment").is_in(named))


def _listed(activity: Activity, pick: Selection, feature: Feature, period: Period) -> None:
    """Asked anew each time: so long a list is not to be remembered."""
    users = users_of(activity, feature.key, period)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(tab_words.listed(users, pick.unit, tables.MOST_PEOPLE), width="content")
        tables.download(users, "feature_who", key="who csv")
    for column, used in zip(st.columns(2, gap="medium"), (True, False), strict=True):
        with column:
            tables.show_units(users.filter(pl.col("used") == used).head(tables.MOST_PEOPLE), pick.unit, used=used)


def back(activity: Activity, pick: Selection, feature: Feature, question: Returning) -> None:
    """Do they come back to it, and on how many days of a week do they use it."""
    size, earlier = picks.span(pick, question)
    cells = ask(retention, activity, question, cohorts=size, intervals=size)
    before = derive(pooled, ask(retention, activity, question, cohorts=size, intervals=size, skip=earlier))
    before = derive(pl.DataFrame.clear, before) if activity.chosen_by_outcome else before
    weeks = activity.calendar.periods("week", pick.weeks)
    days = ask(frequency_days, activity, weeks, feature=feature.key)
    tools(retention_words.note(activity, pick, question, size), cells, "feature_return", retention, pooled,
          frequency_days)  # fmt: skip
    now = derive(pooled, cells)
    said = derive(retention_words.answer, activity, pick, question, cells, now, before).text
    st.markdown(said)
    cards.curve(now, before, question, pick, said)
    st.caption(derive(retention_words.small_print, activity, pick, question, cells))
    often = derive(tab_words.frequency, days, pick.unit)
    st.markdown(often)
    if cast(int, days["of"].max() or 0) >= stats.TOO_FEW:
        cards.chart(derive(tab_charts.frequency, days, cards.palette()), words.spoken(often), "frequency")
        st.caption(f"Of {pick.unit}-weeks with {words.md(feature.label)} in the last {len(weeks)} full weeks.")


def lifted(activity: Activity, pick: Selection, feature: Feature) -> None:
    """Do those who use it early come back more."""
    if activity.of_some_events or activity.chosen_by_outcome:
        st.markdown(tab_words.NO_LIFT)
        return
    counts = ask(lift, activity, feature.key, landmark=tab_words.LANDMARK, weeks=WEEKS)
    tools(tab_words.LIFT, counts, "feature_lift", lift)
    said = derive(tab_words.lift, feature, pick, counts)
    st.markdown(said)
    if derive(tab_words.is_drawn, counts):
        figure = derive(tab_charts.lift, counts, cards.palette(), used="used early", not_yet="not yet")
        cards.chart(figure, words.spoken(said), "lift")
        st.caption(tab_words.LIFT)
