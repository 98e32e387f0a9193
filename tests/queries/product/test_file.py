"""The product file: what it gives, and every mistake it can hold, each with its place and what to do."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import config
from queries.errors import ProductError
from queries.product import (
    Behaviour,
    Connection,
    Exclusion,
    Feature,
    Product,
    Refresh,
    Segment,
    behaviour,
    behavioural,
)
from queries.product import file as product_file
from queries.product.review import Reviewed

EVENTS = '[events]\ntable = "e"\nuser = "u"\ntime = "t"\nname = "n"\n'
USERS = '[users]\ntable = "u"\nid = "id"\n'
WAREHOUSE = '[warehouse]\nurl = "duckdb:///x.duckdb"\n'


def load(folder: Path, text: str) -> Product:
    path = folder / "product.toml"
    path.write_text(text, encoding="utf-8")
    return product_file.load(path)


def mistakes(folder: Path, text: str) -> dict[str, str]:
    """Where each mistake stands, and what is said of it."""
    with pytest.raises(ProductError) as caught:
        load(folder, text)
    return {mistake.where: mistake.what for mistake in caught.value.mistakes}


def test_the_smallest_product_file_is_a_warehouse_and_an_events_table(tmp_path: Path) -> None:
    made = load(tmp_path, WAREHOUSE + EVENTS)

    assert (made.name, made.timezone, made.week_start_name) == (tmp_path.name, "UTC", "monday")
    assert made.connection == Connection("duckdb:///x.duckdb")
    assert (made.events.table, made.events.since) == ("e", date(2000, 1, 1))
    assert (made.users, made.features, made.as_of, made.has_accounts) == (None, (), None, False)
    assert (made.activation, made.behaviours) == ((), ())


def test_a_file_with_everything_is_read_as_it_stands(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        'name = "P"\ntimezone = "Asia/Kolkata"\nweek_start = "Sunday"\nas_of = 2026-03-01\n'
        '[warehouse]\ntimeout_s = 7\n[warehouse.files]\ne = ["a.csv", "b.csv"]\nu = "u.csv"\n'
        + EVENTS + 'account = "a"\nanonymous = "cookie"\nloaded_at = "l"\nsince = 2025-01-01\n'
        + USERS + 'signup = "s"\nended = "x"\nexclude = [{ column = "bot", in = [true, 1, "yes"] }]\n'
        '[users.segments.my_plan]\ncolumn = "plan"\nvalues = { p = "Pro" }\n[users.segments.role]\n'
        '[accounts]\ntable = "a"\nid = "id"\n[accounts.segments.region]\nlabel = "Where"\n'
        '[identity]\ntable = "i"\nanonymous = "c"\nuser = "u"\n'
        '[features.dark_mode]\n[features.sso]\nevents = "login"\nlaunched = 2026-02-01\ncore = true\nactive = false\n'
        'target = 0.42\neligible = { my_plan = "Pro" }\n[activation]\nfeatures = ["sso", "dark_mode", "sso"]\n'
        '[refresh]\nlate_days = 5\nfull_every_days = 30\nevery_hours = 6\n',
    )  # fmt: skip

    assert made.connection == Connection(None, (("e", ("a.csv", "b.csv")), ("u", ("u.csv",))), 7)
    assert (made.timezone, made.week_start, made.as_of) == ("Asia/Kolkata", 6, date(2026, 3, 1))
    assert made.users is not None
    assert made.users.exclude == (Exclusion("bot", "in", ("true", "1", "yes"), "bot"),)
    assert made.segments == (
        Segment("my_plan", "My plan", "plan", "user", (("p", "Pro"),)),
        Segment("role", "Role", "role", "user"),
        Segment("region", "Where", "region", "account"),
    )
    assert made.features == (
        Feature("dark_mode", "Dark mode", ("dark_mode",)),
        Feature("sso", "Sso", ("login",), launched=date(2026, 2, 1), eligible=(("my_plan", ("Pro",)),), core=True,
                active=False, target=0.42),
    )  # fmt: skip
    assert made.activation == ("sso", "dark_mode")
    assert made.refresh == Refresh(5, 30, 6)
    assert made.has_accounts
    assert made.identity is not None


def test_the_lines_of_the_review_are_read_in_their_order(tmp_path: Path) -> None:
    users = USERS + "account = 'a'\n[features.export]\ncore = true\n"
    listed = ("[[review]]\nmetric = 'core_adoption'\nowner = 'Ann'\ntarget = 0.4\nignores = 'holiday'\n"
              "[[review]]\nmetric = 'new_adopters'\nfeature = 'export'\ntarget = 250\n"
              "[[review]]\nmetric = 'core_adoption'\ncount = 'accounts'\nignores = ['data', 'incident']\n")  # fmt: skip

    made, without = (load(tmp_path, WAREHOUSE + EVENTS + users + lines) for lines in (listed, ""))

    assert made.review == (
        Reviewed("core_adoption", owner="Ann", target=0.4, ignores=("holiday",)),
        Reviewed("new_adopters", "export", target=250.0),
        Reviewed("core_adoption", unit="account", ignores=("data", "incident")),
    )
    assert [line.key for line in made.review] == ["core_adoption", "new_adopters.export", "core_adoption"]
    assert without.review == ()
    assert made.definition_hash() == without.definition_hash()


REVIEWED = [
    ("metric = 'week4_retentoin'", "review[2].metric",
     "'week4_retentoin' is no metric, did you mean `week4_retention`?"),
    ("owner = 'Ann'", "review[2].metric", "is missing; known: `new`, `activation`, "),
    ("metric = 7", "review[2].metric", "must be text, not 7."),
    ("metric = ' '", "review[2].metric", "is empty; "),
    ("metric = 'adoption'", "review[2].feature", "is missing; the metric is of one."),
    ("metric = 'dormant'\nfeature = 'open'", "review[2].feature",
     "must be left out; 'dormant' is of no single feature."),
    ("metric = 'adoption'\nfeature = 'opne'", "review[2].feature",
     "there is no feature 'opne', did you mean `open`?"),
    ("metric = 'new'", "review[2].metric", "is listed above already."),
    ("metric = 'new'\ncount = 'accounts'", "review[2].count", "there are no accounts in this file."),
    ("metric = 'dormant'\ncount = 'people'", "review[2].count", "must be \"users\" or \"accounts\", not 'people'."),
    ("metric = 'core_adoption'", "review[2].metric", "there are no core features; mark some with `core = true`."),
    ("metric = 'dormant'\nignores = ['holidays']", "review[2].ignores",
     "'holidays' is no kind of annotation, did you mean `holiday`?"),
    ("metric = 'dormant'\ntarget = 0", "review[2].target", "must be a number over 0, not 0."),
    ("metric = 'dormant'\ntarget = true", "review[2].target", "must be a number over 0, not True."),
    ("metric = 'dormant'\ntarget = inf", "review[2].target", "must be a number over 0, not inf."),
    ("metric = 'week4_retention'\ntarget = 40", "review[2].target", "must be a share over 0 and up to 1, such as 0.42"),
    ("metric = 'dormant'\nowners = 'Ann'", "review[2].owners", "unknown key, did you mean `owner`?"),
    ("metric = 'dormant'\nowner = 7", "review[2].owner", "must be text, not 7."),
]


@pytest.mark.parametrize(("line", "where", "what"), REVIEWED)
def test_each_mistake_in_a_line_of_the_review_is_said_with_its_place(
    tmp_path: Path, line: str, where: str, what: str
) -> None:
    text = f"[features.open]\n[[review]]\nmetric = 'new'\n[[review]]\n{line}\n"

    found = mistakes(tmp_path, WAREHOUSE + EVENTS + text)

    assert list(found) == [where]
    assert found[where].startswith(what)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [("[review]\nmetric = 'new'\n", "review", "must be a list: write [[review]] before each of its tables."),
     ("review = ['new']\n", "review[1]", "must be a table, not 'new'.")],
)  # fmt: skip
def test_a_review_that_is_no_list_of_tables_is_said_to_be_none(
    tmp_path: Path, text: str, where: str, what: str
) -> None:
    found = mistakes(tmp_path, text.replace("[review]", WAREHOUSE + EVENTS + "[review]") if "[review]" in text
                     else text + WAREHOUSE + EVENTS)  # fmt: skip

    assert found == {where: what}


def test_spaces_around_a_value_go_as_they_do_in_the_warehouse_except_where_they_may_be_meant(tmp_path: Path) -> None:
    rules = "exclude = [{ column = 'c', in = ' qa ' }, { column = 'c', contains = ' bot' }]\n"

    made = load(tmp_path, WAREHOUSE + EVENTS + USERS + rules + "[features.a]\nevents = ' open '\n")

    assert made.users is not None
    assert [rule.values for rule in made.users.exclude] == [("qa",), (" bot",)]
    assert made.features[0].events == ("open",)


def test_a_file_saved_by_notepad_with_a_mark_in_front_is_read(tmp_path: Path) -> None:
    (tmp_path / "e.sql").write_text("SELECT 1", encoding="utf-8-sig")

    made = load(tmp_path, "\ufeff" + WAREHOUSE + EVENTS.replace('"e"', '"e.sql"'))

    assert made.statement("e.sql") == "SELECT 1"


MISTAKES = [
    ("tiemzone = 'UTC'\n" + WAREHOUSE + EVENTS, "tiemzone", "unknown key, did you mean `timezone`?"),
    (WAREHOUSE + EVENTS + "usr = 'x'\n", "events.usr", "unknown key, did you mean `user`?"),
    (WAREHOUSE + EVENTS + "[refresh]\nlate = 2\n", "refresh.late", "unknown key, did you mean `late_days`?"),
    (WAREHOUSE + EVENTS + "[refresh]\nlate_days = 0\n", "refresh.late_days",
     "must be a whole number from 1 to 366, not 0."),
    (WAREHOUSE + EVENTS + "[refresh]\nevery_hours = 1.5\n", "refresh.every_hours",
     "must be a whole number, not 1.5."),
    (WAREHOUSE + "timeout = 5\n" + EVENTS, "warehouse.timeout", "unknown key, did you mean `timeout_s`?"),
    (WAREHOUSE + EVENTS + USERS + "segment = 1\n", "users.segment", "unknown key, did you mean `segments`?"),
    (WAREHOUSE + EVENTS + USERS + "exclude = [{ column = 'c', in = ['x'], wy = 'y' }]\n", "users.exclude[0].wy",
     "unknown key, did you mean `why`?"),
    (WAREHOUSE + EVENTS + USERS + "[users.segments.plan]\nlable = 'x'\n", "users.segments.plan.lable",
     "unknown key, did you mean `label`?"),
    (WAREHOUSE + EVENTS + "[features.a]\nevent = 'x'\n", "features.a.event",
     "unknown key, did you mean `events`?"),
    (WAREHOUSE + EVENTS + "[identity]\ntable = 'i'\nanonymous = 'a'\nuser = 'u'\nzz = 1\n", "identity.zz",
     "unknown key, known: `anonymous`, `table`, `user`."),
    (WAREHOUSE + EVENTS + USERS + "account = 'a'\n[accounts]\ntable = 'a'\nid = 'i'\nsize = 1\n", "accounts.size",
     "unknown key, known: `id`, `segments`, `table`."),
    (EVENTS, "warehouse", "is missing; give it a `url` or `snowflake`, or `files` to start from an export."),
    (WAREHOUSE, "events", "is missing; it must name the events table and its user, time and name columns."),
    (WAREHOUSE + "[events]\nuser = 'u'\ntime = 't'\nname = 'n'\n", "events.table",
     "is missing; it must name a table or .sql file."),
    (WAREHOUSE + "[events]\ntable = 'e'\ntime = 't'\nname = 'n'\n", "events.user",
     "is missing; it must name a column."),
    (WAREHOUSE + EVENTS + "[users]\ntable = 'u'\n", "users.id", "is missing; it must name a column."),
    (WAREHOUSE + EVENTS + "[identity]\ntable = 'i'\nuser = 'u'\n", "identity.anonymous",
     "is missing; it must name a column."),
    (WAREHOUSE + EVENTS + "[accounts]\ntable = 'a'\nid = 'i'\n" + USERS, "users.account",
     "is missing; without it nobody belongs to one of the accounts."),
    ("name = 5\n" + WAREHOUSE + EVENTS, "name", "must be text, not 5."),
    ("name = ' '\n" + WAREHOUSE + EVENTS, "name", "is empty; give it a value or remove the line."),
    ("as_of = '2026-01-01'\n" + WAREHOUSE + EVENTS, "as_of", "must be a date like 2026-03-01, not '2026-01-01'."),
    ("as_of = 2026-01-01T10:00:00\n" + WAREHOUSE + EVENTS, "as_of",
     "must be a date like 2026-03-01, not datetime.datetime(2026, 1, 1, 10, 0)."),
    (WAREHOUSE + EVENTS + "since = 0001-01-01\n", "events.since",
     "must be a day from 1900-01-01 on, not 0001-01-01."),
    ("events = 'e'\n" + WAREHOUSE, "events", "must be a table, not 'e'."),
    ("features = ['a']\n" + WAREHOUSE + EVENTS, "features", "must be a table, not ['a']."),
    (WAREHOUSE + EVENTS + "[features]\nexport = 'x'\n", "features.export", "must be a table, not 'x'."),
    (WAREHOUSE + EVENTS + "[features.a]\ncore = 1\n", "features.a.core", "must be true or false, not 1."),
    *((WAREHOUSE + EVENTS + f"[features.a]\ntarget = {target}\n", "features.a.target",
       f"must be a share over 0 and up to 1, such as 0.42 for 42 %, not {said}.")
      for target, said in (("0", "0"), ("42", "42"), ("-0.1", "-0.1"), ("1.01", "1.01"), ("nan", "nan"),
                           ("'42 %'", "'42 %'"), ("true", "True"))),
    (WAREHOUSE + EVENTS + "[features.a]\nevents = [['x']]\n", "features.a.events",
     "must be a text or a list of texts, not [['x']]."),
    (WAREHOUSE + EVENTS + "[features.a]\nevents = []\n", "features.a.events",
     "is empty; give it a value or remove the line."),
    (WAREHOUSE + EVENTS + "[features.a]\nevents = ['x', '']\n", "features.a.events",
     "is empty; give it a value or remove the line."),
    (WAREHOUSE + EVENTS + USERS + "[users.segments.p]\nvalues = { a = 1 }\n", "users.segments.p.values",
     "must map a value to its label, both texts."),
    (WAREHOUSE + EVENTS + USERS + "exclude = { column = 'c' }\n", "users.exclude",
     "must be a list, not {'column': 'c'}."),
    (WAREHOUSE + "timeout_s = true\n" + EVENTS, "warehouse.timeout_s", "must be a whole number, not True."),
    (WAREHOUSE + "timeout_s = 0\n" + EVENTS, "warehouse.timeout_s", "must be from 1 to 86400 seconds, not 0."),
    (WAREHOUSE + "timeout_s = 100000000000\n" + EVENTS, "warehouse.timeout_s",
     "must be from 1 to 86400 seconds, not 100000000000."),
    ("timezone = 'Europe/Belrin'\n" + WAREHOUSE + EVENTS, "timezone",
     "'Europe/Belrin' is no time zone; did you mean `Europe/Berlin`"),
    ("timezone = '../../etc/passwd'\n" + WAREHOUSE + EVENTS, "timezone",
     "'../../etc/passwd' is no time zone; known: "),
    ("week_start = 'mondy'\n" + WAREHOUSE + EVENTS, "week_start",
     "'mondy' is no day of the week; did you mean `monday`?"),
    ("[warehouse]\nurl = 'duckdb:///x'\n[warehouse.files]\ne = 'e.csv'\n" + EVENTS, "warehouse.url",
     "give one of `url`, `files` and `snowflake`."),
    ("[warehouse]\n" + EVENTS, "warehouse.url", "give one of `url`, `files` and `snowflake`."),
    ("[warehouse.files]\n" + EVENTS, "warehouse.url", "give one of `url`, `files` and `snowflake`."),
    ("[warehouse.files]\n'a.b' = 'x.csv'\n" + EVENTS, "warehouse.files.a.b",
     "the name of a table needs a letter or more and has no dot."),
    ("[warehouse.files]\ne = []\n" + EVENTS, "warehouse.files.e", "is empty; give it a value or remove the line."),
    ("[warehouse.files]\ne = '${SIGHTLINE_NO_SUCH}/e.csv'\n" + EVENTS, "warehouse.files.e",
     "the environment variable SIGHTLINE_NO_SUCH is not set; set it before you start."),
    ("[warehouse]\nurl = 'duckdb:///${SIGHTLINE_NO_SUCH}/e.duckdb'\n" + EVENTS, "warehouse.url",
     "the environment variable SIGHTLINE_NO_SUCH is not set; set it before you start."),
    (WAREHOUSE + EVENTS + USERS + "exclude = [{ column = 'c' }]\n", "users.exclude[0].in",
     "give exactly one of `in`, `ends_with` and `contains`."),
    (WAREHOUSE + EVENTS + USERS + "exclude = [{ column = 'c', in = 'a', contains = 'b' }]\n", "users.exclude[0].in",
     "give exactly one of `in`, `ends_with` and `contains`."),
    (WAREHOUSE + EVENTS + USERS + "exclude = [{ in = ['a'] }]\n", "users.exclude[0].column",
     "is missing; it must name a column."),
    (WAREHOUSE + EVENTS + USERS + "exclude = ['bots']\n", "users.exclude[0]", "must be a table, not 'bots'."),
    (WAREHOUSE + EVENTS + USERS + "[users.segments.plan]\n[features.a]\neligible = { paln = 'Pro' }\n",
     "features.a.eligible.paln", "there is no segment 'paln', did you mean `plan`?"),
    (WAREHOUSE + EVENTS + "[features.a]\neligible = { plan = 'Pro' }\n", "features.a.eligible.plan",
     "there is no segment 'plan', there are none."),
    (WAREHOUSE + EVENTS + USERS + "[users.segments.plan]\n[features.a]\neligible = { plan = [] }\n",
     "features.a.eligible.plan", "is empty; give it a value or remove the line."),
    (WAREHOUSE + EVENTS + "[features.a]\nlabel = 'X'\n[features.b]\nlabel = 'X'\n", "features.b.label",
     "'X' is the label of another feature too."),
    (WAREHOUSE + EVENTS + "[features.a]\nactive = false\n", "features",
     "none is `active`, so nobody could ever be; leave it out on most features."),
    (WAREHOUSE + EVENTS + USERS + "account = 'a'\n[users.segments.plan]\n"
     "[accounts]\ntable = 'a'\nid = 'id'\n[accounts.segments.plan]\n", "accounts.segments.plan",
     "there is another segment of this name."),
    (WAREHOUSE + EVENTS + "[features.boards]\n[activation]\nfeatures = ['boards', 'bords']\n", "activation.features",
     "there is no feature 'bords', did you mean `boards`?"),
    (WAREHOUSE + EVENTS + "[behaviours.b]\ndays = 28\n", "behaviours.b.used", "give exactly one of `used`"),
    (WAREHOUSE + EVENTS + "[behaviours.b]\nused = 'a'\ninactive = true\ndays = 28\n", "behaviours.b.used",
     "give exactly one of `used`"),
    (WAREHOUSE + EVENTS + "[features.export]\n[behaviours.b]\nadopted = 'exprt'\ndays = 7\n", "behaviours.b.adopted",
     "there is no feature 'exprt', did you mean `export`?"),
    (WAREHOUSE + EVENTS + "[behaviours.b]\ninactive = true\ndays = 0\n", "behaviours.b.days",
     "must be a whole number of days from 1 to 366."),
    (WAREHOUSE + EVENTS + "[behaviours.b]\ninactive = false\ndays = 7\n", "behaviours.b.inactive",
     "must be `true`, or be left out."),
    (WAREHOUSE + EVENTS + "[behaviours.b]\ninactive = true\nday = 7\ndays = 7\n", "behaviours.b.day", "unknown key"),
    (WAREHOUSE + EVENTS + USERS + "[users.segments.plan]\n[behaviours.plan]\ninactive = true\ndays = 7\n",
     "behaviours.plan", "there is a segment of this name too."),
    (WAREHOUSE + EVENTS + "[events.segments.device]\n[features.a]\neligible = { device = 'iOS' }\n",
     "features.a.eligible.device", "is an attribute of events; name one of users or accounts."),
    (WAREHOUSE + EVENTS + "[events.segments.plan]\n" + USERS + "[users.segments.plan]\n", "events.segments.plan",
     "there is another segment of this name."),
    (WAREHOUSE + EVENTS + "[activation]\n", "activation.features",
     "is missing; it must list the keys of one or more features."),
    (WAREHOUSE + EVENTS + "[activation]\nfeatures = []\n", "activation.features",
     "is empty; give it a value or remove the line."),
    (WAREHOUSE + EVENTS + "[activation]\nfeatures = 'a'\nfeature = 'a'\n", "activation.feature",
     "unknown key, did you mean `features`?"),
    (WAREHOUSE + EVENTS + "activation = 'a'\n", "events.activation", "unknown key, "),
    ("activation = 'a'\n" + WAREHOUSE + EVENTS, "activation", "must be a table, not 'a'."),
    (WAREHOUSE + EVENTS.replace('"e"', '"e.sql"'), "events.table",
     "there is no file 'e.sql' beside the product file."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "what"), MISTAKES, ids=[where for _, where, _ in MISTAKES])
def test_a_mistake_is_reported_with_its_place_and_what_to_do(
    tmp_path: Path, text: str, where: str, what: str
) -> None:
    found = mistakes(tmp_path, text)

    assert list(found) == [where]
    assert found[where].startswith(what)


def test_all_mistakes_are_reported_at_once_in_the_order_of_their_places(tmp_path: Path) -> None:
    text = "week_start = 'x'\nas_of = 5\n[warehouse]\n[events]\ntable = 'gone.sql'\n[features.a]\ncor = true\n"

    with pytest.raises(ProductError) as caught:
        load(tmp_path, text)

    places = [mistake.where for mistake in caught.value.mistakes]
    assert places == ["as_of", "events.name", "events.table", "events.time", "events.user", "features.a.cor",
                      "warehouse.url", "week_start"]  # fmt: skip
    assert str(caught.value).startswith("product.toml has 8 mistakes to mend:\n- `as_of`: must be")


def test_a_file_that_is_not_there_says_where_to_begin(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match=r"`nothing.toml`: there is no such file; copy the demo's product.toml"):
        product_file.load(tmp_path / "nothing.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name = ", "is not valid TOML: Invalid value (at end of document)."),
        (b"as_of = 2026-02-30", "is not valid TOML: "),
        (b"n = " + b"9" * 5000, "is not valid TOML: "),
        (b"n = " + b"[" * 5000, "is not valid TOML: "),
        (b'name = "caf\xe9"', "is not UTF-8 text; save it as UTF-8."),
    ],
    ids=["half a line", "no such day", "a number of 5,000 digits", "5,000 brackets", "Latin-1"],
)
def test_a_file_that_is_not_toml_says_so(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "product.toml"
    path.write_bytes(content)

    with pytest.raises(ProductError) as caught:
        product_file.load(path)

    assert said in str(caught.value)


def test_a_folder_in_place_of_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProductError, match="cannot be read: Is a directory"):
        product_file.load(tmp_path)


def test_an_empty_file_lacks_a_warehouse_and_events(tmp_path: Path) -> None:
    assert list(mistakes(tmp_path, "")) == ["events", "warehouse"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad.sql", "'bad.sql' is not UTF-8 text; save it as UTF-8."),
        ("folder.sql", "'folder.sql' cannot be read: Is a directory."),
        ("x" * 300 + ".sql", "cannot be read: File name too long."),
        ("a\\u0000b.sql", "cannot be read: embedded null byte."),
    ],
    ids=["not UTF-8", "a folder", "too long", "a null byte"],
)
def test_a_sql_file_that_cannot_be_read_is_a_mistake_of_its_table(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "bad.sql").write_bytes(b"SELECT 'caf\xe9'")
    (tmp_path / "folder.sql").mkdir()

    found = mistakes(tmp_path, WAREHOUSE + EVENTS.replace('"e"', f'"{name}"'))

    assert list(found) == ["events.table"]
    assert found["events.table"].endswith(said)


@pytest.mark.parametrize(
    ("text", "value", "expanded"),
    [
        ("plain.csv", "x", "plain.csv"),
        ("${PLACE}/a.csv", "/data/here", "/data/here/a.csv"),
        ("${PLACE}/a.csv", "data", f"{Path.cwd()}/data/a.csv"),
        ("data/${PLACE}.csv", "march", "data/march.csv"),
        ("duckdb:///${PLACE}/a.duckdb", "data", f"duckdb:///{Path.cwd()}/data/a.duckdb"),
        ("${PLACE}", "postgresql://me:secret@host/db", "postgresql://me:secret@host/db"),
        ("postgresql://me:${PLACE}@host/db", "secret", "postgresql://me:secret@host/db"),
        ("${PLACE}/${PLACE}", "/a", "/a//a"),
        ("${PLACE-x}/a$.csv", "x", "${PLACE-x}/a$.csv"),
    ],
)
def test_variables_are_replaced_and_a_relative_path_is_of_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, text: str, value: str, expanded: str
) -> None:
    monkeypatch.setenv("PLACE", value)

    assert config.expand(text) == expanded


def test_a_variable_set_to_nothing_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "")

    with pytest.raises(LookupError, match="PLACE"):
        config.expand("${PLACE}/a.csv")


def test_the_definition_changes_with_what_is_counted_and_not_with_words_about_it(tmp_path: Path) -> None:
    (tmp_path / "e.sql").write_text("SELECT 1")
    text = WAREHOUSE + EVENTS.replace('"e"', '"e.sql"') + "[features.a]\n[features.b]\n"
    before = load(tmp_path, text).definition_hash()

    words = "owner = 'Ann'\nlabel = 'Bee'\nlaunched = 2026-01-01\ntarget = 0.4\n"
    renamed = load(tmp_path, "name = 'New'\n" + text + words)
    other_day = load(tmp_path, "timezone = 'Asia/Tokyo'\n" + text)
    other_events = load(tmp_path, text + "events = 'c'\n")
    assert renamed.definition_hash() == before
    assert before not in {other_day.definition_hash(), other_events.definition_hash()}

    (tmp_path / "e.sql").write_text("SELECT 2")
    assert renamed.definition_hash() != before


SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=8), st.sampled_from(["UTC", "sunday", "duckdb:///x", "e.sql", "a/../b.sql", "${HOME}/x", "${NO}"]),
    st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times(),
)  # fmt: skip
KEYS = st.sampled_from(
    ["name", "timezone", "week_start", "as_of", "warehouse", "snowflake", "url", "files", "timeout_s", "events",
     "users", "accounts", "identity", "features", "segments", "table", "user", "time", "account", "anonymous",
     "loaded_at", "since", "id", "signup", "ended", "exclude", "column", "in", "ends_with", "contains", "why",
     "label", "values", "area", "owner",
     "launched", "eligible", "core", "active", "target", "activation", "review",
     "metric", "feature", "count", "ignores", "metrics", "ratio", "difference", "certified", "changelog", "status",
     "replaced_by", "adoption", "new", "", "a.b", "🦊"]
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=20
)
SECTIONS = st.dictionaries(KEYS, VALUES, max_size=6)
TOP = ("warehouse", "events", "users", "accounts", "identity", "features", "activation", "review", "metrics",
       "timezone", "week_start", "as_of", "name")  # fmt: skip
GARBAGE = st.fixed_dictionaries({}, optional=dict.fromkeys(TOP, SECTIONS | VALUES))
LAX = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # the folder stays as it is; garbage takes its time


@settings(max_examples=200, deadline=None, suppress_health_check=LAX)
@given(values=GARBAGE)
def test_whatever_a_toml_file_holds_it_gives_a_product_or_mistakes_and_nothing_else(
    values: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "product.toml"
    path.touch()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", lambda _: values)
        try:
            made: object = product_file.load(path)
        except ProductError as error:
            made = error

    assert isinstance(made, Product) or (isinstance(made, ProductError) and made.mistakes)
    assert str(made)


def test_the_products_in_this_repository_are_free_of_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OULAD_DIR", "anywhere")

    for path in (config.DEMO_PRODUCT, config.HOME / "examples" / "oulad" / "product.toml"):
        assert product_file.load(path).features


def test_behaviours_become_segments_with_their_names(tmp_path: Path) -> None:
    text = "[features.export]\nlabel = 'Export it'\n[behaviours.fresh]\nadopted = 'export'\ndays = 7\n"
    made = load(tmp_path, WAREHOUSE + EVENTS + text)

    assert made.behaviours == (Segment(
        "fresh", "Fresh", "", "user",
        (("yes", "adopted Export it within 7 days"), ("no", "did not adopt Export it within 7 days")),
        Behaviour("adopted", 7, "export"),
    ),)  # fmt: skip
    assert made.definition_hash() == load(tmp_path, WAREHOUSE + EVENTS + text.split("[behaviours")[0]).definition_hash()


@pytest.mark.parametrize("key", ["used.export.28", "adopted.a.b.7", "inactive.14"])
def test_the_key_of_a_behaviour_is_all_of_it(key: str) -> None:
    did = behaviour(key)

    assert did is not None
    assert behavioural(did, "Export").key == key


@pytest.mark.parametrize("key", ["", "plan", "used.28", "used.export", "used.export.0", "used.export.9999",
                                 "used.export.-1", "inactive.export.7", "inactive", "used.export.²"])  # fmt: skip
def test_what_is_no_behaviour_is_none(key: str) -> None:
    assert behaviour(key) is None
