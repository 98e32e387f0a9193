"""Snowflake by its own client, against a stand-in on loopback: what it is sent, what comes home, what goes wrong."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from queries.product import Events, Product, Users
from queries.snapshot import extract
from queries.warehouse import Warehouse, selects
from tests import examples
from tests.doubles.stand_in import PASSWORD, Double, free_port
from tests.queries.warehouse import shop
from tests.queries.warehouse.shop import mistakes, refusal
from tests.queries.warehouse.shop import on_snowflake as on

pytestmark = pytest.mark.slow


def test_a_snapshot_of_snowflake_is_that_of_duckdb(shop_on_snowflake: Double, duckdb_shop: Product) -> None:
    made = on(shop_on_snowflake, duckdb_shop.folder)

    examples.assert_same(extract.read(made, examples.NOW), extract.read(duckdb_shop, examples.NOW), **shop.ELSEWHERE)


def test_a_refresh_sends_the_same_text_each_time(shop_on_snowflake: Double, tmp_path: Path) -> None:
    sent = []
    for _ in range(2):
        extract.read(on(shop_on_snowflake, tmp_path), examples.NOW)
        sent.append(shop_on_snowflake.statements())
        shop_on_snowflake.reset()

    assert sent[0] == sent[1]
    assert [statement["parameters"]["QUERY_TAG"] for statement in sent[0]] == [
        f"sightline:{job}" for job in ("look",) * 4 + ("identity", "facts", "activity", "users", "accounts")
    ]
    assert {statement["parameters"]["STATEMENT_TIMEOUT_IN_SECONDS"] for statement in sent[0]} == {300}
    assert not any("CURRENT_" in statement["sql"].upper() for statement in sent[0])


def test_another_librarys_way_to_pass_values_changes_nothing(
    shop_on_snowflake: Double, duckdb_shop: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Streamlit's own connection to Snowflake does, for the whole process."""
    monkeypatch.setattr("snowflake.connector.paramstyle", "qmark")

    found = extract.read(on(shop_on_snowflake, duckdb_shop.folder), examples.NOW)

    examples.assert_same(found, extract.read(duckdb_shop, examples.NOW), **shop.ELSEWHERE)


def test_what_was_asked_is_logged_by_its_query_id_and_without_its_values(
    shop_on_snowflake: Double, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="sightline.warehouse"):
        extract.read(on(shop_on_snowflake, tmp_path), examples.NOW)

    said = [record.getMessage() for record in caplog.records if record.name == "sightline.warehouse"]
    assert len(said) == 9
    assert re.fullmatch(r"activity: query [0-9a-f-]{36}, \d+ rows, \d+\.\d s", said[6])
    assert "example" not in "".join(said)


def test_a_name_may_be_written_in_lower_case_in_capitals_and_exactly(
    shop_on_snowflake: Double, duckdb_shop: Product
) -> None:
    capitals = Events("EVENTS", "USER_ID", "OCCURRED", "event_name", "SHOP_ID", "COOKIE", "loaded")
    qualified = replace(capitals, table="shop.app.events", user="user_id")
    expected = extract.read(duckdb_shop, examples.NOW)

    for events in (capitals, qualified):
        made = on(shop_on_snowflake, duckdb_shop.folder, events=events)
        examples.assert_same(extract.read(made, examples.NOW), expected, **shop.ELSEWHERE)


def test_a_naive_time_and_a_sql_file_count_as_in_duckdb(shop_on_snowflake: Double, duckdb_shop: Product) -> None:
    parts = shop.on_clicks(duckdb_shop.folder)

    found = extract.read(on(shop_on_snowflake, duckdb_shop.folder, **parts), examples.NOW)

    examples.assert_same(found, extract.read(replace(duckdb_shop, **parts), examples.NOW), **shop.ELSEWHERE)
    assert set(found.manifest.features) == {"find", "pay", "it's 100%"}


def test_what_is_not_there_is_named_in_lower_case_with_the_nearest(shop_on_snowflake: Double, tmp_path: Path) -> None:
    made = on(shop_on_snowflake, tmp_path, events=Events("app.event", "u", "t", "n"), accounts=None, identity=None,
              users=Users("peeple", "id"), segments=())  # fmt: skip
    columns = on(shop_on_snowflake, tmp_path, events=Events("events", "userid", "OCCURED", "platform"))

    assert mistakes(made) == {
        "events.table": "the warehouse has no table 'app.event', did you mean `events`?",
        "users.table": "the warehouse has no table 'peeple', did you mean `people`?",
    }
    assert mistakes(columns) == {
        "events.user": "the table has no column 'userid', did you mean `user_id`?",
        "events.time": "the table has no column 'OCCURED', did you mean `occurred`?",
        "events.name": "the table has no column 'platform', did you mean `Platform`?",
    }


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("events", "'events' is there, but cannot be read. The warehouse says: Object 'SHOP.APP.EVENTS' does not exist "
         "or not authorized. Check its name in the product file, and that the role may select from it."),
        ("evnts", "the warehouse has no table 'evnts' that may be read, did you mean `events`?"),
    ],
)  # fmt: skip
def test_a_table_that_may_not_be_read_is_not_said_to_be_missing(
    shop_on_snowflake: Double, tmp_path: Path, table: str, said: str
) -> None:
    shop_on_snowflake.fail(
        "statement", code="002003", state="42S02",
        message=f"SQL compilation error:\nObject 'SHOP.APP.{table.upper()}' does not exist or not authorized.",
    )  # fmt: skip
    made = on(shop_on_snowflake, tmp_path, events=Events(table, "user_id", "occurred", "event_name"))

    assert mistakes(made) == {"events.table": said}


