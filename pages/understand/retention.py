"""Do they come back, and how sure is that?"""

from components import picks, pins, retention_views
from queries import answers

pick, question = picks.selection(), picks.returning()
activity = answers.within(pins.activity(), pick)
retention_views.VIEWS[picks.value("view")](activity, pick, question)
