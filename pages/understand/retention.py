"""Do they come back, and how sure is that?"""

from components import filters, pins, retention_views
from queries import answers

pick, question = filters.selection(), filters.returning()
activity = answers.within(pins.activity(), pick)
retention_views.VIEWS[filters.view()](activity, pick, question)
