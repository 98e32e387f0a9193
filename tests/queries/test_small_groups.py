"""Who may not see units one by one sees none in a small group either, and cannot work one out."""

from dataclasses import replace
from random import Random
from typing import get_args

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from queries import answers
from queries.activity import Activity
from queries.errors import AccessError
from queries.measures.adoption import adoption
from queries.measures.retention import members
from queries.measures.returning import Returning
from queries.measures.who import users_of
from queries.product import FEW, Selection, Unit
from tests.examples import three_users
from tests.strategies import DICE, WHERE, Case, check, load, worlds


def guarded(activity: Activity, least: int) -> Activity:
    return replace(activity, least=least, key=(object(),))


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, DICE, examples=60)
def test_no_group_that_is_shown_is_too_small_and_none_is_what_the_others_lack(
    case: Case, unit: Unit, where: tuple[tuple[str, tuple[str, ...]], ...], dice: Random
) -> None:
    least, by = dice.choice((2, 3, 5)), dice.choice(case.by(unit))
    whole = load(case).within(Selection(unit, where=case.can(where)))
    activity = guarded(whole, least)
    assume(by)

    sizes = activity.units.select(activity.segment_of(activity.units["unit"], by)).to_series().value_counts()
    weeks = activity.calendar.periods("week")
    found, total = adoption(activity, weeks, by=by), adoption(whole, weeks)

    assert sizes.filter(pl.col("count") < min(least, whole.units.height)).is_empty()
    assert set(activity.groups(by)) <= set(whole.groups(by))
    keys = ["feature", "period"]
    summed = found.group_by(keys).agg(pl.col("n", "of").sum()).sort(keys).cast({"n": pl.Int64, "of": pl.Int64})
    assert summed.filter(pl.col("of") > 0).rows() == (
        total.filter(pl.col("of") > 0).select(*keys, "n", "of").sort(keys).rows())  # fmt: skip


def test_who_may_list_units_sees_every_group() -> None:
    activity, week = three_users()

    shown = {least: adoption(guarded(activity, least), (week,), by=("plan",), features=("export",)).select(
        pl.col("segment").cast(pl.String), "n", "of").rows() for least in (0, 1, 2)}  # fmt: skip

    assert shown == {0: [("Free", 1, 2), ("Pro", 1, 1)], 1: [("Free", 1, 2), ("Pro", 1, 1)], 2: [(FEW, 2, 3)]}


def test_filters_that_leave_too_few_are_refused_and_nobody_is_no_secret() -> None:
    activity, _ = three_users()
    pro, nobody = Selection(where=(("plan", ("Pro",)),)), Selection(where=(("plan", ()),))

    with pytest.raises(AccessError, match="fewer than 2 users, and you may not see so small a group; take a filter"):
        answers.within(guarded(activity, 2), pro)

    assert answers.within(guarded(activity, 2), nobody).units.is_empty()
    assert answers.within(guarded(activity, 5), Selection()).units.height == 3
    assert answers.within(guarded(activity, 1), pro).units.height == 1


def test_units_are_not_listed_for_who_sees_numbers_alone() -> None:
    activity, week = three_users()

    for seen in (guarded(activity, 1), guarded(activity, 5)):
        with pytest.raises(AccessError, match="how many users there are, not which; ask an admin"):
            users_of(seen, "export", week)
        with pytest.raises(AccessError, match="how many users there are, not which; ask an admin"):
            members(seen, Returning("signup"), week.last, 0)
