"""Any metric by any split: over time, or two groups compared."""

from components import explore_views, filters, signin
from queries import answers, snapshot

pick = filters.selection()
explore_views.page(answers.within(snapshot.load(signin.viewer()), pick), pick)
