"""Feature retention lift: against a slow oracle, and as sentences."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity
from queries.errors import InsightsError
from queries.measures.lift import lift
from queries.product import Feature, Selection, Unit
from tests import oracle_depth
from tests.oracle import Oracle, Person, Where
from tests.strategies import EXPORT, MONDAY, OPEN, WHERE, Case, check, did, launched, load, narrowed, spelled

LIFT = {"segment": pl.String, "group": pl.String, "week": pl.Int16, "n": pl.UInt32, "of": pl.UInt32}
ANN = [Person("ann", signup=MONDAY)]


@pytest.mark.slow
@check(launched(accounts=True), st.sampled_from(get_args(Unit)), WHERE,
       st.sampled_from(((7, 4), (1, 1), (28, 3), (5, 9))), examples=40)  # fmt: skip
def test_lift_is_what_the_oracle_counts(case: Case, unit: Unit, where: Where, asked: tuple[int, int]) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    landmark, weeks = asked

    for by in case.by(unit):
        for key in ("export", "share", "open", "peek"):
            found = lift(activity, key, landmark=landmark, weeks=weeks, by=by)
            expected = oracle_depth.lift(oracle, key, landmark, weeks, by)
            assert_frame_equal(found, pl.DataFrame(expected, schema=LIFT, orient="row"))
            shrinks = pl.col("of").diff().over("segment", "group").cast(pl.Int64).fill_null(0) <= 0
            assert found.filter(~shrinks | (pl.col("n") > pl.col("of"))).is_empty()


def counts(activity: Activity, landmark: int = 7, weeks: int = 1) -> list[tuple[int, int]]:
    """Numbers n and of: those who used it week by week, then those who had not."""
    return lift(activity, "export", landmark=landmark, weeks=weeks).select("n", "of").rows()


@pytest.mark.parametrize(("day", "used"), [(0, True), (6, True), (7, False), (20, False)])
def test_who_uses_it_only_after_the_landmark_has_not_used_it_yet(day: int, used: bool) -> None:
    activity = load(spelled(did("ann", "export", "0" * day + "1"), ANN, weeks=4))

    of = [of for _, of in counts(activity)]
    assert of == ([1, 0] if used else [0, 1])


@pytest.mark.parametrize(("day", "back"), [(6, [0, 0]), (7, [1, 0]), (13, [1, 0]), (14, [0, 1]), (20, [0, 1])])
def test_week_1_begins_on_the_day_of_the_landmark(day: int, back: list[int]) -> None:
    events = [*did("ann", "export", "1"), *did("ann", "open", "0" * day + "1")]
    activity = load(spelled(events, ANN, weeks=4))

    assert counts(activity, weeks=2)[:2] == [(n, 1) for n in back]


@pytest.mark.parametrize(("day", "of"), [(12, [0, 0]), (13, [1, 0]), (19, [1, 0]), (20, [1, 1])])
def test_a_unit_counts_in_the_weeks_it_has_lived_through(day: int, of: list[int]) -> None:
    activity = load(spelled(did("ann", "export", "1"), ANN, weeks=4, as_of=MONDAY + timedelta(days=day)))

    assert [found for _, found in counts(activity, weeks=2)[:2]] == of


def test_who_entered_before_the_launch_or_may_not_use_it_or_is_of_unknown_start_is_in_no_group() -> None:
    gated = Feature("export", "Export", ("export",), launched=MONDAY + timedelta(days=3),
                    eligible=(("role", ("Admin", "(unknown)")),))  # fmt: skip
    later = MONDAY + timedelta(days=3)
    people = [Person("ann", signup=MONDAY + timedelta(days=2), attributes={"role": "admin"}),
              Person("bo", signup=later, attributes={"role": "admin"}),
              Person("cy", signup=later, attributes={"role": "member"})]  # fmt: skip
    events = [*did("bo", "export", "00010000"), *did("di", "export", "0000100")]
    activity = load(spelled(events, people, weeks=4, features=(gated, OPEN)))

    assert [of for _, of in counts(activity)] == [1, 0]


def test_coming_back_is_using_any_active_feature() -> None:
    features = (EXPORT, replace(OPEN, active=False))
    quiet = load(spelled([*did("ann", "export", "1"), *did("ann", "open", "0000000 1")], ANN, weeks=4,
                         features=features))  # fmt: skip
    same = load(spelled(did("ann", "export", "1000000 1"), ANN, weeks=4, features=features))

    assert counts(quiet) == [(0, 1), (0, 0)]
    assert counts(same) == [(1, 1), (0, 0)]


def test_nobody_left_gives_zeros_no_weeks_no_rows_and_the_same_columns() -> None:
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"})]
    activity = load(spelled(did("ann", "export", "1"), people, weeks=4))
    nobody = activity.within(Selection(where=(("role", ("nobody",)),)))

    assert counts(nobody) == [(0, 0), (0, 0)]
    assert_frame_equal(lift(nobody, "export", by=("role",)), lift(activity, "export", by=("role",)).clear())
    assert_frame_equal(lift(activity, "export", weeks=0), lift(activity, "export").clear())


def test_a_feature_that_does_not_exist_is_refused_by_name() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    with pytest.raises(InsightsError, match="did you mean `export`"):
        lift(activity, "exprt")
