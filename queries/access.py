"""Who may see what. Rights are applied where the activity is loaded, before anything is counted.

A viewer sees the users that `visible` keeps; accounts are made of the users that remain, so no total, page, export or
address can go round it. There is one viewer so far, the local owner, who sees everyone.
"""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Viewer:
    """A person looking: an e-mail address or a name."""

    name: str


LOCAL_OWNER = Viewer("local owner")


def visible(viewer: Viewer, users: pl.DataFrame) -> pl.Series:
    """For each user whether the viewer may see that user; nobody, for a viewer without a rule."""
    return pl.Series("kept", [viewer == LOCAL_OWNER], dtype=pl.Boolean).new_from_index(0, users.height)
