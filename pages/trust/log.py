"""Who changed or took away what, and when?"""

from components import forms, log_views
from queries import snapshot

log_views.page(forms.store(), snapshot.product().name)
