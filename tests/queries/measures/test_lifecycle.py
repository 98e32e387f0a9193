"""Lifecycle, against an oracle that looks at every event, and as sentences."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Grain, Period
from queries.measures.engagement import actives
from queries.measures.lifecycle import STATES, lifecycle
from queries.product import Selection, Unit
from tests import oracle_engagement as slow
from tests.oracle import Oracle, Person, Where, complete_spans
from tests.strategies import DICE, MONDAY, WHERE, Case, check, did, load, narrowed, spelled, worlds

SCHEMA = {"segment": pl.String, "period": pl.Date, "state": pl.String, "n": pl.UInt32, "of": pl.UInt32,
          "complete": pl.Boolean}  # fmt: skip
ASKED = (WHERE, DICE.map(lambda dice: dice.choice(get_args(Grain))), st.sampled_from((0, 1, 3, 60)))
ANN = [Person("ann", signup=MONDAY)]


def wide(found: pl.DataFrame) -> pl.DataFrame:
    """A row a segment and period with a column for each state."""
    empty = found.is_empty()  # then a pivot has no columns of states
    made = found.pivot("state", index=["segment", "period"], values="n")
    return made.with_columns(pl.lit(0, pl.UInt32).alias(state) for state in STATES) if empty else made


# Against the oracle --------------------------------------------------------------------------------------------------


def assert_lifecycle(case: Case, unit: Unit, where: Where, grain: Grain, count: int) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    for by in case.by(unit):
        found = lifecycle(activity, grain, count, by=by)
        expected = slow.lifecycle(oracle, grain, count, by)
        assert_frame_equal(found, pl.DataFrame(expected, schema=SCHEMA, orient="row"))
        assert found.filter(pl.col("n") > pl.col("of")).is_empty()


@pytest.mark.slow
@check(worlds(), *ASKED, examples=60)
def test_the_lifecycle_of_users_is_what_the_oracle_counts(
    case: Case, where: Where, grain: Grain, count: int
) -> None:
    assert_lifecycle(case, "user", where, grain, count)


@pytest.mark.slow
@check(worlds(accounts=True), *ASKED, examples=60)
def test_the_lifecycle_of_accounts_is_what_the_oracle_counts(
    case: Case, where: Where, grain: Grain, count: int
) -> None:
    assert_lifecycle(case, "account", where, grain, count)


# Properties ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), *ASKED, examples=40)
def test_states_add_up_to_who_was_active(
    case: Case, unit: Unit, where: Where, grain: Grain, count: int
) -> None:
    activity = narrowed(case, unit, case.can(where))
    spans = tuple(Period(*span) for span in complete_spans(case.world, grain)[-count - 1 :]) if count else ()

    for by in case.by(unit):
        came = actives(activity, spans, by=by).select("segment", "period", active="n")
        before = pl.col("active").shift(1).over("segment", order_by="period")
        found = wide(lifecycle(activity, grain, count, by=by)).join(
            came.with_columns(before=before), on=["segment", "period"], how="left"
        )
        assert found.filter(pl.sum_horizontal("new", "returning", "resurrected") != pl.col("active")).is_empty()
        # nobody is both returning and dormant, and who was there before is one of them
        assert found.filter(pl.sum_horizontal("returning", "dormant") != pl.col("before")).is_empty()
        assert found["active"].null_count() == found["before"].null_count() == 0


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), *ASKED, examples=40)
def test_segments_add_up_to_everyone(case: Case, unit: Unit, where: Where, grain: Grain, count: int) -> None:
    activity, keys = narrowed(case, unit, case.can(where)), ["period", "state"]

    for by in case.by(unit)[1:]:
        parts = lifecycle(activity, grain, count, by=by).group_by(keys).agg(pl.col("n", "of").sum()).sort(keys)
        whole = lifecycle(activity, grain, count).select(*keys, "n", "of").sort(keys)
        assert_frame_equal(parts, whole if activity.units.height else whole.clear())


@pytest.mark.slow
@check(worlds(), WHERE, examples=40)
def test_nobody_is_new_twice(case: Case, where: Where) -> None:
    activity = narrowed(case, "user", case.can(where))

    for grain in get_args(Grain):
        new = lifecycle(activity, grain, 400).filter(state="new")["n"].sum()
        assert new <= activity.rows_of(None).height


# As sentences --------------------------------------------------------------------------------------------------------


def states(activity: Activity, grain: Grain = "week", count: int = 9) -> list[str]:
    """The states in which somebody is, period by period; "-" where nobody is in any."""
    by_period = lifecycle(activity, grain, count).partition_by("period", maintain_order=True)
    return [" ".join(part.filter(pl.col("n") > 0)["state"]) or "-" for part in by_period]


def test_a_user_is_new_then_returning_then_dormant_and_resurrected_when_back() -> None:
    events = did("ann", "open", "0000000 0000001 1000000 0000000 0000000 0001000")
    activity = load(spelled(events, ANN, weeks=6))

    assert states(activity) == ["new", "returning", "dormant", "-", "resurrected"]


def test_a_user_back_after_thirty_days_counts_as_resurrected() -> None:
    activity = load(spelled(did("ann", "open", "1" + 29 * "0" + "1"), ANN, weeks=5))

    assert states(activity) == ["dormant", "-", "-", "resurrected"]
    assert states(activity, "day", 1) == ["-"]


def test_who_is_dormant_is_counted_once_in_the_first_period_of_absence() -> None:
    activity = load(spelled(did("ann", "open", "0000000 1"), ANN, weeks=5))

    assert states(activity) == ["new", "dormant", "-", "-"]


def test_a_user_may_be_new_long_after_signing_up() -> None:
    activity = load(spelled([*did("ann", "ping", "1"), *did("ann", "open", "0" * 21 + "1")], ANN, weeks=4))

    assert states(activity) == ["-", "-", "new"]  # a ping belongs to no feature


@pytest.mark.parametrize(
    "people",
    [[Person("ann", signup=MONDAY - timedelta(days=1))], [Person("ann")], None],
    ids=["signed up before history", "without a sign-up", "without a users table"],
)
def test_a_user_who_may_have_been_active_before_history_is_never_new(people: list[Person] | None) -> None:
    activity = load(spelled(did("ann", "open", "0000000 1000000 1"), people, weeks=3))

    assert states(activity) == ["resurrected", "returning"]


def test_without_a_sign_up_a_user_first_seen_after_28_days_is_new() -> None:
    activity = load(spelled(did("ann", "open", "0" * 28 + "1"), weeks=5))

    assert states(activity)[-1] == "new"


def test_an_account_stays_while_any_of_its_users_does() -> None:
    events = [*did("ann", "open", "0000000 1", "acme"), *did("bo", "open", "0000000 0000000 1", "acme")]
    people = [Person(name, "acme", signup=MONDAY) for name in ("ann", "bo")]
    activity = load(spelled(events, people, weeks=3))

    assert states(activity.within(Selection("account"))) == ["new", "returning"]
    assert states(activity) == ["new", "new dormant"]


def test_dormant_are_of_those_active_before_and_the_others_of_those_active_now() -> None:
    events = [*did("ann", "open", "1000000 1"), *did("bo", "open", "1"), *did("cy", "open", "1")]
    activity = load(spelled(events, weeks=2))

    found = lifecycle(activity, "week", 1)

    assert found.select("state", "n", "of").rows() == [
        ("new", 0, 1), ("returning", 1, 1), ("resurrected", 0, 1), ("dormant", 2, 3),
    ]  # fmt: skip


def test_the_first_period_of_history_has_none_before_it() -> None:
    activity = load(spelled(did("ann", "open", "1"), ANN, weeks=3))

    found = lifecycle(activity, "week", 52)

    assert found["period"].unique().sort().to_list() == [MONDAY + timedelta(days=13), MONDAY + timedelta(days=20)]
    assert found["complete"].all()


def test_a_period_after_one_that_is_partly_before_history_is_not_complete() -> None:
    case = spelled(did("ann", "open", "0010000 1000000 1"), ANN, weeks=3)
    later = tuple(event for event in case.world.events if event.name != "ping")
    activity = load(replace(case, world=replace(case.world, events=later)))

    found = lifecycle(activity, "week", 52).unique("period", maintain_order=True)

    assert found["complete"].to_list() == [False, True]


@pytest.mark.parametrize("by", [(), ("role",)])
def test_no_periods_no_rows_and_the_same_columns(by: By) -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=2)

    some, none = (lifecycle(load(case), "week", count, by=by) for count in (1, 0))

    assert some.height > 0
    assert_frame_equal(none, some.clear())


def test_a_filter_that_leaves_nobody_gives_zeros_of_everyone_and_no_segments() -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann", attributes={"role": "admin"})], weeks=2)
    activity = load(case).within(Selection(where=(("role", ("nobody",)),)))

    assert lifecycle(activity, "week", 1)["n"].to_list() == [0, 0, 0, 0]
    assert lifecycle(activity, "week", 1, by=("role",)).is_empty()
