"""Retention, against an oracle that looks at every event, and as sentences."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any, Literal, get_args

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Grain
from queries.errors import InsightsError
from queries.measures import recurring
from queries.measures.feature_retention import feature_retention
from queries.measures.retention import members, pooled, recurring_sums, retention, trend
from queries.measures.returning import Returning, Start, horizon
from queries.product import Selection, Unit
from tests.oracle import Oracle, Person, Where, complete_spans, span_of
from tests.oracle import pooled as pooled_by_hand
from tests.strategies import DICE, MONDAY, WHERE, Case, check, did, load, narrowed, spelled, worlds

CELLS = {"segment": pl.String, "cohort": pl.Date, "interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32,
         "complete": pl.Boolean, "completes": pl.Date}  # fmt: skip
CURVE = {"segment": pl.String, "interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32, "cohorts": pl.UInt32}
FEATURES = ("export", "share", "open", "peek")
SIZES = DICE.map(lambda dice: (dice.choice((3, 12, 60)), dice.choice((2, 4, 7))))  # cohorts, intervals
BRACKETS: tuple[tuple[tuple[int, int], ...], ...] = ((), (), (), ((1, 3),), ((1, 1), (2, 4)), ((2, 3), (5, 6)))


def _questions(dice: Random) -> list[Returning]:
    return [
        Returning(
            dice.choice(get_args(Start)), dice.choice(FEATURES), dice.choice((None, None, *FEATURES)),
            dice.choice(get_args(Grain)), dice.choice(("on", "on_or_after")), dice.choice(("calendar", "rolling")),
            dice.choice((1, 1, 1, 2, 3)), dice.choice(BRACKETS),
        )
        for _ in range(6)
    ]  # fmt: skip


ASKED = DICE.map(_questions)
GRAINS = st.sampled_from(get_args(Grain))
ANN = [Person("ann", signup=MONDAY)]
FIRST_USE = Returning("first_use", "export", "export")


def frame(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def week(number: int) -> date:
    """The name of a week of spelled histories: its last day."""
    return MONDAY + timedelta(days=7 * number + 6)


def curve(activity: Activity, question: Returning, cohort: int = 0, intervals: int = 6) -> list[int | None]:
    """The n of each interval of one weekly cohort."""
    cells = retention(activity, question, cohorts=99, intervals=intervals)
    return cells.filter(cohort=week(cohort))["n"].to_list()


# Against the oracle --------------------------------------------------------------------------------------------------


def assert_retention(
    case: Case, unit: Unit, where: Where, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    for asked in questions:
        for by in case.by(unit):
            found = retention(activity, asked, cohorts=sizes[0], intervals=sizes[1], by=by)
            expected = oracle.retention(
                asked.start, asked.feature, asked.back, asked.grain, asked.count, asked.windows, *sizes, by,
                asked.at_least, asked.brackets,
            )  # fmt: skip
            assert_frame_equal(found, frame(expected, CELLS))
            assert_frame_equal(pooled(found), frame(pooled_by_hand(expected), CURVE))


@pytest.mark.slow
@check(worlds(), WHERE, ASKED, SIZES, examples=60)
def test_retention_of_users_is_what_the_oracle_counts(
    case: Case, where: Where, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    assert_retention(case, "user", where, questions, sizes)


@pytest.mark.slow
@check(worlds(accounts=True), WHERE, ASKED, SIZES, examples=60)
def test_retention_of_accounts_is_what_the_oracle_counts(
    case: Case, where: Where, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    assert_retention(case, "account", where, questions, sizes)


def sums_by_hand(oracle: Oracle, asked: Returning, sizes: tuple[int, int], by: By) -> list[tuple[object, ...]]:
    """segment, interval, n, of, units, n_n, n_of, of_of: each unit's own n and of first, over the cohorts complete."""
    found = []
    spans = complete_spans(oracle.world, asked.grain)[-sizes[0]:]
    for label, units in oracle.segments(by):
        for a, b in asked.runs(sizes[1]):
            pairs = []
            for unit in units:
                n = of = 0
                for cohort in spans:
                    whole = oracle._interval(cohort, cohort[1], b, asked.grain, asked.windows)[1] <= oracle.as_of
                    if whole and oracle._started(unit, asked.start, asked.feature, cohort):
                        of += 1
                        n += oracle.is_back(unit, cohort, (a, b), asked.back, asked.grain, asked.count, asked.windows,
                                            asked.at_least)  # fmt: skip
                pairs.append((n, of))
            n, of = (sum(pair[i] for pair in pairs) for i in (0, 1))
            squares = [sum(pair[i] * pair[j] for pair in pairs) for i, j in ((0, 0), (0, 1), (1, 1))]
            found.append((label, a, n, of, sum(pair[1] > 0 for pair in pairs), *squares))
    return found


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), ASKED, SIZES, examples=40)
def test_what_a_clustered_interval_needs_is_what_the_oracle_adds_up(
    case: Case, unit: Unit, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity, oracle = narrowed(case, unit), Oracle(case.world, unit)
    for asked in (replace(question, start="any_use", windows="calendar") for question in questions[:2]):
        for by in case.by(unit)[:2]:
            found = recurring_sums(activity, asked, cohorts=sizes[0], intervals=sizes[1], by=by)
            expected = frame(sums_by_hand(oracle, asked, sizes, by), recurring.SUMS).filter(pl.col("units") > 0)
            assert_frame_equal(found.filter(pl.col("units") > 0), expected)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, GRAINS, SIZES, examples=40)
