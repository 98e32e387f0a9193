"""What changed this week, is it real, why, and who acts?"""

from components import filters, review_views
from queries import access, snapshot

review_views.page(snapshot.load(access.LOCAL_OWNER), filters.week())
