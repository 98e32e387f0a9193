"""A strategy pillar on the screen: which segments use the features that were built for it, in one view."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from components import cards, filters, picks, tables
from components import okr_pillar_words as words
from components.words import titles
from queries import metrics, snapshot, stats
from queries.activity import Activity
from queries.answers import ask, derive, within
from queries.measures.adoption import adoption
from queries.okr.pillar import features_of
from queries.okr.results import Aim


def pillar(activity: Activity, aims: Sequence[Aim]) -> None:
    """Adoption by segment and feature of one pillar, over the last four whole weeks."""
    everybody = replace(picks.selection(), where=())
    activity, name, by = within(activity, everybody), picks.value("pillar"), picks.split()
    known = metrics.catalogue(activity, snapshot.product().activation)
    features = features_of(name, aims, known, activity.features)
    period, overlaps = activity.calendar.last_weeks(4), activity.overlaps(by)
    counts = ask(adoption, activity, (period,), by=by, features=features)
    cells = derive(stats.against_the_rest, counts, overlapping=overlaps)
    st.divider()
    st.markdown(words.pillar(name, cells, titles(activity.features), overlapping=overlaps))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        filters.labelled("pillar")
        if snapshot.product().has_accounts:
            filters.pick("unit")
        filters.labelled("by", "by2")
        as_table = st.toggle("Table", key="pillar as table")
        tables.download(cells, "pillar", key="pillar csv")
    if features:
        order = cells.select("feature").unique(maintain_order=True)
        cards.heat(activity, cells, order, by, period, "eligible", as_table=as_table)
