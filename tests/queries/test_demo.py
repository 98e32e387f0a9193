"""The demo product: the warehouse is the same each time, looks like one found in life, and its silences are silent.

Whether the measures find the planted truths is tested with the measures.
"""

import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from queries import demo

PRODUCT = Path(__file__).parents[2] / "product.toml"
IN_BERLIN = "timezone('Europe/Berlin', timezone('UTC', {}))"
Warehouse = duckdb.DuckDBPyConnection

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "not" / "there" / "demo.duckdb"
    demo.write(path)
    return path


@pytest.fixture(scope="module")
def warehouse(file: Path) -> Iterator[Warehouse]:
    with duckdb.connect(str(file), read_only=True) as connection:
        yield connection


def rows(warehouse: Warehouse, select: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(select).fetchall()


def value(warehouse: Warehouse, select: str) -> Any:
    [(only,)] = rows(warehouse, select)
    return only


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def contents(warehouse: Warehouse, table: str) -> tuple[Any, ...]:
    """The number of rows and an order-free digest of all cells."""
    [digest] = rows(warehouse, f"SELECT count(*), sum(hash({table})), bit_xor(hash({table})) FROM {table}")
    return digest


def test_two_writes_give_identical_tables(warehouse: Warehouse, tmp_path: Path) -> None:
    again = tmp_path / "again.duckdb"

    demo.write(again)

    with duckdb.connect(str(again), read_only=True) as other:
        for table in ("events", "users", "accounts"):
            assert contents(other, table) == contents(warehouse, table)


def test_a_write_that_fails_halfway_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo.duckdb"
    path.write_text("yesterday's")
    monkeypatch.setattr(demo, "_users_table", lambda _: None)  # the events are written by then

    with pytest.raises(AttributeError):
        demo.write(path)

    assert path.read_text() == "yesterday's"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_small_and_alone(file: Path) -> None:
    assert file.stat().st_size < 80_000_000
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("events", "event_id BIGINT, user_id VARCHAR, event_name VARCHAR, occurred_at TIMESTAMP, platform VARCHAR"),
        (
            "users",
            "user_id VARCHAR, account_id VARCHAR, email VARCHAR, role VARCHAR, platform VARCHAR, created_at TIMESTAMP, "
            "deactivated_at TIMESTAMP, is_bot BOOLEAN",
        ),
        (
            "accounts",
            "account_id VARCHAR, name VARCHAR, plan VARCHAR, region VARCHAR, company_size VARCHAR, "
            "created_at TIMESTAMP",
        ),
    ],
)
def test_tables_have_the_columns_of_a_warehouse(warehouse: Warehouse, table: str, columns: str) -> None:
    described = rows(warehouse, f"DESCRIBE {table}")

    assert ", ".join(f"{name} {kind}" for name, kind, *_ in described) == columns


@pytest.mark.parametrize(
    ("table", "least", "most"),
    [("events", 3_000_000, 5_500_000), ("users", 19_500, 20_000), ("accounts", 2_950, 3_000)],
)
def test_tables_are_as_long_as_promised(warehouse: Warehouse, table: str, least: int, most: int) -> None:
    assert least <= value(warehouse, f"SELECT count(*) FROM {table}") <= most


@pytest.mark.parametrize(
    ("table", "key"), [("events", "event_id"), ("users", "user_id"), ("users", "email"), ("accounts", "account_id")]
)
def test_keys_are_unique(warehouse: Warehouse, table: str, key: str) -> None:
    assert value(warehouse, f"SELECT count(*) - count(DISTINCT {key}) FROM {table}") == 0


def test_every_reference_leads_somewhere(warehouse: Warehouse) -> None:
    lost = "SELECT count(*) FROM events ANTI JOIN users USING (user_id) WHERE user_id IS NOT NULL"

    assert value(warehouse, lost) == 0
    assert value(warehouse, "SELECT count(*) FROM users ANTI JOIN accounts USING (account_id)") == 0
    assert value(warehouse, "SELECT count(*) FROM accounts ANTI JOIN users USING (account_id)") == 0


def test_history_is_a_hundred_and_ten_weeks_and_three_days_in_berlin(warehouse: Warehouse) -> None:
    day = f"{IN_BERLIN.format('occurred_at')}::DATE"
    first, last, days = rows(warehouse, f"SELECT min({day}), max({day}), count(DISTINCT {day}) FROM events")[0]

    assert (first, last, days) == (demo.FIRST_DAY, demo.LAST_DAY, 110 * 7 + 3)
    assert demo.FIRST_DAY.isoweekday() == 1
    assert (demo.LAST_COMPLETE_DAY - demo.FIRST_DAY).days + 1 == 110 * 7
    assert demo.LAST_DAY.isoformat() == "2026-11-18"


def test_nobody_acts_before_sign_up_or_after_the_end(warehouse: Warehouse) -> None:
    outside = """
        SELECT count(*) FROM events JOIN users USING (user_id)
        WHERE NOT is_bot AND (occurred_at < created_at OR occurred_at > deactivated_at)
    """

    assert value(warehouse, outside) == 0


