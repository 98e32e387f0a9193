"""Exports of other tools that have a ready product file in `examples/`, told by their columns."""

from collections.abc import Sequence

from queries.draft.looking import Table

TOOLS = {  # folder of examples -> what the tool is called, and columns that no other export has together
    "segment": ("Segment", {"anonymous_id", "event", "event_text", "received_at"}),
    "snowplow": ("Snowplow", {"collector_tstamp", "domain_userid", "event_name"}),
    "amplitude": ("Amplitude", {"amplitude_id", "event_type", "server_upload_time"}),
    "posthog": ("PostHog", {"distinct_id", "event", "person_id", "properties"}),
    "ga4": ("Google Analytics 4", {"event_timestamp", "user_pseudo_id", "event_name"}),
    "mixpanel": ("Mixpanel", {"event", "properties"}),  # and nothing else
}


def ready(tables: Sequence[Table]) -> str | None:
    """The sentence that names the ready product file for one of the tables; None where there is none."""
    for folder, (tool, columns) in TOOLS.items():
        for table in tables:
            has = {name.lower() for name in table.kinds}
            if columns <= has and (folder != "mixpanel" or columns == has):
                return f"{table.name} looks like an export of {tool}: examples/{folder} has a product file for it."
    return None
