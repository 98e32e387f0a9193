"""From key results to objectives, grades, and who owes a check-in."""

from datetime import timedelta

import pytest
from hypothesis import strategies as st

from queries.okr.grades import disagreement, grade, is_stale, is_unfinished, mean_progress, verdict, worst
from queries.okr.results import Judged, Status
from tests.queries.okr.goals import FIRST, LAST, asked, goal, result, said
from tests.strategies import check


def test_an_objective_is_the_mean_of_its_key_results_by_weight_and_its_worst_status() -> None:
    results = [result("on track", 0.9, weight=3), result("at risk", 0.5), result("too early", None)]

    assert mean_progress(results) == pytest.approx(0.8)
    assert worst(results) == "at risk"


@pytest.mark.parametrize(
    ("results", "status"),
    [([result("on track", 1.0), result("off track", 0.1, stale=True)], "on track"),
     ([result("on track", 1.0), result("too early", 0.0)], "on track"),
     ([result("too early", 0.0), result("no end", 0.1)], "too early"),
     ([result("gone", None), result("no value", None)], "gone"),
     ([result("off track", 0.1, stale=True)], "no value"),
     ([], "no value")],
)  # fmt: skip
def test_too_early_ones_and_stale_ones_are_left_aside(results: list[object], status: Status) -> None:
    assert worst(results) == status  # type: ignore[arg-type]


def test_without_values_or_weights_there_is_no_progress() -> None:
    assert mean_progress([]) is None
    assert mean_progress([result("no value", None)]) is None
    assert mean_progress([result("on track", 1.0, weight=0)]) is None


@check(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 10)), min_size=1))
def test_an_objective_lies_between_its_key_results(each: list[tuple[float, float]]) -> None:
    results = [result("on track", progress, weight=weight) for progress, weight in each]
    counted = [found.judged.counted or 0.0 for found in results]

    assert min(counted) - 1e-9 <= (mean_progress(results) or 0.0) <= max(counted) + 1e-9


@pytest.mark.parametrize(
    ("status", "confidence", "said"),
    [("off track", 7, "more confident"), ("at risk", 9, "more confident"), ("off track", 6, ""), ("on track", 9, ""),
     ("on track", 3, "less confident"), ("on track", 4, ""), ("too early", 0, ""), ("no value", 10, "")],
)  # fmt: skip
def test_confidence_beside_the_pace(status: Status, confidence: int, said: str) -> None:
    assert disagreement(Judged(status), [5, confidence]) == said
    assert disagreement(Judged(status), []) == ""


@pytest.mark.parametrize(("progress", "given"), [(0.999, 0.9), (1.0, 1.0), (1.7, 1.0), (-2.0, 0.0), (0.7, 0.7)])
def test_a_grade_is_never_rounded_up(progress: float, given: float) -> None:
    assert grade(Judged("on track", progress=progress)) == given


def test_a_committed_one_is_due_whole_and_of_an_aspirational_one_seven_tenths_are_good() -> None:
    assert [verdict("committed", g) for g in (1.0, 0.9, None)] == ["kept", "missed", "no value"]
    assert [verdict("aspirational", g) for g in (0.7, 0.4, 0.3, None)] == ["good", "some", "little", "no value"]


def test_who_checked_in_owes_nothing_for_fourteen_days_and_nobody_owes_after_the_end() -> None:
    one = asked(goal(), said(20))

    owed = [is_stale(one, FIRST + timedelta(days=days)) for days in (-1, 13, 32, 33, 99, 100)]

    assert owed == [False, False, False, True, True, False]
    assert is_stale(asked(goal(last=None)), LAST + timedelta(days=900))


def test_what_is_to_stay_is_never_finished() -> None:
    assert [is_unfinished(result("on track", progress)) for progress in (0.99, 1.0, 1.2)] == [True, False, False]
    assert is_unfinished(result("no value", None))
