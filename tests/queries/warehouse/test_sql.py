"""Days of a zone, in SQL: every moment lands on the day that its wall clock shows."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import sqlalchemy as sa
from duckdb_engine import Dialect
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.calendar import clock_changes, day_number, to_date
from queries.warehouse import sql

pytestmark = pytest.mark.slow

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "Australia/Lord_Howe",
         "Africa/Casablanca", "America/Sao_Paulo", "Pacific/Apia", "Asia/Kathmandu")  # fmt: skip
FIRST, LAST = date(2008, 1, 1), date(2027, 12, 31)
MOMENT: sa.ColumnClause[Any] = sa.column("moment")
MOMENTS = st.datetimes(datetime(2008, 1, 2), datetime(2027, 12, 30))


def days(expression: sa.ColumnElement[int], moments: list[datetime], kind: str) -> list[int]:
    """The days that DuckDB finds for moments in UTC, given to it as naive or as zoned timestamps."""
    compiled = str(expression.compile(dialect=Dialect(), compile_kwargs={"literal_binds": True}))
    cast = "t" if kind == "naive" else "timezone('UTC', t)"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("CREATE TABLE m AS SELECT unnest($1::TIMESTAMP[]) AS t", [moments])
        found: list[Any] = connection.execute(
            f"SELECT {compiled} FROM (SELECT {cast} AS moment FROM m) AS e"
        ).fetchall()
    return [day for (day,) in found]


def on_the_wall(moment: datetime, zone: str) -> int:
    return day_number(moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date())


@pytest.mark.parametrize("kind", ["naive", "zoned"])
@given(zone=st.sampled_from(ZONES), moments=st.lists(MOMENTS, min_size=1, max_size=30))
@settings(deadline=None, derandomize=True, max_examples=40)
def test_a_moment_lands_on_the_day_of_the_wall_clock(kind: Any, zone: str, moments: list[datetime]) -> None:
    expression = sql.local_day_within(MOMENT, kind, zone, FIRST, LAST)

    assert days(expression, moments, kind) == [on_the_wall(moment, zone) for moment in moments]


@pytest.mark.parametrize("zone", ZONES)
def test_the_seconds_around_every_clock_change_and_midnight_are_right(zone: str) -> None:
    changes = [at for at, _ in clock_changes(zone, FIRST, LAST)[1:]]
    around = [at + timedelta(seconds=s) for at in changes for s in (-7200, -3600, -1, 0, 1, 1800, 3600, 7200)]
    nights = [datetime(2020, 1, 1) + timedelta(days=11 * i, minutes=m) for i in range(200) for m in (-1, 0, 1)]
    expression = sql.local_day_within(MOMENT, "naive", zone, FIRST, LAST)

    assert days(expression, [*around, *nights], "naive") == [on_the_wall(at, zone) for at in (*around, *nights)]


@given(zone=st.sampled_from(ZONES), moment=st.datetimes(datetime(1950, 1, 1), datetime(2080, 1, 1)))
@settings(deadline=None, derandomize=True, max_examples=60)
def test_a_moment_outside_the_days_asked_for_never_lands_within_them(zone: str, moment: datetime) -> None:
    first, last = date(2024, 3, 1), date(2024, 11, 30)
    inside = first <= to_date(on_the_wall(moment, zone)) <= last
    expression = sql.local_day_within(MOMENT, "naive", zone, first, last)

    (found,) = days(expression, [moment], "naive")

    assert (day_number(first) <= found <= day_number(last)) == inside


def test_both_ways_to_a_local_day_agree() -> None:
    moments = [datetime(2026, 1, 1) + timedelta(hours=5 * i) for i in range(1700)]

    for zone in ZONES:
        row_by_row = days(sql.local_day(MOMENT, "naive", zone), moments, "naive")
        assert days(sql.local_day_within(MOMENT, "naive", zone, FIRST, LAST), moments, "naive") == row_by_row


def test_blank_text_is_what_would_be_absent_as_text() -> None:
    begins = [chr(code) for code in range(1, 0x10FFFF) if not 0xD800 <= code < 0xE000]
    around = ["".join(parts) for n in range(4) for parts in product(" \ta%é\u00a0", repeat=n)]
    column: sa.ColumnClause[Any] = sa.column("said")
    found = sa.select(column, sql.blank(column), sql.text(column).is_(None))
    compiled = str(found.compile(dialect=Dialect(), compile_kwargs={"literal_binds": True}))

    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE m AS SELECT unnest($1::VARCHAR[]) AS said", [[None, *begins, *around]])
        rows = f"({compiled} FROM m) AS t(said, blank, absent)"
        wrong = connection.execute(f"SELECT * FROM {rows} WHERE blank <> absent").fetchall()
        absent = connection.execute(f"SELECT said FROM {rows} WHERE blank").fetchall()

    assert wrong == []
    assert {(None,), ("",), (" ",), ("\u00a0",)} <= {*absent}
