"""Adoption, against an oracle that looks at every event, and as sentences."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Grain, Period
from queries.errors import InsightsError
from queries.measures.adoption import Denominator, adoption, breadth, new_adopters, reach
from queries.product import Feature, Selection, Unit
from tests.oracle import Event, Oracle, Person, Span, Where, complete_spans, span_of
from tests.strategies import DICE, EXPORT, MONDAY, OPEN, WHERE, Case, check, did, load, narrowed, spelled, worlds

KEYS = {"feature": pl.String, "segment": pl.String, "period": pl.Date}
ADOPTION = {**KEYS, "n": pl.UInt32, "of": pl.UInt32, "outside": pl.UInt32, "complete": pl.Boolean}
NEW = {**KEYS, "n": pl.UInt32, "of": pl.UInt32, "complete": pl.Boolean}
REACH = {"period": pl.Date, "n": pl.UInt32, "of": pl.UInt32, "adopted": pl.UInt32, "complete": pl.Boolean}
BREADTH = {"features": pl.UInt16, "n": pl.UInt32, "of": pl.UInt32}
DENOMINATORS: tuple[Denominator, ...] = get_args(Denominator)
ASKED = (WHERE, DICE.map(lambda dice: dice.choice(get_args(Grain))))


def frame(rows: list[Any], schema: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema, orient="row")


def spans(case: Case, grain: Grain) -> list[Span]:
    """Before history, at its beginning, within and at its end, still open, and in the future."""
    world = case.world
    at = [world.first_day + timedelta(days=offset) for offset in (-40, 0, 20)]
    at += [world.last_loaded + timedelta(days=offset) for offset in (0, 1, 60)]
    return sorted({*(span_of(day, grain, world.week_start) for day in at), *complete_spans(world, grain)[-2:]})


def week(number: int = 0) -> Period:
    """The weeks of spelled histories, from 0."""
    return Period(MONDAY, MONDAY + timedelta(days=6)).shifted(7 * number)


def counts(activity: Activity, feature: str = "export", of: Denominator = "eligible", at: int = 0) -> tuple[int, ...]:
    """n, of and outside of one feature in one week."""
    found = adoption(activity, (week(at),), of=of, features=(feature,))
    return found.select("n", "of", "outside").row(0)


# Against the oracle --------------------------------------------------------------------------------------------------


def assert_adoption(case: Case, unit: Unit, where: Where, grain: Grain) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    asked = spans(case, grain)
    for by in case.by(unit):
        for of in DENOMINATORS:
            found = adoption(activity, tuple(Period(*span) for span in asked), by=by, of=of)
            assert_frame_equal(found, frame(oracle.adoption(asked, by, of), ADOPTION))
            assert found.filter(pl.col("n") > pl.col("of")).is_empty()


@pytest.mark.slow
@check(worlds(), *ASKED)
def test_adoption_of_users_is_what_the_oracle_counts(case: Case, where: Where, grain: Grain) -> None:
    assert_adoption(case, "user", where, grain)


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED)
def test_adoption_of_accounts_is_what_the_oracle_counts(case: Case, where: Where, grain: Grain) -> None:
    assert_adoption(case, "account", where, grain)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), *ASKED)
def test_new_adopters_reach_and_breadth_are_what_the_oracle_counts(
    case: Case, unit: Unit, where: Where, grain: Grain
) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    asked = spans(case, grain)

    for by in case.by(unit):
        found = new_adopters(activity, tuple(Period(*span) for span in asked), by=by)
        assert_frame_equal(found, frame(oracle.new_adopters(asked, by), NEW))
        assert found.filter(pl.col("n") > pl.col("of")).is_empty()
    for span in asked:
        assert_frame_equal(reach(activity, Period(*span)), frame([oracle.reach(span)], REACH))
        assert_frame_equal(breadth(activity, Period(*span)), frame(oracle.breadth(span), BREADTH))


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), st.sampled_from(DENOMINATORS), *ASKED, examples=40)
def test_segments_add_up_to_everyone(case: Case, unit: Unit, of: Denominator, where: Where, grain: Grain) -> None:
    activity = narrowed(case, unit, case.can(where))
    periods = tuple(Period(*span) for span in spans(case, grain))
    keys, sums = ["feature", "period"], pl.col("n", "of", "outside").sum()

    for by in case.by(unit)[1:]:
        parts = adoption(activity, periods, by=by, of=of).group_by(keys).agg(sums).sort(keys)
        whole = adoption(activity, periods, of=of).select(*keys, "n", "of", "outside").sort(keys)
        assert_frame_equal(parts, whole if activity.units.height else whole.clear())


@pytest.mark.slow
@check(worlds(), *ASKED, examples=40)
def test_some_features_are_counted_as_among_all(case: Case, where: Where, grain: Grain) -> None:
    activity = narrowed(case, "user", case.can(where))
    periods = tuple(Period(*span) for span in spans(case, grain))

    some = adoption(activity, periods, features=("peek", "export"))

    each = [adoption(activity, periods).filter(feature=key) for key in ("peek", "export")]
    assert_frame_equal(some, pl.concat(each))


# As sentences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "eligible"),
    [
        (Person("ann", signup=MONDAY + timedelta(days=6)), 1),
        (Person("ann", signup=MONDAY + timedelta(days=7)), 0),
        (Person("ann", signup=MONDAY, ended=MONDAY), 1),
        (Person("ann", signup=MONDAY - timedelta(days=9), ended=MONDAY - timedelta(days=1)), 0),
        (Person("ann"), 0),
    ],
    ids=["signs up on the last day", "signs up after it", "ends on the first day", "ended before it", "never came"],
)
def test_a_user_is_eligible_who_has_entered_and_not_ended(person: Person, eligible: int) -> None:
    activity = load(spelled(did("bo", "ping", "1"), [person], weeks=2))

    assert counts(activity) == (0, eligible + 2, 0)  # bo and somebody are eligible as well


def test_a_user_enters_with_the_first_event_when_that_is_before_sign_up() -> None:
    people = [Person("ann", signup=MONDAY + timedelta(days=9))]
    activity = load(spelled(did("ann", "export", "0010000"), people, weeks=2))

    assert counts(activity) == (1, 2, 0)


def test_a_user_who_ended_before_the_period_and_yet_uses_a_feature_is_outside() -> None:
    people = [Person("ann", signup=MONDAY, ended=MONDAY + timedelta(days=3))]
    activity = load(spelled(did("ann", "export", "1000000 0100000"), people, weeks=2))

    assert counts(activity, at=0) == (1, 2, 0)
    assert counts(activity, at=1) == (0, 1, 1)
    assert counts(activity, of="active", at=1) == (1, 1, 0)


@pytest.mark.parametrize(("of", "expected"), [("eligible", (1, 2, 1)), ("all", (2, 4, 0)), ("active", (2, 3, 0))])
def test_users_without_the_right_plan_are_outside_of_the_eligible_only(
    of: Denominator, expected: tuple[int, ...]
) -> None:
    gated = Feature("export", "Export", ("export",), eligible=(("role", ("Admin",)),))
    roles = {"ann": "admin", "bo": "member", "cy": "admin"}
    people = [Person(name, signup=MONDAY, attributes={"role": role}) for name, role in roles.items()]
    events = [*did("ann", "export", "1"), *did("bo", "export", "1"), *did("cy", "open", "1")]
    activity = load(spelled(events, people, weeks=1, features=(gated, OPEN)))

    assert counts(activity, of=of) == expected


def test_using_a_feature_that_is_not_active_makes_nobody_active() -> None:
    peek = Feature("peek", "Peek", ("peek",), active=False)
    events = [*did("ann", "peek", "1"), *did("bo", "peek", "1"), *did("bo", "open", "1")]
    activity = load(spelled(events, weeks=1, features=(peek, OPEN)))

    assert counts(activity, "peek", of="active") == (1, 1, 1)
    assert reach(activity, week()).row(0)[1:4] == (1, 3, 0)  # history begins here, so nobody's first use is known
    assert breadth(activity, week()).rows() == [(2, 1, 1)]


def test_one_event_may_count_for_several_features_and_several_events_for_one() -> None:
    export, share = Feature("export", "Export", ("csv", "pdf")), Feature("share", "Share", ("pdf", "mail"))
    events = [*did("ann", "pdf", "1"), *did("bo", "csv", "1"), *did("bo", "mail", "1"), *did("bo", "pdf", "1")]
    activity = load(spelled(events, weeks=1, features=(export, share)))

    assert counts(activity, "export") == (2, 3, 0)
    assert counts(activity, "share") == (2, 3, 0)
    assert breadth(activity, week()).rows() == [(2, 2, 2)]


@pytest.mark.parametrize(
    ("zone", "hour", "day"),
    [
        ("America/New_York", datetime(2026, 3, 8, 4, 59), date(2026, 3, 7)),  # still winter: five hours behind
        ("America/New_York", datetime(2026, 3, 9, 3, 59), date(2026, 3, 8)),  # summer: four
        ("America/New_York", datetime(2026, 3, 9, 4, 0), date(2026, 3, 9)),
        ("Pacific/Auckland", datetime(2026, 4, 4, 11, 0), date(2026, 4, 5)),  # thirteen hours ahead
        ("Pacific/Auckland", datetime(2026, 4, 5, 11, 59), date(2026, 4, 5)),  # twelve: a day of 25 hours
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0), date(2026, 3, 29)),
        ("Europe/Berlin", datetime(2026, 3, 29, 21, 59), date(2026, 3, 29)),  # a day of 23 hours
        ("Europe/Berlin", datetime(2026, 3, 29, 22, 0), date(2026, 3, 30)),
    ],
)
def test_a_day_begins_and_ends_at_midnight_in_the_reporting_zone(zone: str, hour: datetime, day: date) -> None:
    events = [Event("ann", hour.replace(tzinfo=UTC), "export")]
    activity = load(spelled(events, weeks=1, timezone=zone))
    around = tuple(Period(day + timedelta(days=i), day + timedelta(days=i)) for i in (-1, 0, 1))

    assert adoption(activity, around, of="active", features=("export",))["n"].to_list() == [0, 1, 0]


def test_a_period_that_ends_after_the_last_full_day_is_not_complete() -> None:
    activity = load(spelled(did("ann", "export", "1000000 1"), weeks=1))

    found = adoption(activity, (week(0), week(1)), features=("export",))

    assert found["complete"].to_list() == [True, False]
    assert found["n"].to_list() == [1, 0]  # what came after `as_of` is not counted


def test_beyond_twenty_values_a_segment_is_other_and_the_unknown_come_last() -> None:
    names = [f"v{i:02}" for i in range(21)]
    people = [Person(name, signup=MONDAY, attributes={"role": name}) for name in names]
    people += [Person("big", signup=MONDAY, attributes={"role": "v20"}), Person("adm", signup=MONDAY,
               attributes={"role": "admin"})]  # fmt: skip
    activity = load(spelled([], people, weeks=1))

    found = adoption(activity, (week(),), by=("role",), features=("export",))

    assert found["segment"].to_list() == ["Admin", "v20", *names[:18], "Other", "(unknown)"]
    assert found["of"].to_list() == [1, 2, *[1] * 18, 2, 1]


def test_where_no_feature_is_listed_each_event_name_is_one_the_most_used_first() -> None:
    events = [*did("ann", "share", "1"), *did("bo", "share", "1"), *did("ann", "open", "1"), *did("cy", "export", "1")]
    activity = load(spelled(events, weeks=1, features=()))

    found = adoption(activity, (week(),))

    assert found.select("feature", "n").rows() == [("share", 2), ("export", 1), ("open", 1), ("ping", 1)]


@pytest.mark.parametrize("measure", [adoption, new_adopters])
@pytest.mark.parametrize("by", [(), ("role",)])
def test_no_periods_no_rows_and_the_same_columns(measure: Any, by: By) -> None:
    activity = load(spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=1))

    some, none = measure(activity, (week(),), by=by), measure(activity, (), by=by)

    assert some.height > 0
    assert_frame_equal(none, some.clear())


def test_no_features_no_rows_and_the_same_columns() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=1))

    assert_frame_equal(adoption(activity, (week(),), features=()), adoption(activity, (week(),)).clear())


def test_a_filter_that_leaves_nobody_gives_zeros_of_everyone_and_no_segments() -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=1)
    activity = load(case).within(Selection(where=(("role", ("nobody",)),)))

    assert counts(activity) == (0, 0, 0)
    assert reach(activity, week()).row(0) == (week().last, 0, 0, 0, True)
    assert breadth(activity, week()).is_empty()
    assert adoption(activity, (week(),), by=("role",)).is_empty()


def test_a_feature_or_segment_that_does_not_exist_is_refused_by_name() -> None:
    activity = load(spelled(did("ann", "export", "1"), [], weeks=1))

    with pytest.raises(InsightsError, match="did you mean `export`"):
        adoption(activity, (week(),), features=("exprt",))
    with pytest.raises(InsightsError, match="known: `role`"):
        adoption(activity, (week(),), by=("country",))


# New adopters --------------------------------------------------------------------------------------------------------


def new_in(activity: Activity, *weeks: int) -> list[int]:
    found = new_adopters(activity, tuple(week(i) for i in weeks)).filter(feature="export")
    return found["n"].to_list()


def test_a_new_adopter_is_new_once() -> None:
    people = [Person("ann", signup=MONDAY)]
    activity = load(spelled(did("ann", "export", "0000000 0100100 1000000"), people, weeks=3))

    assert new_in(activity, 0, 1, 2) == [0, 1, 0]


@pytest.mark.parametrize(("first_seen", "new"), [(27, 0), (28, 1)])
def test_without_a_sign_up_who_is_seen_in_the_first_28_days_is_never_new(first_seen: int, new: int) -> None:
    events = [*did("ann", "ping", "0" * first_seen + "1"), *did("ann", "export", "0" * 36 + "1")]

    assert new_in(load(spelled(events, weeks=6)), 5) == [new]


@pytest.mark.parametrize(
    "bo",
    [Person("bo", signup=MONDAY), Person("bo", signup=MONDAY, ended=week().last, attributes={"role": "admin"})],
    ids=["without the right role", "ended before"],
)
def test_a_new_adopter_who_is_not_eligible_is_in_neither_number(bo: Person) -> None:
    gated = Feature("export", "Export", ("export",), eligible=(("role", ("Admin",)),))
    people = [Person("ann", signup=MONDAY, attributes={"role": "admin"}), bo]
    events = [*did("ann", "export", "0000000 1"), *did("bo", "export", "0000000 1")]
    activity = load(spelled(events, people, weeks=2, features=(gated, OPEN)))

    found = new_adopters(activity, (week(1),)).filter(feature="export")

    assert found.select("n", "of").rows() == [(1, 1)]


def test_reach_counts_who_adopts_something_new_once_however_much_it_is() -> None:
    people = [Person("ann", signup=MONDAY), Person("bo", signup=MONDAY, ended=MONDAY + timedelta(days=2))]
    events = [*did("ann", "export", "0000000 1"), *did("ann", "open", "0000000 01"), *did("bo", "open", "0000000 1")]
    activity = load(spelled(events, people, weeks=2, features=(EXPORT, OPEN)))

    assert reach(activity, week(1)).row(0) == (week(1).last, 1, 2, 1, True)  # bo has ended
