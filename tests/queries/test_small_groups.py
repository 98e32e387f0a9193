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
from queries.measures.adoption import adoption, new_adopters
from queries.measures.depth import cumulative, stages
from queries.measures.eligible import eligible
from queries.measures.retention import members
from queries.measures.returning import Returning
from queries.measures.time_to_adopt import not_timed
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

    assert sizes.filter(pl.col("count") < min(least, whole.units.height)).is_empty()
    assert set(activity.groups(by)) <= set(whole.groups(by))
    for measure in (adoption, new_adopters):
        found, each = (measure(seen, weeks, by=by).filter(pl.col("of") > 0) for seen in (activity, whole))
        both = found.join(each, on=["feature", "segment", "period"], suffix="_whole")
        assert both.select("n", "of").rows() == both.select("n_whole", "of_whole").rows()
        assert both.height == found.filter(pl.col("segment") != FEW).height
        assert found.filter(pl.col("of") < least).is_empty()
        sums = [frame.group_by("feature", "period").agg(pl.col("of").sum().cast(pl.Int64)) for frame in (each, found)]
        lacks = sums[0].join(sums[1], on=["feature", "period"], how="left", suffix="_shown").fill_null(0)
        lacking = (pl.col("of") - pl.col("of_shown")).is_between(1, least - 1)
        assert lacks.filter(lacking, pl.col("of") >= least).is_empty()


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), DICE, examples=60)
def test_of_a_feature_that_few_could_use_no_group_is_told(case: Case, unit: Unit, dice: Random) -> None:
    least, by = dice.choice((2, 3, 5)), dice.choice(((), *case.by(unit)))
    activity = guarded(load(case).within(Selection(unit)), least)

    for feature in activity.features:
        told = [stages(activity, feature.key, by=by), cumulative(activity, feature.key, by=by),
                not_timed(activity, feature.key, by=by)]  # fmt: skip
        at_once = [told[0], told[1].filter(pl.col("period") == pl.col("period").max())]
        units = eligible(activity, feature.key, by).group_by("segment").len()
        assert units.filter(pl.col("len") < least).is_empty()
        sizes = dict(units.cast({"segment": pl.String}).rows())
        assert all(of <= sizes.get(segment, 0) for frame in [*at_once, told[2]]
                   for segment, of in frame.select("segment", "of").rows())  # fmt: skip


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
