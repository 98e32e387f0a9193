"""Engagement, against an oracle that looks at every event, and as sentences."""

from datetime import date, timedelta
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Grain, Period
from queries.errors import InsightsError
from queries.measures.engagement import (
    actives,
    actives_on,
    days_active,
    frequency,
    frequency_days,
    matrix,
    stickiness,
)
from queries.product import Feature, Selection, Unit
from tests import oracle_engagement as slow
from tests.oracle import Oracle, Person, Span, Where, complete_spans, span_of
from tests.strategies import DICE, MONDAY, OPEN, WHERE, Case, check, did, load, narrowed, spelled, worlds

KEY, COUNT, DAYS = {"segment": pl.String}, pl.UInt32, pl.UInt64
ACTIVES = {**KEY, "period": pl.Date, "n": COUNT, "complete": pl.Boolean}
ACTIVES_ON = {**KEY, "day": pl.Date, "window": pl.String, "n": COUNT, "complete": pl.Boolean}
STICKINESS = {**KEY, "day": pl.Date, "n": DAYS, "of": DAYS, "units": COUNT, "squares": DAYS, "complete": pl.Boolean}
DAYS_ACTIVE = {**KEY, "days": pl.UInt16, "n": COUNT, "at_least": COUNT, "of": COUNT, "complete": pl.Boolean}
FREQUENCY = {"feature": pl.String, **KEY, "n": DAYS, "of": DAYS, "users": COUNT, "weeks": pl.UInt16}
FREQUENCY_DAYS = {**KEY, "days": pl.UInt16, "n": DAYS, "at_least": DAYS, "of": DAYS, "weeks": pl.UInt16}
MATRIX = {"feature": pl.String, "n": COUNT, "of": COUNT, "outside": COUNT, "days": DAYS, "unit_weeks": DAYS,
          "weeks": pl.UInt16}  # fmt: skip
ASKED = (st.sampled_from(get_args(Unit)), WHERE)
GRAIN = DICE.map(lambda dice: dice.choice(get_args(Grain)))
FEATURE = DICE.map(lambda dice: dice.choice((None, None, "export", "open", "peek")))
ONE_DAY = timedelta(days=1)


def frame(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def both(case: Case, unit: Unit, where: Where) -> tuple[Activity, Oracle]:
    return narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))


def around(case: Case) -> list[date]:
    """Before history, at its beginning, near the ends of words, at its end, and in the future."""
    first, last = case.world.first_day, case.world.last_loaded
    days = {first + timedelta(days=offset) for offset in (-40, -1, 0, 6, 26, 27, 28, 56, 75)}
    return sorted({*days, *(last + timedelta(days=offset) for offset in (-9, -1, 0, 1, 60))})


def spans(case: Case, grain: Grain) -> list[Span]:
    """The periods of those days, some of them not wholly observed."""
    return sorted({span_of(day, grain, case.world.week_start) for day in around(case)})


def weeks_of(case: Case) -> list[Span]:
    """The latest weeks, one of them left out, with one before history and one still open."""
    weeks = complete_spans(case.world, "week")[-9:]
    at = (case.world.first_day - 9 * ONE_DAY, case.world.last_loaded + ONE_DAY)
    return sorted({*weeks[:3], *weeks[4:], *(span_of(day, "week", case.world.week_start) for day in at)})


def periods(asked: list[Span]) -> tuple[Period, ...]:
    return tuple(Period(*span) for span in asked)


def week(number: int = 0) -> Period:
    """The weeks of spelled histories, from 0."""
    return Period(MONDAY, MONDAY + timedelta(days=6)).shifted(7 * number)


