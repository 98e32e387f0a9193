"""The tables of the store, step by step. A step that was released is never edited: what comes later is a further step.

Each step is taken once, whole or not at all, and the number of the last one is in `store_version`.
"""

from collections.abc import Callable

import sqlalchemy as sa

from queries.errors import StoreError
from queries.store.database import Database

VERSION = sa.table("store_version", sa.column("number", sa.Integer))


def migrate(database: Database) -> None:
    """Take the steps that are missing. Raises StoreError, and touches nothing, where a newer Sightline took more."""
    with database.read() as connection:
        version = _version(connection)
    if version > len(STEPS):
        raise StoreError(f"The store {database.name} was written by a newer Sightline (its version is {version}, this "
                         f"one knows {len(STEPS)}). Update Sightline, or set SIGHTLINE_STORE to another.")  # fmt: skip
    for number in range(version + 1, len(STEPS) + 1):
        with database.write() as connection:
            if _version(connection) < number:  # else another process was faster
                STEPS[number - 1](connection)
                connection.execute(VERSION.insert().values(number=number))


def _version(connection: sa.Connection) -> int:
    if not sa.inspect(connection).has_table(VERSION.name):
        return 0
    return connection.scalar(sa.select(sa.func.max(VERSION.c.number))) or 0


def _what_is_written_beside_the_numbers(connection: sa.Connection) -> None:
    """Annotations, and the actions, notes and closings of the weekly review; and every change to any of them."""
    metadata = sa.MetaData()
    sa.Table("store_version", metadata, sa.Column("number", sa.Integer, primary_key=True, autoincrement=False))
    sa.Table(
        "changes", metadata,
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        *_texts("product", "what", "id"), _number("version"),
        *_texts("by"), _moment("at"), sa.Column("before", sa.Text), sa.Column("after", sa.Text),
        sa.Index("changes_of", "product", "id"), sqlite_autoincrement=True,
    )  # fmt: skip
    sa.Table(
        "annotations", metadata, *_kept(),
        _date("day"), sa.Column("until", sa.Date), *_texts("kind", "title", "note"),
        sa.Column("metric", sa.Text), sa.Column("feature", sa.Text), sa.Column("divides", sa.Boolean, nullable=False),
        sa.Index("annotations_of", "product", "day"),
    )  # fmt: skip
    sa.Table(
        "actions", metadata, *_kept(),
        _date("week"), *_texts("metric", "owner", "text"), sa.Column("due", sa.Date), *_texts("status", "outcome"),
        sa.Index("actions_of", "product", "week"),
    )  # fmt: skip
    sa.Table(
        "notes", metadata, *_kept(), _date("week"), *_texts("metric", "text"),
        sa.UniqueConstraint("product", "week", "metric"),
    )  # fmt: skip
    sa.Table(
        "closings", metadata,
        *_named(), _date("week"), _date("as_of"), *_texts("content", "content_hash", "closed_by"), _moment("closed_at"),
        sa.UniqueConstraint("product", "week", "version"),
    )  # fmt: skip
    metadata.create_all(connection, checkfirst=False)


def _named() -> list[sa.Column[object]]:
    return [sa.Column("id", sa.Text, primary_key=True), *_texts("product"), _number("version")]


def _kept() -> list[sa.Column[object]]:
    """What the store notes of everything that can be changed."""
    return [*_named(), *_texts("created_by", "changed_by"), _moment("created_at"), _moment("changed_at")]


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _number(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Integer, nullable=False)


def _date(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


STEPS: tuple[Callable[[sa.Connection], None], ...] = (_what_is_written_beside_the_numbers,)
