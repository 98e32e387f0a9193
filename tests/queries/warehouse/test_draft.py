"""A product file drafted on each kind of warehouse: the same tables are told alike."""

import json
from datetime import date
from pathlib import Path

import adbc_driver_postgresql.dbapi as client
import pytest

from queries import draft
from queries.product import Connection, Product
from queries.product import file as product_file
from tests.doubles.postgres_server import OWNER, Postgres
from tests.doubles.stand_in import Double

pytestmark = pytest.mark.slow
TODAY = date(2026, 11, 21)
ODD = [
    "CREATE TABLE public.notes (note TEXT)", "CREATE SCHEMA app", "CREATE TYPE app.plan AS ENUM ('free', 'pro')",
    "CREATE TABLE app.users (id UUID PRIMARY KEY, plan app.plan, traits JSONB, created_at TIMESTAMPTZ)",
    "CREATE TABLE app.events (user_id UUID, created_at TIMESTAMPTZ, event_name TEXT)",
    "INSERT INTO app.users SELECT gen_random_uuid(), (ARRAY['free', 'pro'])[1 + i % 2]::app.plan, "
    "jsonb_build_object('i', i % 2), now() FROM generate_series(1, 40) i",
    "INSERT INTO app.events SELECT id, now(), name FROM app.users, unnest(ARRAY['open', 'save']) name",
    "GRANT USAGE ON SCHEMA app TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA app TO reader",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
]  # fmt: skip


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


def test_types_and_schemas_of_postgres_are_told_like_any_other(postgres: Postgres, tmp_path: Path) -> None:
    postgres.execute(["CREATE DATABASE odd"])
    with client.connect(postgres.url(OWNER, "odd"), autocommit=True) as session, session.cursor() as cursor:
        for statement in ODD:
            cursor.execute(statement)

    made = drafted(tmp_path, draft.of_url(postgres.url(database="odd")))

    assert (made.events.table, made.events.user, made.events.time) == ("app.events", "user_id", "created_at")
    assert made.users is not None
    assert (made.users.table, made.users.id, made.users.signup) == ("app.users", "id", "created_at")
    assert [(one.key, sorted(value for value, _ in one.labels)) for one in made.segments] == [("plan", ["free", "pro"])]
    assert [feature.key for feature in made.features] == ["open", "save"]


def test_on_snowflake_as_on_duckdb(on_duckdb: Product, shop_on_snowflake: Double, tmp_path: Path) -> None:
    given = {key: value for key, value in shop_on_snowflake.parameters.items() if value is not None}
    lines = "\n".join(f"{key} = {json.dumps(value)}" for key, value in given.items())
    connection = Connection(snowflake=tuple(given.items()))

    made = drafted(tmp_path, draft.Source(connection, f"\n[warehouse.snowflake]\n{lines}\n"))

    assert told(made) == told(on_duckdb)
