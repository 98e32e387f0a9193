"""Tiny activities for doctests and tests: literal events in, the real path through DuckDB, an Activity out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.testing import assert_frame_equal

from queries import activity
from queries.activity import Activity
from queries.calendar import Period
from queries.product import Connection, Events, Feature, Product, Segment, Users
from queries.snapshot import assemble, extract
from queries.snapshot.manifest import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def product(folder: Path, **parts: Any) -> Product:
    """A product on Parquet files in a folder: events(user, at, name) and, if it is written there, users(id, ...)."""
    files: list[tuple[str, tuple[str, ...]]] = [("events", ("events.parquet",))]
    if (folder / "users.parquet").exists():
        files.append(("users", ("users.parquet",)))
    defaults: dict[str, Any] = {
        "name": "Example", "timezone": "UTC", "week_start": 0, "connection": Connection(files=tuple(files)),
        "events": Events("events", user="user", time="at", name="name"),
    }  # fmt: skip
    return Product(**{**defaults, **parts}, folder=folder)


def load(made: Product, now: datetime = NOW) -> Activity:
    """The activity of a product's data, as the local owner sees it."""
    snapshot = extract.read(made, now)
    return of(snapshot, made)


def of(snapshot: Snapshot, made: Product) -> Activity:
    found = snapshot.manifest
    return activity.of_users(
        snapshot.tables,
        found.calendar,
        features=made.features or assemble.unlisted(found.features),
        segments=made.segments,
        governed=made.metrics,
        codes={key: code for code, key in enumerate(found.features, start=1)},
        key=(object(),),  # answers to one are no answers to another
    )


def write(folder: Path, events: Sequence[tuple[Any, ...]], users: pl.DataFrame | None = None) -> None:
    """Write events (user, at, name) and users into a folder."""
    schema = {"user": pl.String(), "at": pl.Datetime("us"), "name": pl.String()}
    pl.DataFrame(events, schema=schema, orient="row").write_parquet(folder / "events.parquet")
    if users is not None:
        users.write_parquet(folder / "users.parquet")


def three_users(since: date | None = None) -> tuple[Activity, Period]:
    """Ann, Bo and Cy sign up in the week to 8 November; Ann and Bo export in the week to the 15th, Cy never does.

    since: history begins on this earlier day, with somebody else, who uses no feature.
    """
    from tempfile import TemporaryDirectory

    signup, plans = [date(2026, 11, 2)] * 3, ["Pro", "Free", "Free"]
    users = pl.DataFrame({"id": ["ann", "bo", "cy"], "signup": signup, "plan": plans})
    events = [(who, datetime(2026, 11, 3, 9), "open") for who in ("ann", "bo", "cy")]
    events += [(who, datetime(2026, 11, 10, 9), "export") for who in ("ann", "bo")]
    events += [("dee", datetime(since.year, since.month, since.day, 9), "ping")] if since else []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, events, users)
        made = product(
            folder,
            users=Users("users", "id", signup="signup"),
            segments=(Segment("plan", "Plan", "plan", "user"),),
            features=(Feature("export", "Export", ("export",)), Feature("open", "Open", ("open",))),
            as_of=date(2026, 11, 15),
        )
        return load(made), Period(date(2026, 11, 9), date(2026, 11, 15))


def assert_same(found: Snapshot, expected: Snapshot, **told_apart: Any) -> None:
    """Two snapshots are the same bit for bit. told_apart: facts in which they may differ, each with any value."""
    assert replace(found.manifest, **told_apart) == replace(expected.manifest, **told_apart)
    for name, theirs in vars(expected.tables).items():
        ours = getattr(found.tables, name)
        assert (ours is None) == (theirs is None)
        if theirs is not None:
            assert_frame_equal(ours, theirs)
