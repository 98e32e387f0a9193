"""A collection of things that people write and change, each with its version and its history; no word is ever lost.

Whoever changes a thing hands back what they saw of it. Where somebody else was faster the change is not made, and
`Changed` carries the thing as it is now. To want what is already there is no change.
"""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar, get_args, get_type_hints
from uuid import uuid4

import sqlalchemy as sa

from queries.errors import Changed, StoreError
from queries.store import history, text
from queries.store.database import Database, Moment, in_utc
from queries.store.history import Change, Fields

TYPES = {str: sa.Text, date: sa.Date, bool: sa.Boolean, int: sa.Integer, float: sa.Double}
SAVE_AGAIN = "Your words are still in the form; see what is new, then save again."
SAVE_AS_NEW = "Your words are still in the form; save them as a new one, or leave it."
REMOVE_AGAIN = "Nothing was removed; see what is new, then remove it again."


class Noun(Protocol):
    """A kind of thing that people write: a frozen dataclass whose fields are the columns of its table."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    def checked(self) -> Self:
        """The same, fit to keep. Raises InputError where it cannot be."""


T = TypeVar("T", bound=Noun)


@dataclass(frozen=True)
class Kept(Generic[T]):
    """A thing as the store holds it: what was written, and who wrote it when, first and last."""

    product: str
    id: str
    version: int
    content: T
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


class Collection(Generic[T]):
    """All things of one kind. order: the columns they are listed by; key: those that no two of a product share.

    name: what the kind is called where the name of its class is not a word of its own. reads, writes: the right that
    somebody needs to see them, or to write one (`access.Right`): what is said of everybody's numbers is for who may see
    them.

    Every write takes the person and the moment, which has a time zone. It raises InputError where the words cannot be
    kept as they are, Changed where somebody was faster, and StoreError where the store does not answer.
    """

    def __init__(
        self, database: Database, noun: type[T], order: Sequence[str], key: Sequence[str] = (), *, name: str = "",
        reads: str = "whole", writes: str = "write",
    ) -> None:  # fmt: skip
        self._database, self._noun, self._key = database, noun, key
        self._reads, self._writes = reads, writes
        self._what = name or noun.__name__.lower()
        self._table = _table(f"{re.sub('[ -]', '_', self._what)}s", noun)
        self._order = [self._table.c[name] for name in (*order, "created_at", "id")]

    def list(self, product: str) -> tuple[Kept[T], ...]:
        """All of a product, in order."""
        def read(now: sa.Connection) -> tuple[Kept[T], ...]:
            return self._find(now, self._table.c.product == product)

        return self._database.remembered((self._what, product), read, self._reads)

    def add(self, product: str, content: T, *, by: str, at: datetime) -> Kept[T]:
        """Keep something new."""
        content, by, at = content.checked(), text.line("the name", by), in_utc(at)
        added = Kept(product, uuid4().hex, 1, content, by, at, by, at)
        with self._database.write(self._writes) as connection:
            for there in self._in_its_place(connection, added):
                if there.content == content:
                    return there
                raise self._already_there(there)
            connection.execute(self._table.insert().values(_row(added)))
            self._record(connection, None, added, by, at)
        return added

    def change(self, seen: Kept[T], content: T, *, by: str, at: datetime) -> Kept[T]:
        """Keep other words for what was seen."""
        content, by, at = content.checked(), text.line("the name", by), in_utc(at)
        with self._database.write(self._writes) as connection:
            now = self._now(connection, seen)
            if now is None:
                raise self._gone(connection, seen)
            if now.content == content:
                return now
            if now.version != seen.version:
                raise self._by_another(seen, now, SAVE_AGAIN)
            changed = replace(now, version=now.version + 1, content=content, changed_by=by, changed_at=at)
            for there in self._in_its_place(connection, changed):
                raise self._already_there(there)
            connection.execute(self._table.update().where(self._table.c.id == seen.id).values(_row(changed)))
            self._record(connection, now, changed, by, at)
        return changed

    def remove(self, seen: Kept[T], *, by: str, at: datetime) -> None:
        """Take away what was seen; its history stays."""
        by, at = text.line("the name", by), in_utc(at)
        with self._database.write(self._writes) as connection:
            now = self._now(connection, seen)
            if now is None:
                return
            if now.version != seen.version:
                raise self._by_another(seen, now, REMOVE_AGAIN)
            connection.execute(self._table.delete().where(self._table.c.id == seen.id))
            self._record(connection, now, None, by, at)

    def _find(self, connection: sa.Connection, *conditions: sa.ColumnElement[bool]) -> tuple[Kept[T], ...]:
        rows = connection.execute(sa.select(*self._table.c).where(*conditions).order_by(*self._order))
        return tuple(self._kept(dict(row._mapping)) for row in rows)

    def _now(self, connection: sa.Connection, seen: Kept[T]) -> Kept[T] | None:
        found = self._find(connection, self._table.c.product == seen.product, self._table.c.id == seen.id)
        return found[0] if found else None

    def _in_its_place(self, connection: sa.Connection, one: Kept[T]) -> tuple[Kept[T], ...]:
        """Another that has the same key."""
        same = [self._table.c[name] == getattr(one.content, name) for name in self._key]
        columns = self._table.c
        return self._find(connection, columns.product == one.product, columns.id != one.id, *same) if same else ()

    def _kept(self, row: dict[str, Any]) -> Kept[T]:
        content = self._noun(**{field.name: row.pop(field.name) for field in fields(self._noun)})
        return Kept(content=content, **row)

    def _record(
        self, connection: sa.Connection, before: Kept[T] | None, after: Kept[T] | None, by: str, at: datetime
    ) -> None:
        one = after or before
        assert one is not None
        version = one.version if after else one.version + 1
        contents = [asdict(each.content) if each else None for each in (before, after)]
        history.record(connection, Change(one.product, self._what, one.id, version, by, at, contents[0], contents[1]))

    def _by_another(self, seen: Kept[T], now: Kept[T], what_next: str) -> Changed:
        who = f"{now.changed_by} changed this {self._what} {_on(now.changed_at)}"
        return Changed(f"{who}: {_says(asdict(now.content), asdict(seen.content))}. {what_next}", now)

    def _already_there(self, there: Kept[T]) -> Changed:
        who = f"{there.changed_by} has already written this {self._what}, {_on(there.changed_at)}"
        says = _says({name: value for name, value in asdict(there.content).items() if name not in self._key}, {})
        return Changed(f"{who}: {says}. {SAVE_AGAIN}", there)

    def _gone(self, connection: sa.Connection, seen: Kept[T]) -> StoreError:
        last = history.last(connection, seen.product, seen.id)
        if last is None:
            return StoreError(f"This {self._what} is not in the store; look at the list anew.")
        return Changed(f"{last.by} removed this {self._what} {_on(last.at)}. {SAVE_AS_NEW}", None)


@cache  # each person who looks has a store of their own, at every click
def _table(name: str, noun: type[Any]) -> sa.TableClause:
    texts, numbers = ("id", "product", "created_by", "changed_by"), ("version",)
    own = [sa.column(column, kind) for column, kind in _columns(noun).items()]
    return sa.table(
        name, *(sa.column(column, sa.Text) for column in texts), *(sa.column(column, sa.Integer) for column in numbers),
        sa.column("created_at", Moment), sa.column("changed_at", Moment), *own,
    )  # fmt: skip


def _columns(noun: type[Any]) -> dict[str, type[sa.types.TypeEngine[Any]]]:
    """The SQL type of each field; one that may be None has that of what it is otherwise, and words are text."""
    found = {}
    for name, hint in get_type_hints(noun).items():
        kind = next((kind for kind in get_args(hint) if kind is not NoneType), hint)
        found[name] = sa.Text if isinstance(kind, str) else TYPES[kind]
    return found


def _row(one: Kept[Any]) -> dict[str, Any]:
    row = {**vars(one), **vars(one.content)}
    del row["content"]
    return row


def _on(moment: datetime) -> str:
    return f"on {moment.day} {moment:%b %Y at %H:%M} UTC"


def _says(now: Fields, seen: Fields) -> str:
    """What a thing says now, of all that is not as it was seen."""
    new = [name for name, value in now.items() if name not in seen or seen[name] != value]
    return ", ".join(f"{name} is now {_quoted(now[name])}" for name in new) or "it says the same again"


def _quoted(value: object) -> str:
    """A value as code, so that nothing in it is taken for markup; the beginning of a long one."""
    words = " ".join(str("none" if value is None else value).replace("`", "'").split())
    return f"`{words[:199]}…`" if len(words) > 200 else f"`{words}`" if words else "empty"
