"""The weekly review: what was decided (actions), what was said (notes), and the review as it was closed.

A week is named by its last day.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Generic, Literal, Protocol, Self, TypeVar, get_args
from uuid import uuid4

import sqlalchemy as sa

from queries.errors import InputError, StoreError
from queries.store import history, text
from queries.store.collection import Collection, Kept, Noun, T
from queries.store.database import Database, Moment, in_utc
from queries.store.history import Change

Status = Literal["open", "done", "dropped"]
MOST_BYTES = 5_000_000
A_WEEK = timedelta(days=7)
CLOSINGS = sa.table(
    "closings", sa.column("id", sa.Text), sa.column("product", sa.Text), sa.column("version", sa.Integer),
    sa.column("week", sa.Date), sa.column("as_of", sa.Date), sa.column("content", sa.Text),
    sa.column("content_hash", sa.Text), sa.column("closed_by", sa.Text), sa.column("closed_at", Moment),
)  # fmt: skip
FACTS = [column for column in CLOSINGS.c if column.name != "content"]  # what is quick to read


@dataclass(frozen=True)
class Action:
    """Something that somebody will do because of what the week showed. metric: the key of what it is about."""

    week: date
    metric: str
    owner: str
    text: str
    due: date | None = None
    status: Status = "open"
    outcome: str = ""

    def checked(self) -> Self:
        """The same, fit to keep: a text and an outcome of at most 2,000 characters. Raises InputError."""
        if self.status not in get_args(Status):
            raise InputError(f"An action is {', '.join(get_args(Status))}; choose one.")
        return replace(
            self, metric=text.line("the metric", self.metric), owner=text.line("the owner", self.owner),
            text=text.said("the action", self.text, 2_000), outcome=text.prose("the outcome", self.outcome, 2_000),
        )  # fmt: skip


@dataclass(frozen=True)
class Note:
    """The words of a week about one metric, or about the whole review where the metric is empty. One of each."""

    week: date
    metric: str
    text: str

    def checked(self) -> Self:
        """The same, fit to keep: at most 10,000 characters. Raises InputError."""
        metric = text.key("the metric", self.metric) or ""
        return replace(self, metric=metric, text=text.said("the note", self.text, 10_000))


class Weekly(Collection[T], Generic[T]):
    """A collection of which each thing belongs to a week."""

    def of(self, product: str, week: date) -> tuple[Kept[T], ...]:
        """Those of one week, in order."""
        with self._database.read(self._reads) as connection:
            return self._find(connection, self._table.c.product == product, self._table.c.week == week)


class Actions(Weekly[Action]):
    """What was decided in the reviews."""

    def due(self, product: str, week: date) -> tuple[Kept[Action], ...]:
        """What the review of a week looks at: its own, all of the week before, and what is open from earlier ones."""
        at = self._table.c
        earlier = sa.or_(at.status == "open", at.week >= week - A_WEEK)
        with self._database.read(self._reads) as connection:
            return self._find(connection, at.product == product, at.week <= week, earlier)


class Worded(Noun, Protocol):
    """What is mostly a text in a field."""

    @property
    def text(self) -> str: ...


W = TypeVar("W", bound=Worded)


class Notes(Collection[W], Generic[W]):
    """Texts that are kept as they stand in a field."""

    def write(self, product: str, note: W, seen: Kept[W] | None, *, by: str, at: datetime) -> Kept[W] | None:
        """Keep a note as it is now in the form; None where it is empty, which removes it. seen: what stood there.

        Raises what `add`, `change` and `remove` raise.
        """
        if seen is None:
            return self.add(product, note, by=by, at=at) if note.text.strip() else None
        if note.text.strip():
            return self.change(seen, note, by=by, at=at)
        self.remove(seen, by=by, at=at)
        return None


class WeeklyNotes(Weekly[Note], Notes[Note]):
    """The notes of the reviews."""


@dataclass(frozen=True)
class Closing:
    """A review as it was closed. version: the first closing of its week has 1; the last is current."""

    product: str
    id: str
    version: int
    week: date
    as_of: date
    content_hash: str
    closed_by: str
    closed_at: datetime
    is_current: bool


class Reviews:
    """The closed reviews: what was on the screen then, which is never changed; to close a week again adds another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self, product: str, week: date, as_of: date, content: str, *, by: str, at: datetime) -> Closing:
        """Freeze the review of a week. content: JSON of at most 5 MB. Raises InputError where it is not that."""
        by, at, digest = text.line("the name", by), in_utc(at), _hash(content)
        with self._database.write() as connection:
            of_week = sa.and_(CLOSINGS.c.product == product, CLOSINGS.c.week == week)
            before = connection.scalar(sa.select(sa.func.max(CLOSINGS.c.version)).where(of_week)) or 0
            closing = Closing(product, uuid4().hex, before + 1, week, as_of, digest, by, at, is_current=True)
            row = {column.name: getattr(closing, column.name) for column in FACTS}
            connection.execute(CLOSINGS.insert().values({**row, "content": content}))
            frozen = {"week": week, "as_of": as_of, "content_hash": digest}
            history.record(connection, Change(product, "closing", closing.id, closing.version, by, at, None, frozen))
        return closing

    def list(self, product: str) -> tuple[Closing, ...]:
        """All closings of a product, the last week and the last closing of it first."""
        last = sa.func.max(CLOSINGS.c.version).over(partition_by=CLOSINGS.c.week) == CLOSINGS.c.version
        chosen = sa.select(*FACTS, last.label("is_current")).where(CLOSINGS.c.product == product)
        with self._database.read("whole") as connection:
            rows = connection.execute(chosen.order_by(CLOSINGS.c.week.desc(), CLOSINGS.c.version.desc()))
            return tuple(Closing(**row._mapping) for row in rows)

    def content(self, closing: Closing) -> str:
        """The JSON that was frozen. Raises StoreError where it is not there any more as it was."""
        one = sa.and_(CLOSINGS.c.product == closing.product, CLOSINGS.c.id == closing.id)
        with self._database.read("whole") as connection:
            content: str | None = connection.scalar(sa.select(CLOSINGS.c.content).where(one))
        if content is None or _digest(content) != closing.content_hash:
            raise StoreError(f"The review of the week to {closing.week} is not in the store as it was closed; "
                             "put a backup in its place.")  # fmt: skip
        return content


def _hash(content: str) -> str:
    """The hash of what is to be frozen. Raises InputError where that is no JSON, or too much."""
    try:
        size = len(content.encode())
        json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InputError("What is to be frozen is no JSON; close the review again.") from error
    if size > MOST_BYTES:
        raise InputError(f"The review has {size / 1e6:.1f} MB, and 5 MB is the most; show less in it.")
    return _digest(content)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
