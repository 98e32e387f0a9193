"""What changed this week, is it real, why, and who acts?"""

from components import picks, review_views, signin
from queries import access, snapshot

viewer = access.sharing(signin.viewer(), snapshot.product())  # a closed review is kept, and taken away, for all
review_views.page(snapshot.load(viewer), picks.week())
