"""Cells: large segments are counted one by one, small ones together, and nobody can tell."""

from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.activity import Activity, By
from queries.calendar import Period
from queries.measures import cells
from queries.measures.engagement import actives_on, days_active, frequency_days, stickiness
from queries.measures.lifecycle import lifecycle
from queries.product import Unit
from tests.strategies import Case, check, narrowed, worlds


def answers(activity: Activity, by: By) -> list[pl.DataFrame]:
    calendar = activity.calendar
    days, weeks = (calendar.first_day, calendar.as_of), calendar.periods("week", 9)
    return [
        actives_on(activity, days, by=by),
        stickiness(activity, days, by=by, feature="open"),
        days_active(activity, Period(*days), by=by),
        frequency_days(activity, weeks, by=by, feature="export"),
        lifecycle(activity, "week", 9, by=by),
    ]


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(("user", "account")), examples=40)
def test_segments_counted_one_by_one_are_as_those_counted_together(case: Case, unit: Unit) -> None:
    activity = narrowed(case, unit)

    for by in case.by(unit)[1:]:
        together = answers(activity, by)
        with patch.object(cells, "ALONE", 1):
            alone = answers(activity, by)
        for one, other in zip(alone, together, strict=True):
            assert_frame_equal(one, other)
