"""Data as it is found: each oddity counts right, or is refused or left out in a sentence with the right numbers."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from queries.activity import Activity
from queries.bits import Words
from queries.calendar import to_date
from queries.errors import DataError, ProductError
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
from queries.snapshot.manifest import LeftOut, Snapshot
from tests import examples

TUESDAY = datetime(2026, 11, 3, 9)


def on(folder: Path, *tables: str, **parts: Any) -> Product:
    """A product on a DuckDB file made by statements; its events are events(user, at, name) unless told otherwise."""
    with duckdb.connect(str(folder / "w.duckdb")) as connection:
        for table in tables:
            connection.execute(table)
    return examples.product(folder, connection=Connection("duckdb:///w.duckdb"), **parts)


def events(*rows: str) -> str:
    """A statement that makes the events; each row is written in SQL."""
    return f'CREATE TABLE events AS FROM (VALUES {", ".join(rows)}) AS e ("user", "at", "name")'


def table(name: str, columns: str, *rows: str) -> str:
    return f"CREATE TABLE {name} AS FROM (VALUES {', '.join(rows)}) AS t ({columns})"


def left_out(snapshot: Snapshot) -> dict[str, tuple[int, int]]:
    return {row.what: (row.n, row.of) for row in snapshot.manifest.left_out}


def refusal(made: Product) -> str:
    with pytest.raises(DataError) as caught:
        extract.read(made, examples.NOW)
    return str(caught.value)


def first_days(activity: Activity) -> dict[str, date]:
    """Each user's first day with any feature."""
    users = activity.everyone["id"]
    return {users[unit]: to_date(day) for unit, day in activity.rows_of(None).select("unit", "first_day").rows()}


ONE = "('ann', TIMESTAMP '2026-11-03 09:00', 'open')"
TWO = "('bo', TIMESTAMP '2026-11-04 09:00', 'open')"


# Events -------------------------------------------------------------------------------------------------------------


def test_an_empty_events_table_says_so(tmp_path: Path) -> None:
    examples.write(tmp_path, [])

    assert refusal(examples.product(tmp_path)) == (
        "The events table 'events' has no event that can be counted (0 rows). "
        "Load some events, or name another table in the product file."
    )


