"""Any metric by any split: the numbers of the other pages, added up over longer spans, and two groups compared."""

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from statistics import fmean
from typing import get_args

import polars as pl
import pytest
from hypothesis import strategies as st

from queries import answers, explore, metrics, stats
from queries.activity import Activity, By
from queries.explore import Grain
from queries.metrics import Metric, counting
from queries.product import OTHER, Unit
from queries.product.metrics import Governed, MadeOf
from queries.stats import TOO_FEW
from tests.examples import three_users
from tests.queries.metrics.test_derived import with_made
from tests.strategies import DICE, WHERE, Case, check, launched, narrowed

GRAINS = st.sampled_from(get_args(Grain))
ONE = Metric("m", "M", "flow", "better", "input", "", explore.series, lambda *_: pl.DataFrame())


def of_form(form: metrics.Form, key: str = "m") -> Metric:
    return Metric(key, "M", form, "better", "input", "", explore.series, lambda *_: pl.DataFrame())


def counted(*rows: tuple[str, date, int, int | None]) -> pl.DataFrame:
    """Weekly counts: segment, period, n, of."""
    found = pl.DataFrame(rows, schema=["segment", "period", "n", "of"], orient="row")
    return found.select("segment", pl.lit("").alias("part"), "period", "n", pl.col("of").cast(pl.Int64))


# Over time ------------------------------------------------------------------------------------------------------------


