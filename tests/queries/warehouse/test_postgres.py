"""Postgres by ADBC, against a real server: what comes home, and what is said when nothing does."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queries.errors import WarehouseError
from queries.product import Connection, Events, Product, Users
from queries.snapshot import extract
from queries.warehouse import Warehouse, selects
from tests import examples
from tests.doubles.postgres_server import Postgres
from tests.doubles.stand_in import PASSWORD, free_port
from tests.queries.warehouse import shop
from tests.queries.warehouse.shop import mistakes, refusal

pytestmark = pytest.mark.slow


def on(url: str, folder: Path, timeout_s: int = 300, **parts: Any) -> Product:
    return shop.product(folder, Connection(url, timeout_s=timeout_s), **parts)


def on_sql(url: str, folder: Path, statement: str, **parts: Any) -> Product:
    """A product whose events are a `.sql` file."""
    (folder / "events.sql").write_text(statement)
    return on(url, folder, events=Events("events.sql", "user_id", "occurred", "event_name"), **parts)


def test_a_snapshot_of_postgres_is_that_of_duckdb(postgres: Postgres, duckdb_shop: Product) -> None:
    expected = extract.read(duckdb_shop, examples.NOW)

    for url in (postgres.url(), postgres.url().replace("postgresql:", "postgresql+psycopg:")):
        examples.assert_same(extract.read(on(url, duckdb_shop.folder), examples.NOW), expected, **shop.ELSEWHERE)


def test_a_naive_time_and_a_sql_file_count_as_in_duckdb(postgres: Postgres, duckdb_shop: Product) -> None:
    parts = shop.on_clicks(duckdb_shop.folder)

    found = extract.read(on(postgres.url(), duckdb_shop.folder, **parts), examples.NOW)

    examples.assert_same(found, extract.read(replace(duckdb_shop, **parts), examples.NOW), **shop.ELSEWHERE)


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMPTZ", "DATE"])
def test_times_without_end_are_left_out_as_no_time(postgres: Postgres, tmp_path: Path, kind: str) -> None:
    times = ("2026-11-03", "2026-11-04", "infinity", "-infinity", None)
    rows = ", ".join(f"('u', {f'{at!r}' if at else 'NULL'}::{kind}, 'open')" for at in times)
    columns = f"SELECT * FROM (VALUES {rows}) AS e (user_id, occurred, event_name)"
    parts: dict[str, Any] = {"users": Users("people.sql", "id", signup="signup", ended="ended"), "accounts": None,
                             "identity": None, "segments": (), "features": ()}  # fmt: skip
    (tmp_path / "people.sql").write_text("SELECT 'u' AS id, 'infinity'::DATE AS signup, 'infinity'::TIMESTAMP AS ended")
    made = on_sql(postgres.url(), tmp_path, columns, **parts)

    found = extract.read(made, examples.NOW)
    again = extract.read(made, examples.NOW, before=found.reading)

    assert [(row.n, row.of, row.what) for row in found.manifest.left_out] == [(3, 5, "events had no time")]
    assert found.tables.users.select("signup_day", "ended_day").row(0) == (None, None)
    examples.assert_same(again, found, full_at="")


def test_what_is_not_there_is_named_with_the_nearest(postgres: Postgres, tmp_path: Path) -> None:
    tables = on(postgres.url(), tmp_path, events=Events("public.evnts", "u", "t", "n"), accounts=None, identity=None,
                users=Users("peple", "id"), segments=())  # fmt: skip
    schema = on(postgres.url(), tmp_path, events=Events("pblic.events", "u", "t", "n"), users=None, accounts=None,
                identity=None, segments=())  # fmt: skip
    columns = on(postgres.url(), tmp_path, events=Events("events", "userid", "occured", "platform"))

    assert mistakes(tables) == {
        "events.table": "the warehouse has no table 'public.evnts', did you mean `events`?",
        "users.table": "the warehouse has no table 'peple', did you mean `people`?",
    }
    assert mistakes(schema)["events.table"].startswith(
        "the warehouse has no table 'pblic.events', did you mean `public.events`"
    )
    assert mistakes(columns) == {
        "events.user": "the table has no column 'userid', did you mean `user_id`?",
        "events.time": "the table has no column 'occured', did you mean `occurred`?",
        "events.name": "the table has no column 'platform', did you mean `Platform`?",
    }


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT * FROM evnts", 'relation "evnts" does not exist'),
        ("SELECT usr FROM events", 'column "usr" does not exist'),
        ("SELEC * FROM events", 'syntax error at or near "FROM"'),
        ("SELECT * FROM events; DELETE FROM events", 'syntax error at or near ";"'),
        ("SELECT 1) AS x; DROP TABLE events; SELECT * FROM (SELECT 1", "cannot insert multiple commands"),
        ("SELECT * FROM salaries", "permission denied for table salaries"),
    ],
)
def test_a_sql_file_that_does_not_run_says_what_the_warehouse_says(
    postgres: Postgres, tmp_path: Path, statement: str, said: str
) -> None:
    found = mistakes(on_sql(postgres.url(), tmp_path, statement, users=None, accounts=None, identity=None, segments=()))

    assert list(found) == ["events.table"]
    assert found["events.table"].startswith("'events.sql' is not one SELECT that runs: The warehouse says: ")
    assert said in found["events.table"]


def test_nothing_can_be_written_even_by_who_may(postgres: Postgres, tmp_path: Path) -> None:
    made = on_sql(postgres.url("owner"), tmp_path, "SELECT nextval('counted') AS user_id, 'x' AS event_name")
    postgres.execute(["CREATE SEQUENCE counted"])

    with Warehouse(made) as source, pytest.raises(WarehouseError, match="read-only transaction"):
        source.fetch(sa.select(sa.column("user_id", sa.Integer)).select_from(selects.source(made, "events.sql")))


def test_a_refresh_reads_what_was_there_when_it_began(postgres: Postgres, tmp_path: Path) -> None:
    postgres.execute(["CREATE TABLE notes (id TEXT)", "GRANT SELECT ON notes TO reader"])
    count = sa.select(sa.func.count().label("n")).select_from(sa.table("notes"))

    with Warehouse(on(postgres.url(), tmp_path)) as source:
        before = source.fetch(count)
        postgres.execute(["INSERT INTO notes VALUES ('late')"])
        after = source.fetch(count)

    assert (before["n"].to_list(), after["n"].to_list()) == ([0], [0])


# What goes wrong ----------------------------------------------------------------------------------------------------


def test_a_wrong_password_is_said_without_it(postgres: Postgres, tmp_path: Path) -> None:
    error = refusal(on(postgres.url(password=PASSWORD + "x"), tmp_path))

    assert error.kind == "login"
    assert 'password authentication failed for user "reader"' in str(error)
    assert "Check the user, and the password" in str(error)


def test_a_database_that_is_not_there_is_said(postgres: Postgres, tmp_path: Path) -> None:
    error = refusal(on(postgres.url(database="shop"), tmp_path))

    assert error.kind == "missing"
    assert 'database "shop" does not exist' in str(error)
    assert "Check the name of the database" in str(error)


def test_nobody_listening_is_said(tmp_path: Path) -> None:
    error = refusal(on(Postgres(free_port()).url(), tmp_path))

    assert error.kind == "unreachable"
    assert "Connection refused" in str(error)
    assert "Check the address in `warehouse`" in str(error)


def test_an_address_that_cannot_be_is_said_without_its_password(tmp_path: Path) -> None:
    error = refusal(on(f"postgresql://reader:{PASSWORD}@127.0.0.1/db?sslmode=perhaps", tmp_path))

    assert "sslmode" in str(error)


def test_a_table_that_may_not_be_read_is_said(postgres: Postgres, tmp_path: Path) -> None:
    error = refusal(on(postgres.url(), tmp_path, events=Events("salaries", "id", "id", "id")))

    assert error.kind == "denied"
    assert "permission denied for table salaries. Ask for the right to read it" in str(error)


def test_a_statement_that_takes_too_long_is_stopped_by_the_server(postgres: Postgres, tmp_path: Path) -> None:
    slow = ("SELECT a::TEXT AS user_id, TIMESTAMP '2026-11-01' AS occurred, 'x'::TEXT AS event_name "
            "FROM generate_series(1, 100000000) AS a, generate_series(1, 1000) AS b")  # fmt: skip
    made = on_sql(postgres.url(), tmp_path, slow, timeout_s=1, identity=None, segments=())

    error = refusal(made)

    assert error.kind == "timeout"
    assert "Raise `warehouse.timeout_s`" in str(error)
