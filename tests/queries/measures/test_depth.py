"""Stages, cumulative adoption, silent features and activation: against a slow oracle, and as sentences."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Period
from queries.errors import InsightsError
from queries.measures.depth import STAGES, activation, cumulative, silent, stages
from queries.product import Feature, Selection, Unit
from tests import oracle_depth
from tests.oracle import Oracle, Person, Where, span_of
from tests.strategies import DICE, EXPORT, MONDAY, OPEN, WHERE, Case, check, did, launched, load, narrowed, spelled

COUNTS = {"n": pl.UInt32, "of": pl.UInt32}
STAGE = {"segment": pl.String, "stage": pl.String, **COUNTS}
WEEK = {"segment": pl.String, "week": pl.Int16, "period": pl.Date, **COUNTS, "complete": pl.Boolean}
SILENT = {"feature": pl.String, "last_day": pl.Date, "days_silent": pl.Int32, "usual_gap": pl.Int32,
          "silent": pl.Boolean}  # fmt: skip
ACTIVATION = {"segment": pl.String, "cohort": pl.Date, **COUNTS, "complete": pl.Boolean}
UNITS = st.sampled_from(get_args(Unit))
KEYS = ("export", "share", "open", "peek")


def frame(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def both(case: Case, unit: Unit, where: Where) -> tuple[Activity, Oracle]:
    return narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))


def week(number: int = 0) -> Period:
    """The weeks of spelled histories, from 0."""
    return Period(MONDAY, MONDAY + timedelta(days=6)).shifted(7 * number)


def launched_on(day: date | None, **parts: Any) -> tuple[Feature, ...]:
    return replace(EXPORT, launched=day, **parts), OPEN


# Against the oracle --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(launched(accounts=True), UNITS, WHERE, examples=60)
def test_stages_are_what_the_oracle_counts_and_each_is_within_the_one_before(
    case: Case, unit: Unit, where: Where
) -> None:
    activity, oracle = both(case, unit, where)

    for by in case.by(unit):
        for key in KEYS:
            found = stages(activity, key, by=by)
            assert_frame_equal(found, frame(oracle_depth.stages(oracle, key, by), STAGE))
            nested = found.filter(pl.col("stage") != "active")
            assert nested.filter(pl.col("n").diff().over("segment").cast(pl.Int64) > 0).is_empty()
            assert found.filter(pl.col("n") > pl.col("of")).is_empty()


@pytest.mark.slow
@check(launched(accounts=True), UNITS, WHERE, st.sampled_from((None, 0, 1, 5)), examples=60)
def test_cumulative_adoption_is_what_the_oracle_counts(
    case: Case, unit: Unit, where: Where, weeks: int | None
) -> None:
    activity, oracle = both(case, unit, where)

    for by in case.by(unit):
        for key in KEYS:
            found = cumulative(activity, key, weeks=weeks, by=by)
            assert_frame_equal(found, frame(oracle_depth.cumulative(oracle, key, weeks, by), WEEK))
            assert found.filter(pl.col("n") > pl.col("of")).is_empty()


@pytest.mark.slow
@check(launched(accounts=True), UNITS, WHERE, examples=60)
def test_silent_features_are_what_the_oracle_finds(case: Case, unit: Unit, where: Where) -> None:
    activity, oracle = both(case, unit, where)

    assert_frame_equal(silent(activity), frame(oracle_depth.silent(oracle), SILENT))


CHOSEN = DICE.map(lambda dice: dice.choice(((), ("export",), ("open", "peek"))))


@pytest.mark.slow
@check(launched(accounts=True), UNITS, WHERE, CHOSEN, examples=40)
def test_activation_is_what_the_oracle_counts(case: Case, unit: Unit, where: Where, chosen: tuple[str, ...]) -> None:
    activity, oracle = both(case, unit, where)
    first, last = case.world.first_day, case.world.last_loaded
    days = [first - timedelta(days=30), first, first + timedelta(days=7), last - timedelta(days=7), last,
            last + timedelta(days=9)]  # fmt: skip
    days += [first + timedelta(days=i) for i in range(0, (last - first).days, 7)]
    cohorts = sorted({span_of(day, "week", case.world.week_start) for day in days})

    for by in case.by(unit):
        found = activation(activity, tuple(Period(*cohort) for cohort in cohorts), chosen, by=by)
        assert_frame_equal(found, frame(oracle_depth.activation(oracle, cohorts, chosen, by), ACTIVATION))
        assert found.filter(pl.col("n") > pl.col("of")).is_empty()


# As sentences: stages ------------------------------------------------------------------------------------------------


def of_ann(activity: Activity, feature: str = "export") -> list[str]:
    """The stages that ann has reached, whose role is admin."""
    found = stages(activity, feature, by=("role",)).filter(pl.col("segment") == "Admin", pl.col("n") == 1)
    return found["stage"].to_list()


@pytest.mark.parametrize(
    ("spelling", "reached"),
    [
        ("", []),
        ("1", ["tried"]),
        ("1111111", ["tried"]),
        ("0000001 1", ["tried", "repeated"]),
        ("0000000 0000000 1 1 1", ["tried"]),
        ("0000000 0000000 1000000 1000000 1000000", ["tried", "repeated", "habitual"]),
        ("1000000 1000000 1000000", ["tried", "repeated"]),
        ("0000000 0000000 0000000 0000000 1000000 1", ["tried", "repeated"]),
    ],
    ids=["never", "once", "one week", "two neighbouring days", "in one week again", "three of the last four",
         "too long ago", "the open week is a week but not a full one"],
)  # fmt: skip
def test_a_habit_is_three_of_the_last_four_full_weeks(spelling: str, reached: list[str]) -> None:
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"})]
    activity = load(spelled(did("ann", "export", spelling), people, weeks=6, as_of=week(5).first + timedelta(days=2)))

    assert [stage for stage in of_ann(activity) if stage != "active"] == ["eligible", *reached]


@pytest.mark.parametrize(("day", "is_active"), [(6, False), (7, True), (34, True)])
def test_active_stands_beside_the_stages_and_looks_back_28_days(day: int, is_active: bool) -> None:
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"})]
    activity = load(spelled(did("ann", "open", "0" * day + "1"), people, weeks=5))

    assert ("active" in of_ann(activity)) == is_active


def test_who_has_ended_or_may_not_use_a_feature_is_in_no_stage() -> None:
    gated = Feature("export", "Export", ("export",), eligible=(("role", ("Admin",)),))
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"}, ended=week(0).last),
              Person("bo", signup=MONDAY, attributes={"role": "admin"}, ended=week(1).last),
              Person("cy", signup=MONDAY, attributes={"role": "member"})]  # fmt: skip
    events = [event for who in ("ann", "bo", "cy") for event in did(who, "export", "1")]
    activity = load(spelled(events, people, weeks=2, features=(gated, OPEN)))

    assert stages(activity, "export")["n"].to_list() == [1, 1, 0, 0, 1]


# Cumulative adoption -------------------------------------------------------------------------------------------------


def test_cumulative_adoption_counts_who_ever_used_it_beta_users_too() -> None:
    people = [Person(name, signup=MONDAY) for name in ("ann", "bo", "cy")]
    events = [*did("ann", "export", "1"), *did("bo", "export", "0000000 0000000 1")]
    features = launched_on(week(1).first + timedelta(days=3))
    activity = load(spelled(events, people, weeks=3, features=features))

    found = cumulative(activity, "export")

    assert found.select("week", "period", "n", "of").rows() == [(0, week(1).last, 1, 4), (1, week(2).last, 2, 4)]


def test_without_a_launch_date_weeks_count_from_the_first_use() -> None:
    activity = load(spelled(did("ann", "export", "0000000 0000100 0000000 1"), weeks=3, as_of=week(3).first))

    found = cumulative(activity, "export").select("week", "period", "n", "complete").rows()

    assert found == [(0, week(1).last, 1, True), (1, week(2).last, 1, True), (2, week(3).last, 1, False)]


def test_weeks_before_history_are_left_out_and_the_others_keep_their_number() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=2, features=launched_on(week(-3).last)))

    assert cumulative(activity, "export")["week"].to_list() == [3, 4]
    assert cumulative(activity, "export", weeks=4)["week"].to_list() == [3]


@pytest.mark.parametrize("day", [None, MONDAY + timedelta(days=90)], ids=["never used", "not launched yet"])
def test_a_feature_not_launched_has_no_weeks_and_the_same_columns(day: date | None) -> None:
    activity = load(spelled(did("ann", "open", "1"), weeks=2, features=launched_on(day)))

    assert_frame_equal(cumulative(activity, "export"), cumulative(activity, "open").clear())


# Silent features -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "usual", "is_silent"),
    [
        ("1111110 0000000", 1, True),
        ("0000000 0001111 1110000", 1, True),
        ("0000000 0000111 1111000", 1, False),
        ("1010101 0101000 0000000", 2, True),
        ("1010101 0101010 0000000", 2, True),
        ("0000101 0101010 1010000", 2, False),
        ("1111100 0000000 0000000", None, False),
        ("", None, False),
    ],
)
def test_a_feature_is_silent_after_three_times_its_usual_gap(
    spelling: str, usual: int | None, is_silent: bool
) -> None:
    activity = load(spelled(did("ann", "export", spelling), weeks=3))

    found = silent(activity).row(0, named=True)

    assert (found["usual_gap"], found["silent"]) == (usual, is_silent)
    assert (found["last_day"] is None) == (spelling == "")


def test_one_long_pause_in_a_hundred_gaps_is_not_usual() -> None:
    activity = load(spelled(did("ann", "export", "1" * 100 + "0" * 20 + "1" + "0" * 7), weeks=18, as_of=None))

    assert silent(activity).row(0)[2:] == (0, 1, False)


# Activation ----------------------------------------------------------------------------------------------------------


def of_week(activity: Activity, number: int, features: tuple[str, ...] = ()) -> tuple[Any, ...]:
    return activation(activity, (week(number),), features).select("n", "of", "complete").row(0)


@pytest.mark.parametrize(("day", "n"), [(8, 1), (14, 1), (15, 0)])
def test_a_unit_is_activated_on_days_0_to_6_after_its_own_entry(day: int, n: int) -> None:
    people = [Person("ann", signup=week(1).first + timedelta(days=1))]
    activity = load(spelled(did("ann", "export", "0" * day + "1"), people, weeks=5))

    assert of_week(activity, 1) == (n, 1, True)


@pytest.mark.parametrize(("as_of", "expected"), [(11, (None, 1, False)), (12, (1, 1, True))])
def test_activation_waits_until_the_last_of_the_cohort_had_its_week(as_of: int, expected: tuple[Any, ...]) -> None:
    people = [Person("ann", signup=MONDAY)]
    case = spelled(did("ann", "export", "1"), people, weeks=2, as_of=MONDAY + timedelta(days=as_of))

    assert of_week(load(case), 0) == expected


def test_activation_is_by_the_named_features_or_else_the_core_ones_or_else_any_active() -> None:
    people = [Person(name, signup=MONDAY) for name in ("ann", "bo", "cy")]
    peek = Feature("peek", "Peek", ("peek",), active=False)
    events = [*did("ann", "export", "1"), *did("bo", "open", "1"), *did("cy", "peek", "1")]
    plain = load(spelled(events, people, weeks=3, features=(*launched_on(None), peek)))
    cored = load(spelled(events, people, weeks=3, features=(*launched_on(None, core=True), peek)))

    assert of_week(plain, 0) == (2, 3, True)
    assert of_week(cored, 0) == (1, 3, True)
    assert of_week(cored, 0, ("open", "peek", "export")) == (3, 3, True)


def test_no_cohorts_no_rows_and_nobody_left_gives_zeros_of_everyone() -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann", signup=MONDAY, attributes={"role": "admin"})], weeks=2)
    activity = load(case)
    nobody = activity.within(Selection(where=(("role", ("nobody",)),)))

    assert_frame_equal(activation(activity, ()), activation(activity, (week(),)).clear())
    assert of_week(nobody, 0) == (0, 0, True)
    assert stages(nobody, "export").rows() == [("everyone", stage, 0, 0) for stage in STAGES]
    assert silent(nobody)["last_day"].to_list() == [None, None]
    by: By = ("role",)
    assert_frame_equal(stages(nobody, "export", by=by), stages(activity, "export", by=by).clear())


def test_a_feature_that_does_not_exist_is_refused_by_name() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    with pytest.raises(InsightsError, match="did you mean `export`"):
        activation(activity, (week(),), ("exprt",))
    with pytest.raises(InsightsError, match="did you mean `export`"):
        stages(activity, "exprt")
