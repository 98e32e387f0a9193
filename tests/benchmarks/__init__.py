"""The same questions asked of the events in SQL and of the activity, side by side. `make bench` runs it."""
