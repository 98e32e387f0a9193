"""A store to write to: a file of SQLite, and a Postgres where there is one; each test has a product of its own."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count

import pytest

from queries import store as stores
from queries.store import Store
from tests.doubles import postgres_server
from tests.doubles.postgres_server import OWNER, Postgres
from tests.doubles.stand_in import Unavailable

_numbers = count()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of Postgres with nothing in it, once a session."""
    reason = "psycopg is not installed: the store is not tried on Postgres"
    pytest.importorskip("psycopg", reason=reason, exc_type=ImportError)
    try:
        with postgres_server.running() as server:
            yield server
    except Unavailable as error:
        pytest.skip(f"Postgres cannot be started here: {error}")


@pytest.fixture
def database_url(postgres: Postgres) -> str:
    """The address of a database of its own, as its owner."""
    name = f"store_{next(_numbers)}"
    postgres.execute([f"CREATE DATABASE {name}"])
    return postgres.url(OWNER, name)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of each kind, once a session."""
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        server.execute(["CREATE DATABASE everybody"])
        place = server.url(OWNER, "everybody")
    else:
        place = str(tmp_path_factory.mktemp("store") / "store.sqlite")
    with closing(stores.connect(place)) as opened:
        yield opened


@pytest.fixture(scope="session")
def new_product() -> Callable[[], str]:
    """The name of a product that nobody has written about."""
    return lambda: f"product {next(_numbers)}"


@pytest.fixture
def product(new_product: Callable[[], str]) -> str:
    return new_product()
