"""The activity that the warehouse keeps itself: its statements run, and what is read from it is what the events say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st

from queries.errors import DataError, ProductError
from queries.product import Product, Segment, file
from queries.snapshot import explain, extract
from queries.warehouse import Warehouse, activity_table
from tests import examples
from tests.strategies import DICE, Case, check, worlds, write

Row = tuple[str, str, int, int]  # user, name, block, mask
DUCKDB = sa.create_engine("duckdb://").dialect


def keep(made: Product, folder: Path, *, runs: Sequence[str] = ("true",)) -> Product:
    """The product with its activity kept in a table: filled by the printed statements, run for each part of the events.

    runs: conditions on the events, each seen by one run.
    """
    with Warehouse(made) as source:
        printed = activity_table.statements(made, source.sections["events"], DUCKDB)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        for condition in runs:
            seen = f"SELECT * FROM '{folder}/events.parquet' WHERE {condition}"
            connection.execute(f"CREATE OR REPLACE VIEW events AS {seen}")
            connection.execute(printed)
        connection.execute(f"COPY sightline_activity TO '{folder}/kept.parquet'")
    files = (*made.connection.files, ("kept", ("kept.parquet",)))
    events = replace(made.events, table="kept", time="", block="block", mask="mask")
    return replace(made, events=events, connection=replace(made.connection, files=files))


@pytest.mark.slow
@check(worlds(accounts=True), DICE, st.booleans(), examples=60)
def test_the_snapshot_of_a_kept_activity_is_that_of_its_events(case: Case, dice: object, devices: bool) -> None:
    with TemporaryDirectory() as name:
        made = write(replace(case, devices=devices), Path(name))
        # In parts, with some of the events seen twice and late ones after the others
        runs = ('hash("name") % 3 <> 0', 'hash("at") % 2 = 0', "true", "true")
        kept = keep(made, Path(name), runs=runs)

        # What a row of events says of them, a row of activity does not
        told_apart = {"definition": "", "events": 0, "left_out": (), "columns": {}}
        examples.assert_same(extract.read(kept, case.world.now), extract.read(made, case.world.now), **told_apart)


def write_kept(folder: Path, rows: list[Row]) -> None:
    schema = {"user": pl.String, "name": pl.String, "block": pl.Int32, "mask": pl.Int64}
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "kept.parquet")


def product_file(folder: Path, events: str) -> Path:
    path = folder / "product.toml"
    named = '[warehouse]\nfiles.kept = "kept.parquet"\n[events]\ntable = "kept"\nuser = "user"\nname = "name"\n'
    path.write_text(named + events)
    return path


@pytest.mark.parametrize(("events", "what"), [
    ("", "`events.time`: is missing"),
    ('block = "block"', "`events.mask`: is missing; `block` and `mask` belong together."),
    ('block = "block"\nmask = "mask"\ntime = "at"', "`events.time`: leave it out: `block` and `mask` say when."),
])  # fmt: skip
def test_a_table_of_activity_says_when_by_block_and_mask(tmp_path: Path, events: str, what: str) -> None:
    with pytest.raises(ProductError, match=what):
        file.load(product_file(tmp_path, events))


@pytest.mark.parametrize(("rows", "what"), [
    ([], "The activity table 'kept' has no day that can be counted. Run the statements that fill it"),
    ([("ann", "open", 370, -1)], r"can be counted. Why: 1 of 1 rows of activity had a mask that is no whole number"),
    ([("ann", "open", 371, 0)], "The activity table 'kept' has no full day yet."),
])  # fmt: skip
def test_a_kept_activity_without_a_day_says_so(tmp_path: Path, rows: list[Row], what: str) -> None:
    write_kept(tmp_path, rows)
    made = file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"'))

    with pytest.raises(DataError, match=what):
        extract.read(made, examples.NOW)


def test_a_stray_day_of_the_year_9999_does_no_harm_to_a_kept_activity(tmp_path: Path) -> None:
    far = activity_table.block_of((date(9999, 12, 31) - date(1970, 1, 1)).days)
    write_kept(tmp_path, [("ann", "open", 370, 1), ("ann", "open", far, 1), ("bo", "open", -9000, 1)])

    found = examples.load(file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"')))

    assert found.calendar.first_day == found.calendar.as_of
    assert found.rows_of("open").height == 1


@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.Decimal(30, 2)], ids=str)
def test_odd_rows_of_a_kept_activity_are_left_out_and_counted(tmp_path: Path, kind: Any) -> None:
    half = [] if kind == pl.Int64 else [("di", "open", 370.5, 1), ("di", "open", 370, 1.5)]
    rows = [
        ("ann", "open", 370, 5), ("bo", "open", 370, 0), (None, "open", 370, 1), (" ", "open", 370, 1),
        ("cy", "", 370, 1), ("cy", None, None, None), ("cy", "open", None, 1), ("cy", "open", 370, None),
        ("cy", "open", 370, -1), ("cy", "open", 370, 1 << 56), ("cy", "open", 370, (1 << 60) + 1),
        ("cy", "open", -9000, 1), ("cy", "open", 9999, 1), *half,
    ]  # fmt: skip
    schema: dict[str, Any] = {"user": pl.String, "name": pl.String, "block": kind, "mask": kind}
    pl.DataFrame(rows, schema=schema, orient="row", strict=False).write_parquet(tmp_path / "kept.parquet")
    made = file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"'))

    found = extract.read(made, examples.NOW)

    assert found.tables.users["id"].to_list() == ["ann"]
    assert {row.what: (row.n, row.of) for row in found.manifest.left_out} == {
        "rows of activity had no user": (2, len(rows)),
        "rows of activity had no name": (2, len(rows)),
        "rows of activity had a block that is no whole number": (1 + len(half) // 2, len(rows)),
        "rows of activity had a mask that is no whole number from 0 to 2^56 - 1": (4 + len(half) // 2, len(rows)),
        "rows of activity were dated before 1 Jan 2000": (1, len(rows)),
        "rows of activity were dated in the future": (1, len(rows)),
    }


def test_a_kept_activity_whose_masks_are_no_numbers_is_a_mistake(tmp_path: Path) -> None:
    rows = pl.DataFrame({"user": ["ann"], "name": ["open"], "block": [370], "mask": ["5"]})
    rows.write_parquet(tmp_path / "kept.parquet")

    with pytest.raises(ProductError, match=r"`events.mask`: .mask. holds no numbers; make them with CAST"):
        extract.read(file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"')), examples.NOW)


def test_a_column_that_the_activity_table_needs_is_refused(tmp_path: Path) -> None:
    schema: dict[str, Any] = {"user": pl.String, "at": pl.Datetime("us"), "name": pl.String, "mask": pl.String}
    pl.DataFrame([("ann", datetime(2026, 11, 1), "open", "x")], schema=schema, orient="row").write_parquet(
        tmp_path / "events.parquet"
    )
    made = examples.product(tmp_path, segments=(Segment("mask", "Mask", "mask", "event"),))

    with pytest.raises(DataError, match="The events have a column `mask`, which the activity table needs for itself"):
        explain.print_sql(made)


def test_statements_are_not_printed_for_a_table_that_is_one_already(tmp_path: Path) -> None:
    write_kept(tmp_path, [("ann", "open", 370, 1)])

    with pytest.raises(DataError, match="names an activity table already"):
        explain.print_sql(file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"')))


def test_a_kept_activity_is_read_by_day(tmp_path: Path) -> None:
    schema = {"user": pl.String, "name": pl.String, "block": pl.Int32, "mask": pl.Int64}
    rows = [("ann", "open", 370, 1 << 55 | 1 << 54), ("ann", "open", 371, 0b1001), ("bo", "open", 371, 0b1000)]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(tmp_path / "kept.parquet")
    made = file.load(product_file(tmp_path, 'block = "block"\nmask = "mask"'))

    found = examples.load(made, datetime(2026, 12, 1, 12, tzinfo=UTC))

    start = date(1970, 1, 1).toordinal() + 371 * 56 - 3
    days = found.words.days_set(found.rows_of("open").filter(unit=0))
    assert [date(1970, 1, 1).toordinal() + day for day in days] == [start - 2, start - 1, start, start + 3]
    assert found.calendar.first_day == date.fromordinal(start - 2)
