"""What would a product file for your own warehouse say?"""

from components import draft_views

draft_views.page()
