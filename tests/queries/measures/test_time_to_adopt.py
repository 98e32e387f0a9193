"""Time to adopt: against a slow oracle, and as sentences."""

from datetime import date, timedelta
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity
from queries.errors import InsightsError
from queries.measures.time_to_adopt import not_timed, time_to_adopt
from queries.product import Feature, Selection, Unit
from tests import oracle_depth
from tests.oracle import Oracle, Person, Where
from tests.strategies import MONDAY, OPEN, WHERE, Case, check, did, launched, load, narrowed, spelled

TIMES = {"segment": pl.String, "day": pl.Int32, "adopted": pl.UInt32, "censored": pl.UInt32, "at_risk": pl.UInt32}
OTHERS = {"segment": pl.String, **dict.fromkeys(("n", "of", "unknown", "early", "before"), pl.UInt32)}


def frame(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.slow
@check(launched(accounts=True), st.sampled_from(get_args(Unit)), WHERE, examples=40)
def test_time_to_adopt_is_what_the_oracle_counts(case: Case, unit: Unit, where: Where) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))

    for by in case.by(unit):
        for key in ("export", "share", "open", "peek"):
            found, others = time_to_adopt(activity, key, by=by), not_timed(activity, key, by=by)
            assert_frame_equal(found, frame(oracle_depth.time_to_adopt(oracle, key, by), TIMES))
            assert_frame_equal(others, frame(oracle_depth.not_timed(oracle, key, by), OTHERS))
            assert found.select(pl.col("adopted").sum() + pl.col("censored").sum()).item() == others["n"].sum()
            assert others.filter(pl.col("of") != pl.sum_horizontal("n", "unknown", "early", "before")).is_empty()
            assert (found["day"] >= 0).all()


def timed(activity: Activity) -> list[tuple[int, int, int, int]]:
    """day, adopted, censored, at_risk."""
    return time_to_adopt(activity, "export").drop("segment").rows()


def left_out(activity: Activity) -> tuple[Any, ...]:
    """unknown, early, before; somebody, who begins history, is always unknown."""
    return not_timed(activity, "export").select("unknown", "early", "before").row(0)


def history(spelling: str, person: Person, launch: date | None = None) -> Activity:
    feature = Feature("export", "Export", ("export",), launched=launch)
    return load(spelled(did("ann", "export", spelling), [person], weeks=4, features=(feature, OPEN)))


@pytest.mark.parametrize(
    ("spelling", "launch", "expected"),
    [
        ("0010000", None, (1, 1, 0, 1)),
        ("0100000", None, (0, 1, 0, 1)),
        ("0000100", MONDAY + timedelta(days=3), (1, 1, 0, 1)),
        ("0000100", MONDAY - timedelta(days=3), (3, 1, 0, 1)),
        ("", None, (26, 0, 1, 1)),
        ("", MONDAY + timedelta(days=27), (0, 0, 1, 1)),
    ],
    ids=["the day after entry", "on entry", "after launch", "launched before entry", "not yet", "launched today"],
)
def test_days_count_from_the_later_of_entry_and_launch(
    spelling: str, launch: date | None, expected: tuple[int, ...]
) -> None:
    activity = history(spelling, Person("ann", signup=MONDAY + timedelta(days=1)), launch)

    assert timed(activity) == [expected]
    assert left_out(activity) == (1, 0, 0)


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [("", (5, 0, 1, 1)), ("0000001", (5, 0, 1, 1)), ("0000010", (5, 1, 0, 1))],
    ids=["without use", "used it after", "used it on the last day"],
)
def test_who_ended_was_watched_until_then(spelling: str, expected: tuple[int, ...]) -> None:
    activity = history(spelling, Person("ann", signup=MONDAY, ended=MONDAY + timedelta(days=5)))

    assert timed(activity) == [expected]


@pytest.mark.parametrize(
    ("person", "launch", "expected"),
    [
        (Person("ann"), None, (2, 0, 0)),
        (Person("ann", signup=MONDAY - timedelta(days=1)), None, (1, 1, 0)),
        (Person("ann", signup=MONDAY), MONDAY + timedelta(days=3), (1, 0, 1)),
        (Person("ann", signup=MONDAY, ended=MONDAY + timedelta(days=2)), MONDAY + timedelta(days=3), (1, 0, 0)),
        (Person("ann", signup=MONDAY), MONDAY + timedelta(days=28), (0, 0, 0)),
    ],
    ids=["unknown start", "entered before history", "beta user", "ended before launch", "not launched yet"],
)
def test_who_is_not_timed_is_counted_with_the_reason(
    person: Person, launch: date | None, expected: tuple[int, ...]
) -> None:
    activity = history("0010000", person, launch)

    assert timed(activity) == []
    assert left_out(activity) == expected


def test_who_may_not_use_a_feature_is_in_no_number() -> None:
    gated = Feature("export", "Export", ("export",), eligible=(("role", ("Admin",)),))
    people = [Person("ann", signup=MONDAY, attributes={"role": role}) for role in ("member",)]
    activity = load(spelled(did("ann", "export", "1"), people, weeks=1, features=(gated, OPEN)))

    assert timed(activity) == []
    assert not_timed(activity, "export").rows() == [("everyone", 0, 0, 0, 0, 0)]


def test_nobody_left_gives_no_days_and_the_same_columns() -> None:
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"})]
    activity = load(spelled(did("ann", "export", "1"), people, weeks=1))
    nobody = activity.within(Selection(where=(("role", ("nobody",)),)))

    assert_frame_equal(time_to_adopt(nobody, "export"), time_to_adopt(activity, "export").clear())
    assert not_timed(nobody, "export").rows() == [("everyone", 0, 0, 0, 0, 0)]
    by = ("role",)
    assert_frame_equal(not_timed(nobody, "export", by=by), not_timed(activity, "export", by=by).clear())


def test_a_feature_that_does_not_exist_is_refused_by_name() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    with pytest.raises(InsightsError, match="did you mean `export`"):
        time_to_adopt(activity, "exprt")
