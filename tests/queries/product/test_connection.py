"""Where the warehouse is: three ways to say it, and no secret that travels further than it must."""

from dataclasses import replace
from pathlib import Path

import pytest

from queries.errors import ProductError
from queries.product import Connection, Product
from queries.product import file as product_file

EVENTS = '[events]\ntable = "e"\nuser = "u"\ntime = "t"\nname = "n"\n'
SECRET = "p@ss ${word} $1"


def load(folder: Path, warehouse: str) -> Product:
    (folder / "product.toml").write_text(warehouse + EVENTS)
    return product_file.load(folder / "product.toml")


def test_a_snowflake_connection_is_a_name_or_a_table_of_parameters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TEST_SECRET", SECRET)

    named = load(tmp_path, '[warehouse]\nsnowflake = "dash"\ntimeout_s = 9\n')
    given = load(tmp_path, '[warehouse.snowflake]\naccount = "a-${SIGHTLINE_TEST_SECRET}"\nport = 443\n'
                           'password = "${SIGHTLINE_TEST_SECRET}"\nsession_parameters = { A = 1 }\n')  # fmt: skip

    assert named.connection == Connection(None, (), 9, "dash")
    assert given.connection.snowflake == (
        ("account", f"a-{SECRET}"), ("port", 443), ("password", SECRET), ("session_parameters", {"A": 1}),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("warehouse", "where", "what"),
    [
        ("snowflake = ['S3cr3t']\n", "warehouse.snowflake", "must be text, not a list."),
        ("url = { password = 'S3cr3t' }\n", "warehouse.url", "must be text, not a table."),
        ("snowflake = 5\n", "warehouse.snowflake", "must be text, not 5."),
        ("snowflake = ' '\n", "warehouse.snowflake", "is empty; give it a value or remove the line."),
        ("snowflake = {}\n", "warehouse.snowflake",
         "is empty; give it an `account`, a `user` and a way to log in."),
        ("snowflake = 'x'\nurl = 'duckdb:///x'\n", "warehouse.url", "give one of `url`, `files` and `snowflake`."),
        ("snowflake = { password = '${SIGHTLINE_NO_SUCH}' }\n", "warehouse.snowflake.password",
         "the environment variable SIGHTLINE_NO_SUCH is not set; set it before you start."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_snowflake_connection_says_where_it_stands(
    tmp_path: Path, warehouse: str, where: str, what: str
) -> None:
    with pytest.raises(ProductError) as caught:
        load(tmp_path, f"[warehouse]\n{warehouse}")

    assert [(mistake.where, mistake.what) for mistake in caught.value.mistakes] == [(where, what)]


@pytest.mark.parametrize("table", ["a.b.c.d", "a..b", ".a", "."])
def test_a_table_has_a_name_of_three_parts_at_most(tmp_path: Path, table: str) -> None:
    (tmp_path / "product.toml").write_text("[warehouse]\nurl = 'duckdb:///x'\n" + EVENTS.replace('"e"', f'"{table}"'))

    with pytest.raises(ProductError) as caught:
        product_file.load(tmp_path / "product.toml")

    assert [(mistake.where, mistake.what) for mistake in caught.value.mistakes] == [
        ("events.table", f"{table!r} is no table's name, such as `table`, `schema.table` or `database.schema.table`.")
    ]


@pytest.mark.parametrize(
    "connections",
    [
        [Connection(f"postgresql://me:{secret}@host/db?sslpassword={secret}") for secret in ("hunter2", "tw@o")],
        [Connection(snowflake=(("account", "a"), ("password", secret), ("private_key", secret)))
         for secret in ("hunter2", "two")],
    ],
    ids=["postgres", "snowflake"],
)  # fmt: skip
def test_a_new_password_is_no_new_warehouse_and_is_in_no_text(tmp_path: Path, connections: list[Connection]) -> None:
    product = load(tmp_path, '[warehouse]\nsnowflake = "dash"\n')
    one, other = (replace(product, connection=connection) for connection in connections)

    assert one.definition_hash() == other.definition_hash() != product.definition_hash()
    assert "hunter2" not in repr(one)


@pytest.mark.parametrize(
    "changed", [("account", "b"), ("database", "d"), ("schema", "s"), ("role", "r"), ("host", "h")], ids=lambda c: c[0]
)
def test_another_place_in_snowflake_is_another_warehouse(tmp_path: Path, changed: tuple[str, str]) -> None:
    product = load(tmp_path, '[warehouse.snowflake]\naccount = "a"\nuser = "u"\n')
    parameters = tuple(({"account": "a", "user": "u"} | dict([changed])).items())

    assert replace(product, connection=Connection(snowflake=parameters)).definition_hash() != product.definition_hash()


def test_another_schema_behind_the_same_name_is_another_warehouse_and_another_password_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path))
    places = []
    for schema, password in (("app", "S3cr3t"), ("app", "another"), ("prod", "another")):
        known = f'[dash]\naccount = "a"\nschema = "{schema}"\npassword = "{password}"'
        (tmp_path / "connections.toml").write_text(known)
        places.append(Connection(snowflake="dash").place)

    assert places[0] == places[1] != places[2]
    assert "S3cr3t" not in str(places)


def test_the_schema_in_an_address_tells_one_warehouse_from_another_and_a_password_does_not() -> None:
    urls = ("?options=-csearch_path=a", "?options=-csearch_path=b", "?options=-csearch_path=b&password=x")

    one, other, again = (Connection(f"postgresql://u:p@h/d{url}").place for url in urls)

    assert one != other
    assert str(again).replace("&", "") == str(other)
