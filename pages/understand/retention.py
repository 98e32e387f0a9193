"""Do they come back, and how sure is that?"""

from components import filters, retention_views
from queries import access, answers, snapshot

pick, question = filters.selection(), filters.returning()
activity = answers.within(snapshot.load(access.LOCAL_OWNER), pick)
retention_views.VIEWS[filters.view()](activity, pick, question)