def test_accounts_are_no_younger_than_their_users(warehouse: Warehouse) -> None:
    older = "SELECT count(*) FROM users JOIN accounts USING (account_id) WHERE users.created_at < accounts.created_at"

    assert value(warehouse, older) == 0


def test_employees_and_bots_are_there_to_be_left_out(warehouse: Warehouse) -> None:
    employees = "SELECT count(*), count(DISTINCT account_id) FROM users WHERE ends_with(email, '@northbeam.example')"
    volume = """
        SELECT min(n) FILTER (is_bot), max(n) FILTER (NOT is_bot)
        FROM (SELECT is_bot, count(*) AS n FROM events JOIN users USING (user_id) GROUP BY user_id, is_bot)
    """

    [(people, accounts)] = rows(warehouse, employees)
    [(least_of_a_bot, most_of_a_person)] = rows(warehouse, volume)

    assert people > 30
    assert accounts == 1
    assert value(warehouse, "SELECT count(*) FROM users WHERE is_bot") == 6
    assert least_of_a_bot > 3 * most_of_a_person


def test_some_values_are_missing_but_few(warehouse: Warehouse) -> None:
    assert value(warehouse, "SELECT count(*) FROM events WHERE user_id IS NULL") == 400
    assert value(warehouse, "SELECT count(*) FROM accounts WHERE plan IS NULL") == 20
    assert 100 < value(warehouse, "SELECT count(*) FROM users WHERE role IS NULL") < 500


@pytest.mark.parametrize(("region", "earliest", "latest"), [("apac", 3, 13), ("emea", 8, 18), ("amer", 14, 24)])
def test_regions_work_by_day(warehouse: Warehouse, region: str, earliest: int, latest: int) -> None:
    hour = f"hour({IN_BERLIN.format('occurred_at')})"
    hours = f"""
        SELECT min({hour}), max({hour}) FROM events JOIN users USING (user_id) JOIN accounts USING (account_id)
        WHERE region = '{region}' AND NOT is_bot
    """

    first, last = rows(warehouse, hours)[0]
    assert first >= earliest
    assert last < latest


def test_most_events_are_on_weekdays(warehouse: Warehouse) -> None:
    weekday = f"isodow({IN_BERLIN.format('occurred_at')}) <= 5"

    assert value(warehouse, f"SELECT avg(({weekday})::INT) FROM events") > 0.9


def test_the_silent_feature_is_used_every_day_but_three(warehouse: Warehouse) -> None:
    names = listed(demo.HABITS[demo.TRUTHS.silent_feature].events)
    day = f"{IN_BERLIN.format('occurred_at')}::DATE"
    silent = f"""
        SELECT day::DATE FROM generate_series(TIMESTAMP '{demo.FIRST_DAY}', '{demo.LAST_DAY}', INTERVAL 1 DAY) AS _(day)
        WHERE day::DATE NOT IN (SELECT {day} FROM events WHERE event_name IN ({names})) ORDER BY 1
    """

    assert [day for (day,) in rows(warehouse, silent)] == list(demo.TRUTHS.silent_days)


@pytest.mark.parametrize(
    ("feature", "launch"),
    [
        (demo.TRUTHS.ramp_feature, demo.TRUTHS.ramp_launch),
        (demo.TRUTHS.spike_feature, demo.TRUTHS.spike_launch),
    ],
)
def test_a_launched_feature_is_first_used_on_its_day(warehouse: Warehouse, feature: str, launch: date) -> None:
    first = f"SELECT min(occurred_at) FROM events WHERE event_name IN ({listed(demo.HABITS[feature].events)})"

    used: datetime = value(warehouse, first)
    assert used.date() == launch


def test_a_few_use_the_gated_feature_without_being_eligible(warehouse: Warehouse) -> None:
    by_rule = f"""
        SELECT count(DISTINCT user_id) FILTER (plan IN ({listed(demo.TRUTHS.gated_plans)})) AS eligible,
               count(DISTINCT user_id) - eligible AS others
        FROM events JOIN users USING (user_id) JOIN accounts USING (account_id)
        WHERE event_name IN ({listed(demo.HABITS[demo.TRUTHS.gated_feature].events)})
    """

    eligible, others = rows(warehouse, by_rule)[0]
    assert 0 < others < eligible / 20


def test_the_product_file_and_the_events_speak_of_the_same_features(warehouse: Warehouse) -> None:
    product = tomllib.loads(PRODUCT.read_text())
    features = product["features"]
    in_events = {name for (name,) in rows(warehouse, "SELECT DISTINCT event_name FROM events")}

    assert {key: tuple(feature["events"]) for key, feature in features.items()} == {
        key: habit.events for key, habit in demo.HABITS.items()
    }
    assert in_events == set(demo.EVENT_NAMES)
    assert len(features) == 24


def test_the_product_file_tells_the_planted_launches_and_the_gate() -> None:
    truths, features = demo.TRUTHS, tomllib.loads(PRODUCT.read_text())["features"]

    launched = {key: feature["launched"] for key, feature in features.items() if "launched" in feature}
    gated = features[truths.gated_feature]["eligible"]["plan"]

    assert launched == {truths.ramp_feature: truths.ramp_launch, truths.spike_feature: truths.spike_launch}
    assert tuple(label.lower() for label in gated) == truths.gated_plans
