"""What the tables of a warehouse hold, told from their names, their columns and a bounded number of rows.

Of each table that is looked at: one SELECT of no row for its columns, and one of at most MOST_ROWS rows as they come.
Of the events: the newest MOST_EVENTS, because what was first written says little about what is used now. Of ASKED users
among them: whether another table knows them. No statement may take longer than SECONDS, and texts are cut at
MOST_CHARACTERS where they are read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from queries.errors import WarehouseError
from queries.warehouse import Warehouse, selects, sql

if TYPE_CHECKING:
    from queries.draft.roles import EventsPart

MOST_TABLES, MOST_COLUMNS, MOST_ROWS, MOST_EVENTS, MOST_CHARACTERS = 40, 150, 10_000, 50_000, 200
MOST_VALUES = 50  # of a column, that are kept to be shown
SECONDS = 30  # that a statement may take
ASKED = 50  # users looked up in another table
HOPEFUL = ("event", "track", "user", "account", "person", "people", "customer", "member", "company", "companies",
           "organi", "profile", "activity", "action", "log", "workspace", "tenant")  # fmt: skip
HOPELESS = ("unreachable", "login", "compute", "stopped")  # kinds of errors that the next table would meet too
EMAIL, NUMBERISH = r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$", r"^[+\d][\d ()/.\-]{6,}$"


@dataclass(frozen=True)
class Column:
    """A column and what the rows that were read say of it. kind: as `Warehouse.columns` tells it.

    filled: the share of rows with a value. distinct: how many different values. repeats: whether a value comes twice.
    emails, phones: the share of the values that look like it. values: the commonest first, where they are few.
    """

    name: str
    kind: str
    filled: float = 0.0
    distinct: int = 0
    repeats: bool = False
    emails: float = 0.0
    phones: float = 0.0
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table and the rows of it that were read, all as text."""

    name: str
    kinds: dict[str, str]
    sample: pl.DataFrame = field(compare=False, repr=False)

    @property
    def is_whole(self) -> bool:
        return self.sample.height < MOST_ROWS

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return tuple(_column(name, self.kinds[name], self.sample[name]) for name in self.sample.columns)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Seen:
    """The tables that were looked at, and a sentence for each that was not."""

    tables: tuple[Table, ...]
    not_seen: tuple[str, ...]


@dataclass(frozen=True)
class Newest:
    """The newest events. names: event name -> how many of them. last: their last day. users: some of who did them.

    is_newest: whether they are the newest, and not just some, because to find those took too long.
    """

    names: tuple[tuple[str, int], ...]
    count: int
    last: str | None
    users: tuple[str, ...]
    is_newest: bool = True


def look(warehouse: Warehouse, say: Callable[[str], object]) -> Seen:
    """All tables that can be read; of very many those whose names promise something."""
    names, not_seen = _names(warehouse)
    found = []
    for name in names:
        say(f"Looking at {name}")
        try:
            found.append(_read(warehouse, name))
        except WarehouseError as error:
            if error.kind in HOPELESS:
                raise
            not_seen.append(f"{name} was not looked at. {error}")
    return Seen(tuple(found), tuple(not_seen))


def _names(warehouse: Warehouse) -> tuple[list[str], list[str]]:
    if files := warehouse.product.connection.files:
        return [name for name, _ in files], []
    spoken = warehouse.backend.spoken
    rows = [(str(spoken(schema)), str(spoken(name)), here)
            for schema, name, here in warehouse.fetch(selects.tables()).rows()]  # fmt: skip
    rows.sort(key=lambda row: (not row[2], row[:2]))  # those that are found by their name alone come first
    dotted = [name for _, name, _ in rows if "." in name]
    names = [name if here else f"{schema}.{name}" for schema, name, here in rows if "." not in name + schema]
    names.sort(key=lambda name: not any(word in name.lower() for word in HOPEFUL))
    left_out = [f"{name} was not looked at: its name has a dot." for name in dotted]
    if len(names) > MOST_TABLES:
        left_out.append(f"Of {len(names):,} tables, {MOST_TABLES} were looked at: those whose names speak of events, "
                        "users or accounts first.")  # fmt: skip
    return names[:MOST_TABLES], left_out


