"""Do they come back, and how sure is that?"""

from components import filters, retention_views, signin
from queries import answers, snapshot

pick, question = filters.selection(), filters.returning()
activity = answers.within(snapshot.load(signin.viewer()), pick)
retention_views.VIEWS[filters.view()](activity, pick, question)
