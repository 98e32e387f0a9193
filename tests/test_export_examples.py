"""The ready product files for what other tools export, each read from a tiny world in that tool's own schema.

In all of them Ann does something before she signs in and goes on after it, Bo is known from the start, Cy never signs
in, and the tool adds an event of its own that nobody did. Columns are those that the tools document.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from queries import access, draft, snapshot
from queries.calendar import Period, day_number
from queries.config import HOME
from queries.errors import DataError
from queries.measures.adoption import adoption

pytestmark = pytest.mark.slow
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
# who, whether signed in, device, when, what
WORLD = [
    ("ann", False, "d1", "2026-11-09 09:00:00", "open"),
    ("ann", True, "d1", "2026-11-10 09:00:00", "export"),
    ("bo", True, "d2", "2026-11-11 23:30:00", "open"),
    ("cy", False, "d3", "2026-11-12 09:00:00", "open"),
    ("bo", True, "d2", "2026-11-13 09:00:00", "export"),
]  # fmt: skip
BY_ITSELF = ("cy", False, "d3", "2026-11-14 09:00:00")
LATER = "2026-11-15 09:00:00"  # when all of it had arrived
PLANS = {"ann": "Pro", "bo": "Free"}
SIGNUPS = {"ann": "2026-11-02 09:00:00", "bo": "2026-11-03 09:00:00"}
DONE = {("open", 9): 1, ("export", 10): 1, ("open", 11): 1, ("open", 12): 1, ("export", 13): 1}

Rows = Sequence[tuple[Any, ...]]


def micros(when: str) -> int:
    return int(datetime.fromisoformat(when).replace(tzinfo=UTC).timestamp()) * 1_000_000


def table(connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Rows) -> None:
    """A table of text columns; of another type where one follows its name, as in `sent_at:TIMESTAMP`."""
    declared = [column.replace(":", " ") if ":" in column else f"{column} VARCHAR" for column in columns.split()]
    connection.execute(f"CREATE TABLE {name} ({', '.join(declared)})")
    connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(declared))})", rows)


def lines(file: Path, objects: Sequence[Mapping[str, Any]]) -> None:
    file.write_text("\n".join(map(json.dumps, objects)))


# Each writes the world as a tool exports it, and returns the environment variable that its product file asks for ------


def segment(folder: Path) -> dict[str, str]:
    calls = [(f"m{i}", device, who if known else None, LATER, LATER, when, LATER, what, what.title())
             for i, (who, known, device, when, what) in enumerate(WORLD)]  # fmt: skip
    shared = [("i9", "d9", "ann", LATER), ("i8", "d9", "bo", LATER)]  # a computer of two people
    identified = [("i1", "d1", "ann", SIGNUPS["ann"]), ("i2", "d2", "bo", SIGNUPS["bo"]), *shared]
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA production")
        table(connection, "production.tracks", "id anonymous_id user_id received_at:TIMESTAMP sent_at:TIMESTAMP "
              "timestamp:TIMESTAMP uuid_ts:TIMESTAMP event event_text", calls)  # fmt: skip
        table(connection, "production.identifies", "id anonymous_id user_id received_at:TIMESTAMP", identified)
        table(connection, "production.users", "id received_at:TIMESTAMP email plan",
              [(who, LATER, f"{who}@example.com", plan) for who, plan in PLANS.items()])  # fmt: skip
    return {"SEGMENT_WAREHOUSE": f"duckdb:///{folder / 'warehouse.duckdb'}"}


def snowplow(folder: Path) -> dict[str, str]:
    kinds = {"export": ("struct", "event", "export"), "open": ("unstruct", "open", None)}
    rows = [(f"e{i}", "web", LATER, *kinds[what], who if known else None, device, when, "DE")
            for i, (who, known, device, when, what) in enumerate(WORLD)]  # fmt: skip
    rows.append(("e9", "web", LATER, "page_ping", "page_ping", None, None, *BY_ITSELF[2:], "DE"))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as connection:
        connection.execute("CREATE SCHEMA atomic")
        table(connection, "atomic.events", "event_id platform collector_tstamp:TIMESTAMP event event_name se_action "
              "user_id domain_userid derived_tstamp:TIMESTAMP geo_country", rows)  # fmt: skip
    return {"SNOWPLOW_WAREHOUSE": f"duckdb:///{folder / 'warehouse.duckdb'}"}


def amplitude(folder: Path) -> dict[str, str]:
    ids = {"ann": 101, "bo": 102, "cy": 103}
    everything = [*WORLD, (*BY_ITSELF, "session_start"), (*BY_ITSELF, "[Amplitude] Page Viewed")]
    lines(folder / "100011471_2026-11-15_9#0.json", [
        {"$insert_id": f"i{i}", "event_type": what, "event_time": f"{when}.123000", "user_id": who if known else None,
         "device_id": device, "amplitude_id": ids[who], "server_upload_time": f"{LATER}.000000", "platform": "Web",
         "user_creation_time": f"{SIGNUPS.get(who, when)}.000000", "country": "Germany", "event_properties": {},
         "user_properties": {"plan": PLANS[who]} if who in PLANS and known else {}}
        for i, (who, known, device, when, what) in enumerate(everything)
    ])  # fmt: skip
    return {"AMPLITUDE_EXPORT": str(folder)}


def mixpanel(folder: Path) -> dict[str, str]:
    everything = [*WORLD, (*BY_ITSELF, "$mp_web_page_view")]
    lines(folder / "events-2026-11.json", [
        {"event": what, "properties": {
            "time": micros(when) // 1_000_000, "distinct_id": who if known else f"$device:{device}",
            "$insert_id": f"i{i}", "$device_id": device, **({"$user_id": who} if known else {})}}
        for i, (who, known, device, when, what) in enumerate(everything)
    ])  # fmt: skip
    lines(folder / "profiles.json", [
        {"$distinct_id": who, "$properties": {"$created": SIGNUPS[who].replace(" ", "T"), "plan": plan}}
        for who, plan in PLANS.items()
    ])  # fmt: skip
    return {"MIXPANEL_EXPORT": str(folder)}


def posthog(folder: Path) -> dict[str, str]:
    everything = [*WORLD, (*BY_ITSELF, "$pageleave")]
    events = [(f"u{i}", what, who if known else device, f"old-{device}", "{}", when, LATER)
              for i, (who, known, device, when, what) in enumerate(everything)]  # fmt: skip
    # Ann's device was a person of its own until she signed in; Cy's still is one
    persons = [("d1", "p-d1", None, 0), ("d1", "p-ann", "ann", 1), ("ann", "p-ann", "ann", 0), ("bo", "p-bo", "bo", 0),
               ("d3", "p-cy", None, 0)]  # fmt: skip
    known = [(1, distinct, person, json.dumps({"plan": PLANS[who], "email": "x@example.com"} if who else {}), version,
              version, SIGNUPS[who] if who else "2026-11-09 09:00:00", False)
             for distinct, person, who, version in persons]  # fmt: skip
    with duckdb.connect() as connection:
        table(connection, "events", "uuid event distinct_id person_id properties timestamp:TIMESTAMP "
              "created_at:TIMESTAMP", events)  # fmt: skip
        table(connection, "persons", "team_id:BIGINT distinct_id person_id properties "
              "person_distinct_id_version:BIGINT person_version:BIGINT created_at:TIMESTAMP "
              "is_deleted:BOOLEAN", known)  # fmt: skip
        for name in ("events", "persons"):
            connection.execute(f"COPY {name} TO '{folder / name}.parquet'")
    return {"POSTHOG_EXPORT": str(folder)}


def ga4(folder: Path) -> dict[str, str]:
    """As Parquet."""
    with duckdb.connect() as connection:
        rows = _of_ga4(folder / "rows.json", connection)
        connection.execute(f"COPY (SELECT * FROM {rows}) TO '{folder / 'events-000.parquet'}'")
    return {"GA4_EXPORT": str(folder)}


def ga4_json(folder: Path) -> dict[str, str]:
    """As JSON lines, in which BigQuery writes whole numbers as text."""
    with duckdb.connect() as connection:
        _of_ga4(folder / "rows.json", connection, number=str)
    (folder / "rows.json").rename(folder / "events-000.json")
    return {"GA4_EXPORT": str(folder)}


def _of_ga4(file: Path, connection: duckdb.DuckDBPyConnection, number: Callable[[int], object] = int) -> str:
    everything = [*WORLD, (*BY_ITSELF, "session_start")]
    lines(file, [
        {"event_date": when[:10].replace("-", ""), "event_timestamp": number(micros(when)), "event_name": what,
         "user_id": who if known else None, "user_pseudo_id": device, "platform": "WEB",
         "user_first_touch_timestamp": number(micros(SIGNUPS.get(who, when))), "geo": {"country": "Germany"},
         "user_properties": [{"key": "plan", "value": {
             "string_value": PLANS[who], "set_timestamp_micros": number(micros(when))}}] if known else []}
        for who, known, device, when, what in everything
    ])  # fmt: skip
    return f"read_json('{file}')"


TOOLS: list[Callable[[Path], dict[str, str]]] = [segment, snowplow, amplitude, mixpanel, posthog, ga4, ga4_json]


@pytest.fixture(params=TOOLS, ids=lambda tool: str(tool.__name__))
def tool(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A tool whose export is there, and whose product file is the one in use."""
    (tmp_path / "export").mkdir()
    for name, value in request.param(tmp_path / "export").items():
        monkeypatch.setenv(name, value)
    name = str(request.param.__name__).partition("_")[0]
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(HOME / "examples" / name / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "data"))
    return name