def test_what_is_wrong_in_a_sql_file_is_said_with_its_place(shop_on_snowflake: Double, tmp_path: Path) -> None:
    message = "SQL compilation error: error line 3 at position 7\ninvalid identifier 'NOPE'"
    shop_on_snowflake.fail("statement", code="000904", state="42000", message=message)

    assert mistakes(on(shop_on_snowflake, tmp_path, **shop.on_clicks(tmp_path))) == {
        "events.table": "'clicks.sql' is not one SELECT that runs: The warehouse says: invalid identifier 'NOPE' "
                        "(error line 3 at position 7). Check the table and column names in the product file."
    }  # fmt: skip


# What goes wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_what", "code", "state", "message", "kind", "said"),
    [
        ("login", "390100", "", "Incorrect username or password was specified.", "login",
         "Incorrect username or password was specified. Check the user, and the password, key or token"),
        ("login", "390102", "", "Your user account has been temporarily locked.", "login", "unlock the user"),
        ("login", "390420", "", "Incoming request with IP 1.2.3.4 is not allowed.", "login", "a network that the"),
        ("login", "390303", "", "Invalid OAuth access token.", "login", "Make a new one"),
        ("login", "390318", "", "OAuth access token expired.", "login", "The token has expired."),
        ("login", "394400", "", "Programmatic access token is invalid.", "login", "Make a new one"),
        ("login", "390144", "", "JWT token is invalid.", "login", "its RSA_PUBLIC_KEY"),
        ("login", "390189", "", "Role 'X' does not exist or not authorized.", "login", "Name a `role`"),
        ("login", "390201", "", "The requested warehouse does not exist or not authorized.", "compute", "Name a `"),
        ("statement", "000606", "57P03", "No active warehouse selected in the current session.", "compute", "Name a `"),
        ("statement", "090073", "57P03", "Warehouse 'WH' cannot be resumed because resource monitor 'RM' has exceeded "
         "its quota.", "compute", "Wait until its quota is renewed"),
        ("statement", "003001", "42501", "SQL access control error:\nInsufficient privileges to operate on schema "
         "'APP'.", "denied", "Insufficient privileges to operate on schema 'APP'. Ask for the right"),
        ("statement", "000630", "57014", "Statement reached its statement or warehouse timeout of 300 second(s) and "
         "was canceled.", "timeout", "Raise `warehouse.timeout_s`"),
        ("statement", "001003", "42000", "SQL compilation error:\nsyntax error line 1 at position 0 unexpected "
         "'SELEC'.", "query", "syntax error line 1 at position 0 unexpected 'SELEC'. Check the product file"),
    ],
    ids=lambda value: value if str(value).isdigit() else "",
)  # fmt: skip
def test_each_failure_is_a_sentence_with_what_to_do_next(
    double: Double, tmp_path: Path, on_what: str, code: str, state: str, message: str, kind: str, said: str
) -> None:
    double.fail(on_what, code=code, state=state, message=message)

    error = refusal(on(double, tmp_path))

    assert error.kind == kind
    assert str(error).startswith("The warehouse says: ")
    assert said in str(error)


def test_a_secret_that_the_server_repeats_is_not_repeated(double: Double, tmp_path: Path) -> None:
    double.fail("login", code="390100", message=f"No user has the password {PASSWORD}, nor {PASSWORD}")

    assert "No user has the password ***, nor ***. Check" in str(refusal(on(double, tmp_path)))


def test_nobody_listening_is_said_soon(tmp_path: Path) -> None:
    error = refusal(on(Double(free_port()), tmp_path, parameters={"login_timeout": 2}))

    assert error.kind == "unreachable"
    assert "Check the address in `warehouse`" in str(error)


def test_a_statement_that_takes_too_long_for_the_client_is_a_timeout(double: Double, tmp_path: Path) -> None:
    double.fail("statement", seconds=4)

    assert refusal(on(double, tmp_path, parameters={"query_timeout": 1})).kind == "timeout"


@pytest.mark.parametrize(("code", "logins"), [("390112", 1), ("390111", 2), ("390114", 2)])
def test_a_session_that_was_lost_is_begun_again_and_nothing_is_said(
    shop_on_snowflake: Double, duckdb_shop: Product, code: str, logins: int
) -> None:
    with Warehouse(on(shop_on_snowflake, duckdb_shop.folder)) as source:
        before = source.fetch(selects.tables())
        shop_on_snowflake.fail("statement", code=code, state="08001", message="Session no longer exists.")
        after = source.fetch(selects.tables())

    assert after.equals(before)
    assert len(shop_on_snowflake.logins()) == logins


def test_a_session_that_is_lost_again_and_again_is_said_to_be(double: Double, tmp_path: Path) -> None:
    double.fail("statement", code="390111", state="08001", message="Session no longer exists.", times=2)

    error = refusal(on(double, tmp_path))

    assert error.kind == "unreachable"
    assert str(error).endswith("Session no longer exists. The session was ended, and so was the next; try again later.")
    assert len(double.logins()) == 2
