"""The warehouse: a read-only connection, and the one way its answers come home.

`Warehouse.fetch` takes an SQLAlchemy select (see `selects`) and returns a polars frame with the names and types that
the select declares, by Arrow all the way. Without a warehouse, files become views in an embedded DuckDB. What a driver
raises is said in our words here, and nowhere else.
"""

import threading
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import duckdb
import polars as pl
import pyarrow as pa
import sqlalchemy as sa

from queries.errors import Mistake, ProductError, WarehouseError, did_you_mean
from queries.product import Product
from queries.warehouse.selects import Columns, Select, source
from queries.warehouse.stop import Stop

__all__ = ["Stop", "Warehouse", "matches"]
READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv", ".json": "read_json",
           ".ndjson": "read_json"}  # fmt: skip
DTYPES: dict[type[Any], Any] = {sa.Boolean: pl.Boolean, sa.Integer: pl.Int64, sa.String: pl.String}
KINDS = {
    "InterruptException": "timeout", "CatalogException": "missing", "BinderException": "missing",
    "ResourceInUseException": "busy", "IOException": "unreachable", "ConnectionException": "unreachable",
    "PermissionException": "denied",
}  # fmt: skip
NEXT = {
    "timeout": "Raise `warehouse.timeout_s` in the product file, or narrow the events table with a .sql file.",
    "missing": "Check the table and column names in the product file.",
    "busy": "Something else is using it; try again in a moment.",
    "unreachable": "Check `warehouse` in the product file, and that nothing else has the file open for writing.",
    "denied": "Ask for the right to read it, or name another table.",
    "query": "Check the product file and its .sql files.",
}
# DuckDB 2.0 warns that a DB-API result copies its rows on the way to Arrow: about 30 ms on five million rows.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)


class Warehouse:
    """A read-only connection to the warehouse of one product, for use in a `with`. stop: ends what it runs."""

    def __init__(self, product: Product, stop: Stop | None = None) -> None:
        self.product, self.stop = product, stop or Stop()
        self.engine = _engine(product)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.engine.dispose()

    def fetch(self, select: Select) -> pl.DataFrame:
        """The rows of a select, with the names and types it declares, whatever the warehouse's own widths and case.

        Raises WarehouseError when the warehouse cannot answer, or not within the product's `timeout_s`.
        """
        table = self._arrow(select)
        declared = {column.name: _dtype(column.type) for column in select.selected_columns}
        frame = cast(pl.DataFrame, pl.from_arrow(table.rename_columns(list(declared))))
        return frame.cast(declared)

    def columns(self, table: str) -> Columns:
        """What the columns of a table hold: date, naive or zoned timestamp, text or other."""
        everything = sa.select(sa.text("*")).select_from(source(self.product, table)).limit(0)
        return {field.name: _kind(field.type) for field in self._arrow(everything).schema}

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
                found[section] = self.columns(table)
            except WarehouseError as error:
                if error.kind not in (("missing", "query", "denied") if table.endswith(".sql") else ("missing",)):
                    raise
                mistakes.append(Mistake(f"{section}.table", self._missing(table, error)))
            else:
                mistakes += _column_mistakes(self.product, section, found[section])
        if mistakes:
            raise ProductError(self.product.file, mistakes)
        return found

    def _missing(self, table: str, error: WarehouseError) -> str:
        if table.endswith(".sql"):
            return f"{table!r} is not one SELECT that runs: {error}"
        inspector = sa.inspect(self.engine)
        names = sorted({*inspector.get_table_names(), *inspector.get_view_names()})
        if table in names:
            return f"{table!r} has a dot in its name; read it with a SELECT in a .sql file."
        return f"the warehouse has no table {table!r}, {did_you_mean(table, names)}"

    def _arrow(self, select: Select) -> pa.Table:
        with _translated(), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            timer = threading.Timer(self.product.connection.timeout_s, driver.interrupt)  # DuckDB has no time limit
            timer.start()
            try:
                with self.stop.interrupting(driver.interrupt):
                    return cast(Any, connection.execute(select)).cursor.to_arrow_table()
            finally:
                timer.cancel()