def test_who_did_what_on_which_day_is_told_as_it_happened(tool: str) -> None:
    made = snapshot.refresh(NOW)
    activity = snapshot.load(access.LOCAL_OWNER)
    days = [datetime(2026, 11, day).date() for day in range(9, 15)]

    answer = adoption(activity, tuple(Period(day, day) for day in days), of="active")
    week = adoption(activity, (Period(days[0], days[-1]),), of="active")

    found = {(feature, day.day): n for feature, day, n in answer.select("feature", "period", "n").rows() if n}
    assert {key: n for key, n in found.items() if key[0] in ("open", "export")} == DONE
    assert {feature for feature, _ in found} == {"open", "export"}  # what a tool sends by itself is nobody's use
    assert dict(week.select("feature", "n").rows()) == {"open": 3, "export": 2}
    assert week["of"].unique().to_list() == [3]
    assert made.users == 3


def test_the_draft_of_such_an_export_names_the_ready_file(tool: str, tmp_path: Path) -> None:
    connection = snapshot.product().connection
    source = draft.of_url(connection.url) if connection.url else draft.of_files([str(tmp_path / "export")])

    try:
        said = draft.propose(source, tmp_path, NOW.date()).said[0]
    except DataError as error:  # its times are numbers, or all is in one column
        said = str(error)

    assert f"examples/{tool} has a product file for it" in said


def test_users_have_their_plan_and_their_day_of_sign_up(tool: str) -> None:
    if snapshot.product().users is None:
        assert tool == "snowplow"  # which exports no users
        return
    snapshot.refresh(NOW)

    people = snapshot.load(access.LOCAL_OWNER).everyone
    known = people.select(pl.col("segment_plan").cast(pl.String), pl.col("signup_day")).rows()

    begun = {plan: day_number(date.fromisoformat(SIGNUPS[who][:10])) for who, plan in PLANS.items()}
    assert sorted((plan, day) for plan, day in known if plan in begun) == sorted(begun.items())
    assert len(known) == 3