def _read(warehouse: Warehouse, name: str) -> Table:
    named = [(column, kind) for column, kind in warehouse.columns(name).items() if column.strip()]
    kinds = dict(named[:MOST_COLUMNS])
    table = selects.source(warehouse.product, name, kinds)
    texts = [_short(table.c[column], kind).label(f"c{i}") for i, (column, kind) in enumerate(kinds.items())]
    rows = warehouse.fetch(sa.select(*texts).limit(MOST_ROWS).execution_options(job="draft"))
    rows.columns = [str(column) for column in kinds]
    return Table(name, kinds, rows)


def _short(column: sa.ColumnElement[object], kind: str) -> sa.ColumnElement[str]:
    return sa.func.substr(sql.text(column, kind), 1, MOST_CHARACTERS, type_=sa.String)


def _column(name: str, kind: str, read: pl.Series) -> Column:
    known = read.drop_nulls()
    if known.is_empty():
        return Column(name, kind)
    counts = known.value_counts(sort=True, name="n")
    few = counts if counts.height <= MOST_VALUES else counts.clear()
    return Column(
        name, kind, filled=len(known) / len(read), distinct=counts.height, repeats=counts.height < len(known),
        emails=_share(known, EMAIL), phones=_share(known, NUMBERISH) if kind == "text" else 0.0,
        values=tuple(few.sort("n", known.name, descending=[True, False])[known.name]),
    )  # fmt: skip


def _share(known: pl.Series, pattern: str) -> float:
    return float(known.str.contains(pattern).mean() or 0.0)  # type: ignore[arg-type]


def newest(warehouse: Warehouse, part: "EventsPart") -> Newest:
    """The newest events; some of those that were read, where the warehouse does not find the newest in time."""
    kinds = part.table.kinds
    table = selects.source(warehouse.product, part.table.name, kinds)
    wanted = {"name": part.name.chosen, "user": part.user.chosen, "time": part.time.chosen}
    texts = [_short(table.c[column], kinds[column]).label(name) for name, column in wanted.items()]
    when = table.c[part.time.chosen]
    asked = sa.select(*texts).where(when.is_not(None)).order_by(when.desc()).limit(MOST_EVENTS)
    try:
        return _summed(warehouse.fetch(asked.execution_options(job="draft")), is_newest=True)
    except WarehouseError as error:
        if error.kind != "timeout":
            raise
    read = part.table.sample.select(**{name: pl.col(column) for name, column in wanted.items()})
    return _summed(read, is_newest=False)


def _summed(rows: pl.DataFrame, *, is_newest: bool) -> Newest:
    counts = rows["name"].drop_nulls().value_counts(sort=True, name="n")
    counts = counts.sort("n", "name", descending=[True, False])
    names = [(name, n) for name, n in counts.rows() if name.strip() and len(name) < MOST_CHARACTERS]  # else it was cut
    last = rows["time"].drop_nulls().str.head(10).max()
    users = rows["user"].drop_nulls().unique(maintain_order=True).head(ASKED)
    return Newest(tuple(names), rows.height, str(last) if last else None, tuple(users), is_newest)


def share_known(warehouse: Warehouse, table: Table, column: str, ids: Sequence[str]) -> float:
    """The share of some ids that a column of a table holds; where to look them up takes too long, of the rows read."""
    if not ids:
        return 0.0
    read = {*table.sample[column].drop_nulls()}
    of_read = len(read & {*ids}) / len({*ids})
    if table.is_whole:
        return of_read
    source = selects.source(warehouse.product, table.name, table.kinds)
    known = _short(source.c[column], table.kinds[column]).label("id")
    asked = sa.select(known).where(known.in_(sorted(ids))).distinct().limit(ASKED)
    try:
        return warehouse.fetch(asked.execution_options(job="draft")).height / len({*ids})
    except WarehouseError as error:
        if error.kind != "timeout":
            raise
        return of_read
