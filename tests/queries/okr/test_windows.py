"""Values over several weeks: what a window holds, that none share a week, and that one week is as it ever was."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries import metrics
from queries.okr import Point
from queries.okr.pace import ahead, judged
from queries.okr.windows import MOST, separate
from tests.queries.okr.goals import after, goal
from tests.strategies import check

LAST = date(2026, 11, 15)
FORMS: Any = st.sampled_from(["flow", "level", "rate", "mean"])
COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), min_size=1, max_size=40)  # n, of; the oldest first


def frame(counts: list[tuple[int, int]]) -> pl.DataFrame:
    """A week each, to 15 November."""
    days = [LAST - timedelta(weeks=back) for back in range(len(counts))][::-1]
    return pl.DataFrame(
        [("", "", day, n, of) for day, (n, of) in zip(days, counts, strict=True)],
        schema={"segment": pl.String, "part": pl.String, "period": pl.Date, "n": pl.UInt32, "of": pl.UInt32},
        orient="row",
    )  # fmt: skip


def by_hand(counts: list[tuple[int, int]], form: str, window: int) -> list[tuple[date, float | None]]:
    """What the windows are worth, added up week by week, the oldest first."""
    found: list[tuple[date, float | None]] = []
    for last in range(len(counts), window - 1, -window):
        weeks = counts[last - window : last]
        n, of = sum(n for n, _ in weeks), sum(of for _, of in weeks)
        share = n / of if of >= 30 else None
        value = {"flow": float(n), "level": n / window}.get(form, share)
        found.append((LAST - timedelta(weeks=len(counts) - last), value))
    return found[::-1]


@check(COUNTS, FORMS, st.integers(1, MOST))
def test_a_window_is_worth_its_weeks_added_up_and_divided_then(counts: Any, form: Any, window: int) -> None:
    found = metrics.values(separate(frame(counts), window, None), form, "ends")

    expected = by_hand(counts, form, window)
    assert found["ends"].to_list() == [day for day, _ in expected]
    assert found["value"].to_list() == [value if value is None else pytest.approx(value) for _, value in expected]


@check(COUNTS, FORMS)
def test_a_window_of_one_week_is_as_it_was(counts: Any, form: Any) -> None:
    found = metrics.values(separate(frame(counts), 1, None), form, "ends").rename({"ends": "period"})

    assert_frame_equal(found, metrics.values(frame(counts), form, "period"))


@check(COUNTS, st.integers(1, MOST), st.integers(0, 45))
def test_no_two_windows_share_a_week_and_none_is_cut(counts: Any, window: int, back: int) -> None:
    until = LAST - timedelta(weeks=back, days=3)

    found = separate(frame(counts), window, until)

    assert found["period"].is_unique().all()
    assert all(day <= until for day in found["period"])
    assert found.group_by("ends").len()["len"].to_list() == [window] * found["ends"].n_unique()


def test_a_forecast_looks_at_the_last_eight_windows_and_at_none_twice() -> None:
    values = [0.0, 900.0, *(10.0 * i for i in range(8))]  # the first two are older than eight windows
    points = [Point(after(28 * i, 0).day, value) for i, value in enumerate(values)]

    lead = ahead(goal(last=points[-1].day + timedelta(days=28)), points, 0, 1_000, 4)

    assert [one.day for one in lead] == [points[-1].day + timedelta(days=7 * i) for i in (1, 2, 3, 4)]
    assert lead[-1].forecast.value == pytest.approx(80.0)


def test_of_windows_too_there_is_no_forecast_before_there_are_four() -> None:
    points = [Point(after(28 * i, 0).day, float(i)) for i in range(3)]

    assert judged(goal(), points, window=4).ahead == ()
