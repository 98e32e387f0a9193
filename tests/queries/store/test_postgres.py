"""What is said where a Postgres does not let the store in, against a real server."""

from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa

from queries import store as stores
from queries.errors import StoreError
from queries.store import database
from tests.doubles.postgres_server import OWNER, Postgres
from tests.doubles.stand_in import PASSWORD, free_port
from tests.queries.store.test_opening import read, refusal, write

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _no_password_is_ever_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    assert SAID
    assert not any(PASSWORD in said for said in SAID)
    SAID.clear()


SAID: list[str] = []


def said(place: str) -> str:
    SAID.append(refusal(place))
    return SAID[-1]


def test_a_wrong_password_is_said_without_it(postgres: Postgres) -> None:
    assert said(postgres.url(OWNER, password=f"{PASSWORD}!").replace("postgresql:", "postgres:")).endswith(
        f'password authentication failed for user "{OWNER}". Check the user and the password in SIGHTLINE_STORE.'
    )


def test_a_password_at_the_end_of_the_address_is_not_said_either(postgres: Postgres) -> None:
    assert 'invalid sslmode value: "***"' in said(
        f"postgresql://anna@127.0.0.1/db?password={PASSWORD}&sslmode={PASSWORD}"
    )


def test_a_server_that_is_not_there_is_said(postgres: Postgres) -> None:
    nobody = Postgres(free_port())

    answer = said(nobody.url())

    assert answer.startswith(f"The store postgresql://reader@127.0.0.1:{nobody.port}/postgres does not answer: ")
    assert answer.endswith("Check the address in SIGHTLINE_STORE, and that this machine may reach it; then save again.")


def test_a_name_that_is_no_machine_is_said(postgres: Postgres) -> None:
    assert " does not answer: " in said(f"postgresql://anna:{PASSWORD}@no-such-host.invalid/db")


def test_a_database_that_is_not_there_is_said(postgres: Postgres) -> None:
    assert said(postgres.url(OWNER, "nowhere")).endswith(
        'database "nowhere" does not exist. Check the name of the database in SIGHTLINE_STORE.'
    )


def test_a_user_who_may_not_make_tables_is_told(postgres: Postgres, database_url: str) -> None:
    name = database_url.rpartition("/")[2]

    assert said(postgres.url("reader", name)) == (
        f"The store postgresql://reader@127.0.0.1:{postgres.port}/{name} does not let us do that: permission denied "
        "for schema public. The user needs CREATE on the schema, and all rights on our tables."
    )


def test_tables_of_something_else_are_left_alone(postgres: Postgres, database_url: str) -> None:
    with closing(database.Database(database_url)) as other, other.write() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (id TEXT)")

    assert ' holds tables of something else: relation "notes" already exists.' in said(database_url)
    with closing(database.Database(database_url)) as other, other.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["notes"]


def test_whoever_waits_too_long_for_another_is_told(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(database_url)
    with closing(database.Database(database_url)) as other, other.write():
        monkeypatch.setattr(database, "WAIT_S", 1)

        answer = said(database_url)

    assert " is being written to by somebody else: " in answer
    assert read(database_url) == ["All quiet"]


def test_a_server_that_was_started_again_is_found_again(postgres: Postgres, database_url: str) -> None:
    with closing(stores.connect(database_url)) as store:
        postgres.execute([f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
                          f"AND datname = '{database_url.rsplit('/', 1)[1]}'"])  # fmt: skip
        assert store.notes.list("Q") == ()

        with pytest.raises(StoreError) as refused, store._database.write() as connection:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    SAID.append(str(refused.value))
    assert " is starting or stopping: " in SAID[-1]
