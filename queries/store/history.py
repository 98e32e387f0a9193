"""Every change ever made: who wrote what and when. Recorded with the write itself; never edited or removed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from queries.errors import AccessError
from queries.store.database import Database, Moment

Fields = Mapping[str, object]
CHANGES = sa.table(
    "changes", sa.column("number", sa.Integer), sa.column("product", sa.Text), sa.column("what", sa.Text),
    sa.column("id", sa.Text), sa.column("version", sa.Integer), sa.column("by", sa.Text), sa.column("at", Moment),
    sa.column("before", sa.Text), sa.column("after", sa.Text),
)  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One change. what: the kind of thing; before and after: its fields as JSON has them, None where there was nothing.

    A thing that was added has version 1; each change, and the removal, has the next.
    """

    product: str
    what: str
    id: str
    version: int
    by: str
    at: datetime
    before: Fields | None
    after: Fields | None


def record(connection: sa.Connection, change: Change) -> None:
    """Add a change to those there are. Raises AccessError where it is not signed by who makes it."""
    if connection.get_execution_options().get("user") not in (None, change.by):
        raise AccessError("Nobody writes in the name of somebody else; sign in as yourself and save again.")
    row = {**vars(change), "before": _json(change.before), "after": _json(change.after)}
    connection.execute(CHANGES.insert().values(row))


def last(connection: sa.Connection, product: str, id: str) -> Change | None:
    """The last change of a thing, or None where there never was one."""
    found = connection.execute(_of(product, id).order_by(CHANGES.c.number.desc()).limit(1)).one_or_none()
    return _change(found) if found else None


def read(database: Database, product: str, id: str | None = None, most: int | None = None) -> tuple[Change, ...]:
    """The changes of a product, or of one thing of it, the last ones at most, in the order in which they were made."""
    with database.read("manage") as connection:
        found = connection.execute(_of(product, id).order_by(CHANGES.c.number.desc()).limit(most))
        return tuple(map(_change, found))[::-1]


def _of(product: str, id: str | None) -> sa.Select[tuple[object, ...]]:
    chosen = sa.select(*CHANGES.c).where(CHANGES.c.product == product)
    return chosen if id is None else chosen.where(CHANGES.c.id == id)


def _change(row: sa.Row[tuple[object, ...]]) -> Change:
    fields = dict(row._mapping)
    del fields["number"]
    before, after = (json.loads(text) if text else None for text in (fields["before"], fields["after"]))
    return Change(**{**fields, "before": before, "after": after})


def _json(fields: Fields | None) -> str | None:
    return None if fields is None else json.dumps(fields, ensure_ascii=False, default=date.isoformat)