def last_day(week: date, grain: Grain) -> date:
    if grain == "week":
        return week
    month = week.month if grain == "month" else (week.month + 2) // 3 * 3
    return date(week.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def slowly(
    activity: Activity, metric: Metric, by: By, grain: Grain, least: int
) -> dict[tuple[str, date], float | None]:
    """The values of a metric that a person would add up on paper, from the numbers of the weekly review."""
    weeks: dict[tuple[str, date], dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    ends = defaultdict(set)
    for segment, part, week, n, of in metrics.weekly(activity, metric, by).rows():
        weeks[segment, last_day(week, grain)][part].append((n, of or 0))
        ends[last_day(week, grain)].add(week)
    seven = timedelta(days=7)
    whole = {end for end, known in ends.items()
             if last_day(max(known) + seven, grain) != end and last_day(min(known) - seven, grain) != end}  # fmt: skip
    return {key: _value(metric, parts, least) for key, parts in weeks.items() if key[1] in whole}


def _value(metric: Metric, parts: dict[str, list[tuple[int, int]]], least: int) -> float | None:
    if metric.form == "difference":
        more, less = (_value(of_form("rate"), {part: weeks for part, weeks in parts.items() if part[0] == side},
                             least) for side in "+-")  # fmt: skip
        return None if more is None or less is None else more - less
    sums = [(sum(n for n, _ in weeks), sum(of for _, of in weeks), len(weeks)) for weeks in parts.values()]
    if metric.is_count:
        return sums[0][0] / (sums[0][2] if metric.form == "level" else 1)
    return None if any(of < least for _, of, _ in sums) else fmean(n / of for n, of, _ in sums)


@pytest.mark.slow
@check(launched(accounts=True), st.sampled_from(get_args(Unit)), WHERE, GRAINS, DICE,
       st.sampled_from((1, 3, TOO_FEW)), examples=12)  # fmt: skip
def test_each_metric_is_what_its_weeks_add_up_to(
    case: Case, unit: Unit, where: tuple[tuple[str, tuple[str, ...]], ...], grain: Grain, dice: Random, least: int
) -> None:  # fmt: skip
    feature = f"adoption.{case.world.features[0].key}"
    made = [Governed("per_new", made_of=MadeOf("ratio", ("weekly_actives", "new"), "Per new")),
            Governed("gap", made_of=MadeOf("difference", (feature, "week4_retention"), "Gap"))]  # fmt: skip
    activity, by = with_made(narrowed(case, unit, case.can(where)), *made), dice.choice(case.by(unit))

    known = metrics.catalogue(activity)
    assert {"per_new", "gap"} <= {*known}
    for metric in known.values():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(counting, "TOO_FEW", least)
            found = explore.series(activity, metric, by, grain)

        values = {(segment, day): value for segment, day, value in found["segment", "period", "value"].rows()}
        assert values == pytest.approx(slowly(activity, metric, by, grain, least), nan_ok=True), metric.key
        assert found["period"].is_sorted()


WEEKS = [date(2026, 1, 4) + timedelta(weeks=i) for i in range(13)]  # a Sunday each, to 29 March


def test_a_month_holds_the_weeks_that_end_in_it_and_an_open_one_is_not_shown() -> None:
    rows = counted(*(("everyone", week, 10 + i, None) for i, week in enumerate(WEEKS[:-1])))

    found = {form: explore.valued(rows, of_form(form), "month")["period", "value"].rows()
             for form in ("flow", "level")}

    january, february = date(2026, 1, 31), date(2026, 2, 28)
    assert found == {"flow": [(january, 10 + 11 + 12 + 13), (february, 14 + 15 + 16 + 17)],
                     "level": [(january, 11.5), (february, 15.5)]}  # fmt: skip


def test_a_month_in_which_history_begins_is_not_whole() -> None:
    rows = counted(*(("everyone", week, 10, None) for week in WEEKS[1:]))

    assert explore.valued(rows, ONE, "month")["period"].to_list() == [date(2026, 2, 28), date(2026, 3, 31)]
    assert explore.valued(rows, ONE, "quarter").is_empty()


def test_weeks_are_divided_once_they_are_added_up() -> None:
    rows = counted(*(("everyone", week, 1 if i % 2 else 30, 10 if i % 2 else 90) for i, week in enumerate(WEEKS)))

    found = explore.valued(rows, of_form("rate"), "quarter").row(0, named=True)

    assert (found["n"], found["of"], found["value"]) == (7 * 30 + 6, 7 * 90 + 60, (7 * 30 + 6) / (7 * 90 + 60))


@pytest.mark.parametrize(("key", "grain", "has_limits"), [
    ("adoption.export", "week", True), ("adoption.export", "month", False), ("week4_retention", "quarter", True),
])  # fmt: skip
def test_a_share_has_an_interval_only_where_nobody_counts_twice(key: str, grain: Grain, *, has_limits: bool) -> None:
    rows = counted(*(("everyone", week, 40, 100) for week in WEEKS))

    assert explore.valued(rows, of_form("rate", key), grain)["low"].is_not_null().all() == has_limits


def test_the_largest_groups_are_shown_and_the_others_are_one() -> None:
    rows = counted(*((f"g{i:02}", WEEKS[0], i, 100 + i) for i in range(25)))

    apart, together = (explore._largest(rows, overlapping=is_so) for is_so in (True, False))

    assert sorted(apart["segment"]) == [f"g{i:02}" for i in range(5, 25)]
    assert together.filter(segment=OTHER).select("n", "of").rows() == [(sum(range(5)), 500 + sum(range(5)))]
    assert together.select(pl.col("n", "of").sum()).rows() == rows.select(pl.col("n", "of").sum()).rows()


# Two groups -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(launched(accounts=True), DICE, examples=12)
def test_a_group_and_everyone_else_are_the_whole(case: Case, dice: Random) -> None:
    activity, by = narrowed(case), dice.choice(case.by("user"))
    names = list(activity.groups(by))
    if not names:
        return

    for metric in metrics.catalogue(activity).values():
        counts = explore.pair(activity, metric, by, dice.choice(names), "")
        sums = counts.group_by("part", "period").agg(pl.col("n", "of").cast(pl.Int64).sum()).sort("part", "period")
        whole = metrics.weekly(activity, metric).cast({"n": pl.Int64, "of": pl.Int64}).sort("part", "period")
        if activity.units.height:
            assert sums.rows() == whole.select("part", "period", "n", pl.col("of").fill_null(0)).rows(), metric.key


def test_counts_have_no_difference_and_too_few_neither() -> None:
    activity, _ = three_users()
    known = metrics.catalogue(activity)

    for key in ("weekly_actives", "adoption.export", "days_active"):
        found = explore.compared(activity, known[key], ("plan",), ("Pro", ""), 12)
        assert found is not None
        assert (found.one.name, found.other.name, found.gap) == ("Pro", explore.REST, None)
    assert explore.compared(activity, known["new"], ("plan",), ("no such", ""), 12) is None


@pytest.mark.slow
@pytest.mark.usefixtures("quillboard")
def test_cohorts_are_compared_over_all_weeks_and_others_in_the_last_alone(demo_activity: Activity) -> None:
    known, by = metrics.catalogue(demo_activity), ("plan",)

    kept = explore.compared(demo_activity, known["week4_retention"], by, ("Enterprise", "Free"), 12)
    used = explore.compared(demo_activity, known["adoption.boards"], by, ("Enterprise", "Free"), 12)

    weeks = metrics.weekly(demo_activity, known["week4_retention"], by).filter(
        pl.col("period") > date(2026, 11, 15) - timedelta(weeks=12), segment="Enterprise")  # fmt: skip
    assert kept is not None
    assert used is not None
    assert (kept.one.n, kept.one.of) == weeks.select(pl.col("n", "of").sum()).row(0)
    assert (kept.first, used.first, used.last) == (date(2026, 8, 24), date(2026, 11, 9), date(2026, 11, 15))
    assert kept.gap == stats.difference(kept.one.n or 0, kept.one.of or 0, kept.other.n or 0, kept.other.of or 0)


@pytest.fixture(scope="module")
def demo_activity(quillboard: object) -> Activity:
    from queries import access, snapshot

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SIGHTLINE_PRODUCT", str(quillboard))
        environment.delenv("SIGHTLINE_DATA", raising=False)
        return snapshot.load(access.LOCAL_OWNER)


def test_questions_of_the_same_activity_are_answered_once() -> None:
    activity, _ = three_users()
    metric = metrics.catalogue(activity)["weekly_actives"]

    assert answers.ask(explore.series, activity, metric, (), "week") is answers.ask(
        explore.series, activity, metric, (), "week")  # fmt: skip
