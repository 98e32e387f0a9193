"""The log in words: what each change was, and the table of all."""

import json
from collections.abc import Sequence

import polars as pl

from queries.store import Change

COLUMNS = ("When (UTC)", "Who", "Did", "What", "Details")
LONGEST = 300  # characters of the details on the screen
DETAILS = ("file", "view")  # of a download


def opening(shown: int, most: int) -> str:
    """What the page opens with. shown: how many are on the screen; most: how many could be."""
    if not shown:
        return "**Nothing yet.** Every change and every download will be here."
    which = f"The last {most:,} changes and downloads; all are in the CSV" if shown == most else (
        "Every change and download, the newest first")  # fmt: skip
    return f"**{which}.** None is ever edited or removed."


def table(changes: Sequence[Change]) -> pl.DataFrame:
    """Changes and downloads, newest first, a sentence each: when, who, what was done, to what, and how."""
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}", one.by, _did(one), one.what, _short(_details(one))) for one in reversed(changes)
    ]
    return pl.DataFrame(rows, orient="row", schema=dict.fromkeys(COLUMNS, pl.String))


def whole(changes: Sequence[Change]) -> pl.DataFrame:
    """Everything that is known of each change, newest first; before and after are JSON."""
    rows = [
        (f"{one.at:%Y-%m-%d %H:%M:%S}", one.by, _did(one), one.what, one.id, one.version, _json(one.before),
         _json(one.after))
        for one in reversed(changes)
    ]  # fmt: skip
    names = (*COLUMNS[:4], "Id", "Version", "Before", "After")
    return pl.DataFrame(rows, orient="row", schema={n: pl.Int64 if n == "Version" else pl.String for n in names})


def _did(change: Change) -> str:
    if change.what == "export":
        return "took away"
    return "removed" if change.after is None else "added" if change.before is None else "changed"


def _details(change: Change) -> str:
    """What it says now, of what is new; of a thing that was removed, what it said."""
    before, after = change.before or {}, change.after or {}
    if change.what == "export":
        return " · ".join(str(after[name]) for name in DETAILS if name in after)
    if before and after:
        return ", ".join(f"{name}: {value}" for name, value in after.items() if before.get(name) != value)
    return ", ".join(f"{name}: {value}" for name, value in (after or before).items() if value not in (None, "", False))


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"


def _json(fields: object) -> str | None:
    return None if fields is None else json.dumps(fields, ensure_ascii=False)
