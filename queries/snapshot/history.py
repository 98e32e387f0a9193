"""What each refresh did: one line of JSON each, in `refreshes.jsonl` beside the snapshots."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

MOST = 500  # refreshes remembered


@dataclass(frozen=True)
class Refreshed:
    """One refresh. Days are day numbers.

    at: when, as ISO text with a zone. why_full: why all events were read, or empty where only those from `first_read`
    on were. rows: of users and features. bytes: on disk. seconds: how long each step took (`steps`).
    """

    at: str
    why_full: str
    first_read: int
    as_of: int
    events: int
    users: int
    rows: int
    bytes: int
    seconds: Mapping[str, float] = field(default_factory=dict)


def past(home: Path) -> list[Refreshed]:
    """The refreshes that are remembered, oldest first; a line that was not written whole is left out."""
    try:
        lines = (home / "refreshes.jsonl").read_text().splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        try:
            found.append(Refreshed(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def append(home: Path, done: Refreshed) -> None:
    """Remember one more. The caller holds the lock."""
    before, path = past(home), home / "refreshes.jsonl"
    aside = home / ".refreshes"
    with aside.open("w") as file:
        file.writelines(json.dumps(asdict(one)) + "\n" for one in [*before, done][-MOST:])
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
