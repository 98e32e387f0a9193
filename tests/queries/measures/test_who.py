"""The units behind a number: against a slow oracle, and as sentences."""

from datetime import date, timedelta
from random import Random
from typing import get_args

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.calendar import Period
from queries.errors import InsightsError
from queries.measures.adoption import Denominator, adoption
from queries.measures.who import users_of
from queries.product import Selection, Unit
from tests import products
from tests.oracle import Oracle, Person, Span, Where
from tests.strategies import DICE, MONDAY, WHERE, Case, check, did, load, narrowed, spelled, worlds

SCHEMA = {"id": pl.String, "used": pl.Boolean, "first_day": pl.Date, "days": pl.UInt32}
UNITS, OF = st.sampled_from(get_args(Unit)), st.sampled_from(get_args(Denominator))
WEEK = Period(MONDAY, MONDAY + timedelta(days=6))


def slow(oracle: Oracle, feature: str, span: Span, of: str) -> list[tuple[str, bool, date | None, int]]:
    """id, used, first_day, days; found unit by unit."""
    names, found = oracle.names(feature), []
    for unit in oracle.units:
        if oracle.is_counted(unit, feature, span, of):
            days = {day for day, name in unit.acts if name in names and span[0] <= day <= span[1]}
            found.append((unit.id, bool(days), unit.first(names), len(days)))
    return sorted(found, key=lambda row: (-row[3], row[0]))


@pytest.mark.slow
@check(worlds(accounts=True), UNITS, WHERE, OF, DICE, examples=60)
def test_the_units_are_those_the_oracle_finds(
    case: Case, unit: Unit, where: Where, of: Denominator, dice: Random
) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    first = activity.calendar.first_day + timedelta(days=dice.randint(-3, 60))
    period = Period(first, first + timedelta(days=dice.choice((0, 6, 27))))

    for key in ("export", "share", "open", "peek"):
        found = users_of(activity, key, period, of=of)
        expected = slow(oracle, key, (period.first, period.last), of)
        assert_frame_equal(found, pl.DataFrame(expected, schema=SCHEMA, orient="row"))
        counts = adoption(activity, (period,), of=of, features=(key,))
        assert counts.select("n", "of").row(0) == (found["used"].sum(), found.height)


def test_who_uses_it_most_comes_first_and_who_never_did_last() -> None:
    events = [*did("bo", "export", "0010000"), *did("ann", "export", "1100000"), *did("cy", "open", "1")]

    found = users_of(load(spelled(events, weeks=2)), "export", WEEK)

    assert found.rows() == [
        ("ann", True, MONDAY, 2), ("bo", True, MONDAY + timedelta(days=2), 1), ("cy", False, None, 0),
        ("somebody", False, None, 0),
    ]  # fmt: skip


def test_a_use_before_the_period_is_a_first_day_and_no_use() -> None:
    activity = load(spelled(did("ann", "export", "1"), weeks=3))

    assert users_of(activity, "export", WEEK.shifted(7)).row(0) == ("ann", False, MONDAY, 0)


def test_an_id_is_shown_as_the_warehouse_has_it() -> None:
    activity = load(spelled([event for name in products.HOSTILE for event in did(name, "export", "1")], weeks=2))

    assert set(users_of(activity, "export", WEEK)["id"]) == {*products.HOSTILE, "somebody"}


def test_nobody_gives_no_rows_of_the_same_columns() -> None:
    case = spelled(did("ann", "export", "1"), [Person("ann")], weeks=2)
    activity = load(case).within(Selection(where=(("role", ("no such",)),)))

    assert_frame_equal(users_of(activity, "export", WEEK), pl.DataFrame(schema=SCHEMA))


def test_a_feature_that_is_none_is_said() -> None:
    with pytest.raises(InsightsError, match="did you mean `export`"):
        users_of(load(spelled(did("ann", "export", "1"), weeks=2)), "exprot", WEEK)