# Against the oracle --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, GRAIN, examples=60)
def test_actives_are_those_the_oracle_counts(case: Case, unit: Unit, where: Where, grain: Grain) -> None:
    (activity, oracle), asked, days = both(case, unit, where), spans(case, grain), around(case)

    for by in case.by(unit):
        found = actives(activity, periods(asked), by=by)
        assert_frame_equal(found, frame(slow.actives(oracle, asked, by), ACTIVES))
        on = actives_on(activity, tuple(days), by=by)
        assert_frame_equal(on, frame(slow.actives_on(oracle, days, by), ACTIVES_ON))


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, FEATURE, examples=60)
def test_stickiness_is_what_the_oracle_counts(case: Case, unit: Unit, where: Where, feature: str | None) -> None:
    (activity, oracle), ends = both(case, unit, where), around(case)

    for by in case.by(unit):
        found = stickiness(activity, tuple(ends), by=by, feature=feature)
        assert_frame_equal(found, frame(slow.stickiness(oracle, ends, by, feature), STICKINESS))


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, FEATURE, st.sampled_from((1, 7, 28, 90)), examples=60)
def test_days_active_are_what_the_oracle_counts(
    case: Case, unit: Unit, where: Where, feature: str | None, length: int
) -> None:
    activity, oracle = both(case, unit, where)

    for by in case.by(unit):
        for day in around(case)[::3]:
            span = slow.ending(day, length)
            found = days_active(activity, Period(*span), by=by, feature=feature)
            assert_frame_equal(found, frame(slow.days_active(oracle, span, by, feature), DAYS_ACTIVE))


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, FEATURE, examples=60)
def test_frequency_and_the_matrix_are_what_the_oracle_counts(
    case: Case, unit: Unit, where: Where, feature: str | None
) -> None:
    (activity, oracle), weeks = both(case, unit, where), weeks_of(case)

    for by in case.by(unit):
        found = frequency(activity, periods(weeks), by=by)
        assert_frame_equal(found, frame(slow.frequency(oracle, weeks, by), FREQUENCY))
        days = frequency_days(activity, periods(weeks), by=by, feature=feature)
        assert_frame_equal(days, frame(slow.frequency_days(oracle, weeks, by, feature), FREQUENCY_DAYS))
    assert_frame_equal(matrix(activity, periods(weeks)), frame(slow.matrix(oracle, weeks), MATRIX))


# Properties ----------------------------------------------------------------------------------------------------------


def every(activity: Activity, case: Case, by: By, feature: str | None = None) -> list[tuple[list[str], pl.DataFrame]]:
    """The answer of each measure that can be split, with the columns that name its cells beside the segment."""
    days, weeks = tuple(around(case)), periods(weeks_of(case))
    span = Period(*slow.ending(case.world.last_loaded, 28))
    return [
        (["period"], actives(activity, periods(spans(case, "week")), by=by)),
        (["day", "window"], actives_on(activity, days, by=by)),
        (["day"], stickiness(activity, days, by=by, feature=feature)),
        (["days"], days_active(activity, span, by=by, feature=feature)),
        (["feature"], frequency(activity, weeks, by=by).drop("weeks")),
        (["days"], frequency_days(activity, weeks, by=by, feature=feature).drop("weeks")),
    ]


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, FEATURE, examples=40)
def test_segments_add_up_to_everyone(case: Case, unit: Unit, where: Where, feature: str | None) -> None:
    activity, _ = both(case, unit, where)
    whole = every(activity, case, (), feature)

    for by in case.by(unit)[1:]:
        for (keys, total), (_, parts) in zip(whole, every(activity, case, by, feature), strict=True):
            counts = [name for name in total.columns if name not in (*keys, "segment", "complete")]
            # of nothing but what is not observed, the sum is not observed
            sums = [pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in counts]
            summed = parts.group_by(keys).agg(sums).sort(keys)
            expected = total.select(*keys, *counts).sort(keys)
            assert_frame_equal(summed, expected if activity.units.height else expected.clear())


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, FEATURE, examples=40)
def test_a_part_is_never_more_than_the_whole(case: Case, unit: Unit, where: Where, feature: str | None) -> None:
    activity, _ = both(case, unit, where)

    for by in case.by(unit):
        _, (_, on), (_, sticky), *histograms = every(activity, case, by, feature)
        wide = on.filter(pl.col("complete").all().over("segment", "day")).pivot(
            "window", index=["segment", "day"], values="n"
        )
        if wide.height:
            assert wide.filter((pl.col("DAU") > pl.col("WAU")) | (pl.col("WAU") > pl.col("MAU"))).is_empty()
        assert sticky.filter((pl.col("n") > pl.col("of")) | (pl.col("units") > pl.col("n"))).is_empty()
        assert sticky.filter(pl.col("squares") * pl.col("units") < pl.col("n") ** 2).is_empty()  # Cauchy-Schwarz
        (_, days), (_, often), (_, by_days) = histograms
        assert often.filter((pl.col("users") > pl.col("of")) | (pl.col("of") > pl.col("n"))).is_empty()
        for counted in (days, by_days):
            rises = pl.col("at_least").cast(pl.Int64).diff().over("segment", order_by="days") > 0
            assert counted.filter(rises).is_empty()
            assert counted.filter(days=1).filter(pl.col("at_least") != pl.col("of")).is_empty()


