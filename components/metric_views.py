"""The catalogue of metrics on the screen: all of them in a table, one in full, and two side by side."""

from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import streamlit as st

from components import (
    cards,
    filters,
    forms,
    marks,
    metric_places,
    metric_tables,
    okr_forms,
    picks,
    review_charts,
    tables,
)
from components import metric_words as words
from components.report.week import known_of
from components.review_words import HOW, sentence, why
from components.words import md, spoken
from queries import snapshot
from queries.activity import Activity
from queries.answers import within
from queries.metrics.standing import Entry, nearest
from queries.metrics.terms import Terms, terms
from queries.product import Selection
from queries.product.review import Reviewed
from queries.review import Line
from queries.review.lines import asked_line

SHOWN, MOST = 52, 100  # weeks in a figure; metrics in the table, each of which is counted


def page(activity: Activity, every: Sequence[Entry], found: Sequence[Entry]) -> None:
    """The metric that is picked, or all that are found. every: all there are."""
    places, known = metric_places.places(every), {one.metric.key: one for one in every}
    picked = known.get(picks.value("metric"))
    if picked:
        _detail(activity, picked, known, places[picked.metric.key])
        return
    st.markdown(words.opening(every))
    with st.container(horizontal=True, vertical_alignment="center"):
        filters.pick("q")
        standings = {one.standing or "none" for one in every}
        if len(standings) > 1 or picks.value("standing"):
            filters.pick("standing", among=standings)
    filters.pick("about")
    if not found:
        _none_found(every)
        return
    if len(found) > MOST:
        st.caption(f"The first {MOST} of {len(found):,}; search for the others.")
    table = metric_tables.overview(found[:MOST], within(activity, Selection()), places)
    key = "metrics " + " ".join(map(picks.value, ("q", "standing", "about")))  # what is picked is of this list alone
    _show(table, key)
    tables.download(table, "metrics", key="metrics csv")


def _show(table: pl.DataFrame, key: str) -> None:
    """Draw the catalogue; a row that is picked opens its metric."""
    config: dict[str, Any] = {
        "metric": None,
        "Metric": st.column_config.TextColumn(width="medium"),
        "Now": st.column_config.TextColumn(alignment="right", help="The last whole week, of users."),
        "Trend": st.column_config.LineChartColumn(help="26 weeks; each has its own scale.", width=110),
        "Meaning": st.column_config.TextColumn(width=330),
        "Good": st.column_config.TextColumn(help="Whether more or less is better."),
        "Tier": st.column_config.TextColumn(alignment="right", help="1: what the company is steered by."),
        "Used in": st.column_config.NumberColumn(help="Pages, reviews, key results and other metrics."),
    }  # fmt: skip
    st.dataframe(table, column_config=config, hide_index=True, height=tables.tall(table), key=key,
                 on_select=_picks(table, key), selection_mode="single-row",
                 alt="Metrics with their value, meaning, owner and trust")  # fmt: skip


def _picks(table: pl.DataFrame, key: str) -> Callable[[], None]:
    def picked() -> None:
        row = tables.selected(key, "rows")
        if row is not None:
            filters.go(metric=(table["metric"][row],), beside=("",))
    return picked


def _none_found(every: Sequence[Entry]) -> None:
    text, near = picks.value("q"), nearest(every, picks.value("q"))
    narrowed = bool(picks.value("standing") or picks.value("about"))
    st.markdown(words.none_found(text, near, narrowed=narrowed))
    with st.container(horizontal=True):
        if near and text:
            st.button(f"Show {md(near.metric.label)}", on_click=filters.go, kwargs={
                "q": ("",), "standing": ("",), "about": ("",), "metric": (near.metric.key,)})  # fmt: skip
        st.button("Show all", on_click=filters.go, kwargs={"q": ("",), "standing": ("",), "about": ("",)})


