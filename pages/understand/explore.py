"""Any metric by any split: over time, or two groups compared."""

from components import explore_views, picks, pins
from queries import answers

pick = picks.selection()
explore_views.page(answers.within(pins.activity(), pick), pick)
