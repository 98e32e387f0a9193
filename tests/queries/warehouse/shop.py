"""One small product with everything in it: the SQL that creates its tables in each kind of warehouse, and checks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from queries.errors import ProductError, WarehouseError
from queries.product import (
    Accounts,
    Connection,
    Events,
    Exclusion,
    Feature,
    Identity,
    Product,
    Segment,
    Users,
)
from queries.snapshot import extract
from queries.warehouse import Warehouse
from tests import examples
from tests.doubles.stand_in import PASSWORD, Double

TYPES = {
    "duckdb": {"text": "TEXT", "number": "BIGINT", "yes": "BOOLEAN", "date": "DATE", "naive": "TIMESTAMP",
               "zoned": "TIMESTAMPTZ"},
    "snowflake": {"text": "VARCHAR", "number": "NUMBER(38, 0)", "yes": "BOOLEAN", "date": "DATE",
                  "naive": "TIMESTAMP_NTZ", "zoned": "TIMESTAMP_TZ"},
}  # fmt: skip
TYPES["postgres"] = TYPES["duckdb"] | {"number": "NUMERIC"}
COLUMNS = {  # names in double quotes are case-sensitive, and one is a keyword
    "events": {"user_id": "text", "cookie": "text", "shop_id": "number", "event_name": "text", "occurred": "zoned",
               "loaded": "naive", '"Platform"': "text"},
    "clicks": {"user_id": "text", "event_name": "text", "occurred": "naive"},
    "people": {"id": "text", "shop_id": "number", "email": "text", "robot": "yes", "role": "text", "signup": "date",
               "ended": "naive"},
    "shops": {"id": "number", '"order"': "text"},
    "aliases": {"cookie": "text", "user_id": "text"},
}  # fmt: skip
LAST = datetime(2026, 11, 20, 23, 59)
ELSEWHERE: dict[str, Any] = {"definition": "", "columns": {}}  # facts that another kind of warehouse has its own way


def product(folder: Path, connection: Connection, **parts: Any) -> Product:
    """The product, on one of the warehouses."""
    defaults: dict[str, Any] = {
        "name": "Shop", "timezone": "America/New_York", "week_start": 6,
        "events": Events("events", "user_id", "occurred", "event_name", "shop_id", "cookie", "loaded"),
        "users": Users("people", "id", "shop_id", "signup", "ended", (
            Exclusion("email", "ends_with", ("@100%_us.example",), "employees"),
            Exclusion("robot", "in", ("true",), "robots"),
        )),
        "accounts": Accounts("shops", "id"), "identity": Identity("aliases", "cookie", "user_id"),
        "segments": (Segment("role", "Role", "role", "user"), Segment("plan", "Plan", "order", "account"),
                     Segment("platform", "Platform", "Platform", "event")),
        "features": (Feature("find", "Find", ("find", "it's 100%")), Feature("pay", "Pay", ("pay",), core=True)),
    }  # fmt: skip
    return Product(connection=connection, folder=folder, **{**defaults, **parts})


def script(kind: str) -> list[str]:
    """The statements that create the tables and fill them."""
    made = []
    for table, columns in COLUMNS.items():
        declared = ", ".join(f"{name} {TYPES[kind][type_]}" for name, type_ in columns.items())
        declared = declared.replace('"order"', '"ORDER"') if kind == "snowflake" else declared
        values = ", ".join(f"({', '.join(_literal(value, kind) for value in row)})" for row in _rows()[table])
        made += [f"CREATE TABLE {table} ({declared})", f"INSERT INTO {table} VALUES {values}"]
    return made


def on_snowflake(double: Double, folder: Path, **parts: Any) -> Product:
    """The shop on the stand-in; `parameters` are added to those of the connection."""
    parameters = {**double.parameters, **parts.pop("parameters", {})}
    given = tuple((key, value) for key, value in parameters.items() if value is not None)
    return product(folder, Connection(snowflake=given, timeout_s=parts.pop("timeout_s", 300)), **parts)


def on_clicks(folder: Path) -> dict[str, Any]:
    """The parts of the product that differ when its events are a `.sql` file with all that a driver could mistake."""
    (folder / "clicks.sql").write_text(
        "SELECT user_id, event_name, occurred::TIMESTAMP AS occurred, '$1 :x %s' AS more FROM clicks "
        "WHERE event_name NOT LIKE 'l%' -- 100%"
    )
    return {"events": Events("clicks.sql", "user_id", "occurred", "event_name"), "identity": None, "segments": (),
            "features": ()}  # fmt: skip


def refusal(made: Product) -> WarehouseError:
    """The one sentence that reading it ends with."""
    with pytest.raises(WarehouseError) as caught:
        extract.read(made, examples.NOW)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)
    return caught.value


def mistakes(made: Product) -> dict[str, str]:
    """What is wrong with its product file, by place."""
    with pytest.raises(ProductError) as caught, Warehouse(made) as source:
        source.sections  # noqa: B018
    return {mistake.where: mistake.what for mistake in caught.value.mistakes}


def _rows() -> dict[str, Sequence[tuple[Any, ...]]]:
    """The rows of each table; the same each time."""
    chance = Random(7)
    users = [f"u{i}" for i in range(30)]
    events = []
    for _ in range(500):
        moment = LAST - timedelta(minutes=chance.randrange(120 * 24 * 60))
        who = chance.choice([*users, "stranger", None, " "])
        cookie = f"c{chance.randrange(12)}" if chance.random() < 0.8 else None
        name = chance.choice(["find", "pay", "it's 100%", "look", "", None])
        said = None if chance.random() < 0.02 else f"{moment:%Y-%m-%d %H:%M:%S}{chance.choice(['+00:00', '+05:30'])}"
        shop_id, platform = chance.choice([1, 2, None]), chance.choice(["web", "app", None])
        events.append((who, cookie, shop_id, name, said, moment, platform))
    people = [(user, i % 3 or None, f"{user}@{'100%_us' if i == 7 else 'x'}.example", i == 9,
               ["admin", "member", None][i % 3], date(2026, 8, 1) + timedelta(3 * i),
               datetime(2026, 11, 1, 4, 30) if i % 8 == 5 else None) for i, user in enumerate(users)]  # fmt: skip
    clicks = [(user, name, moment) for user, _, _, name, _, moment, _ in events]
    return {"events": events, "clicks": clicks, "people": people, "shops": [(1, "Pro"), (2, "Free\\"), (3, None)],
            "aliases": [(f"c{i}", f"u{i + 15}") for i in range(8)]}  # fmt: skip


def _literal(value: object, kind: str) -> str:
    if value is None:
        return "NULL"
    text = str(value).replace("'", "''")
    text = text.replace("\\", "\\\\") if kind == "snowflake" else text
    return text if isinstance(value, bool | int) else f"'{text}'"
