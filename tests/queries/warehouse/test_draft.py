"""A product file drafted on each kind of warehouse: the same tables are told alike."""

import json
from datetime import date
from pathlib import Path

import pytest

from queries import draft
from queries.product import Connection, Product
from queries.product import file as product_file
from tests.doubles.postgres_server import Postgres
from tests.doubles.stand_in import Double

pytestmark = pytest.mark.slow
TODAY = date(2026, 11, 21)


def drafted(folder: Path, source: draft.Source) -> Product:
    text = source.with_secret(draft.propose(source, folder, TODAY).text)
    return product_file.loaded(text, folder / "product.toml")


@pytest.fixture(scope="module")
def on_duckdb(duckdb_shop: Product) -> Product:
    return drafted(duckdb_shop.folder, draft.of_url(str(duckdb_shop.folder / "shop.duckdb"), duckdb_shop.folder))


def told(made: Product) -> tuple[object, ...]:
    return made.events, made.users, made.accounts, made.segments, made.features


def test_the_shop_is_told(on_duckdb: Product) -> None:
    assert on_duckdb.events.table == "events"
    assert on_duckdb.users is not None
    assert (on_duckdb.users.table, on_duckdb.users.id, on_duckdb.users.signup) == ("people", "id", "signup")
    assert [(rule.column, rule.why) for rule in on_duckdb.users.exclude] == [("robot", "bots")]


def test_on_postgres_as_on_duckdb(on_duckdb: Product, postgres: Postgres, tmp_path: Path) -> None:
    source = draft.of_url(postgres.url())

    assert told(drafted(tmp_path, source)) == told(on_duckdb)
    assert source.secret is not None


def test_on_snowflake_as_on_duckdb(on_duckdb: Product, shop_on_snowflake: Double, tmp_path: Path) -> None:
    given = {key: value for key, value in shop_on_snowflake.parameters.items() if value is not None}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in given.items())
    connection = Connection(snowflake=tuple(given.items()))

    made = drafted(tmp_path, draft.Source(connection, f"\n[warehouse.snowflake]\n{lines}\n"))

    assert told(made) == told(on_duckdb)
