"""The warehouse: a read-only connection, and the one way its answers come home.

`Warehouse.fetch` takes an SQLAlchemy select (see `selects`) and returns a polars frame with the names and types that
the select declares, by Arrow all the way. What differs from one warehouse to the next is in `on_duckdb`,
`on_snowflake` and `on_postgres`; what their drivers raise is said in our words by `failures`.
"""

from functools import cached_property
from types import TracebackType
from typing import Any, Protocol, Self, cast

import polars as pl
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from queries.errors import Mistake, ProductError, WarehouseError, did_you_mean
from queries.product import Product
from queries.warehouse import selects
from queries.warehouse.on_duckdb import READERS, OnDuckDB, matches
from queries.warehouse.selects import Columns, Select
from queries.warehouse.stop import Stop

__all__ = ["READABLE", "Stop", "Warehouse", "matches"]
DTYPES: dict[type[Any], Any] = {sa.Boolean: pl.Boolean, sa.Integer: pl.Int64, sa.String: pl.String}
READABLE = tuple(READERS)  # how the names of files end that are read as tables
TIMES, NUMBERS = ("date", "naive", "zoned"), ("whole", "decimal", "other")
SUPPORTED = "duckdb:///path/to/file.duckdb or postgresql://user@host/database, or `files` or `snowflake` in its place"


class Backend(Protocol):
    """What a kind of warehouse has to be able to do."""

    @property
    def dialect(self) -> Dialect:
        """How its SQL is written."""

    def arrow(self, select: Select, job: str, stop: Stop) -> pa.Table:
        """What a select returns. job: what it is for, in a word. stop: ends it from another thread.

        Raises WarehouseError when there is no answer.
        """

    def spoken(self, name: str) -> str:
        """A name as the warehouse has it, as a person writes it in a product file."""

    def close(self) -> None:
        """Give back the connection."""


class Warehouse:
    """A read-only connection to the warehouse of one product, for use in a `with`. stop: ends what it runs."""

    def __init__(self, product: Product, stop: Stop | None = None) -> None:
        self.product, self.stop = product, stop or Stop()
        self.backend = _backend(product)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.backend.close()

    def fetch(self, select: Select) -> pl.DataFrame:
        """The rows of a select, with the names and types it declares, whatever the warehouse's own widths and case.

        Raises WarehouseError when the warehouse cannot answer, or not within the product's `timeout_s`.
        """
        table = self._arrow(select)
        declared = {column.name: _dtype(column.type) for column in select.selected_columns}
        frame = cast(pl.DataFrame, pl.from_arrow(table.rename_columns(list(declared))))
        return frame.cast(declared)

    def columns(self, table: str) -> Columns:
        """What the columns of a table hold: date, naive or zoned timestamp, text, whole, decimal, flag or other."""
        schema = self._arrow(selects.look(self.product, table)).schema
        return {self.backend.spoken(field.name): _kind(field.type) for field in schema}

    @cached_property
    def sections(self) -> dict[str, Columns]:
        """The columns of every table that the product file names, by its section there.

        Raises ProductError that names every table and column the warehouse lacks, with the nearest names it does have,
        and every time column that holds no time.
        """
        mistakes: list[Mistake] = []
        found: dict[str, Columns] = {}
        for section, table in self.product.tables:
            try:
                found[section] = self._with_capitals(section, self.columns(table))
            except WarehouseError as error:
                if error.kind not in (("missing", "query", "denied") if table.endswith(".sql") else ("missing",)):
                    raise
                mistakes.append(Mistake(f"{section}.table", self._missing(table, error)))
            else:
                mistakes += _column_mistakes(self.product, section, found[section])
        if mistakes:
            raise ProductError(self.product.file, mistakes)
        return found

    @property
    def columns_of_events(self) -> dict[str, str]:
        """What each column of the events that the product file names holds."""
        columns = self.sections["events"]
        return {str(name): columns[name] for _, name in _named_columns(self.product, "events")}

    def _with_capitals(self, section: str, columns: Columns) -> Columns:
        """The columns, and once more those that the product file writes in capitals, as Snowflake itself does."""
        written = {name for _, name in _named_columns(self.product, section)} - columns.keys()
        capitals = {name: spoken for name in written if (spoken := self.backend.spoken(name)) in columns}
        return {**columns, **{name: columns[spoken] for name, spoken in capitals.items()}}

    def _missing(self, table: str, error: WarehouseError) -> str:
        if table.endswith(".sql"):
            return f"{table!r} is not one SELECT that runs: {error}"
        rows = [(self.backend.spoken(schema), self.backend.spoken(name), here)
                for schema, name, here in self.fetch(selects.tables()).rows()]  # fmt: skip
        *within, wanted = (self.backend.spoken(part) for part in table.split("."))
        found = sorted(name for _, name, here in rows if here)
        if within and table in found:
            return f"{table!r} has a dot in its name; read it with a SELECT in a .sql file."
        if within:
            found = sorted(name for schema, name, _ in rows if schema == within[-1])
        if wanted in found:
            return f"{table!r} is there, but cannot be read. {error}"
        near = did_you_mean(wanted, found) if found else did_you_mean(table, (f"{s}.{n}" for s, n, _ in rows))
        hidden = " that may be read" if "not authorized" in str(error) else ""
        return f"the warehouse has no table {table!r}{hidden}, {near}"

    def _arrow(self, select: Select) -> pa.Table:
        return self.backend.arrow(select, select.get_execution_options().get("job", "look"), self.stop)


