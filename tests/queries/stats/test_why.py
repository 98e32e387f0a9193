"""Why a metric moved: the parts sum to the change, and plain Python comes to the same."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import fmean, linear_regression
from typing import Any

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from queries.stats.why import Split, split_count, split_rate
from tests.strategies import DICE, check

SEGMENTS, PARTS = "abcd", "pq"
Row = tuple[str, str, int, int, int]  # segment, part, week, n, of
SCHEMA = {"segment": pl.String, "part": pl.String, "period": pl.Int64, "n": pl.Int64, "of": pl.Int64}


def frame(rows: Sequence[Row], *, count: bool = False) -> pl.DataFrame:
    made = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return made.with_columns(of=pl.lit(None, pl.Int64)) if count else made


@st.composite
def weeks(draw: st.DrawFn, first: int) -> list[Row]:
    """Some weeks of one or two parts by segment; some segments are not there, and some count nobody."""
    dice = draw(DICE)
    length = dice.randint(1, 4)
    found = []
    for segment in SEGMENTS:
        size = dice.choice((0, 0, 5, 40, 300))
        for part in PARTS:
            of = [dice.randint(0, size) for _ in range(length)]
            found += [(segment, part, first + i, dice.randint(0, of[i]), of[i]) for i in range(length)]
    gone = dice.sample(SEGMENTS, dice.choice((0, 0, 1, 2)))
    return [row for row in found if row[0] not in gone]


BEFORE, AFTER, HISTORY = weeks(0), weeks(10), weeks(-10)


def of_one(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[1] == "p"]


def total(rows: Sequence[Row], segment: str | None, part: str, column: int) -> int:
    return sum(int(row[column]) for row in rows if row[1] == part and segment in (None, row[0]))


def rate(rows: Sequence[Row], segment: str | None, part: str) -> float | None:
    of = total(rows, segment, part, 4)
    return total(rows, segment, part, 3) / of if of else None


def swing(values: Sequence[float | None]) -> float | None:
    """1.96 standard deviations of one week, told from the weeks next to each other; None where there are none."""
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    return 1.96 / 1.128 * fmean(ranges) if ranges else None


def of_weeks(rows: Sequence[Row]) -> int:
    return len({row[2] for row in rows})


def by_hand(
    before: Sequence[Row], after: Sequence[Row], history: Sequence[Row], segment: str, part: str
) -> dict[str, float | None]:
    """What one segment carries of the change of a rate, in the words of the definition."""
    own0, own1, all0, all1 = (rate(rows, who, part) for who in (segment, None) for rows in (before, after))
    r0, r1, R0, R1 = own0, own1, all0, all1
    w0, w1 = (total(rows, segment, part, 4) / (total(rows, None, part, 4) or 1) for rows in (before, after))
    r0, r1 = r0 if r0 is not None else r1 or 0.0, r1 if r1 is not None else r0 or 0.0
    R0, R1 = R0 if R0 is not None else R1 or 0.0, R1 if R1 is not None else R0 or 0.0
    weekly = [row[3] / row[4] if row[4] else None for row in history if row[:2] == (segment, part)]
    usual = swing(weekly)
    share = (w0 + w1) / 2
    spread = (1 / of_weeks(before) + 1 / of_weeks(after)) ** 0.5
    return {"behaviour": share * (r1 - r0), "mix": (w1 - w0) * ((r0 + r1) / 2 - (R0 + R1) / 2), "share": share,
            "noise": None if usual is None else share * usual * spread}  # fmt: skip


def parts_of(found: Split) -> dict[str, dict[str, Any]]:
    return {str(row["segment"]): row for row in found.parts.iter_rows(named=True)}


@check(BEFORE, AFTER, HISTORY, st.booleans(), examples=120)
def test_what_each_segment_carries_of_a_rate_is_what_plain_python_says(
    before: list[Row], after: list[Row], history: list[Row], one: bool
) -> None:
    if one:
        before, after, history = of_one(before), of_one(after), of_one(history)
    assume(before and after)
    parts = sorted({row[1] for row in (*before, *after)})

    found = split_rate(frame(before), frame(after), frame(history))

    uneven = 0.0
    assert sorted(parts_of(found)) == sorted({row[0] for row in (*before, *after)})
    for segment, row in parts_of(found).items():
        each = [by_hand(before, after, history, segment, part) for part in parts]
        mean = {name: fmean(one[name] or 0.0 for one in each) for name in each[0]}
        assert {name: row[name] for name in mean} == pytest.approx(mean), segment
        assert row["carried"] == pytest.approx(mean["behaviour"] + mean["mix"])
        known = all(one["noise"] is not None for one in each)
        if abs(abs(row["carried"]) - row["noise"]) > 1e-9:
            assert row["sure"] == (known and abs(row["carried"]) > row["noise"])
        there = [any(total(rows, segment, part, 4) for part in parts) for rows in (before, after)]
        assert row["fresh"] <= (there[0] != there[1])
        uneven += max(0.0, abs(row["carried"] - row["share"] * found.change) - row["noise"])
    assert found.uneven == pytest.approx(uneven)


def mean_rate(rows: Sequence[Row]) -> float:
    """A metric of several parts is the mean of their rates."""
    return fmean(rate(rows, None, part) or 0.0 for part in sorted({row[1] for row in rows}))


@check(BEFORE, AFTER, HISTORY, st.booleans(), examples=120)
def test_the_parts_of_a_rate_sum_to_its_change(
    before: list[Row], after: list[Row], history: list[Row], one: bool
) -> None:
    if one:
        before, after = of_one(before), of_one(after)
    parts = {row[1] for row in (*before, *after)}
    assume(before and after and all(total(rows, None, part, 4) for rows in (before, after) for part in parts))

    found = split_rate(frame(before), frame(after), frame(history))

    assert found.change == pytest.approx(mean_rate(after) - mean_rate(before), abs=1e-12)
    assert found.behaviour + found.mix == pytest.approx(found.change, abs=1e-12)
    assert found.parts["share"].sum() == pytest.approx(1)


@check(BEFORE, AFTER, HISTORY, st.booleans(), examples=80)
def test_turned_round_in_time_a_rate_moved_the_other_way(
    before: list[Row], after: list[Row], history: list[Row], one: bool
) -> None:
    if one:
        before, after = of_one(before), of_one(after)
    there, back = (split_rate(frame(a), frame(b), frame(history)) for a, b in ((before, after), (after, before)))

    assert back.change == pytest.approx(-there.change, abs=1e-12)
    assert back.uneven == pytest.approx(there.uneven, abs=1e-12)
    for segment, row in parts_of(back).items():
        other = parts_of(there)[segment]
        for name in ("behaviour", "mix"):
            assert row[name] == pytest.approx(-other[name], abs=1e-12)
        assert (row["before"], row["after"]) == pytest.approx((other["after"], other["before"]))
        assert (row["noise"], row["fresh"]) == (pytest.approx(other["noise"]), other["fresh"])


@check(BEFORE, AFTER, HISTORY, DICE, st.sampled_from(("rate", "count", "line")), examples=80)
def test_the_order_of_the_segments_changes_nothing(
    before: list[Row], after: list[Row], history: list[Row], dice: Any, kind: str
) -> None:
    def split(*three: list[Row]) -> Split:
        frames = [frame(rows, count=kind != "rate") for rows in three]
        return split_rate(*frames) if kind == "rate" else split_count(*frames, along=kind == "line")

    assume(before and after and history)
    names = dict(zip(SEGMENTS, dice.sample(SEGMENTS, len(SEGMENTS)), strict=True))
    mixed = [sorted(rows, key=lambda row: (names[row[0]], row[2])) for rows in (before, after, history)]

    found, other = split(before, after, history), split(*mixed)

    assert (other.change, other.uneven) == pytest.approx((found.change, found.uneven))
    for segment, row in parts_of(other).items():
        assert row == pytest.approx(parts_of(found)[segment])


@check(BEFORE, AFTER, HISTORY, examples=80)
def test_the_parts_of_a_count_are_the_changes_of_the_segments(
    before: list[Row], after: list[Row], history: list[Row]
) -> None:
    before, after = of_one(before), of_one(after)
    assume(before and after)

    found = split_count(frame(before, count=True), frame(after, count=True), frame(history, count=True))

    def a_week(rows: list[Row], segment: str | None) -> float:
        return total(rows, segment, "p", 3) / of_weeks(rows)

    assert found.change == pytest.approx(a_week(after, None) - a_week(before, None))
    for segment, row in parts_of(found).items():
        assert row["carried"] == row["behaviour"] == pytest.approx(a_week(after, segment) - a_week(before, segment))
        assert (row["before"], row["after"]) == pytest.approx((a_week(before, segment), a_week(after, segment)))
        assert row["share"] == pytest.approx(a_week(before, segment) / (a_week(before, None) or 1))
        assert row["mix"] == 0


@check(AFTER, weeks(-12), examples=80)
def test_the_parts_of_a_count_along_its_line_sum_to_the_distance_from_the_line_of_the_whole(
    after: list[Row], history: list[Row]
) -> None:
    after, history = of_one(after), of_one(history)
    assume(after and history)

    found = split_count(*(frame(rows, count=True) for rows in (history, after, history)), along=True)

    past, later = (sorted({row[2] for row in rows}) for rows in (history, after))

    def ahead(segment: str | None) -> float:
        """Where the line leads, on average over the later weeks; a week without a row counted nobody."""
        values = [sum(row[3] for row in history if row[2] == week and segment in (None, row[0])) for week in past]
        if len(past) == 1:
            return float(values[0])
        line = linear_regression(past, values)
        return line.intercept + line.slope * fmean(later)

    now = total(after, None, "p", 3) / len(later)
    assert found.change == pytest.approx(now - ahead(None))
    for segment, row in parts_of(found).items():
        assert row["before"] == pytest.approx(ahead(segment), abs=1e-9)


def test_a_new_segment_is_all_mix_and_flagged() -> None:
    before = [("a", "", 0, 50, 100)]
    after = [("a", "", 1, 50, 100), ("b", "", 1, 0, 100)]

    found = split_rate(frame(before), frame(after), frame(before))

    assert (found.change, found.behaviour, found.mix) == pytest.approx((-0.25, 0.0, -0.25))
    assert {name: row["fresh"] for name, row in parts_of(found).items()} == {"a": False, "b": True}


def test_a_total_that_falls_while_every_segment_rises_is_said_to_be_opposite() -> None:
    before = [("good", "", 0, 80, 100), ("poor", "", 0, 10, 100)]
    after = [("good", "", 1, 85, 100), ("poor", "", 1, 60, 400)]

    found = split_rate(frame(before), frame(after), frame(before))

    assert found.opposite
    assert found.change < 0 < found.behaviour


def test_of_a_swing_that_nobody_knows_nothing_is_sure() -> None:
    before, after = [("a", "", 0, 10, 100)], [("a", "", 1, 90, 100)]

    one_week = split_rate(frame(before), frame(after), frame(before))
    steady = split_rate(frame(before), frame(after), frame([("a", "", week, 10, 100) for week in (-2, -1, 0)]))

    assert [found.parts["sure"].to_list() for found in (one_week, steady)] == [[False], [True]]


def test_a_rate_of_nobody_before_has_nothing_to_have_changed_from() -> None:
    before, after = [("a", "", 0, 0, 0)], [("a", "", 1, 20, 40), ("b", "", 1, 5, 40)]

    found = split_rate(frame(before), frame(after), frame(before))

    assert [found.change, *found.parts["behaviour"]] == pytest.approx([0, 0, 0])
