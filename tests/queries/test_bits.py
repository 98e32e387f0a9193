"""Days as bits: rows that are put together keep every day of each, and no other."""

import polars as pl
from hypothesis import strategies as st

from queries.bits import merge, merge_all, merge_units
from tests.strategies import check

Row = tuple[int, int, int, int, int]  # unit, feature, first_day, d0, d1
SCHEMA = {"unit": pl.UInt32, "feature": pl.UInt16, "first_day": pl.Int32, "d0": pl.UInt64, "d1": pl.UInt64}
WORDS = st.integers(0, 2**56 - 1)
ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(-9, 20_000), WORDS, WORDS), max_size=30)


def put_together(rows: list[Row], by: tuple[int, ...]) -> list[tuple[int, ...]]:
    """One by one: the earliest first day and all bits of the rows whose values at these places are equal."""
    found: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for row in rows:
        key = tuple(row[place] for place in by)
        first, d0, d1 = found.get(key, (row[2], 0, 0))
        found[key] = min(first, row[2]), d0 | row[3], d1 | row[4]
    return [(*key, *found[key]) for key in sorted(found)]


@check(ROWS)
def test_merged_rows_keep_the_earliest_day_and_every_bit(rows: list[Row]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")

    by_unit, by_user = merge(frame, "unit"), merge_all(frame).rename({"unit": "user"})

    expected = put_together(rows, (1, 0))
    assert by_unit.select("feature", "unit", "first_day", "d0", "d1").rows() == expected
    assert by_user.select("feature", "user", "first_day", "d0", "d1").rows() == expected
    assert by_unit.schema == pl.Schema(SCHEMA)
    units = merge_units(by_unit, 5)
    assert units.rows() == put_together(rows, (0,))
    assert units.schema == pl.Schema({name: kind for name, kind in SCHEMA.items() if name != "feature"})
