"""How often do they come, what do they use, and who is new, back or gone?"""

import streamlit as st

from components import engagement_cards as cards
from components import engagement_numbers as numbers
from components import engagement_words as words
from components import forms, picks, pins, tables
from queries import answers
from queries.answers import ask, derive
from queries.measures import engagement as measure
from queries.measures.lifecycle import lifecycle

pick, view = picks.selection(), picks.value("show")
activity = answers.within(pins.activity(), pick)
calendar = activity.calendar
weeks, month = calendar.periods("week", pick.weeks), numbers.latest(calendar, numbers.MONTH)

months = ask(measure.stickiness, activity, numbers.ends(calendar, pick))
weekly = ask(measure.stickiness, activity, numbers.lasts(calendar), length=numbers.WEEK)
now = derive(numbers.overview, months, weekly, judged=not activity.chosen_by_outcome,
             anew=forms.anew("weekly_actives"), sticky_anew=forms.anew("days_active"))  # fmt: skip

gated = tuple(feature.key for feature in activity.features if feature.eligible)

if view == "matrix":
    found = derive(numbers.placed, ask(measure.matrix, activity, weeks), gated)
    answer = derive(words.matrix, activity, pick, found, weeks)
    small_print = derive(words.matrix_print, found, pick, weeks)
    cards.opening(answer, now, activity, pick)
    with st.container(horizontal=True, vertical_alignment="center"):
        as_table = cards.tools(view, small_print, measure.matrix, measure.stickiness)
        tables.download(found, "engagement_matrix", key="matrix csv")
    cards.matrix(found, activity, pick.unit, answer.text, as_table=as_table)
    st.caption(small_print)
elif view == "stickiness":
    answer = derive(words.stickiness, activity, pick, now, ask(measure.days_active, activity, month))
    cards.opening(answer, now, activity, pick)
    with st.container(horizontal=True, vertical_alignment="center"):
        short = cards.tools(view, words.stickiness_print(pick), measure.stickiness, measure.days_active,
                            measure.actives_on)  # fmt: skip
    spread = ask(measure.days_active, activity, numbers.latest(calendar, numbers.WEEK) if short else month)
    cards.stickiness(spread, ask(measure.actives_on, activity, numbers.days(calendar, weeks)), now, pick, answer.text)
    st.caption(words.stickiness_print(pick))
else:
    flow = derive(numbers.flows, ask(lifecycle, activity, "week", pick.weeks))
    answer = derive(words.lifecycle, activity, pick, now, flow)
    cards.opening(answer, now, activity, pick)
    with st.container(horizontal=True, vertical_alignment="center"):
        cards.tools(view, words.lifecycle_print(activity, pick), lifecycle, measure.stickiness)
        tables.download(flow, "lifecycle", key="lifecycle csv")
    cards.lifecycle(flow, answer.text)
    st.caption(words.lifecycle_print(activity, pick))
if view != "matrix":
    cards.by_segment(activity, pick, picks.split())