def test_events_of_today_alone_say_that_the_day_is_not_fully_loaded(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", examples.NOW.replace(tzinfo=None), "open")])

    assert refusal(examples.product(tmp_path)) == (
        "The events table 'events' has no event that can be counted (1 rows). "
        "The first day with events, 21 Nov 2026, is not fully loaded yet."
    )


def test_events_without_user_time_or_name_and_absurd_times_are_left_out_once_each(tmp_path: Path) -> None:
    time = "TIMESTAMP '2026-11-03 09:00'"
    made = on(tmp_path, events(
        ONE, TWO,
        f"(NULL, {time}, 'open')", f"('', {time}, 'open')", "('  ', NULL, NULL)",
        "('ann', NULL, 'open')", "('ann', TIMESTAMP 'infinity', 'open')", "('ann', TIMESTAMP '-infinity', '')",
        f"('ann', {time}, NULL)", f"('ann', {time}, ' ')",
        "('ann', TIMESTAMP '1970-01-01', 'open')", "('ann', TIMESTAMP '1999-12-31 23:59', 'open')",
        "('ann', TIMESTAMP '0044-03-15 (BC)', 'open')",
        "('ann', TIMESTAMP '2027-01-01', 'open')", "('ann', TIMESTAMP '2026-11-22', 'open')",
        "('ann', TIMESTAMP '290000-01-01', 'open')",
    ))  # fmt: skip

    snapshot = extract.read(made, examples.NOW)

    assert left_out(snapshot) == {
        "events had no user": (3, 16),
        "events had no time": (3, 16),
        "events had no name": (2, 16),
        "events were dated before 1 Jan 2000": (3, 16),
        "events were dated in the future": (3, 16),
    }
    assert (snapshot.manifest.calendar.first_day, snapshot.manifest.calendar.as_of) == (
        date(2026, 11, 3), date(2026, 11, 4)
    )  # fmt: skip
    assert first_days(examples.of(snapshot, made)) == {"ann": date(2026, 11, 3), "bo": date(2026, 11, 4)}


def test_what_is_left_out_names_the_days_that_the_product_file_names(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", TUESDAY + timedelta(days=n), "open") for n in range(5)])
    made = examples.product(
        tmp_path, as_of=date(2026, 11, 5), events=Events("events", "user", "at", "name", since=date(2026, 11, 4))
    )

    assert left_out(extract.read(made, examples.NOW)) == {
        "events were dated before 4 Nov 2026": (1, 5),
        "events were dated after 5 Nov 2026": (2, 5),
    }


def test_when_no_event_can_be_counted_the_reasons_are_named(tmp_path: Path) -> None:
    made = on(tmp_path, events("(NULL, TIMESTAMP '2026-11-03', 'a')", "('ann', TIMESTAMP '2099-11-03', 'a')",
                               "('ann', TIMESTAMP '2098-11-03', 'a')"))  # fmt: skip

    assert refusal(made) == (
        "The events table 'events' has no event that can be counted (3 rows). "
        "Why: 1 of 3 events had no user; 2 of 3 events were dated in the future."
    )


def test_an_as_of_before_all_events_names_the_reason(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", TUESDAY, "open")])

    assert refusal(examples.product(tmp_path, as_of=date(2026, 11, 1))).endswith(
        "(1 rows). Why: 1 of 1 events were dated after 1 Nov 2026."
    )


def test_an_as_of_that_is_not_over_yet_is_refused(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", TUESDAY, "open")])

    assert refusal(examples.product(tmp_path, as_of=date(2026, 11, 21))) == (
        "`as_of` is 2026-11-21, a day that is not over yet; give an earlier day or leave it out."
    )


@pytest.mark.parametrize(
    ("loaded", "as_of"),
    [
        ("TIMESTAMP '2026-11-10 04:00'", date(2026, 11, 9)),
        ("TIMESTAMP '2099-01-01'", date(2026, 11, 20)),
        ("NULL::TIMESTAMP", date(2026, 11, 4)),
    ],
    ids=["the day before the newest arrival", "never today or later", "nothing is known: the last day with an event"],
)
def test_the_last_full_day_comes_from_when_rows_arrived(tmp_path: Path, loaded: str, as_of: date) -> None:
    made = on(
        tmp_path,
        events(ONE, TWO),
        f"ALTER TABLE events ADD COLUMN loaded TIMESTAMP DEFAULT {loaded}",
        events=Events("events", "user", "at", "name", loaded_at="loaded"),
    )

    assert extract.read(made, examples.NOW).manifest.calendar.as_of == as_of


def test_a_feature_whose_events_never_occur_is_used_by_nobody(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", TUESDAY, "open")])
    made = examples.product(tmp_path, features=(Feature("x", "X", ("never",)), Feature("open", "Open", ("open",))))

    activity = examples.load(made)
    answer = adoption(activity, activity.calendar.periods("week", with_open=True))

    assert answer.select("feature", "n", "of").rows() == [("x", 0, 1), ("open", 1, 1)]


def test_events_of_no_feature_still_tell_when_a_user_was_first_seen(tmp_path: Path) -> None:
    examples.write(tmp_path, [("ann", TUESDAY, "heartbeat"), ("ann", TUESDAY + timedelta(days=2), "open")])
    made = examples.product(tmp_path, features=(Feature("open", "Open", ("open",)),))

    activity = examples.load(made)

    assert to_date(activity.units["entry_day"][0]) == date(2026, 11, 3)
    assert first_days(activity) == {"ann": date(2026, 11, 5)}


# Days ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "time", "day"),
    [
        ("America/New_York", "DATE '2026-11-03'", date(2026, 11, 3)),
        ("America/New_York", "TIMESTAMP '2026-11-03 04:59:59'", date(2026, 11, 2)),
        ("America/New_York", "TIMESTAMP '2026-11-03 05:00:00'", date(2026, 11, 3)),
        ("America/New_York", "TIMESTAMP '2026-10-31 03:59:59'", date(2026, 10, 30)),  # summer time: an hour less
        ("America/New_York", "TIMESTAMP '2026-10-31 04:00:00'", date(2026, 10, 31)),
        ("America/New_York", "TIMESTAMP_S '2026-11-03 04:59:59'", date(2026, 11, 2)),
        ("America/New_York", "TIMESTAMP_NS '2026-11-03 04:59:59.999999'", date(2026, 11, 2)),
        ("America/New_York", "TIMESTAMPTZ '2026-11-03 04:59:59+00'", date(2026, 11, 2)),
        ("America/New_York", "TIMESTAMPTZ '2026-11-03 00:30:00-05'", date(2026, 11, 3)),
        ("America/New_York", "TIMESTAMPTZ '2026-11-04 17:59:59+13'", date(2026, 11, 3)),
        ("Pacific/Auckland", "DATE '2026-11-03'", date(2026, 11, 3)),
        ("Pacific/Auckland", "TIMESTAMP '2026-11-03 10:59:59'", date(2026, 11, 3)),
        ("Pacific/Auckland", "TIMESTAMP '2026-11-03 11:00:00'", date(2026, 11, 4)),
        ("Pacific/Auckland", "TIMESTAMPTZ '2026-11-03 10:59:59+00'", date(2026, 11, 3)),
        ("Pacific/Auckland", "TIMESTAMPTZ '2026-11-03 06:00:00-05'", date(2026, 11, 4)),
    ],
)
def test_each_kind_of_time_lands_on_the_day_of_the_products_zone(
    tmp_path: Path, zone: str, time: str, day: date
) -> None:
    made = on(
        tmp_path,
        events(f"('ann', {time}, 'open')"),
        table("users", "id, signup, ended", f"('ann', {time}, {time})"),
        users=Users("users", "id", signup="signup", ended="ended"),
        timezone=zone,
    )

    activity = examples.load(made)

    assert (activity.calendar.first_day, activity.calendar.as_of) == (day, day)
    assert first_days(activity) == {"ann": day}
    assert activity.units.select("signup_day", "ended_day").row(0) == (activity.units["entry_day"][0],) * 2


def test_the_day_that_is_not_over_is_that_of_the_products_zone(tmp_path: Path) -> None:
    now = examples.NOW.replace(hour=11)  # 22 November, half past midnight, in Auckland
    examples.write(tmp_path, [("ann", datetime(2026, 11, 20, 12), "open"), ("bo", datetime(2026, 11, 21, 10), "open")])

    auckland = extract.read(examples.product(tmp_path, timezone="Pacific/Auckland"), now)
    new_york = extract.read(examples.product(tmp_path, timezone="America/New_York"), now)

    assert auckland.manifest.calendar.as_of == date(2026, 11, 21)
    assert new_york.manifest.calendar.as_of == date(2026, 11, 20)


# Users --------------------------------------------------------------------------------------------------------------


def test_users_without_a_row_count_as_unknown_and_rows_without_a_user_are_left_out(tmp_path: Path) -> None:
    made = on(
        tmp_path,
        events(ONE, TWO),
        table("users", "id, plan, signup", "('ann', 'Pro', DATE '2026-11-01')", "('cy', 'Pro', DATE '2026-11-02')",
              "('ghost', 'Free', NULL)", "(NULL, 'Free', NULL)", "(' ', 'Free', NULL)"),
        users=Users("users", "id", signup="signup"),
        segments=(Segment("plan", "Plan", "plan", "user"),),
    )  # fmt: skip

    snapshot = extract.read(made, examples.NOW)
    activity = examples.of(snapshot, made)
    weeks = activity.calendar.periods("week", 1, with_open=True)
    answer = adoption(activity, weeks, by=("plan",), of="all")

    assert left_out(snapshot) == {
        "rows of the users table had no id": (2, 5),
        "users have events but no row in the users table; they count, their segments are (unknown)": (1, 4),
        "users have neither a sign-up date nor an event and count nowhere": (1, 4),
    }
    assert {segment: (n, of) for segment, n, of in answer.select("segment", "n", "of").rows()} == {
        "Pro": (1, 2), "(unknown)": (1, 1), "Free": (0, 0)
    }  # fmt: skip


def test_the_same_user_twice_is_refused_and_some_are_named(tmp_path: Path) -> None:
    rows = [f"('user {n}')" for n in (1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7)]
    made = on(tmp_path, events(ONE), table("users", "id", *rows), users=Users("users", "id"))

    assert refusal(made) == (
        "`users`: 6 ids stand more than once ('user 1', 'user 2', 'user 3', 'user 4', 'user 5' ...); "
        "give each user one row."
    )


def test_the_same_user_twice_but_for_spaces_is_refused_too(tmp_path: Path) -> None:
    made = on(tmp_path, events(ONE), table("users", "id", "('ann')", "(' ann ')"), users=Users("users", "id"))

    assert refusal(made).startswith("`users`: 1 id stands more than once ('ann')")


UUID = "'0b6f5cf2-5cf7-4b5a-8f5e-3f2f1c1d0a01'"


@pytest.mark.parametrize(
    ("in_events", "in_users", "id"),
    [
        ("7", "7", "7"),
        ("7::SMALLINT", "7::HUGEINT", "7"),
        ("7", "'7'", "7"),
        ("'7'", "7::UBIGINT", "7"),
        (f"{UUID}::UUID", f"{UUID}::UUID", UUID[1:-1]),
        (f"{UUID}::UUID", UUID, UUID[1:-1]),
        ("'ann'", "'ann'::BLOB", "ann"),
        ("'ann'::ENUM('bo', 'ann')", "'ann'", "ann"),
        ("'ann '", "' ann'", "ann"),
        ("9007199254740993", "'9007199254740993'", "9007199254740993"),
    ],
)
def test_ids_of_any_type_are_matched_as_texts(tmp_path: Path, in_events: str, in_users: str, id: str) -> None:
    made = on(
        tmp_path,
        events(f"({in_events}, DATE '2026-11-03', 'open')"),
        table("users", "id, plan", f"({in_users}, 'Pro')"),
        users=Users("users", "id"),
        segments=(Segment("plan", "Plan", "plan", "user"),),
    )

    snapshot = extract.read(made, examples.NOW)

    assert snapshot.tables.users.select("id", pl.col("segment_plan").cast(pl.String)).rows() == [(id, "Pro")]
    assert left_out(snapshot) == {}


def test_excluded_users_count_nowhere_and_are_said_by_rule(tmp_path: Path) -> None:
    made = on(
        tmp_path,
        events(ONE, TWO, "('cy', TIMESTAMP '2026-11-03', 'secret')", "('di', TIMESTAMP '2026-11-03', 'open')"),
        table("users", "id, email, bot", "('ann', 'a@shop.example', false)", "('bo', 'Bo@US.example', true)",
              "('cy', NULL, true)", "('di', 'di_100%@x.example', false)"),
        users=Users("users", "id", exclude=(
            Exclusion("email", "ends_with", ("@us.example",), "employees"),
            Exclusion("bot", "in", ("True",), "bots"),
            Exclusion("email", "contains", ("_100%",), "tests"), Exclusion("email", "contains", ("a%p",), "nobody"),
            Exclusion("email", "ends_with", ("a_shop.example", "%.example"), "nobody"),
        )),
    )  # fmt: skip

    snapshot = extract.read(made, examples.NOW)

    assert snapshot.tables.users["id"].to_list() == ["ann"]
    assert snapshot.manifest.features == ("open",)
    assert left_out(snapshot) == {
        "users are excluded (employees)": (1, 4),
        "users are excluded (bots)": (1, 4),
        "users are excluded (tests)": (1, 4),
    }


# Segments -----------------------------------------------------------------------------------------------------------


def people(folder: Path, plans: list[str | None], **labels: str) -> Product:
    users = pl.DataFrame({"id": [f"u{n}" for n in range(len(plans))], "plan": plans})
    examples.write(folder, [(name, TUESDAY, "open") for name in users["id"]], users)
    segment = Segment("plan", "Plan", "plan", "user", tuple(labels.items()))
    return examples.product(folder, users=Users("users", "id"), segments=(segment,))


def test_of_an_attribute_with_thousands_of_values_the_largest_twenty_are_shown_and_the_rest_are_other(
    tmp_path: Path,
) -> None:
    plans = [f"plan {n}" for n in (*range(5000), *(n for n in range(30) for _ in range(n)))]

    activity = examples.load(people(tmp_path, [*plans, None, None, ""]))
    sizes = dict(activity.units["segment_plan"].value_counts().rows())

    assert len(sizes) == 22
    assert [sizes[f"plan {n}"] for n in range(10, 30)] == list(range(11, 31))
    assert sizes["(unknown)"] == 3
    assert sum(sizes.values()) == len(plans) + 3


def test_values_may_be_given_the_words_other_and_unknown_by_hand(tmp_path: Path) -> None:
    made = people(tmp_path, ["pro", "x", "y", "?", None, "Other"], pro="Pro", x="Other", y="Other")
    made = replace(made, segments=(replace(made.segments[0], labels=(*made.segments[0].labels, ("?", "(unknown)"))),))

    activity = examples.load(made)

    assert dict(activity.units["segment_plan"].value_counts().rows()) == {"Pro": 1, "Other": 3, "(unknown)": 2}


def test_values_are_shown_in_the_order_declared_and_then_by_size(tmp_path: Path) -> None:
    activity = examples.load(people(tmp_path, ["c", "b", "b", "a", "z"], z="Zed", never="Never", a="Ay"))

    assert activity.everyone.schema["segment_plan"] == pl.Enum(["Zed", "Ay", "b", "c", "Other", "(unknown)"])


def test_two_values_with_one_label_are_one_segment(tmp_path: Path) -> None:
    activity = examples.load(people(tmp_path, ["10-20", "10-20%"], **{"10-20": "10-20%"}))

    assert activity.units["segment_plan"].value_counts().rows() == [("10-20%", 2)]


# Identities and accounts --------------------------------------------------------------------------------------------


def identified(folder: Path, *pairs: str) -> Product:
    seen = ["(NULL, 'c1', DATE '2026-11-02', 'open')", "(' ', 'c2', DATE '2026-11-03', 'open')",
            "('ann', 'c1', DATE '2026-11-04', 'open')", "('c2', NULL, DATE '2026-11-05', 'open')",
            "(NULL, NULL, DATE '2026-11-05', 'open')"]  # fmt: skip
    return on(
        folder,
        table("events", '"user", cookie, "at", "name"', *seen),
        table("known", "cookie, person", *pairs),
        events=Events("events", "user", "at", "name", anonymous="cookie"),
        identity=Identity("known", "cookie", "person"),
    )


def test_events_of_an_anonymous_id_belong_to_the_user_it_stands_for(tmp_path: Path) -> None:
    made = identified(tmp_path, "('c1', 'ann')", "('c1', 'ann')", "('c9', 'zoe')", "('c2', NULL)")

    snapshot = extract.read(made, examples.NOW)

    assert left_out(snapshot) == {"events had no user": (1, 5)}
    assert first_days(examples.of(snapshot, made)) == {"ann": date(2026, 11, 2), "c2": date(2026, 11, 3)}


def test_an_anonymous_id_that_stands_for_two_users_is_refused(tmp_path: Path) -> None:
    assert refusal(identified(tmp_path, "('c1', 'ann')", "('c1', 'bo')")) == (
        "`identity`: 'c1' stands for more than one user; name one each."
    )


def test_rows_of_the_identity_table_without_an_anonymous_id_do_no_harm(tmp_path: Path) -> None:
    made = identified(tmp_path, "('c1', 'ann')", "(NULL, 'bo')", "(NULL, 'cy')", "('', 'di')")

    assert set(first_days(examples.load(made))) == {"ann", "c2"}


def accounts(folder: Path, *rows: str) -> Product:
    return on(
        folder,
        events(ONE, TWO),
        table("users", "id, company", "('ann', 'acme')", "('bo', NULL)", "('cy', 'bolt')"),
        table("companies", "id, size", *rows),
        users=Users("users", "id", account="company"),
        accounts=Accounts("companies", "id"),
        segments=(Segment("size", "Size", "size", "account"),),
    )


def test_the_same_account_twice_is_refused_and_named(tmp_path: Path) -> None:
    made = accounts(tmp_path, "('acme', 'S')", "('acme', 'L')", "('bolt', 'S')")

    assert refusal(made) == "`accounts`: 1 id stands more than once ('acme'); give each account one row."


def test_users_of_no_account_and_accounts_without_a_row_are_unknown(tmp_path: Path) -> None:
    snapshot = extract.read(accounts(tmp_path, "('acme', 'S')", "('nobody', 'L')", "(NULL, 'L')"), examples.NOW)

    sizes = snapshot.tables.users.select("id", pl.col("segment_size").cast(pl.String))
    assert sizes.rows() == [("ann", "S"), ("bo", "(unknown)"), ("cy", "(unknown)")]
    assert left_out(snapshot)["users belong to no account"] == (1, 3)
    assert snapshot.tables.accounts["id"].to_list() == ["acme", "bolt"]


# CSV ----------------------------------------------------------------------------------------------------------------


def csv(folder: Path, *lines: str) -> Product:
    (folder / "events.csv").write_text("\n".join(["user,at,name", *lines]) + "\n")
    return examples.product(folder, connection=Connection(files=(("events", ("events.csv",)),)))


def test_a_number_that_becomes_a_decimal_late_in_a_csv_file_is_read(tmp_path: Path) -> None:
    lines = [f"{n},2026-11-03,open" for n in range(30_000)]

    snapshot = extract.read(csv(tmp_path, *lines, "0.5,2026-11-03,open", "x,2026-11-03,open"), examples.NOW)

    assert snapshot.manifest.events == 30_002
    assert {"0", "0.5", "x", "29999"} <= set(snapshot.tables.users["id"])


@pytest.mark.parametrize("ids", [("1", "2.5"), ("7", "12345678901234567890123456789012345678901234567890")])
def test_ids_in_csv_are_read_as_they_are_written_and_not_as_numbers(tmp_path: Path, ids: tuple[str, ...]) -> None:
    snapshot = extract.read(csv(tmp_path, *(f"{who},2026-11-03,01" for who in ids)), examples.NOW)

    assert snapshot.tables.users["id"].to_list() == sorted(ids)
    assert snapshot.manifest.features == ("01",)


@pytest.mark.parametrize(
    "time", ["11/05/2026", "5/11/2026", "05.11.2026", "11/05/2026 10:00:00", "11/5/2026 10:00:00 PM", "5 Nov 2026"]
)
def test_a_date_in_csv_that_could_be_two_days_is_refused_and_never_guessed(tmp_path: Path, time: str) -> None:
    with pytest.raises(ProductError) as caught:
        extract.read(csv(tmp_path, f"ann,{time},open", "bo,2026-11-05,open"), examples.NOW)

    assert "`events.time`: 'at' holds no date or timestamp; make it one with CAST in a .sql file." in str(caught.value)


@pytest.mark.parametrize("time", ["11/05/2026", "05.11.2026", "11/05/2026 10:00:00", "11/5/2026 10:00:00 PM"])
def test_nor_is_it_guessed_when_all_rows_are_written_so(tmp_path: Path, time: str) -> None:
    with pytest.raises(ProductError, match="'at' holds no date or timestamp"):
        extract.read(csv(tmp_path, f"ann,{time},open", f"bo,{time},open"), examples.NOW)


ISO = {
    "2026-11-03": date(2026, 11, 3),
    "2026-11-03 04:30:00": date(2026, 11, 2),
    "2026-11-03T04:30:00.123456": date(2026, 11, 2),
    "2026-11-03T04:30:00Z": date(2026, 11, 2),
    "2026-11-03 12:30:00+13": date(2026, 11, 2),
}
FIRST_DAYS = """
import sys
from pathlib import Path
from queries.product import Connection
from tests import examples
for name in sys.argv[2:]:
    files = Connection(files=(("events", (name,)),))
    made = examples.product(Path(sys.argv[1]), timezone="America/New_York", connection=files)
    print(examples.load(made).calendar.first_day)
"""


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_iso_times_in_csv_land_on_the_right_day_wherever_the_machine_stands(tmp_path: Path, machine: str) -> None:
    for n, time in enumerate(ISO):
        (tmp_path / f"{n}.csv").write_text(f"user,at,name\nann,{time},open\n")
    files = [f"{n}.csv" for n in range(len(ISO))]

    done = subprocess.run(
        [sys.executable, "-c", FIRST_DAYS, str(tmp_path), *files], env={**os.environ, "TZ": machine},
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split() == [str(day) for day in ISO.values()]


def test_a_rule_that_names_a_plan_nobody_has_is_said(tmp_path: Path) -> None:
    users = pl.DataFrame({"id": ["ann"], "plan": ["Business"]})
    examples.write(tmp_path, [("ann", TUESDAY, "sso")], users)
    gated = Feature("sso", "SSO", ("sso",), eligible=(("plan", ("Busines",)),))
    plan = Segment("plan", "Plan", "plan", "user")
    made = examples.product(tmp_path, users=Users("users", "id"), segments=(plan,), features=(gated,))

    found = extract.read(made, examples.NOW).manifest

    said = "users have plan 'Busines', which `features.sso.eligible` names; did you mean `Business`?"
    assert LeftOut(0, 1, said) in found.left_out


def test_more_event_names_than_features_can_be_are_refused_in_a_sentence(tmp_path: Path) -> None:
    examples.write(tmp_path, [(f"u{i}", TUESDAY, f"/page/{i}") for i in range(1200)])

    with pytest.raises(DataError, match="1,200 different names, too many to be a feature each"):
        extract.read(examples.product(tmp_path), examples.NOW)


OLD = datetime(2011, 2, 3, 12)


def test_what_excluded_users_did_is_no_part_of_history(tmp_path: Path) -> None:
    users = pl.DataFrame({"id": ["ann", "bot"], "bot": [False, True]})
    again = ("ann", TUESDAY + timedelta(days=7), "open")
    examples.write(tmp_path, [("bot", OLD, "open"), ("ann", TUESDAY, "open"), again], users)
    rule = Exclusion("bot", "in", ("true",), "bots")
    made = examples.product(tmp_path, users=Users("users", "id", exclude=(rule,)))

    snapshot = extract.read(made, examples.NOW)
    activity = examples.of(snapshot, made)

    assert activity.calendar.first_day == TUESDAY.date()
    assert activity.words == Words.covering(activity.calendar)
    used = adoption(activity, activity.calendar.periods("week", with_open=True))
    assert used.select("period", "n", "of").rows() == [(date(2026, 11, 8), 1, 1), (date(2026, 11, 15), 1, 1)]


def test_when_all_who_did_something_are_excluded_the_rules_are_named(tmp_path: Path) -> None:
    examples.write(tmp_path, [("bot", TUESDAY, "open")], pl.DataFrame({"id": ["bot"]}))
    made = examples.product(tmp_path, users=Users("users", "id", exclude=(Exclusion("id", "in", ("bot",), "bots"),)))

    assert refusal(made) == "Every event is of a user whom `users.exclude` leaves out; check these rules."


def test_a_few_users_long_before_all_others_are_said_with_the_day_to_begin_from(tmp_path: Path) -> None:
    examples.write(tmp_path, [("old", OLD, "open"), ("ann", TUESDAY, "open"), ("bo", TUESDAY, "open")])

    found = extract.read(examples.product(tmp_path), examples.NOW).manifest.left_out

    assert [(row.n, row.of, row.what) for row in found] == [
        (1, 3, "user was first seen by 3 Feb 2011, the next 5,752 days later, and history begins with them; "
               "if that is a mistake, set `events.since = 2026-11-03`"),
    ]  # fmt: skip