def test_all_features_side_by_side_are_each_what_retention_says_of_it(
    case: Case, unit: Unit, where: Where, grain: Grain, sizes: tuple[int, int]
) -> None:
    activity = narrowed(case, unit, case.can(where))
    asked = {"cohorts": sizes[0], "intervals": sizes[1]}
    for by in case.by(unit):
        for skip in (0, 2):
            found = feature_retention(activity, grain, **asked, skip=skip, by=by)
            each = []
            for feature in activity.features:
                question = Returning("first_use", feature.key, feature.key, grain)
                curve = pooled(retention(activity, question, **asked, skip=skip, by=by))
                curve = curve.with_columns(feature=pl.lit(feature.key)).sort("interval", maintain_order=True)
                order = {label: i for i, label in enumerate(curve["segment"].unique(maintain_order=True))}
                place = pl.col("segment").replace_strict(order, default=None, return_dtype=pl.Int64)
                each.append(curve.sort(place, "interval").select(found.columns))
            assert_frame_equal(found, pl.concat(each))


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, ASKED, SIZES, examples=40)
def test_the_members_of_a_cell_are_as_many_as_its_counts_say(
    case: Case, unit: Unit, where: Where, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    for asked in questions:
        cells = retention(activity, asked, cohorts=sizes[0], intervals=sizes[1])
        for row in cells.sample(min(3, cells.height), seed=1).iter_rows(named=True):
            found = members(activity, asked, row["cohort"], row["interval"])

            assert found.height == row["of"]
            assert found["back"].sum() == (row["n"] or 0)
            assert found["back"].null_count() == (0 if row["complete"] else row["of"])
            span = span_of(row["cohort"], asked.grain, case.world.week_start)
            began = [(u.id, day) for u in oracle.units for day in oracle._started(u, asked.start, asked.feature, span)]
            assert found.select("id", "start").rows() == sorted(began)


# Properties ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(worlds(), ASKED, SIZES, examples=25)
def test_on_or_after_never_rises_within_a_cohort_and_is_never_less_than_on(
    case: Case, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity, keys = load(case), ["segment", "cohort", "interval"]

    for question in questions:
        on, after = [
            retention(activity, replace(question, count=count), cohorts=sizes[0], intervals=sizes[1])
            for count in ("on", "on_or_after")
        ]

        rises = pl.col("n").diff().over("segment", "cohort", order_by="interval") > 0
        assert after.with_columns(pl.col("n").cast(pl.Int64)).filter(rises).is_empty()
        assert on.join(after, on=keys, suffix="_after").filter(pl.col("n") > pl.col("n_after")).is_empty()
        assert_frame_equal(on.drop("n"), after.drop("n"))


@pytest.mark.slow
@check(worlds(), ASKED, examples=25)
def test_a_cohort_changes_no_pooled_point_that_it_is_incomplete_for(case: Case, questions: list[Returning]) -> None:
    activity = load(case)

    for question in questions:
        cells = retention(activity, question, cohorts=9, intervals=9)
        youngest = pl.col("cohort") == pl.col("cohort").max()
        open_for = cells.filter(youngest & ~pl.col("complete"))["interval"]

        without, with_it = pooled(cells.filter(~youngest)), pooled(cells)

        is_open = pl.col("interval").is_in(open_for.implode())
        assert_frame_equal(with_it.filter(is_open), without.filter(is_open))


@pytest.mark.slow
@check(worlds(), ASKED, SIZES, examples=25)
def test_asking_for_other_cohorts_or_more_intervals_changes_none_that_were_there(
    case: Case, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity, keys = load(case), ["cohort", "interval"]

    for question in (replace(question, brackets=()) for question in questions):  # brackets say the intervals themselves
        few = retention(activity, question, cohorts=sizes[0], intervals=sizes[1])
        many = retention(activity, question, cohorts=sizes[0] + 2, intervals=sizes[1] + 3)
        skipped = retention(activity, question, cohorts=sizes[0] + 1, intervals=sizes[1], skip=1)

        assert_frame_equal(few, many.join(few, on=keys, how="semi", maintain_order="left"))
        earlier = many.filter(pl.col("cohort") < pl.col("cohort").max(), pl.col("interval") < sizes[1])
        assert_frame_equal(skipped, earlier)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), ASKED, examples=25)
def test_segments_add_up_to_everyone(case: Case, unit: Unit, questions: list[Returning]) -> None:
    activity, keys = narrowed(case, unit), ["cohort", "interval"]
    assume(activity.units.height > 0)

    for by in case.by(unit)[1:]:
        for question in questions:
            parts = retention(activity, question, cohorts=5, intervals=5, by=by).filter("complete")
            whole = retention(activity, question, cohorts=5, intervals=5).filter("complete")
            summed = parts.group_by(keys).agg(pl.col("n", "of").sum()).sort(keys)
            assert_frame_equal(summed, whole.select(*keys, "n", "of").sort(keys))


@pytest.mark.slow
@check(worlds(), ASKED, SIZES, examples=25)
def test_by_the_day_calendar_and_rolling_are_the_same(
    case: Case, questions: list[Returning], sizes: tuple[int, int]
) -> None:
    activity = load(case)

    for question in questions:
        by_windows = [
            retention(activity, replace(question, grain="day", windows=windows), cohorts=sizes[0], intervals=sizes[1])
            for windows in ("calendar", "rolling")
        ]

        assert_frame_equal(*by_windows)


# As sentences --------------------------------------------------------------------------------------------------------


def test_who_is_back_in_week_three_counts_there_though_absent_in_week_two() -> None:
    activity = load(spelled(did("ann", "open", "1000000 0100000 0000000 0000001"), ANN, weeks=6))

    assert curve(activity, Returning()) == [1, 1, 0, 1, 0, 0]
    assert curve(activity, Returning(count="on_or_after")) == [1, 1, 1, 1, 0, 0]
    assert curve(activity, Returning(count="on_or_after", windows="rolling")) == [1, 1, 1, 1, 0, None]


def test_interval_zero_is_the_size_of_the_cohort_also_of_those_who_did_nothing_in_it() -> None:
    activity = load(spelled(did("ann", "export", "0000000 1"), ANN, weeks=2))

    assert curve(activity, Returning(back="open"), intervals=2) == [1, 0]
    assert curve(activity, Returning("first_use", "export", "open"), cohort=1, intervals=1) == [1]


def test_a_week_that_is_not_over_is_null_and_enters_no_pooled_point() -> None:
    people = [*ANN, Person("bo", signup=MONDAY + timedelta(days=7))]
    activity = load(spelled(did("ann", "open", "0000000 1"), people, weeks=2))

    cells = retention(activity, Returning(), cohorts=9, intervals=3)

    assert cells["n"].to_list() == [1, 1, None, 1, None, None]
    assert cells["of"].to_list() == [1] * 6
    assert cells["completes"].to_list() == [week(i) for i in (0, 1, 2, 1, 2, 3)]
    assert pooled(cells).rows() == [("everyone", 0, 2, 2, 2), ("everyone", 1, 1, 1, 1)]


@pytest.mark.parametrize("count", ["on", "on_or_after"])
@pytest.mark.parametrize("windows", ["calendar", "rolling"])
def test_intervals_may_reach_far_into_the_future(
    count: Literal["on", "on_or_after"], windows: Literal["calendar", "rolling"]
) -> None:
    activity = load(spelled(did("ann", "open", "1000000 1"), ANN, weeks=3))

    found = curve(activity, Returning(count=count, windows=windows), intervals=30)

    assert found == [1, 1] + [0] * (windows == "calendar") + [None] * (27 + (windows == "rolling"))


@pytest.mark.parametrize(("day", "expected"), [(6, [1, 0, 0]), (7, [1, 1, 0]), (13, [1, 1, 0]), (14, [1, 0, 1])])
def test_week_one_of_a_rolling_window_is_days_seven_to_thirteen_after_the_own_start(
    day: int, expected: list[int]
) -> None:
    friday = [Person("ann", signup=MONDAY + timedelta(days=4))]
    activity = load(spelled(did("ann", "open", "0" * (4 + day) + "1"), friday, weeks=8))

    assert curve(activity, Returning(windows="rolling"), intervals=3) == expected


def test_a_rolling_interval_is_complete_when_it_is_for_whoever_started_last_in_the_cohort() -> None:
    activity = load(spelled(did("ann", "open", "0000000 1"), ANN, weeks=3))

    cells = retention(activity, Returning(windows="rolling"), cohorts=99, intervals=2).filter(cohort=week(0))

    assert cells["completes"].to_list() == [week(0) + timedelta(days=6), week(0) + timedelta(days=13)]
    assert cells["n"].to_list() == [1, 1]


@pytest.mark.parametrize(("day", "expected"), [(29, [1, 0, 0]), (30, [1, 1, 0]), (59, [1, 1, 0]), (60, [1, 0, 1])])
def test_a_rolling_month_is_thirty_days(day: int, expected: list[int]) -> None:
    activity = load(spelled(did("ann", "open", "0" * day + "1"), ANN, weeks=20))

    cells = retention(activity, Returning(grain="month", windows="rolling"), cohorts=99, intervals=3)

    assert cells.filter(cohort=date(2026, 6, 30))["n"].to_list() == expected


def test_who_signs_up_on_the_31st_is_back_in_the_shorter_month_that_follows() -> None:
    people = [Person("ann", signup=date(2026, 8, 31))]
    back = did("ann", "open", "0" * (date(2026, 9, 30) - MONDAY).days + "1")
    activity = load(spelled(back, people, weeks=21))

    cells = retention(activity, Returning(grain="month"), cohorts=2, intervals=2)

    assert cells.filter(cohort=date(2026, 8, 31))["n"].to_list() == [1, 1]


def test_on_or_after_looks_no_further_than_the_last_complete_week() -> None:
    case = spelled(did("ann", "open", "0000000 0000000 1"), ANN, weeks=2, as_of=MONDAY + timedelta(days=16))
    activity = load(case)

    question = Returning(count="on_or_after")

    assert curve(activity, question, intervals=2) == [1, 0]  # ann was back, in the week still open
    assert horizon(activity.calendar, question) == week(1)
    assert horizon(activity.calendar, replace(question, windows="rolling")) == MONDAY + timedelta(days=16)


def test_with_any_use_a_unit_is_in_the_cohort_of_every_week_in_which_it_used_it() -> None:
    activity = load(spelled(did("ann", "export", "1100000 0000000 1"), ANN, weeks=4))

    cells = retention(activity, Returning("any_use", "export", "export"), cohorts=4, intervals=3)

    assert cells.filter(interval=0)["of"].to_list() == [1, 0, 1, 0]
    assert cells.filter(cohort=week(0))["n"].to_list() == [1, 0, 1]


@pytest.mark.parametrize(("first_seen", "size"), [(27, 0), (28, 1)])
@pytest.mark.parametrize("question", [Returning(), Returning("first_active"), FIRST_USE], ids=lambda q: q.start)
def test_without_a_sign_up_who_is_seen_in_the_first_28_days_is_in_no_cohort(
    question: Returning, first_seen: int, size: int
) -> None:
    activity = load(spelled(did("ann", "export", "0" * first_seen + "1"), weeks=6))

    cells = retention(activity, question, cohorts=99, intervals=1)

    assert cells["of"].sum() == size


def test_with_any_use_a_rolling_interval_is_counted_from_the_first_use_in_that_week() -> None:
    activity = load(spelled(did("ann", "export", "1000000 0010100 0000000 0100000"), ANN, weeks=8))

    question = Returning("any_use", "export", "export", windows="rolling")

    assert curve(activity, question, cohort=0, intervals=4) == [1, 1, 0, 1]
    assert curve(activity, question, cohort=1, intervals=3) == [1, 1, 0]  # 13 days after the Wednesday


def test_any_use_takes_those_of_unknown_start_as_well() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    assert curve(activity, Returning("any_use", "export"), intervals=1) == [1]


def test_who_signed_up_long_before_history_begins_is_in_no_sign_up_cohort() -> None:
    old = [Person("ann", signup=MONDAY - timedelta(days=400))]
    activity = load(spelled(did("ann", "open", "1"), old, weeks=2))

    assert retention(activity, Returning(), cohorts=99, intervals=1)["of"].to_list() == [0, 0]
    assert retention(activity, Returning("first_active"), cohorts=99, intervals=1)["of"].to_list() == [1, 0]


def test_an_account_is_back_when_another_of_its_users_is() -> None:
    people = [Person("ann", "acme", signup=MONDAY), Person("bo", "acme", signup=MONDAY + timedelta(days=20))]
    activity = load(spelled(did("bo", "open", "0" * 21 + "1"), people, weeks=5, companies={"acme": "pro"}))

    assert curve(activity, Returning(), intervals=5) == [1, 0, 0, 0, 0]
    assert curve(activity.within(Selection("account")), Returning(), intervals=5) == [1, 0, 0, 1, 0]


def test_adding_up_cohorts_weighs_each_by_its_size() -> None:
    cells = frame([("all", week(0), 1, 500, 1000, True, week(1)), ("all", week(1), 1, 400, 500, True, week(2)),
                   ("all", week(2), 1, None, 700, False, week(3))], CELLS)  # fmt: skip

    assert_frame_equal(pooled(cells), frame([("all", 1, 900, 1500, 2)], CURVE))


def test_a_bracket_counts_who_was_back_in_any_of_its_weeks() -> None:
    activity = load(spelled(did("ann", "open", "1000000 0000000 0010000 0000000 0000001"), ANN, weeks=8))

    cells = retention(activity, Returning(brackets=((1, 1), (2, 3), (4, 5))), cohorts=99, intervals=0)

    first = cells.filter(cohort=week(0))
    assert first.select("interval", "n", "completes").rows() == [
        (0, 1, week(0)), (1, 0, week(1)), (2, 1, week(3)), (4, 1, week(5))
    ]  # fmt: skip


def test_a_bracket_is_complete_when_its_last_week_is() -> None:
    activity = load(spelled(did("ann", "open", "1000000 1"), ANN, weeks=3))

    cells = retention(activity, Returning(brackets=((1, 2), (3, 3))), cohorts=99, intervals=0).filter(cohort=week(0))

    assert cells["n"].to_list() == [1, 1, None]


def test_at_least_two_days_leaves_out_who_came_on_one() -> None:
    activity = load(spelled(did("ann", "open", "1000000 0100000 0100001 1000000"), ANN, weeks=4))

    assert curve(activity, Returning(at_least=2), intervals=4) == [1, 0, 1, 0]
    assert curve(activity, Returning(at_least=2, count="on_or_after"), intervals=4) == [1, 1, 1, 0]


@pytest.mark.parametrize("brackets", [((0, 1),), ((2, 1),), ((1, 3), (3, 4)), ((3, 4), (1, 2))])
def test_brackets_that_overlap_or_run_backwards_are_refused(brackets: tuple[tuple[int, int], ...]) -> None:
    activity = load(spelled(did("ann", "open", "1"), ANN, weeks=1))

    with pytest.raises(InsightsError, match="Brackets must follow one another"):
        retention(activity, Returning(brackets=brackets), cohorts=1, intervals=1)


def test_an_interval_over_time_is_dated_by_the_week_in_which_each_cohort_completed_it() -> None:
    people = [Person("ann", signup=MONDAY), Person("bo", signup=MONDAY + timedelta(days=14))]
    activity = load(spelled(did("ann", "open", "0000000 1"), people, weeks=5))

    cells = retention(activity, Returning(), cohorts=99, intervals=3)
    rolling = retention(activity, Returning(windows="rolling"), cohorts=99, intervals=2)

    found = trend(cells, 1, activity.calendar)
    assert found.rows() == [("everyone", week(0), week(1), 1, 1, True), ("everyone", week(2), week(3), 0, 1, True)]
    assert trend(rolling, 1, activity.calendar)["period"].to_list() == [week(2), week(4)]


@pytest.mark.parametrize("start", ["first_use", "any_use"])
def test_following_a_feature_needs_one(start: Start) -> None:
    activity = load(spelled(did("ann", "open", "1"), weeks=1))

    with pytest.raises(InsightsError, match="Pick a feature"):
        retention(activity, Returning(start), cohorts=1, intervals=1)


@pytest.mark.parametrize("by", [(), ("role",)])
@pytest.mark.parametrize("start", get_args(Start))
@pytest.mark.parametrize("windows", ["calendar", "rolling"])
def test_before_the_first_week_is_over_there_are_no_cohorts_and_the_same_columns(
    by: By, start: Start, windows: Literal["calendar", "rolling"]
) -> None:
    activity = load(spelled(did("ann", "export", "1"), ANN, weeks=1, as_of=MONDAY + timedelta(days=2)))

    cells = retention(activity, Returning(start, "export", windows=windows), cohorts=4, intervals=4, by=by)

    assert_frame_equal(cells, frame([], CELLS))
    assert_frame_equal(pooled(cells), frame([], CURVE))
