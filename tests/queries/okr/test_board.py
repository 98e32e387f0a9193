"""A cycle counted from the data: what is bound is counted, what is typed is read, and what is gone is said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import metrics
from queries.activity import Activity
from queries.metrics import Metric
from queries.okr import Asked, CheckIn, Goal, Point
from queries.okr.board import Cycle, Objective, board, result
from queries.okr.results import Judged, Series
from queries.product import Segment, Users
from queries.product.metrics import Governed, MadeOf
from tests import examples
from tests.queries.okr.goals import asked, goal, said

MONDAY, SUNDAY = date(2026, 10, 5), date(2026, 11, 15)
TODAY = date(2026, 11, 18)
WEEKS = 6
PER = Governed("per", made_of=MadeOf("ratio", ("new_adopters.export", "weekly_actives"), "New per active"))


@pytest.fixture(scope="module")
def activity(tmp_path_factory: pytest.TempPathFactory) -> Activity:
    """Six weeks of forty users of plan Pro, of whom ten more export each week, and forty of plan Free who only open."""
    folder = tmp_path_factory.mktemp("okr")
    users = pl.DataFrame({"id": [f"u{i}" for i in range(80)], "plan": ["Pro"] * 40 + ["Free"] * 40})
    nine = datetime(2026, 10, 5, 9)
    opens = [(f"u{i}", nine + timedelta(days=7 * week), "open") for i in range(80) for week in range(WEEKS)]
    exports = [(f"u{i}", nine + timedelta(days=7 * week), "export") for week in range(WEEKS)
               for i in range(min(40, 10 * week))]  # fmt: skip
    examples.write(folder, [*opens, *exports, ("u0", nine + timedelta(days=42), "open")], users)
    made = examples.product(folder, users=Users("users", "id"), segments=(Segment("plan", "Plan", "plan", "user"),))
    return examples.load(made)


@pytest.fixture(scope="module")
def known(activity: Activity) -> Mapping[str, Metric]:
    return metrics.catalogue(activity)


def bound(metric: str, *said: CheckIn, target: float = 0.5, **more: Any) -> Asked:
    return asked(_quarter(0.0, target), *said, metric=metric, unit="user", **more)


def _quarter(start: float, target: float) -> Goal:
    return Goal("increase to", "committed", start, target, MONDAY, date(2026, 12, 31))


def test_the_value_is_that_of_the_last_whole_week_whatever_was_typed(
    activity: Activity, known: Mapping[str, Metric]
) -> None:
    found = result(bound("adoption.export", said(20, 0.99)), activity, known, TODAY)

    assert (found.judged.value, found.judged.as_of) == (0.5, SUNDAY)
    assert (found.series.n, found.series.of, found.series.form) == (40, 80, "rate")
    assert found.series.definition == "Eligible {units} that used the feature in the week, of all eligible."
    assert [point.value for point in found.series.points] == [0.0, 0.125, 0.25, 0.375, 0.5, 0.5]


def test_the_value_of_a_window_is_that_of_its_weeks_together(
    activity: Activity, known: Mapping[str, Metric]
) -> None:
    of_two = result(bound("adoption.export", window=2), activity, known, TODAY)
    of_four = result(bound("weekly_actives", window=4, target=90), activity, known, TODAY)

    assert of_two.series.points == (Point(date(2026, 10, 18), 0.0625), Point(date(2026, 11, 1), 0.3125),
                                    Point(SUNDAY, 0.5))  # fmt: skip
    assert (of_two.series.n, of_two.series.of, of_two.judged.value) == (80, 160, 0.5)
    assert of_four.series.points == (Point(SUNDAY, 80.0),)


def test_a_segment_is_counted_alone(activity: Activity, known: Mapping[str, Metric]) -> None:
    found = result(bound("adoption.export", where=(("plan", ("Pro",)),)), activity, known, TODAY)

    assert (found.judged.value, found.series.n, found.series.of) == (1.0, 40, 40)


def test_too_small_a_group_has_no_value_neither_counted_nor_typed_for_who_may_not_see_it(
    activity: Activity, known: Mapping[str, Metric]
) -> None:
    of_pro = bound("adoption.export", said(20, 0.99, confidence=5), where=(("plan", ("Pro",)),))

    found = result(of_pro, replace(activity, least=41, key=("41",)), known, TODAY)
    large = result(of_pro, replace(activity, least=40, key=("40",)), known, TODAY)

    why = "It is of fewer than 41 users, and you may not see so small a group; ask an admin of Sightline."
    assert found.series == Series((), "rate", "Adoption of export", hidden=why)
    assert found.judged == Judged("no value")
    assert [(each.value, each.as_of, each.confidence) for each in found.asked.said] == [(None, None, 5)]
    assert large.judged.value == 1.0


@pytest.mark.parametrize(("metric", "value", "of"), [("adoption.export", 1.0, 40), ("per", 0.0, 80)])
def test_a_feature_that_few_could_use_has_no_value_for_who_may_not_see_so_small_a_group(
    activity: Activity, metric: str, value: float, of: int
) -> None:
    features = tuple(replace(feature, eligible=(("plan", ("Pro",)),)) for feature in activity.features)
    can = [pl.col("segment_plan").eq("Pro").alias(f"can_{feature.key}") for feature in features]
    gated = replace(activity, features=features, everyone=activity.everyone.with_columns(can))

    known = metrics.catalogue(replace(gated, governed=(PER,)))

    few, enough = (result(bound(metric), replace(gated, least=least, key=(least,)), known, TODAY)
                   for least in (41, 40))  # fmt: skip

    assert (few.judged, few.series.hidden[:30]) == (Judged("no value"), "It is of fewer than 41 users, ")
    assert (enough.judged.value, enough.series.of) == (value, of)


def test_the_value_at_the_end_stays_the_value(activity: Activity, known: Mapping[str, Metric]) -> None:
    over = asked(Goal("increase to", "committed", 0, 0.5, MONDAY, date(2026, 10, 27)), metric="adoption.export")

    found = result(over, activity, known, TODAY)

    assert (found.judged.value, found.judged.as_of, found.series.n) == (0.25, date(2026, 10, 25), 20)


@pytest.mark.parametrize(
    ("metric", "where", "problem"),
    [("adoption.exprot", (), "There is no metric `adoption.exprot` any more; did you mean"),
     ("adoption.export", (("plam", ("Pro",)),), "There is no segment `plam` any more; did you mean `plan`?"),
     ("adoption.export", (("plan", ("Por",)),), "Nobody is in `Por` of Plan any more; did you mean `Pro`?")],
)  # fmt: skip
def test_what_is_no_longer_there_is_said_and_counts_nowhere(
    activity: Activity, known: Mapping[str, Metric], metric: str, where: Any, problem: str
) -> None:
    found = result(bound(metric, where=where), activity, known, TODAY)

    assert found.series.problem.startswith(problem)
    assert (found.judged.status, found.judged.value) == ("gone", None)


def test_too_few_people_are_no_value(tmp_path: Path) -> None:
    examples.write(tmp_path, [("a", datetime(2026, 10, 5 + 7 * i, 9), "open") for i in range(3)])
    few = examples.load(examples.product(tmp_path))

    assert result(bound("adoption.open"), few, metrics.catalogue(few), TODAY).judged.status == "no value"


def test_what_is_typed_is_as_old_as_it_was_said_to_be(activity: Activity, known: Mapping[str, Metric]) -> None:
    late = CheckIn(date(2026, 11, 9), 40, date(2026, 10, 31), 5)

    found = result(asked(goal(), said(5, 10), late), activity, known, TODAY)

    assert found.series.points == (Point(date(2026, 10, 5), 10), Point(date(2026, 10, 31), 40))
    assert found.judged.as_of == date(2026, 10, 31)


def test_a_typed_value_to_be_held_counts_by_the_days_it_stood(
    activity: Activity, known: Mapping[str, Metric]
) -> None:
    found = result(asked(goal("stay below", 5, 5), said(1, 9), said(11, 4)), activity, known, date(2026, 11, 9))

    assert (len(found.series.points), found.judged.held, found.judged.status) == (40, 0.75, "at risk")


def test_a_cycle_puts_what_is_furthest_behind_first(activity: Activity, known: Mapping[str, Metric]) -> None:
    fast, slow = asked(goal(), said(40, 60), title="fast"), asked(goal(), said(40, 5), title="slow")
    even, gone = asked(goal(), said(40, 31), title="even"), bound("dreams", title="gone")
    cycle = Cycle("2026 Q4", MONDAY, None, (Objective("a", "Calm", "Dana", (fast,)),
                                            Objective("b", "Grow", "Mira", (even, gone, slow), weight=3.0),
                                            Objective("c", "Empty", "Leon", ())))  # fmt: skip

    found = board(cycle, activity, known, TODAY)

    assert [(aim.title, [r.asked.title for r in aim.results], aim.status) for aim in found.aims] == [
        ("Grow", ["slow", "even", "gone"], "off track"), ("Calm", ["fast"], "on track"), ("Empty", [], "no value"),
    ]  # fmt: skip
    assert [each.asked.title for each in found.results] == ["slow", "even", "gone", "fast"]
    assert found.aims[0].progress == pytest.approx(0.18)
    assert found.progress == pytest.approx((0.6 + 3 * 0.18) / 4)