def _detail(activity: Activity, one: Entry, known: dict[str, Entry], places: metric_places.Places) -> None:
    """One metric: what it means, how far to trust it, its weeks, its terms, where it is used."""
    st.button("All metrics", icon=":material/arrow_back:", type="tertiary", on_click=filters.go,
              kwargs={"metric": ("",), "beside": ("",)})  # fmt: skip
    st.subheader(md(one.metric.label), anchor=False)
    st.markdown(f"{md(words.meaning(one.metric))} {words.trust(one, known)}")
    st.caption(words.facts(one))
    left, right = st.columns(2, gap="large")
    with left:
        _weeks(activity, one)
    with right:
        st.markdown(words.described(terms(one.metric, activity)))
        if left_out := words.left_out(snapshot.product()):
            st.caption(left_out)
        if places.targets:
            st.markdown("**Targets:** " + " · ".join(places.targets))
    _links(places, one)
    _certificate(one)
    if one.said.changelog:
        st.markdown("\n".join(["**What has changed**", *map(words.revision, one.said.changelog)]))
    _beside(activity, one, known)


def _weeks(activity: Activity, one: Entry) -> None:
    """The metric week by week, judged as in the weekly review."""
    line = _line(activity, one)
    if line is None:
        st.markdown("There is no value yet: no whole week is over.")
        return
    told = f"{sentence(line, line.now.last)} {why(line, line.now.last)}"
    st.markdown(words.NO_VALUE if line.now.value is None else told)
    figure = review_charts.swing(line, SHOWN, cards.palette())
    figure = marks.draw(figure, marks.concerning(forms.marks(), line.key, line.feature), cards.palette())
    cards.chart(figure, spoken(sentence(line, line.now.last)), f"metric {line.id}")


def _line(activity: Activity, one: Entry) -> Line | None:
    """The metric as the weekly review has it, of users; None before the first whole week."""
    product, weeks = snapshot.product(), activity.calendar.periods("week", 1)
    name = one.metric.key.partition(".")[0] if one.metric.feature else one.metric.key
    reviewed = [asked for asked in product.review if (asked.key, asked.unit) == (one.metric.key, "user")]
    asked = next(iter(reviewed), Reviewed(name, one.metric.feature))
    if not weeks:
        return None
    made = asked_line(product, within(activity, Selection()), one.metric, asked, weeks[-1].last,
                      known_of(forms.marks(), asked))  # fmt: skip
    return made if made.weeks else None


def _links(places: metric_places.Places, one: Entry) -> None:
    """A link to each place that uses the metric, and how it is computed."""
    measures = dict.fromkeys(each.measure for each in (one.metric, *one.metric.made_of))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="used in"):
        st.markdown("**Used in**" if places.links else "**Used nowhere yet**", width="content")
        for each in places.links:
            st.page_link(filters.PAGES[each.page], label=md(each.label), query_params=dict(each.query))
        cards.explain(f"{words.HOW} {HOW}", *measures)


def _certificate(one: Entry) -> None:
    with st.expander("Certify it anew" if one.said.certified else "Certify it", icon=":material/verified:"):
        st.markdown("Whoever has looked at the definition puts this into the product file; where the section is there "
                    f"already, only its second line. It holds for this definition alone (`{one.hash}`): once anything "
                    "that is counted changes, the certificate is gone by itself.")  # fmt: skip
        st.code(words.certificate(one, forms.who(), okr_forms.today()), language="toml")


def _beside(activity: Activity, one: Entry, known: dict[str, Entry]) -> None:
    """Two numbers differ: which is right?"""
    st.markdown("**Two numbers differ: which is right?** Put another metric beside this one.")
    filters.pick("beside")
    other = known.get(picks.value("beside"))
    if other is None or other is one:
        return
    both: tuple[Terms, Terms] = (terms(one.metric, activity), terms(other.metric, activity))
    values = metric_tables.latest_of_both(activity, one.metric, other.metric)
    st.markdown(words.apart(one, other, both))
    st.markdown(words.side_by_side(one, other, both, values))
