"""How often do they come, what do they use, and who is new, back or gone?"""

import streamlit as st

from components import filters, words
from queries import access, answers, snapshot
from queries.answers import ask
from queries.measures.engagement import matrix

pick = filters.selection()
activity = answers.within(snapshot.load(access.LOCAL_OWNER), pick)
weeks = activity.calendar.periods("week", pick.weeks)

found = ask(matrix, activity, weeks)

st.markdown(f"**{found.height}** features, {words.population(activity, pick)}")
