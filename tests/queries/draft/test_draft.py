"""A product file drafted from what tables hold: what is chosen, what is left out, and that it always loads."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import config, draft
from queries.draft import __main__ as command
from queries.draft import features
from queries.draft.features import FoundFeature
from queries.errors import DataError, ProductError, WarehouseError
from queries.product import Product
from queries.product import file as product_file
from queries.product.toml_text import quoted
from queries.warehouse import Warehouse, selects
from tests import products

TODAY = date(2026, 11, 21)


def drafted(folder: Path, source: draft.Source) -> tuple[Product, draft.Draft]:
    """What is proposed for a source, as it loads."""
    made = draft.propose(source, folder, TODAY)
    return product_file.loaded(source.with_secret(made.text), folder / "product.toml"), made


def segments(product: Product) -> list[tuple[str, str, str, list[str]]]:
    """The segments without what they and their values are called."""
    return [(s.key, s.of, s.column, sorted(value for value, _ in s.labels)) for s in product.segments]


def exports(folder: Path, **tables: pl.DataFrame) -> draft.Source:
    """Frames as Parquet files of a folder, and that folder as what is given."""
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
    return draft.of_files([str(folder)], folder)


def events(names: Sequence[str], users: Sequence[str] = ("ann", "bo")) -> pl.DataFrame:
    """Each of some users does everything once on each of two days, the last of them a day before today."""
    rows = [(user, datetime(2026, 11, day, 9), name) for day in (19, 20) for user in users for name in names]
    return pl.DataFrame(rows, schema=["user_id", "occurred_at", "event_name"], orient="row")


@pytest.fixture
def quillboard_warehouse(quillboard: Path) -> Path:
    return quillboard.parent / "demo.duckdb"


# What is chosen -------------------------------------------------------------------------------------------------------


def test_the_demos_tables_are_told_as_its_own_product_file_tells_them(quillboard_warehouse: Path) -> None:
    own = product_file.load(config.DEMO_PRODUCT)
    folder = quillboard_warehouse.parent

    made, _ = drafted(folder, draft.of_url(str(quillboard_warehouse), folder))

    assert (made.events, made.accounts, made.connection.url) == (own.events, own.accounts, "duckdb:///demo.duckdb")
    assert made.users is not None
    assert own.users is not None
    assert [rule for rule in own.users.exclude if rule.why == "bots"] == [*made.users.exclude]
    assert (made.users.id, made.users.account, made.users.signup, made.users.ended) == (
        own.users.id, own.users.account, own.users.signup, own.users.ended,
    )  # fmt: skip
    assert segments(made) == segments(own)
    used = {name for feature in own.features for name in feature.events}
    assert used <= {name for feature in made.features for name in feature.events}
    assert made.timezone == "UTC"


def test_what_was_chosen_and_how_sure_that_is_is_said(quillboard_warehouse: Path) -> None:
    said = draft.propose(draft.of_url(str(quillboard_warehouse)), quillboard_warehouse.parent, TODAY).said

    assert said[1] == ('Events are "events" (sure): who is "user_id" (sure); when is "occurred_at" (sure); what is '
                       '"event_name" (sure).')  # fmt: skip
    assert "Left out as personal or sensitive: \"email\"." in said
    assert 'No features, because they happen by themselves: "session_start", "heartbeat".' in said


def test_a_column_that_might_as_well_be_meant_is_named_beside_the_one_that_was_chosen(tmp_path: Path) -> None:
    source = exports(tmp_path, log=events(["open"] * 3).with_columns(sent_at=pl.col("occurred_at")))

    made, proposal = drafted(tmp_path, source)

    assert made.events.time == "occurred_at"
    assert 'time = "occurred_at"   # when (likely, else perhaps "sent_at")' in proposal.text


def test_users_among_very_many_are_looked_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.draft.looking.MOST_ROWS", 3)  # so that the rows read have none of them
    people = pl.DataFrame({"id": ["x", "y", "z", "ann", "bo"], "signup": [date(2026, 1, 1)] * 5})

    made, proposal = drafted(tmp_path, exports(tmp_path, events=events(["open"]), users=people))

    assert made.users is not None
    assert "100% of those in the newest events are in it" in proposal.text


def test_of_two_tables_with_user_ids_the_one_that_knows_who_was_there_is_users(tmp_path: Path) -> None:
    people = pl.DataFrame({"user_id": ["ann", "bo", "cy"], "created_at": [date(2026, 1, 1)] * 3})
    strangers = people.with_columns(user_id=pl.Series(["x", "y", "z"]))

    made, _ = drafted(tmp_path, exports(tmp_path, events=events(["open"] * 9), users=strangers, visitors=people))

    assert made.users is not None
    assert (made.users.table, made.users.signup) == ("visitors", "created_at")


def test_personal_and_sensitive_columns_are_no_segments_and_their_values_are_nowhere(tmp_path: Path) -> None:
    people = pl.DataFrame({
        "user_id": [f"u{i}" for i in range(40)], "plan_name": ["Pro", "Free"] * 20, "is_test": [False] * 39 + [True],
        "full_name": ["Ann Secretson", "Bo Secretson"] * 20, "contact": ["a@secret.example", "b@secret.example"] * 20,
        "whatsapp": ["+49 30 1234567", "+49 30 7654321"] * 20, "gender": ["secret a", "secret b"] * 20,
        "notes": [f"secret {i}" for i in range(40)], "city": ["Ulm", "Bonn"] + [None] * 38,
    })  # fmt: skip

    made, proposal = drafted(tmp_path, exports(tmp_path, events=events(["open"], [*people["user_id"]]), users=people))

    assert [segment.key for segment in made.segments] == ["plan_name"]
    assert made.users is not None
    assert [(rule.column, rule.values) for rule in made.users.exclude] == [("is_test", ("true",))]
    assert "ecret" not in proposal.text + "".join(proposal.said)


def test_data_that_has_ended_is_offered_its_last_day(tmp_path: Path) -> None:
    old = events(["open"] * 3).with_columns(pl.col("occurred_at") - timedelta(days=365))

    assert "# as_of = 2025-11-20" in draft.propose(exports(tmp_path, events=old), tmp_path, TODAY).text


# Features -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["board_view", "board_edit"], [("board", "Board", 2)]),
        (["Project Created", "Project Deleted", "Viewed Report"], [("project", "Project", 2), ("report", "Report", 1)]),
        (["viewed_report", "exported_report"], [("report", "Report", 2)]),
        (["acme_a_b", "acme_a_c", "acme_d", "acme_e", "acme_f", "acme_g"],
         [("a", "A", 2), ("d", "D", 1), ("e", "E", 1), ("f", "F", 1), ("g", "G", 1)]),
        (["aiSummaryCreate", "aiSummaryAccept", "$autocapture"], [("ai_summary", "AI summary", 2)]),
        (["検索", "!!!"], [("feature", "!!!", 1), ("feature_2", "検索", 1)]),
    ],
)  # fmt: skip
def test_names_that_begin_alike_are_one_feature(names: list[str], found: list[tuple[str, str, int]]) -> None:
    made = features.features([(name, 1) for name in names]).features

    assert sorted((one.key, one.label, len(one.events)) for one in made) == sorted(found)


def test_features_are_most_used_first_and_the_rest_of_hundreds_is_counted() -> None:
    names = [(f"{chr(97 + i // 26)}{chr(97 + i % 26)}thing_open", 500 - i) for i in range(300)]

    made = features.features(names)

    assert made.features[0] == FoundFeature("aathing", "Aathing", ("aathing_open",), 500)
    assert (len(made.features), len(made.left_out)) == (features.MOST, 300 - features.MOST)


def test_the_newest_events_make_the_features(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("queries.draft.looking.MOST_EVENTS", 4)
    old = events(["gone"] * 9).with_columns(pl.col("occurred_at") - timedelta(days=90))

    made, _ = drafted(tmp_path, exports(tmp_path, events=pl.concat([old, events(["new"])])))

    assert [feature.key for feature in made.features] == ["new"]


def test_where_the_newest_events_take_too_long_to_find_those_that_were_read_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = Warehouse.fetch

    def slow(self: Warehouse, select: selects.Select) -> pl.DataFrame:
        if select._order_by_clauses:
            raise WarehouseError("timeout", "It took too long.")
        return fetch(self, select)

    monkeypatch.setattr(Warehouse, "fetch", slow)

    made, proposal = drafted(tmp_path, exports(tmp_path, events=events(["open"])))

    assert [feature.key for feature in made.features] == ["open"]
    assert "they took too long to find" in proposal.said[0]


# What may be in a warehouse -------------------------------------------------------------------------------------------

NAMES = st.one_of(st.text(min_size=1, max_size=12), st.sampled_from([*products.HOSTILE, 'x"]\n[people]\nadmins=["@"]']))
PLAIN_NAMES = NAMES.filter(lambda name: "\0" not in name and name.encode("utf-8", "replace").decode() == name)
SAID = PLAIN_NAMES.filter(lambda name: bool(name.strip()))


@settings(max_examples=15, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=8, unique=True), st.lists(PLAIN_NAMES, min_size=2, max_size=5),
       PLAIN_NAMES)  # fmt: skip
def test_whatever_things_are_called_the_draft_loads_and_counts_each_event(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], values: list[str], column: str
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    users = [f"u{i}" for i in range(3 * len(values))]
    people = pl.DataFrame({"user_id": users, column if column.lower() != "user_id" else "c": values * 3})
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        for table, frame in {"events": events(names, users), "users": people}.items():
            connection.register("frame", frame.to_arrow())
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM frame")

    made, proposal = drafted(folder, draft.of_url(str(folder / "w.duckdb"), folder))

    kept = [name for feature in made.features for name in feature.events]
    assert len(kept) == len({*kept})
    assert {name.strip() for name in names} >= {name.strip() for name in kept}  # warehouses trim spaces of their own
    assert made.people.admins == ()
    assert made.name == "My product"
    assert all(quoted(name) in proposal.text for name in kept)


def test_no_statement_reads_more_than_its_bound(quillboard_warehouse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[selects.Select] = []
    send = Warehouse._arrow

    def noted(self: Warehouse, select: selects.Select) -> pa.Table:
        asked.append(select)
        return send(self, select)

    monkeypatch.setattr(Warehouse, "_arrow", noted)

    draft.propose(draft.of_url(str(quillboard_warehouse)), quillboard_warehouse.parent, TODAY)

    unbounded = [select for select in asked if select._limit is None]
    assert [select.get_execution_options()["job"] for select in unbounded] == ["tables"]  # their names only
    assert max(select._limit or 0 for select in asked) == 50_000


def test_a_warehouse_without_events_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No table looks like events: of prices none has a column each for who, when"):
        draft.propose(exports(tmp_path, prices=pl.DataFrame({"price": [1, 2]})), tmp_path, TODAY)


def test_times_that_are_numbers_are_named(tmp_path: Path) -> None:
    numbers = events(["open"]).with_columns(pl.col("occurred_at").dt.epoch("ms").alias("time")).drop("occurred_at")

    with pytest.raises(DataError, match="clicks may hold events, but time holds no date or timestamp"):
        draft.propose(exports(tmp_path, clicks=numbers), tmp_path, TODAY)


# What is given --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "section", "secret"),
    [
        ("postgresql://me:hunter2@db/a", 'url = "postgresql://me:${SIGHTLINE_PASSWORD}@db/a"', "hunter2"),
        ("postgresql://me:${PW}@db/a", 'url = "postgresql://me:${PW}@db/a"', None),
        ("postgresql://me@db/a", 'url = "postgresql://me@db/a"', None),
        ("${ADDRESS}", 'url = "${ADDRESS}"', None),
        ("snowflake://dash", 'snowflake = "dash"', None),
        ("snowflake://me:hunter2@org-acc/DB/PUBLIC?warehouse=XS", 'password = "${SIGHTLINE_PASSWORD}"', "hunter2"),
    ],
)
def test_no_password_reaches_the_file(
    address: str, section: str, secret: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PW", "hunter2")
    monkeypatch.setenv("ADDRESS", "postgresql://me:hunter2@db/a")

    source = draft.of_url(address)

    assert section in source.section
    assert source.secret == secret
    assert "hunter2" not in source.section + repr(source)
    assert "hunter2" in source.with_secret(source.section) or secret is None


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("hello", "is no address; write duckdb"),
        ("duckdb:///nowhere.duckdb", "there is no file"),
        ("postgresql://db/a?password=hunter2", "has a secret after its"),
        ("snowflake://me@acc/DB?token=hunter2", "has a secret after its"),
        ("snowflake://me@acc/DB?colour=red", "'colour' cannot be in the address"),
        ("postgresql://${NOT_SET}@db/a", "the environment variable NOT_SET is not set"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_a_sentence(address: str, said: str) -> None:
    with pytest.raises(ProductError) as caught:
        draft.of_url(address)

    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_files_that_differ_by_their_dates_are_one_table_found_by_a_pattern(tmp_path: Path) -> None:
    for month in ("2026-09", "2026-10"):
        events(["open"]).write_csv(tmp_path / f"events-{month}.csv")
    pl.DataFrame({"user_id": ["ann", "bo"], "plan": ["Pro", "Pro"]}).write_csv(tmp_path / "users.csv")

    made, _ = drafted(tmp_path, draft.of_files([str(tmp_path)], tmp_path))

    assert dict(made.connection.files) == {"events": ("events*.csv",), "users": ("users.csv",)}


def test_the_command_writes_a_file_and_never_over_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exports(tmp_path, events=events(["open"]))
    asked = ["--files", str(tmp_path / "events.parquet"), "--out", str(tmp_path / "mine" / "product.toml")]

    assert command.main(asked) == 0
    written = (tmp_path / "mine" / "product.toml").read_bytes()
    assert product_file.load(tmp_path / "mine" / "product.toml").events.table == "events"
    assert f"make run PRODUCT={tmp_path / 'mine' / 'product.toml'}" in capsys.readouterr().out

    assert command.main(asked) == 1
    assert "nothing is overwritten" in capsys.readouterr().err
    assert (tmp_path / "mine" / "product.toml").read_bytes() == written
