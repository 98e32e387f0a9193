"""What changed this week, is it real, why, and who acts?"""

from components import filters, review_views, signin
from queries import snapshot

review_views.page(snapshot.load(signin.viewer()), filters.week())