@pytest.mark.slow
@check(worlds(), WHERE, FEATURE, examples=40)
def test_measures_of_the_same_thing_agree(case: Case, where: Where, feature: str | None) -> None:
    activity, _ = both(case, "user", where)
    days = tuple(around(case))

    on = actives_on(activity, days).filter("complete")
    for row in stickiness(activity, days, feature=feature).filter("complete").iter_rows(named=True):
        window = Period(*slow.ending(row["day"], 28))
        histogram = days_active(activity, window, feature=feature).select(pl.col("days", "n").cast(pl.Int64))
        days_n = histogram["days"] * histogram["n"]
        assert (row["n"], row["units"]) == (days_n.sum(), histogram["n"].sum())
        assert row["squares"] == (days_n * histogram["days"]).sum()
        if feature is None:
            assert on.filter(day=row["day"], window="MAU")["n"].item() == row["units"]
            dau = actives(activity, tuple(Period(window.first + i * ONE_DAY, window.first + i * ONE_DAY)
                                          for i in range(28)))  # fmt: skip
            assert dau["n"].sum() == row["n"]


# As sentences --------------------------------------------------------------------------------------------------------


def on(activity: Activity, day: int, window: str) -> int | None:
    found: int | None = actives_on(activity, (MONDAY + day * ONE_DAY,)).filter(window=window)["n"].item()
    return found


def test_monthly_actives_are_those_of_28_days_and_the_day_itself_is_one_of_them() -> None:
    activity = load(spelled(did("ann", "open", "1"), weeks=5))

    assert [on(activity, day, "MAU") for day in (26, 27, 28)] == [None, 1, 0]
    assert [on(activity, day, "WAU") for day in (5, 6, 7)] == [None, 1, 0]
    assert [on(activity, day, "DAU") for day in (-1, 0, 1)] == [None, 1, 0]


def test_a_day_after_the_last_full_one_has_no_actives_and_is_not_zero() -> None:
    activity = load(spelled(did("ann", "open", "1111111 1"), weeks=1))

    assert [on(activity, day, "DAU") for day in (6, 7)] == [1, None]


def test_stickiness_is_of_all_days_and_no_mean_of_daily_ratios() -> None:
    daily, once = did("ann", "open", "1" * 28), did("bo", "open", "0" * 27 + "1")
    activity = load(spelled([*daily, *once], weeks=4))

    found = stickiness(activity, (week(3).last,))

    assert found.rows() == [("everyone", week(3).last, 29, 56, 2, 28 * 28 + 1, True)]


def test_stickiness_of_a_feature_looks_at_its_own_days_and_users() -> None:
    events = [*did("ann", "open", "1111"), *did("ann", "export", "1"), *did("bo", "open", "1")]
    activity = load(spelled(events, weeks=4))

    found = stickiness(activity, (week(3).last,), feature="export")

    assert found.select("n", "of", "units", "squares").row(0) == (1, 28, 1, 1)


def test_a_user_who_comes_twice_on_a_day_was_active_on_one() -> None:
    events = [*did("ann", "open", "1010"), *did("ann", "export", "1"), *did("bo", "open", "1")]
    activity = load(spelled(events, weeks=1))

    found = days_active(activity, week())

    assert found.head(3).drop("segment", "complete").rows() == [(1, 1, 2, 2), (2, 1, 1, 2), (3, 0, 0, 2)]


def test_an_account_was_active_on_the_days_of_all_its_users() -> None:
    events = [*did("ann", "open", "1100", "acme"), *did("bo", "open", "0110", "acme")]
    activity = load(spelled(events, [], weeks=1)).within(Selection("account"))

    assert days_active(activity, week()).filter(pl.col("n") > 0).select("days", "n").rows() == [(3, 1)]
    assert actives(activity, (week(),))["n"].to_list() == [1]


