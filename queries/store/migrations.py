"""The tables of the store, step by step. A step that was released is never edited: what comes later is a further step.

Each step is taken once, whole or not at all, and the number of the last one is in `store_version`.
"""

from collections.abc import Callable
from typing import Any

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


def _objectives_and_key_results(connection: sa.Connection) -> None:
    """Cycles with their objectives and key results, check-ins, the notes of their meetings, and grades."""
    metadata = sa.MetaData()
    sa.Table("cycles", metadata, *_kept(), *_texts("name"), _date("first"), _maybe("last", sa.Date),
             _maybe("closed", sa.Date), sa.UniqueConstraint("product", "name"))  # fmt: skip
    sa.Table(
        "objectives", metadata, *_kept(), *_texts("cycle", "title", "owner"), _maybe("parent", sa.Text),
        _maybe("pillar", sa.Text), *_texts("features"), *_doubles("weight"), sa.Index("objectives_of", "product"),
    )  # fmt: skip
    sa.Table(
        "key_results", metadata, *_kept(), *_texts("objective", "title", "owner", "type", "kind"),
        *_doubles("start", "target"), _date("first"), _maybe("last", sa.Date), _maybe("metric", sa.Text),
        *_texts("unit", "segments", "plan"), *_doubles("weight"), sa.Index("key_results_of", "product"),
    )  # fmt: skip
    sa.Table(
        "check_ins", metadata, *_kept(), *_texts("key_result"), _date("day"), _maybe("value", sa.Double),
        _maybe("as_of", sa.Date), _maybe("confidence", sa.Integer), *_texts("comment", "blockers", "next_step"),
        sa.Index("check_ins_of", "product", "key_result"),
    )  # fmt: skip
    sa.Table("meeting_notes", metadata, *_kept(), *_texts("key_result"), _date("day"), *_texts("text"),
             sa.UniqueConstraint("product", "key_result", "day"))  # fmt: skip
    sa.Table(
        "grades", metadata, *_kept(), *_texts("key_result"), _maybe("grade", sa.Double),
        _maybe("progress", sa.Double), _maybe("value", sa.Double), _maybe("as_of", sa.Date),
        sa.UniqueConstraint("product", "key_result"),
    )  # fmt: skip
    metadata.create_all(connection, checkfirst=False)


def _windows_of_key_results(connection: sa.Connection) -> None:
    """Of how many weeks the value of a key result is; of one, as it was, for those that are there."""
    connection.exec_driver_sql('ALTER TABLE key_results ADD COLUMN "window" INTEGER NOT NULL DEFAULT 1')


def _definitions_of_check_ins(connection: sa.Connection) -> None:
    """What a metric counted when somebody checked in; not known of the check-ins that are there."""
    connection.exec_driver_sql("ALTER TABLE check_ins ADD COLUMN definition TEXT NOT NULL DEFAULT ''")


def _saved_views(connection: sa.Connection) -> None:
    """Pages with what was picked on them, under a name."""
    metadata = sa.MetaData()
    sa.Table("views", metadata, *_kept(), *_texts("name", "page", "query", "note"),
             sa.Column("team", sa.Boolean, nullable=False), sa.Index("views_of", "product"))  # fmt: skip
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


def _doubles(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Double, nullable=False) for name in names]


def _maybe(name: str, kind: type[sa.types.TypeEngine[Any]]) -> sa.Column[object]:
    return sa.Column(name, kind)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _what_is_written_beside_the_numbers,
    _objectives_and_key_results,
    _windows_of_key_results,
    _definitions_of_check_ins,
    _saved_views,
)
