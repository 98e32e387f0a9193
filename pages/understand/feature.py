"""One feature: who adopted it, does it keep them, and how sure is that?"""

from components import cards, feature_cards, forms, picks, pins
from components import feature_words as words
from queries import answers, stats
from queries.answers import ask, derive
from queries.measures.adoption import adoption, new_adopters
from queries.measures.depth import silent
from queries.measures.retention import pooled, retention
from queries.measures.returning import Returning
from queries.measures.time_to_adopt import time_to_adopt

pick, tab, by = picks.selection(), picks.value("tab"), picks.split()
everybody = pins.activity()
activity = answers.within(everybody, pick)
feature = activity.feature(picks.feature(activity))
only, period = (feature.key,), activity.calendar.last_weeks(4)
earlier = period.shifted(-28 if pick.compare == "previous" else -364)
question = Returning("first_use", feature.key, feature.key)
size, _ = picks.span(pick, question)

now, before = ask(adoption, activity, (period,), features=only), ask(adoption, activity, (earlier,), features=only)
weeks = ask(adoption, activity, activity.calendar.periods("week", with_open=True), features=only)
changes = derive(stats.changes, now, before, weeks, shown=pick.weeks, judged=not activity.chosen_by_outcome,
                 anew=forms.anew_of([feature]))  # fmt: skip
returned = derive(pooled, ask(retention, activity, question, cohorts=size, intervals=size))
adopters = ask(new_adopters, activity, (earlier, period), features=only)
times = ask(time_to_adopt, activity, feature.key)

feature_cards.head(activity, feature)
cards.answer(derive(words.answer, activity, pick, feature, changes, ask(silent, everybody, only), period), activity)
cards.row(derive(words.headline, feature, pick, changes, period, returned, adopters, times))

if tab == "overview":
    feature_cards.overview(activity, pick, feature, weeks)
elif tab == "who":
    feature_cards.who(activity, pick, feature, period, by)
elif tab == "return":
    feature_cards.back(activity, pick, feature, question)
else:
    feature_cards.lifted(activity, pick, feature)
