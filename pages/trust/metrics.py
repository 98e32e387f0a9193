"""What does each number mean, whose is it, and how far is it to be trusted?"""

from components import metric_views, picks, signin
from queries import snapshot
from queries.metrics.standing import chosen, entries

activity = snapshot.load(signin.viewer())
every = entries(activity, snapshot.product())
found = chosen(every, picks.value("q"), picks.value("standing"), picks.value("about"))

metric_views.page(activity, every, found)
