"""Where are we with what we set out to reach, will we make it, and what do we do about it?"""

from components import okr_views, picks, signin
from queries import snapshot

okr_views.page(snapshot.load(signin.viewer()), picks.value("cycle"))