def test_frequency_is_over_the_weeks_in_which_a_feature_was_used() -> None:
    events = [*did("ann", "export", "1110000 0000000 1000000"), *did("bo", "export", "0000000 0000000 0000001")]
    activity = load(spelled(events, weeks=3))

    weeks = (week(0), week(1), week(2))

    assert frequency(activity, weeks).row(0) == ("export", "everyone", 5, 3, 2, 3)
    days = frequency_days(activity, weeks, feature="export").filter(pl.col("n") > 0)
    assert days.select("days", "n", "at_least", "of").rows() == [(1, 2, 3, 3), (3, 1, 1, 3)]


def test_a_week_that_is_not_over_enters_no_frequency() -> None:
    activity = load(spelled(did("ann", "export", "1110000 1000000"), weeks=2, as_of=week(1).first))

    assert frequency(activity, (week(0), week(1))).row(0) == ("export", "everyone", 3, 1, 1, 1)
    assert matrix(activity, (week(0), week(1))).row(0) == ("export", 1, 1, 0, 3, 1, 1)


def test_users_of_a_feature_that_is_not_active_are_outside_unless_they_are_active_elsewhere() -> None:
    peek = Feature("peek", "Peek", ("peek",), active=False)
    events = [*did("ann", "peek", "1"), *did("bo", "peek", "11"), *did("bo", "open", "01"), *did("cy", "open", "1")]
    activity = load(spelled(events, weeks=1, features=(peek, OPEN)))

    assert matrix(activity, (week(),)).rows() == [("peek", 1, 2, 1, 3, 2, 1), ("open", 2, 2, 0, 2, 2, 1)]


def test_a_segment_in_which_nobody_was_active_has_zeros() -> None:
    people = [Person("ann", attributes={"role": "admin"}), Person("bo", attributes={"role": "member"})]
    activity = load(spelled(did("ann", "open", "1"), people, weeks=1))

    found = actives(activity, (week(),), by=("role",))

    assert found.select("segment", "n").rows() == [("Admin", 1), ("Member", 0), ("(unknown)", 0)]
    of_open = frequency(activity, (week(),), by=("role",)).filter(feature="open")
    assert of_open.select("segment", "n", "of").rows() == [("Admin", 1, 1), ("Member", 0, 0), ("(unknown)", 0, 0)]


MEASURES: dict[str, Any] = {
    "actives": lambda a, by: actives(a, (week(),), by=by),
    "actives_on": lambda a, by: actives_on(a, (week().last,), by=by),
    "stickiness": lambda a, by: stickiness(a, (week().last,), by=by),
    "days_active": lambda a, by: days_active(a, week(), by=by),
    "frequency": lambda a, by: frequency(a, (week(),), by=by),
    "frequency_days": lambda a, by: frequency_days(a, (week(),), by=by, feature="export"),
}


@pytest.mark.parametrize("name", list(MEASURES))
def test_a_filter_that_leaves_nobody_gives_zeros_of_everyone_and_no_segments(name: str) -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=1)
    whole, nobody = load(case), load(case).within(Selection(where=(("role", ("nobody",)),)))

    everyone, split = MEASURES[name](nobody, ()), MEASURES[name](nobody, ("role",))

    assert everyone.height == MEASURES[name](whole, ()).height
    assert everyone.filter(pl.col("n") > 0).is_empty()
    assert_frame_equal(split, MEASURES[name](whole, ("role",)).clear())


@pytest.mark.parametrize("measure", [actives, actives_on, stickiness])
@pytest.mark.parametrize("by", [(), ("role",)])
def test_no_periods_no_rows_and_the_same_columns(measure: Any, by: By) -> None:
    activity = load(spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=1))
    asked = (week(),) if measure is actives else (week().last,)

    some, none = measure(activity, asked, by=by), measure(activity, (), by=by)

    assert some.height > 0
    assert_frame_equal(none, some.clear())


def test_no_weeks_zeros_of_every_feature() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    assert frequency(activity, ()).rows() == [(key, "everyone", 0, 0, 0, 0) for key in ("export", "open")]
    assert matrix(activity, ()).rows() == [(key, 0, 0, 0, 0, 0, 0) for key in ("export", "open")]
    assert frequency_days(activity, (), feature="export").height == 7


def test_a_feature_or_segment_that_does_not_exist_is_refused_by_name() -> None:
    activity = load(spelled(did("ann", "export", "1"), [], weeks=1))

    with pytest.raises(InsightsError, match="did you mean `export`"):
        stickiness(activity, (week().last,), feature="exprt")
    with pytest.raises(InsightsError, match="known: `role`"):
        frequency(activity, (week(),), by=("country",))
