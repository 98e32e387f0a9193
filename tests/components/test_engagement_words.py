"""What the engagement page says, sentence by sentence."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from components import engagement_numbers as numbers
from components import engagement_words as words
from components import tables
from components.engagement_numbers import Overview
from queries.activity import Activity
from queries.calendar import Calendar, Period
from queries.measures.engagement import actives, stickiness
from queries.product import Selection
from tests.components.test_engagement_charts import FOUR, NAMES, counts, flow, spread
from tests.examples import three_users

EVERYBODY = Selection()
SUNDAY = date(2026, 11, 15)
WEEKS = tuple(Period(SUNDAY - timedelta(days=7 * i + 6), SUNDAY - timedelta(days=7 * i)) for i in reversed(range(12)))
USUAL = [100, 104, 98, 102, 100, 104, 98, 102, 100, 104, 98, 102]
SCHEMA = {"day": pl.Date, "n": pl.UInt64, "of": pl.UInt64, "units": pl.UInt32, "complete": pl.Boolean}


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


def older(activity: Activity) -> Activity:
    """The same in a history of a year."""
    return Activity(Calendar(date(2025, 11, 15), SUNDAY), activity.words, activity.features, activity.segments,
                    activity.codes, activity.everyone, activity.rows)  # fmt: skip


def weekly(units: list[int], days: float = 2.0) -> pl.DataFrame:
    """Weeks in which so many units came on so many days each, as `stickiness` counts 7 days."""
    n = [round(days * u) for u in units]
    last = [SUNDAY - timedelta(weeks=len(units) - 1 - i) for i in range(len(units))]
    return pl.DataFrame({"day": last, "n": n, "of": [7 * u for u in units], "units": units,
                         "complete": [True] * len(units)}, schema=SCHEMA)  # fmt: skip


def months(*rows: tuple[int | None, int | None]) -> pl.DataFrame:
    """unit-days and units of two 28 days, each unit with the same days; None where they are not complete."""
    made = [(n, None if u is None else 28 * u, u, None if n is None or not u else n * n // u + 10, n is not None)
            for n, u in rows]  # fmt: skip
    schema = {"n": pl.UInt64, "of": pl.UInt64, "units": pl.UInt32, "squares": pl.UInt64, "complete": pl.Boolean}
    return pl.DataFrame(made, schema=schema, orient="row")


def overview(units: list[int] | None = None, month: Any = (2000, 200), before: Any = (1800, 200)) -> Overview:
    return numbers.overview(months(month, before), weekly(USUAL if units is None else units))


# Matrix --------------------------------------------------------------------------------------------------------------


def with_names(activity: Activity, found: pl.DataFrame) -> pl.DataFrame:
    """The features of the example in place of two of these."""
    return found.with_columns(pl.col("feature").replace({"core": "export", "power": "open"}))


def test_the_matrix_names_a_core_feature_and_one_to_promote(activity: Activity) -> None:
    found = numbers.placed(with_names(activity, FOUR))

    assert words.matrix(activity, EVERYBODY, found, WEEKS).text == (
        "**Export** is a core feature: 90.0 % of 1,000 active users use it, on 5.0 days in a week of use, in the 12 "
        "weeks to 15 Nov. Used by few but often: **Open**, 10.0 % of them, on 4.0 days in a week of use. "
        "Of 4 features: 1 core, 1 power, 1 one-off, 1 niche."
    )


def test_features_used_equally_often_are_not_sorted_by_chance(activity: Activity) -> None:
    alike = FOUR.with_columns(days=pl.Series([1100, 1110, 1105, 1102], dtype=pl.UInt64))

    said = words.matrix(activity, EVERYBODY, numbers.placed(with_names(activity, alike)), WEEKS).text

    assert said.startswith("**Export** is used most: 90.0 %")
    assert said.endswith("1.10 to 1.11 days in a week of use, so only breadth tells them apart: no quadrants.")


@pytest.mark.parametrize(("row", "said", "state"), [
    (("export", 20, 29, 30, 25), "**Export** is used most: 20 of 29 active users used it in", "few"),
    (("export", 0, 50, 0, 0), "**No feature was used** by any of the users in", "empty"),
])  # fmt: skip
def test_the_matrix_of_few_or_none_is_said(activity: Activity, row: Any, said: str, state: str) -> None:
    found = words.matrix(activity, EVERYBODY, numbers.placed(counts(row)), WEEKS)

    assert found.text.startswith(said)
    assert found.state == state


def test_a_feature_that_over_half_use_is_not_said_to_be_used_by_few() -> None:
    many = FOUR.with_columns(n=pl.Series([900, 610, 800, 620], dtype=FOUR["n"].dtype))

    found = numbers.placed(many)

    assert found.filter(quadrant="Power").height == 1
    assert numbers.promise(found) is None


def test_a_feature_that_few_may_use_is_not_the_one_to_promote(activity: Activity) -> None:
    assert numbers.promise(numbers.placed(with_names(activity, FOUR))) == "open"
    assert numbers.promise(numbers.placed(with_names(activity, FOUR), gated=("open",))) is None


def test_nobody_left_to_count_is_said_in_every_view(activity: Activity) -> None:
    nobody = Selection(where=(("plan", ("Enterprise",)),))
    narrowed = activity.within(nobody)

    answers = [words.matrix(narrowed, nobody, numbers.placed(counts()), WEEKS),
               words.stickiness(narrowed, nobody, overview(), spread(0)),
               words.lifecycle(narrowed, nobody, overview(), flow())]  # fmt: skip

    assert {(a.text, a.state) for a in answers} == {
        ("**Nobody matches.** There are no users with Plan Enterprise in this data.", "empty")
    }


def test_the_table_twin_has_counts_where_a_rate_would_mislead() -> None:
    table = tables.matrix(numbers.placed(counts(("few", 5, 29, 10, 8))), NAMES, "account")

    assert table.row(0) == ("few", "Few", "5 of 29", None, 5, "too few")
    assert table.columns[4] == "Accounts"


# Stickiness ----------------------------------------------------------------------------------------------------------


def test_stickiness_is_said_in_days_with_its_interval_and_whether_it_changed(activity: Activity) -> None:
    found = words.stickiness(older(activity), EVERYBODY, overview(), spread(200, 150, 100, 10))

    assert found.text == (
        "**Users came on 10.0 of 28 days**: stickiness 36 % (95 %: 35.6–35.8) of 200 active users in the 28 days to "
        "15 Nov. Week by week, no real change (28.6 % in the last week; usual swing 28.6–28.6). "
        "Half of them came on 3 days or more."
    )


@pytest.mark.parametrize(("month", "said", "state"), [
    ((None, None), "**Not yet.** Stickiness is that of 28 days; history began on", "young"),
    ((0, 0), "**Nobody was active.**", "empty"),
    ((10, 1), "**Too few for a rate.** 1 user was active in the 28 days to 15 Nov, on 10.0", "few"),
    ((290, 29), "**Too few for a rate.** 29 users were active in the 28 days to 15 Nov, on 10.0", "few"),
])  # fmt: skip
def test_stickiness_of_few_or_none_is_said(activity: Activity, month: Any, said: str, state: str) -> None:
    found = words.stickiness(older(activity), EVERYBODY, overview(month=month), spread(0))

    assert found.text.startswith(said)
    assert found.state == state


def test_stickiness_of_a_week_takes_seven_days(activity: Activity) -> None:
    found = stickiness(activity, (SUNDAY,), length=7).row(0, named=True)

    assert (found["n"], found["of"], found["units"], found["complete"]) == (2, 14, 2, True)
    assert found["units"] == actives(activity, (Period(SUNDAY - timedelta(days=6), SUNDAY),))["n"][0]


# Verdicts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("units", "said"), [
    (USUAL, "no real change"), ([*USUAL, 160], "a real change, higher than usual since w/e 15 Nov"),
    ([*USUAL, 60], "a real change, lower than usual since w/e 15 Nov"),
    ([*USUAL, *[160] * 6], "higher than usual since w/e 11 Oct"),
    ([100 + 10 * i + (i % 3) for i in range(20)], "steady growth, no real change beyond it"),
    ([300 - 10 * i + (i % 3) for i in range(20)], "steady decline, no real change beyond it"),
    ([600 - 20 * i + (i % 3) for i in range(28)] + [50, 50, 60, 50, 40, 45, 50, 45], "lower than usual since w/e"),
    ([500 - 10 * i + (i % 3) for i in range(30)] + [350] * 4, "a real change, above the line of its decline since w/e"),
    (USUAL[:4], "too few weeks to tell a real change from noise"), ([], "too few weeks"),
])  # fmt: skip
def test_a_change_is_real_only_by_the_weekly_series(units: list[int], said: str) -> None:
    assert words.judged(overview(units).wau).startswith(said)


def test_weeks_of_under_thirty_have_no_value_and_the_first_of_use_is_no_whole_one() -> None:
    found = overview([0, 50, *USUAL, 29])

    assert found.sticky.weeks["value"].is_null().to_list() == [True, True, *[False] * len(USUAL), True]
    assert found.wau.weeks["value"].to_list() == [None, None, *map(float, USUAL), 29.0]
    assert words.judged(found.sticky) == "too few in the last week to judge"
    assert words.judged(found.wau) == "a real change, lower than usual since w/e 15 Nov"
    assert overview([0, 9, 12, 8, 11, 9, 10, 8]).wau.weeks["value"].null_count() == 8


def test_limits_are_drawn_within_what_a_share_can_be() -> None:
    frame = pl.DataFrame({"day": [SUNDAY - timedelta(weeks=i) for i in range(8)], "v": [0.01, 0.99] * 4})

    found = numbers.series(frame, pl.col("v"), most=1.0).weeks

    assert np.all((found["lower"].to_numpy() >= 0) & (found["upper"].to_numpy() <= 1))


# Lifecycle -----------------------------------------------------------------------------------------------------------


def test_lifecycle_says_who_the_active_are_and_whether_more_came_than_left(activity: Activity) -> None:
    found = words.lifecycle(activity, EVERYBODY, overview(), flow((10, 180, 30, 50), (20, 170, 10, 40)))

    assert found.text == (
        "**Of 200 active users in the week to 15 Nov** 10 % are new, 85 % returning, 5 % back after a pause. "
        "30 came or came back and 40 left: quick ratio 0.75 (0.78 over the 2 weeks). Weekly actives: no real change."
    )


@pytest.mark.parametrize(("row", "said", "state"), [
    ((2, 20, 3, 4), "**Too few for rates.** Of 25 active users in the week to 15 Nov: 2 new, 20 returning, 3 back; "
                    "4 left.", "few"),
    ((0, 0, 0, 40), "**Nobody was active.** None of the users", "empty"),
])  # fmt: skip
def test_lifecycle_of_few_or_none_is_said(activity: Activity, row: Any, said: str, state: str) -> None:
    found = words.lifecycle(activity, EVERYBODY, overview(), flow(row))

    assert found.text.startswith(said)
    assert found.state == state


def test_lifecycle_needs_a_week_before_the_first(activity: Activity) -> None:
    assert words.lifecycle(activity, EVERYBODY, overview(), flow()).state == "young"


# Headline ------------------------------------------------------------------------------------------------------------


def test_the_headline_is_grey_while_nothing_is_real() -> None:
    found = words.headline(overview(), EVERYBODY)

    assert [number["value"] for number in found] == ["71", "102", "200", "36 %"]
    assert [number["delta"] for number in found] == ["+11.1 %", "+4.1 %", "0 %", "+4 pt"]
    assert {number["delta_color"] for number in found} == {"off"}


@pytest.mark.parametrize(("last", "color"), [(160, "blue"), (60, "orange")])
def test_a_real_change_is_coloured_and_named(last: int, color: str) -> None:
    found = words.headline(overview([*USUAL, last]), EVERYBODY)[1]

    assert (found["delta_color"], found["delta_description"]) == (color, "vs wk before · real")


def test_a_year_before_is_compared_where_there_is_one() -> None:
    year = Selection(compare="year")

    assert words.headline(overview(USUAL, before=(None, None)), year)[0]["delta"] is None
    assert words.headline(overview([*USUAL] * 5), year)[1]["delta"] == "0 %"


def test_without_history_the_headline_has_dashes() -> None:
    found = words.headline(overview([], (None, None), (None, None)), EVERYBODY)

    assert [number["value"] for number in found] == ["—"] * 4
