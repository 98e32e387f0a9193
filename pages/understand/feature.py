"""One feature: who adopted it, does it keep them, and how sure is that?"""

import streamlit as st

from components import filters, words
from queries import access, answers, snapshot
from queries.answers import ask
from queries.measures.adoption import adoption

pick = filters.selection()
activity = answers.within(snapshot.load(access.LOCAL_OWNER), pick)
key = filters.feature(activity)
period = activity.calendar.last_weeks(4)

counts = ask(adoption, activity, (period,), features=(key,))

st.subheader(words.md(activity.feature(key).label))
st.markdown(f"**{counts['n'][0]:,}** of {counts['of'][0]:,} eligible {words.population(activity, pick)}")
filters.pick("feature", show_label=True)
