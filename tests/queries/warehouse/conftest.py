"""Warehouses to speak to for real: a stand-in for Snowflake, and a server of Postgres."""

from collections.abc import Iterator

import duckdb
import pytest

from queries.product import Connection, Product
from tests.doubles import postgres_server, stand_in
from tests.doubles.postgres_server import Postgres
from tests.doubles.stand_in import Double, Unavailable
from tests.queries.warehouse import shop


@pytest.fixture(scope="session")
def snowflake_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Double]:
    """The stand-in for Snowflake, once a session."""
    try:
        with stand_in.running(tmp_path_factory.mktemp("snowflake") / "log") as double:
            yield double
    except Unavailable as error:
        pytest.skip(f"the stand-in for Snowflake cannot be installed here: {error}")


@pytest.fixture
def double(snowflake_server: Double) -> Double:
    """The stand-in with nothing recorded and nothing to fail."""
    snowflake_server.reset()
    return snowflake_server


@pytest.fixture(scope="session")
def duckdb_shop(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The shop in a DuckDB file."""
    folder = tmp_path_factory.mktemp("shop")
    with duckdb.connect(str(folder / "shop.duckdb")) as connection:
        for statement in shop.script("duckdb"):
            connection.execute(statement)
    return shop.product(folder, Connection("duckdb:///shop.duckdb"))


@pytest.fixture(scope="session")
def filled_snowflake(snowflake_server: Double) -> Double:
    """The stand-in for Snowflake with the shop in it."""
    snowflake_server.execute(shop.script("snowflake"))
    return snowflake_server


@pytest.fixture
def shop_on_snowflake(filled_snowflake: Double, double: Double) -> Double:
    return filled_snowflake


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of Postgres with the shop in it, once a session."""
    try:
        with postgres_server.running() as server:
            grants = ["GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader", "CREATE TABLE salaries (id TEXT)"]
            server.execute([*shop.script("postgres"), *grants])
            yield server
    except Unavailable as error:
        pytest.skip(f"Postgres cannot be started here: {error}")
