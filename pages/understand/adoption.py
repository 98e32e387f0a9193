"""Which features do people use, out of those who could, and what changed that is real?"""

import streamlit as st

from components import adoption_words as words
from components import cards, drills, filters, forms, picks, pins, tables
from queries import answers, snapshot, stats
from queries.answers import ask, derive
from queries.measures.adoption import adoption, breadth, new_adopters, reach
from queries.measures.depth import activation
from queries.measures.feature_retention import feature_retention

pick, of, by = picks.selection(), picks.denominator(), picks.split()
activity = answers.within(pins.activity(), pick)
period = activity.calendar.last_weeks(4)
earlier = period.shifted(-28 if pick.compare == "previous" else -364)
history = activity.calendar.periods("week")

now, before = ask(adoption, activity, (period,), of=of), ask(adoption, activity, (earlier,), of=of)
weeks, judged = ask(adoption, activity, history, of=of), not activity.chosen_by_outcome
counts = ask(adoption, activity, (period,), by=by, of=of)
cells = derive(stats.against_the_rest, counts, overlapping=activity.overlaps(by))
changes = derive(stats.changes, now, before, weeks, shown=pick.weeks, judged=judged,
                 anew=forms.anew_of(activity.features))  # fmt: skip

cards.answer(derive(words.answer, activity, pick, changes, cells, period, of, by), activity)
cards.row(derive(words.headline, ask(reach, activity, period), ask(reach, activity, earlier),
                 ask(breadth, activity, period), ask(breadth, activity, earlier),
                 ask(activation, activity, history, snapshot.product().activation),
                 pick, judged=judged, of_some_events=activity.of_some_events))  # fmt: skip

returned = ask(feature_retention, activity, cohorts=pick.weeks, intervals=tables.RETURN_WEEK + 1)
table = derive(tables.features, activity, changes, returned, period.first)
with st.container(horizontal=True, vertical_alignment="center"):
    filters.pick("of")
    cards.explain(words.note(now, period, earlier, of, pick), adoption, new_adopters, feature_retention, reach,
                  breadth, activation)
    tables.download(table, "adoption", key="adoption csv")
tables.show_features(table, drills.opens_feature(table, "features"), key="features")

with st.container(horizontal=True, vertical_alignment="bottom"):
    filters.labelled("by", "by2")
    as_table = st.toggle("Table", key="cells as table")
    tables.download(cells, "adoption_by_segment", key="cells csv")
cards.heat(activity, cells, table, by, period, of, as_table=as_table)