def _backend(product: Product) -> Backend:
    """The kind of warehouse that the product file names; what only the others need is not imported."""
    if product.connection.snowflake is not None:
        from queries.warehouse.on_snowflake import OnSnowflake

        return OnSnowflake(product)
    if product.connection.files:
        return OnDuckDB(product)
    try:
        url = sa.make_url(product.connection.url or "")
        kind = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):  # the latter of a port, and names what stands there: perhaps a password
        what = "is not a database address like duckdb:///path/to/file.duckdb or postgresql://user@host:5432/database."
        raise ProductError(product.file, [Mistake("warehouse.url", what)]) from None
    if "@" in (url.host or ""):
        what = "has an @ too many; in a user name or a password it is written %40, / is %2F and : is %3A."
        raise ProductError(product.file, [Mistake("warehouse.url", what)])
    if kind in ("postgresql", "postgres"):
        from queries.warehouse.on_postgres import OnPostgres

        return OnPostgres(product)
    if kind != "duckdb":
        what = f"{kind!r} is not supported; use {SUPPORTED}."
        raise ProductError(product.file, [Mistake("warehouse.url", what)])
    return OnDuckDB(product)


def _dtype(declared: Any) -> Any:
    return next(dtype for kind, dtype in DTYPES.items() if isinstance(declared, kind))


def _kind(arrow: pa.DataType) -> str:
    if pa.types.is_timestamp(arrow):
        return "zoned" if arrow.tz else "naive"
    if pa.types.is_date(arrow):
        return "date"
    if pa.types.is_string(arrow) or pa.types.is_large_string(arrow):
        return "text"
    if pa.types.is_integer(arrow) or (pa.types.is_decimal(arrow) and arrow.scale == 0):
        return "whole"
    if pa.types.is_floating(arrow) or pa.types.is_decimal(arrow):
        return "decimal"
    return "flag" if pa.types.is_boolean(arrow) else "other"


def _column_mistakes(product: Product, section: str, columns: Columns) -> list[Mistake]:
    named, times = _named_columns(product, section), ("time", "loaded_at", "signup", "ended")
    found = [
        Mistake(where, f"the table has no column {column!r}, {did_you_mean(column, columns)}")
        for where, column in named
        if column not in columns
    ]
    found += [
        Mistake(where, f"{column!r} holds no date or timestamp; make it one with CAST in a .sql file.")
        for where, column in named
        if where.split(".")[-1] in times and "segments" not in where and columns.get(column, "date") not in TIMES
    ]
    found += [
        Mistake(where, f"{column!r} holds no numbers; make them with CAST in a .sql file.")
        for where, column in named
        if where in ("events.block", "events.mask") and columns.get(column, "whole") not in NUMBERS
    ]
    return found


def _named_columns(product: Product, section: str) -> list[tuple[str, str]]:
    part = getattr(product, section)
    fields = ("user", "time", "name", "account", "anonymous", "loaded_at", "block", "mask", "id", "signup",
              "ended")  # fmt: skip
    named = [(f"{section}.{f}", getattr(part, f)) for f in fields if getattr(part, f, None)]
    rules = getattr(part, "exclude", ())
    named += [(f"{section}.exclude[{i}].column", rule.column) for i, rule in enumerate(rules)]
    of = {"users": "user", "accounts": "account", "events": "event"}.get(section)
    return named + [(f"{section}.segments.{s.key}", s.column) for s in product.segments if s.of == of]
