"""The warehouse: what is sent in each dialect, what comes home, and what is said when nothing does.

The golden files are written anew with   SIGHTLINE_GOLDEN=write .venv/bin/pytest tests/queries/warehouse
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from queries.errors import ProductError, WarehouseError
from queries.measures.adoption import adoption
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
from queries.warehouse import Warehouse, activity_table, on_postgres, on_snowflake, selects
from queries.warehouse.on_duckdb import OnDuckDB
from tests import examples

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parents[2] / "golden"
DIALECTS: dict[str, Dialect] = {
    "duckdb": sa.create_engine("duckdb://").dialect,
    "postgres": on_postgres.DIALECT,
    "snowflake": on_snowflake.DIALECT,
}
ACCOUNTS_SQL = "SELECT id, plan::text AS \"Plan name\" FROM accounts -- 100% of them: all\n"
COLUMNS: dict[str, dict[str, str]] = {
    "events": dict.fromkeys(("user_id", "name", "account_id", "cookie"), "text") | {"at": "zoned", "loaded": "naive"},
    "users": dict.fromkeys(("id", "account", "email", "bot", "note", "role"), "text")
    | {"signup": "date", "ended": "naive"},
    "accounts": {"id": "text", "Plan name": "text"},
    "identity": {"cookie": "text", "user": "text"},
}


def rich(folder: Path) -> Product:
    """A product that uses every construct we have; its accounts come from a `.sql` file."""
    (folder / "accounts.sql").write_text(ACCOUNTS_SQL)
    return Product(
        name="Rich", timezone="America/New_York", week_start=6, connection=Connection("duckdb:///x.duckdb"),
        events=Events("app.events", "user_id", "at", "name", "account_id", "cookie", "loaded", date(2025, 1, 1)),
        users=Users("users", "id", "account", "signup", "ended", (
            Exclusion("email", "ends_with", ("@us.example", "@100%_us.example"), "employees"),
            Exclusion("bot", "in", ("true",), "bots"), Exclusion("note", "contains", ("test",), "tests"),
        )),
        accounts=Accounts("accounts.sql", "id"),
        identity=Identity("identity", "cookie", "user"),
        segments=(Segment("role", "Role", "role", "user"), Segment("plan", "Plan", "Plan name", "account")),
        features=(Feature("a", "A", ("a", "b")), Feature("c", "C", ("it's",))),
        folder=folder,
    )  # fmt: skip


def statements(made: Product) -> dict[str, selects.Select]:
    kept = replace(made, events=replace(made.events, time="", loaded_at=None, block="block", mask="mask"))
    columns = {**COLUMNS, "events": COLUMNS["events"] | {"block": "whole", "mask": "whole"}}
    return {
        "event_count": selects.event_count(made),
        "kept_blocks": activity_table.blocks(kept, columns, until=20_500),
        "kept_activity": activity_table.activity(kept, columns, 361, 362),
        "kept_from_events": activity_table.from_events(made, COLUMNS["events"]),
        "facts": selects.facts(made, COLUMNS, until=20_500),
        "facts_later": selects.facts(made, COLUMNS, until=20_500, first=20_490),
        "first_day": selects.first_day(made, COLUMNS, until=20_500),
        "activity": selects.activity(made, COLUMNS, origin=20_000, first=20_010, last=20_110),
        "activity_later": selects.activity(made, COLUMNS, origin=20_056, first=20_100, last=20_110, later=True),
        "users": selects.users(made, COLUMNS),
        "accounts": selects.accounts(made, COLUMNS),
        "identity": selects.identity(made, COLUMNS),
        "size": selects.size(made, COLUMNS, until=20_500),
        "look": selects.look(made, "app.events"),
        "tables": selects.tables(),
    }


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["facts", "facts_later", "first_day", "activity", "activity_later", "users",
                                  "accounts", "identity", "look", "tables", "size", "event_count", "kept_blocks",
                                  "kept_activity", "kept_from_events"])  # fmt: skip
def test_each_select_is_the_golden_one(tmp_path: Path, name: str, dialect: str) -> None:
    compiled = statements(rich(tmp_path))[name].compile(
        dialect=DIALECTS[dialect], compile_kwargs={"literal_binds": True}
    )
    sent = str(compiled) % () if DIALECTS[dialect].paramstyle == "pyformat" else str(compiled)
    text = re.sub(r'( AS "?\w+"?,) ', r"\1\n    ", sent)  # a line a column
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    golden = GOLDEN / f"{name}.{dialect}.sql"

    if os.environ.get("SIGHTLINE_GOLDEN") == "write":
        golden.write_text(text)

    assert text == golden.read_text()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_values_of_the_product_file_travel_apart_from_the_statement(tmp_path: Path, dialect: str) -> None:
    sent = {name: str(select.compile(dialect=DIALECTS[dialect])) for name, select in statements(rich(tmp_path)).items()}

    assert "it's" not in sent["activity"]
    assert "@us.example" not in sent["users"]
    assert "New_York" not in sent["facts"]


# A DuckDB file ------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "w.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE events (user_id TEXT, occurred_at TIMESTAMP, event_name TEXT, day_text TEXT)")
        connection.execute("INSERT INTO events VALUES ('ann', TIMESTAMP '2026-11-03 09:00', 'open', '2026-11-03')")
        connection.execute("CREATE TABLE users (user_id TEXT, plan TEXT, signed_up DATE)")
        connection.execute("CREATE SCHEMA app")
        connection.execute("CREATE VIEW app.clicks AS SELECT * FROM events")
    return path


def on(file: Path, **parts: Any) -> Product:
    """A product on a DuckDB file."""
    events = Events("events", "user_id", "occurred_at", "event_name")
    defaults = {"name": "P", "timezone": "UTC", "week_start": 0, "connection": Connection(f"duckdb:///{file}"),
                "events": events, "folder": file.parent}  # fmt: skip
    return Product(**{**defaults, **parts})


def on_sql(file: Path, statement: str, **parts: Any) -> Product:
    """A product whose events are a `.sql` file."""
    (file.parent / "events.sql").write_text(statement, encoding="utf-8")
    return on(file, events=Events("events.sql", "user_id", "occurred_at", "event_name"), **parts)


def counted(made: Product) -> dict[str, int]:
    """Event name -> users that ever did it."""
    rows = examples.load(made).rows
    names = {code: key for key, code in examples.load(made).codes.items()}
    return {names[code]: n for code, n in rows.group_by("feature").len().rows() if code}


def mistakes(made: Product) -> dict[str, str]:
    with pytest.raises(ProductError) as caught, Warehouse(made) as source:
        source.sections  # noqa: B018
    return {mistake.where: mistake.what for mistake in caught.value.mistakes}


def refusal(made: Product) -> WarehouseError:
    with pytest.raises(WarehouseError) as caught:
        extract.read(made, examples.NOW)
    message = str(caught.value)
    assert "Traceback" not in message
    assert "\n" not in message
    assert message.endswith(".")
    return caught.value


def test_a_table_is_counted_by_its_name_and_by_its_schema_and_name(file: Path) -> None:
    for table in ("events", "main.events", "app.clicks", "w.app.clicks"):
        assert counted(on(file, events=Events(table, "user_id", "occurred_at", "event_name"))) == {"open": 1}


def test_a_table_that_is_not_there_is_named_with_the_nearest(file: Path) -> None:
    made = on(file, events=Events("event", "u", "t", "n"), users=Users("usrs", "user_id"))

    assert mistakes(made) == {
        "events.table": "the warehouse has no table 'event', did you mean `events`?",
        "users.table": "the warehouse has no table 'usrs', did you mean `users`?",
    }


def test_a_table_with_a_dot_in_its_name_is_read_in_a_sql_file(file: Path) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute('CREATE TABLE "2026.events" AS FROM events')

    assert mistakes(on(file, events=Events("2026.events", "u", "t", "n"))) == {
        "events.table": "'2026.events' has a dot in its name; read it with a SELECT in a .sql file."
    }
    assert counted(on_sql(file, 'SELECT * FROM "2026.events"')) == {"open": 1}


def test_columns_that_are_not_there_are_named_with_the_nearest_all_at_once(file: Path) -> None:
    made = on(
        file,
        events=Events("events", "userid", "occured_at", "event_name", account="zzz"),
        users=Users("users", "user_id", signup="signedup", exclude=(Exclusion("emial", "in", ("x",), "x"),)),
        segments=(Segment("plan", "Plan", "plann", "user"),),
    )

    assert mistakes(made) == {
        "events.user": "the table has no column 'userid', did you mean `user_id`?",
        "events.time": "the table has no column 'occured_at', did you mean `occurred_at`?",
        "events.account": "the table has no column 'zzz', known: `user_id`, `occurred_at`, `event_name`, `day_text`.",
        "users.signup": "the table has no column 'signedup', did you mean `signed_up`?",
        "users.exclude[0].column": "the table has no column 'emial', known: `user_id`, `plan`, `signed_up`.",
        "users.segments.plan": "the table has no column 'plann', did you mean `plan`?",
    }


def test_a_time_column_that_holds_text_is_a_mistake(file: Path) -> None:
    made = on(file, events=Events("events", "user_id", "day_text", "event_name"))

    assert mistakes(made) == {
        "events.time": "'day_text' holds no date or timestamp; make it one with CAST in a .sql file."
    }


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("", "syntax error at"),
        ("SELECT * FROM events; SELECT * FROM events", 'syntax error at or near ";"'),
        ("SELEC * FROM events", 'syntax error at or near'),
        ("DELETE FROM events", "syntax error at or near"),
        ("DROP TABLE events", "syntax error at or near"),
        ("SELECT 1) AS x; DROP TABLE events; SELECT * FROM (SELECT 1", 'Cannot execute statement of type "DROP"'),
        ("SELECT * FROM evnts", "Table with name evnts does not exist"),
        ("SELECT usr FROM events", '"usr" not found'),
        ("SELECT * FROM read_csv('/etc/passwd')", "file system operations are disabled"),
    ],
)
def test_a_sql_file_that_is_not_one_select_says_what_the_warehouse_says(file: Path, statement: str, said: str) -> None:
    found = mistakes(on_sql(file, statement))

    assert list(found) == ["events.table"]
    assert found["events.table"].startswith("'events.sql' is not one SELECT that runs: The warehouse says: ")
    assert said in found["events.table"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM events WHERE event_name NOT LIKE '100%';\n",
        "SELECT user_id::text AS user_id, occurred_at, event_name FROM events -- a remark: 100%",
        "WITH e AS (FROM events) SELECT *, strftime(occurred_at, '%H:%M') AS hour, ':name' AS x FROM e /* %s */",
        "\n-- a remark\nSELECT * FROM events WHERE {'a': 1}.a = 1 AND 7 % 4 = 3 AND '\\' <> ':x'\n\n;",
        "SELECT * FROM events -- all of it; really\n; -- until 2026\n/* and; on */ ; \n",
        "SELECT * FROM events WHERE event_name <> '; --' AND ';' <> \"event_name\"; -- it's; all\n",
    ],
)
def test_percent_signs_and_colons_in_a_sql_file_are_kept(file: Path, statement: str) -> None:
    assert counted(on_sql(file, statement)) == {"open": 1}


def test_a_query_that_takes_too_long_is_stopped_and_says_what_to_raise(file: Path) -> None:
    endless = ("SELECT (a.range % 9)::text AS user_id, TIMESTAMP '2026-01-01' AS occurred_at, "
               "sqrt(a.range + b.range)::text AS event_name FROM range(10_000_000) a, range(10_000_000) b")  # fmt: skip

    error = refusal(on_sql(file, endless, connection=Connection(f"duckdb:///{file}", timeout_s=1)))

    assert error.kind == "timeout"
    assert "Raise `warehouse.timeout_s` in the product file" in str(error)


def test_nothing_can_be_written_to_the_warehouse(file: Path) -> None:
    before = file.read_bytes()

    source = OnDuckDB(on(file))
    for statement in ("DELETE FROM events", "CREATE TABLE t (i INT)", f"COPY events TO '{file.parent}/out.csv'"):
        with source.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError, match=r"read-only|disabled"):
            connection.execute(sa.text(statement))
    source.close()

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["w.duckdb"]


def test_a_warehouse_that_is_not_there_says_where_it_was_looked_for(file: Path) -> None:
    error = refusal(on(file.parent / "gone.duckdb"))

    assert error.kind == "unreachable"
    assert str(error).startswith(f"There is no warehouse at {file.parent}/gone.duckdb.")


def test_a_relative_address_is_beside_the_product_file(file: Path) -> None:
    assert counted(on(file, connection=Connection("duckdb:///w.duckdb"))) == {"open": 1}


@pytest.mark.parametrize("content", [b"", b"not a database", b"\0" * 10_000], ids=["empty", "text", "zeros"])
def test_a_file_that_is_no_warehouse_gives_one_sentence(file: Path, content: bytes) -> None:
    file.write_bytes(content)

    assert refusal(on(file)).kind == "unreachable"


def test_a_damaged_warehouse_gives_one_sentence(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:5000])

    assert refusal(on(file)).kind in ("unreachable", "query")


@pytest.fixture
def held_by_another(file: Path) -> Iterator[int]:
    """The id of a process that holds the file for writing."""
    script = f"import duckdb, sys; c = duckdb.connect({str(file)!r}); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other.pid
        other.communicate("")


def test_a_warehouse_that_another_program_writes_to_says_so(file: Path, held_by_another: int) -> None:
    error = refusal(on(file))

    assert error.kind == "unreachable"
    assert f"PID {held_by_another}" in str(error)
    assert "nothing else has the file open for writing" in str(error)


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("mysql://me:secret@host/db",
         "'mysql' is not supported; use duckdb:///path/to/file.duckdb or postgresql://user@host/database, or `files` "
         "or `snowflake` in its place."),
        *((url, "is not a database address like duckdb:///path/to/file.duckdb or postgresql://user@host:5432/database.")
          for url in ("w.duckdb", "postgresql://u@db:S3cr3t/analytics", "postgresql://u:S3cr3t@[::1/a")),
        ("postgresql://reader:p@S3cr3t@host/analytics",
         "has an @ too many; in a user name or a password it is written %40, / is %2F and : is %3A."),
    ],
)  # fmt: skip
def test_an_address_of_another_kind_is_a_mistake_without_its_password(file: Path, url: str, what: str) -> None:
    assert mistakes(on(file, connection=Connection(url))) == {"warehouse.url": what}


@pytest.mark.parametrize(
    "name",
    ["it's", 'say "hi"', "🦊 fox", "x" * 300, "<script>alert(1)</script>", "a; DROP TABLE users; --", "100%", "a:b",
     "%s", "$1", "select", "Ünïcödé", "tab\tnew\nline", "\\", "%(x)s", "(x)", "[x]", "{x}", "^x$", "*"],
    ids=lambda name: name[:12].encode("ascii", "backslashreplace").decode().replace("\\", "_"),
)  # fmt: skip
def test_hostile_names_count_right(tmp_path: Path, name: str) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    text = "'" + name.replace("'", "''") + "'"
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute(f"CREATE TABLE {quoted} ({quoted} TEXT, t TIMESTAMP, n TEXT)")
        connection.execute(f"INSERT INTO {quoted} VALUES ({text}, '2026-11-03', {text}), ('bo', '2026-11-03', 'open')")
        connection.execute(f"CREATE TABLE people (id TEXT, {quoted} TEXT)")
        connection.execute(f"INSERT INTO people VALUES ({text}, {text}), ('bo', 'Pro'), ('gone', {text} || 'x')")
    made = on(
        tmp_path / "w.duckdb",
        events=Events(name, name, "t", "n"),
        users=Users("people", "id", exclude=(Exclusion(name, "ends_with", (name + "x",), "left"),)),
        segments=(Segment(name, "Label", name, "user"),),
        features=(Feature(name, "F", (name,), eligible=((name, (name,)),)), Feature("o", "O", ("open",))),
    )

    activity = examples.load(made)
    week = activity.calendar.periods("week", 1, with_open=True)[-1:]
    answer = adoption(activity, week, by=(name,), features=(name,))

    assert sorted(activity.units["id"]) == sorted([name.strip(), "bo"])
    assert dict(answer.select("segment", "n").rows()) == {name.strip(): 1, "Pro": 0}
    assert answer["of"].sum() == 1


# Files --------------------------------------------------------------------------------------------------------------


def on_files(folder: Path, *patterns: str) -> Product:
    return examples.product(folder, connection=Connection(files=(("events", patterns),)))


def test_files_are_found_by_pattern_beside_the_product_file_and_read_as_one(tmp_path: Path) -> None:
    for folder, users in {"a [1]": ["ann"], "a 1": ["bo", "cy"], "b*": ["ann"], "bb": ["bo"]}.items():
        (tmp_path / folder).mkdir()
        examples.write(tmp_path / folder, [(user, datetime(2026, 11, 3), "open") for user in users])
    (tmp_path / "2026-11.csv").write_text("user,at,name,more\nbo,2026-11-04 10:00:00,open,1\n")
    (tmp_path / "2026-12.csv").write_text("name,user,at\nopen,cy,2026-11-05T10:00:00Z\n")

    assert counted(on_files(tmp_path, "2026-*.csv")) == {"open": 2}
    assert counted(on_files(tmp_path, "a [1]/events.parquet")) == {"open": 1}
    assert counted(on_files(tmp_path, "b*/events.parquet")) == {"open": 1}
    assert counted(on_files(tmp_path, str(tmp_path / "2026-11.csv"))) == {"open": 1}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("gone.csv", None, "no file matches gone.csv in "),
        ("**x", None, "no file matches **x in "),
        ("x" * 300, None, "no file matches xxx"),
        ("a.xlsx", b"x", "a.xlsx must be one of .parquet, .csv, .tsv, .json, .ndjson (CSV also as .gz)."),
        ("a.parquet", b"not parquet", "cannot be read: "),
        ("a.csv.gz", b"not gzip", "cannot be read: "),
        ("a.csv", b"user,at,name\nann,2026-11-03,caf\xe9\n", "CSV Error on Line: 2: Invalid unicode (byte sequence mi"),
        ("a.json", b"{", "cannot be read: "),
    ],
)
def test_files_that_cannot_be_read_are_mistakes(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)

    found = mistakes(on_files(tmp_path, name))

    assert list(found) == ["warehouse.files.events"]
    assert said in found["warehouse.files.events"]


def test_a_table_of_no_rows_comes_home_with_the_names_and_types_declared(tmp_path: Path) -> None:
    examples.write(tmp_path, [])
    made = replace(examples.product(tmp_path), features=(Feature("a", "A", ("a",)),))

    with Warehouse(made) as source:
        frame = source.fetch(selects.activity(made, source.sections, origin=0, first=0, last=60))

    assert frame.schema == pl.Schema(
        {"user": pl.String, "account": pl.String, "name": pl.String, "first_day": pl.Int64, "d0": pl.Int64,
         "d1": pl.Int64}
    )  # fmt: skip
