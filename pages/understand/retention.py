"""Do they come back, and how sure is that?"""

import streamlit as st

from components import cards, filters, tables
from components import retention_words as words
from queries import access, answers, snapshot
from queries.answers import ask
from queries.measures import retention as measure

pick, question = filters.selection(), filters.returning()
activity = answers.within(snapshot.load(access.LOCAL_OWNER), pick)
size, earlier = filters.span(pick, question)

cells = ask(measure.retention, activity, question, cohorts=size, intervals=size)
cells_before = ask(measure.retention, activity, question, cohorts=size, intervals=size, skip=earlier)
now, before = measure.pooled(cells), measure.pooled(cells_before)

answer = words.answer(activity, pick, question, cells, now, before)
cards.answer(answer, activity)
with st.container(horizontal=True, vertical_alignment="bottom"):
    for name in ("feature", "start", "back", "count", "grain", "windows"):
        filters.pick(name, show_label=True)
cards.curve(now, before, question, pick, answer.text)
st.caption(words.small_print(activity, pick, question, cells))

with st.container(horizontal=True, vertical_alignment="center"):
    st.markdown("**Cohorts**", width="content")
    as_table = st.toggle("Table", key="cohorts as table")
    cards.explain(words.note(activity, pick, question, size), measure.retention, measure.pooled)
    tables.download(cells, "retention", key="cohorts csv")
cards.cohorts(cells, now, question, pick.unit, as_table=as_table)
