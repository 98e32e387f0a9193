"""Who may not see units one by one sees none in a small group either, and cannot work one out."""

from collections import Counter
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
    keys = ["feature", "period"]
    for measure in (adoption, new_adopters):
        found, total = (measure(activity, weeks, by=kind) for kind in (by, ()))
        summed = found.group_by(keys).agg(pl.col("n", "of").sum()).sort(keys).cast({"n": pl.Int64, "of": pl.Int64})
        assert summed.filter(pl.col("of") > 0).rows() == (
            total.filter(pl.col("of") > 0).select(*keys, "n", "of").sort(keys).rows())  # fmt: skip
        each = measure(whole, weeks, by=by)
        both = found.join(each, on=[*keys, "segment"], suffix="_whole").filter(pl.col("segment") != FEW)
        assert both.select("n", "of").rows() == both.select("n_whole", "of_whole").rows()
        for key in (feature.key for feature in whole.features if feature.eligible):
            units = eligible(whole, key)["unit"]
            could = Counter(pl.select(activity.segment_of(units, by)).to_series().to_list())
            told = found.filter(pl.col("feature") == key, pl.col("of") > 0)["segment"].to_list()
            assert [name for name in told if name != FEW and could[name] < least] == []


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), DICE, examples=60)
def test_a_feature_that_few_could_use_is_as_if_nobody_could_and_nobody_did(
    case: Case, unit: Unit, dice: Random
) -> None:
    least, by = dice.choice((2, 3, 5)), dice.choice(((), *case.by(unit)))
    whole = load(case).within(Selection(unit))
    activity, weeks = guarded(whole, least).hiding_few(), whole.calendar.periods("week")
    could = {f.key: eligible(whole, f.key).height for f in whole.features if f.eligible}

    assert {*activity.hidden} == {key for key, count in could.items() if 0 < count < least}
    for feature in activity.features:
        units = eligible(activity, feature.key, by).group_by("segment").len()
        hidden = feature.key in activity.hidden
        assert units.filter(pl.col("len") < least).is_empty() or not feature.eligible
        assert units.is_empty() or not hidden
        told = [adoption(activity, weeks, by=by, features=(feature.key,), of=of) for of in ("eligible", "all")]
        told += [stages(activity, feature.key, by=by).filter(stage="tried"), cumulative(activity, feature.key, by=by)]
        assert not hidden or all(frame["n"].sum() == 0 for frame in told)
        assert not hidden or activity.rows_of(feature.key).is_empty()


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