def _engine(product: Product) -> sa.Engine:
    """An engine on the product's warehouse, or on an embedded DuckDB with a view for each of its files."""
    if product.connection.files:
        engine = _duckdb(f"duckdb:///:memory:{uuid.uuid4().hex}", {})
        _views(engine, product)
        return engine
    try:
        url = sa.make_url(product.connection.url or "")
        if url.get_backend_name() != "duckdb":
            what = f"{url.get_backend_name()!r} is not supported; use duckdb:///path/to/file.duckdb, or `files`."
            raise ProductError(product.file, [Mistake("warehouse.url", what)])
    except sa.exc.ArgumentError:
        what = "is not a database address like duckdb:///path/to/file.duckdb."
        raise ProductError(product.file, [Mistake("warehouse.url", what)]) from None
    path = product.folder / (url.database or "")
    if not path.is_file():
        raise WarehouseError("unreachable", f"There is no warehouse at {path}. {NEXT['unreachable']}")
    return _duckdb(url.set(database=str(path)), {"access_mode": "read_only", "enable_external_access": "false"})


def _duckdb(url: sa.URL | str, config: dict[str, str]) -> sa.Engine:
    # Without it, DuckDB would read the names of Python variables as tables
    engine = sa.create_engine(url, connect_args={"config": {"python_enable_replacements": "false", **config}})

    def prepare(connection: Any, _: object) -> None:  # else a cast in a .sql file would depend on the machine's zone
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")

    sa.event.listen(engine, "connect", prepare)
    return engine


def _views(engine: sa.Engine, product: Product) -> None:
    mistakes: list[Mistake] = []
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for name, patterns in product.connection.files:
            where = f"warehouse.files.{name}"
            paths = [str(path) for pattern in patterns for path in matches(product.folder, pattern)]
            suffix = next((s for s in READERS for p in paths[:1] if p.removesuffix(".gz").endswith(s)), None)
            if not paths:
                mistakes.append(Mistake(where, f"no file matches {', '.join(patterns)} in {product.folder}."))
            elif suffix is None:
                mistakes.append(Mistake(where, f"{paths[0]} must be one of {', '.join(READERS)} (CSV also as .gz)."))
            else:
                try:
                    _relation(driver, suffix, paths).create_view(name)
                except duckdb.Error as error:
                    mistakes.append(Mistake(where, f"cannot be read: {_first_line(error)}"))
    if mistakes:
        raise ProductError(product.file, mistakes)


def matches(folder: Path, pattern: str) -> list[Path]:
    """The files of a pattern such as `exports/*.parquet`, beside the product file unless it says otherwise."""
    anchor = folder / pattern
    try:
        return [anchor] if anchor.is_file() else sorted(anchor.parent.glob(anchor.name))
    except (OSError, ValueError):  # no such pattern can be: far too long, or `**` within a name
        return []


def _relation(driver: Any, suffix: str, paths: list[str]) -> Any:
    read, names = getattr(driver, READERS[suffix]), [escape(path) for path in paths]
    if READERS[suffix] == "read_csv":
        # Look at every row before naming a type: a decimal may come late. Only ISO dates: 11/05/2026 would be guessed
        return read(names, sample_size=-1, union_by_name=True, date_format="%Y-%m-%d", timestamp_format="iso")
    return read(names, union_by_name=True)


@contextmanager
def _translated() -> Iterator[None]:
    """The driver's errors in our words, at the one seam where they arise."""
    try:
        yield
    except (sa.exc.DBAPIError, duckdb.Error) as error:
        original = getattr(error, "orig", None) or error
        kind = KINDS.get(type(original).__name__, "query")
        raise WarehouseError(kind, f"The warehouse says: {_first_line(original)}. {NEXT[kind]}") from error


def _first_line(error: object) -> str:
    first, *more = (str(error).strip() or type(error).__name__).splitlines()
    if "CSV Error on Line" in first and len(more) > 1:  # the line itself stands between this and the reason
        first = f"{first}: {more[1]}"
    return first.rstrip(".!")[:300]


def _dtype(declared: Any) -> Any:
    return next(dtype for kind, dtype in DTYPES.items() if isinstance(declared, kind))


def _kind(arrow: pa.DataType) -> str:
    if pa.types.is_timestamp(arrow):
        return "zoned" if arrow.tz else "naive"
    if pa.types.is_date(arrow):
        return "date"
    return "text" if pa.types.is_string(arrow) or pa.types.is_large_string(arrow) else "other"


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
        if where.split(".")[-1] in times and "segments" not in where and columns.get(column) in ("text", "other")
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
