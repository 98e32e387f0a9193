"""The warehouse in DuckDB: a file of it, or exports in Parquet, CSV and JSON as views of an embedded one."""

import threading
import uuid
import warnings
from glob import escape
from pathlib import Path
from typing import Any, cast

import duckdb
import pyarrow as pa
import sqlalchemy as sa

from queries.errors import Mistake, ProductError, WarehouseError
from queries.product import Product
from queries.warehouse import failures
from queries.warehouse.selects import Select
from queries.warehouse.stop import Stop

READERS = {".parquet": "read_parquet", ".csv": "read_csv", ".tsv": "read_csv", ".json": "read_json",
           ".ndjson": "read_json"}  # fmt: skip
# DuckDB 2.0 warns that a DB-API result copies its rows on the way to Arrow: about 30 ms on five million rows.
warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)


class OnDuckDB:
    """A DuckDB file opened for reading alone, or an embedded DuckDB with a view for each of the product's files."""

    def __init__(self, product: Product) -> None:
        self.timeout_s = product.connection.timeout_s
        self.engine = _engine(product)
        self.dialect = self.engine.dialect

    def arrow(self, select: Select, job: str, stop: Stop) -> pa.Table:
        with failures.translated(sa.exc.DBAPIError, duckdb.Error), self.engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            timer = threading.Timer(self.timeout_s, driver.interrupt)  # DuckDB has no time limit
            timer.start()
            try:
                with stop.interrupting(driver.interrupt):
                    return cast(Any, connection.execute(select)).cursor.to_arrow_table()
            finally:
                timer.cancel()

    def spoken(self, name: str) -> str:
        return name

    def close(self) -> None:
        self.engine.dispose()


def _engine(product: Product) -> sa.Engine:
    if product.connection.files:
        engine = _duckdb(f"duckdb:///:memory:{uuid.uuid4().hex}", {})
        _views(engine, product)
        return engine
    url = sa.make_url(product.connection.url or "")
    path = product.folder / (url.database or "")
    if not path.is_file():
        raise WarehouseError("unreachable", f"There is no warehouse at {path}. {failures.NEXT['unreachable']}")
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
                    _relation(driver, suffix, paths, _ids(product, name)).create_view(name)
                except duckdb.Error as error:
                    mistakes.append(Mistake(where, f"cannot be read: {failures.first_line(error)}"))
    if mistakes:
        raise ProductError(product.file, mistakes)


def matches(folder: Path, pattern: str) -> list[Path]:
    """The files of a pattern such as `exports/*.parquet`, beside the product file unless it says otherwise."""
    anchor = folder / pattern
    try:
        return [anchor] if anchor.is_file() else sorted(anchor.parent.glob(anchor.name))
    except (OSError, ValueError):  # no such pattern can be: far too long, or `**` within a name
        return []


def _ids(product: Product, view: str) -> set[str]:
    """The columns of a view that say who or what: in a CSV file they are read as they are written."""
    parts = [getattr(product, section) for section, table in product.tables if table == view]
    fields = ("user", "anonymous", "account", "name", "id")
    return {column for part in parts for name in fields if (column := getattr(part, name, None))}


def _relation(driver: Any, suffix: str, paths: list[str], ids: set[str]) -> Any:
    read, names = getattr(driver, READERS[suffix]), [escape(path) for path in paths]
    if READERS[suffix] != "read_csv":
        return read(names, union_by_name=True)
    # Look at every row before naming a type: a decimal may come late. Only ISO dates: 11/05/2026 would be guessed
    options = {"sample_size": -1, "union_by_name": True, "date_format": "%Y-%m-%d", "timestamp_format": "iso"}
    try:  # an id is no number: as one, 1 would be 1.0 as soon as there is a 2.5
        return read(names, dtype=dict.fromkeys(sorted(ids), "VARCHAR"), **options)
    except duckdb.BinderException:  # a column is not there, which is said by whoever looks for it
        return read(names, **options)
