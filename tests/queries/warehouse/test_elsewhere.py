"""What Snowflake and Postgres do as DuckDB does: days of a zone, and names of any kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from queries.calendar import clock_changes, day_number
from queries.product import Connection, Events, Feature, Product, Segment
from queries.snapshot import extract
from queries.warehouse import Warehouse, selects, sql
from tests import examples
from tests.doubles.postgres_server import Postgres
from tests.doubles.stand_in import Double
from tests.queries.warehouse import shop

pytestmark = pytest.mark.slow

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe")
FIRST, LAST = date(2008, 1, 1), date(2027, 12, 31)


@dataclass(frozen=True)
class Elsewhere:
    """A product on another warehouse than DuckDB, the names of types there, and how to execute statements."""

    product: Product
    types: dict[str, str]
    execute: Callable[[Sequence[str]], None]


@pytest.fixture(params=["snowflake", "postgres"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Elsewhere:
    """The shop on another warehouse than DuckDB."""
    if request.param == "snowflake":
        double: Double = request.getfixturevalue("double")
        given = tuple(double.parameters.items())
        return Elsewhere(shop.product(tmp_path, Connection(snowflake=given)), shop.TYPES["snowflake"], double.execute)
    server: Postgres = request.getfixturevalue("postgres")
    product = shop.product(tmp_path, Connection(server.url("owner")))
    return Elsewhere(product, shop.TYPES["postgres"], server.execute)


@pytest.mark.parametrize(
    "name",
    ['say "hi"', "🦊 fox", "a; DROP TABLE users; --", "100%", "a:b", "%s", "$1", "select", "Ünïcödé", "tab\tnew\nline",
     "\\", "%(x)s", "(x)", "[x]", "1x", "lower case", "MiXed"],
    ids=lambda name: name[:12].encode("ascii", "backslashreplace").decode().replace("\\", "_"),
)  # fmt: skip
def test_a_name_of_any_kind_is_read(elsewhere: Elsewhere, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    values = [f"SELECT 'ann' AS {quoted}, CAST('2026-11-03 09:00:00' AS TIMESTAMP) AS t", "SELECT ' ', NULL"]
    elsewhere.execute([f"CREATE TABLE {quoted} AS {' UNION ALL '.join(values)}"])
    made = replace(elsewhere.product, events=Events(name, name, "t", name), users=None, accounts=None, identity=None,
                   segments=(Segment(name, "S", name, "event"),), features=(Feature(name, "F", ("ann",)),))  # fmt: skip

    found = extract.read(made, examples.NOW)

    assert (found.manifest.events, found.manifest.users, found.tables.users["id"].to_list()) == (2, 1, ["ann"])


@pytest.mark.parametrize("kind", ["naive", "zoned"])
def test_a_moment_lands_on_the_day_of_the_wall_clock(elsewhere: Elsewhere, kind: Any) -> None:
    """Moments anywhere, and the seconds around clock changes; by both ways to a local day."""
    for zone in ZONES:
        moments = _moments(zone)
        wall = [day_number(at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()) for at in moments]

        found = _days(elsewhere, zone, kind, moments)

        assert found == [(at, day, day) for at, day in zip(range(len(moments)), wall, strict=True)]


def _moments(zone: str) -> list[datetime]:
    chance, changes = Random(zone), [at for at, _ in clock_changes(zone, FIRST, LAST)[1:]]
    anywhere = [datetime(2008, 1, 2) + timedelta(seconds=chance.randrange(19 * 365 * 86_400)) for _ in range(100)]
    around = [at + timedelta(seconds=s) for at in changes[:20] for s in (-3600, -1, 0, 1, 3600)]
    return [*anywhere, *around]


def _days(elsewhere: Elsewhere, zone: str, kind: Any, moments: list[datetime]) -> list[tuple[int, int, int]]:
    """The number of each moment, and its day both ways. Some of the zoned ones are written in another zone."""
    product, type_ = elsewhere.product, elsewhere.types[kind]
    rows = ", ".join(f"({n}, '{_written(at, n, kind)}')" for n, at in enumerate(moments))
    (product.folder / "moments.sql").write_text(
        f"SELECT v.n, CAST(v.t AS {type_}) AS moment FROM (VALUES {rows}) AS v (n, t)"
    )
    columns = {"n": "other", "moment": kind}
    with Warehouse(product) as source:
        table = selects.source(product, "moments.sql", columns)
        moment = table.c.moment
        within, alone = sql.local_day_within(moment, kind, zone, FIRST, LAST), sql.local_day(moment, kind, zone)
        number = sa.cast(table.c.n, sa.Integer)
        select = sa.select(number.label("n"), within.label("within"), alone.label("alone")).order_by(number)
        return source.fetch(select).rows()


def _written(at: datetime, n: int, kind: str) -> str:
    if kind == "naive" or n % 2:
        return f"{at:%Y-%m-%d %H:%M:%S}" + ("" if kind == "naive" else "+00:00")
    return f"{at + timedelta(hours=5, minutes=30):%Y-%m-%d %H:%M:%S}+05:30"
