"""One interval over time and two groups side by side: what is said, and what is drawn."""

from datetime import date, timedelta

import polars as pl
import pytest

from components import compare_words, retention_charts
from components.theme import LIGHT
from queries.activity import Activity
from queries.measures.returning import Returning
from queries.product import Selection
from queries.stats import charted
from tests.examples import three_users

EVERYBODY, LAST = Selection(), date(2026, 11, 15)


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


def weeks(*n: int, of: int = 100) -> pl.DataFrame:
    """An interval of weekly cohorts of so many, as `trend` returns it; the last is of the week to 15 November."""
    days = [LAST - timedelta(days=7 * back) for back in reversed(range(len(n)))]
    schema = {"period": pl.Date, "cohort": pl.Date, "n": pl.UInt32, "of": pl.UInt32}
    cohorts = [day - timedelta(days=28) for day in days]
    return pl.DataFrame({"period": days, "cohort": cohorts, "n": n, "of": [of] * len(n)}, schema=schema)


def over_time(activity: Activity, points: pl.DataFrame) -> str:
    return compare_words.over_time(activity, EVERYBODY, Returning(), 4, charted(points)).text


USUAL = (50, 52, 48, 51, 49, 50, 53, 49, 51, 50, 52, 48)


def test_a_usual_interval_is_said_to_be_inside_its_swing(activity: Activity) -> None:
    assert over_time(activity, weeks(*USUAL, 50)) == (
        "**Week-4 retention was 50 %** for the latest cohort to complete it (w/e 18 Oct), of 100 users who signed up. "
        "That is inside its usual swing of 43.5–57.0 %."
    )


def test_an_interval_that_fell_is_a_real_change_since_when_it_did(activity: Activity) -> None:
    said = over_time(activity, weeks(*USUAL, 20, 21))

    assert said.endswith("That is a real change: below what is usual (35.5–60.3 %), since the cohort of w/e 11 Oct.")


@pytest.mark.parametrize(("points", "said"), [
    (weeks(50, 50), "There are too few cohorts to say what is usual: it takes 6."),
    (weeks(5, of=29), "**Too few for a rate.** 5 of 29 users who signed up were back; a rate needs 30."),
    (weeks(), "**Not yet.** No cohort has completed week 4."),
])  # fmt: skip
def test_what_cannot_be_told_is_said(activity: Activity, points: pl.DataFrame, said: str) -> None:
    assert over_time(activity, points).endswith(said)


def group(name: str, n: int, of: int, interval: int = 4) -> tuple[str, pl.DataFrame]:
    schema = {"interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32, "cohorts": pl.UInt32}
    return name, pl.DataFrame([(0, of, of, 3), (interval, n, of, 3)], schema=schema, orient="row")


def compared(activity: Activity, a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame]) -> str:
    return compare_words.compared(activity, EVERYBODY, Returning(), 4, a, z).text


def test_two_groups_are_compared_in_one_sentence_and_swapped_the_sign_flips(activity: Activity) -> None:
    pro, free = group("Pro", 300, 500), group("Free*", 200, 500)

    assert compared(activity, pro, free) == (
        "**Pro: 60 %, Free\\*: 40 %** in week 4, of users who signed up (n 500 and 500). "
        "Difference +20 pt (+14 pt to +26 pt, 95 %): more than chance."
    )
    assert "Difference −20 pt (−26 pt to −14 pt, 95 %)" in compared(activity, free, pro)


@pytest.mark.parametrize(("a", "said"), [
    (group("Pro", 250, 500), "could be chance."),
    (group("Pro", 9, 29), "**Too few to compare** in week 4, of users who signed up: 9 of 29 in Pro; a rate needs 30."),
    (group("Pro", 9, 29, interval=3), "**Not yet.** No cohort of both has completed week 4."),
])  # fmt: skip
def test_what_cannot_be_compared_is_said(activity: Activity, a: tuple[str, pl.DataFrame], said: str) -> None:
    assert compared(activity, a, group("Free", 248, 500)).endswith(said)


def test_groups_that_had_unequal_time_are_not_compared(activity: Activity) -> None:
    question = Returning(count="on_or_after")

    said = compare_words.compared(activity, EVERYBODY, question, 4, group("A", 50, 90), group("B", 40, 90))

    assert said.text.endswith("They are not compared: older cohorts have had longer to come back.")


@pytest.mark.parametrize("question", [Returning(count="on_or_after"), Returning(grain="day")])
def test_an_interval_over_time_is_judged_only_of_weekly_cohorts_that_had_equal_time(
    activity: Activity, question: Returning
) -> None:
    assert not compare_words.is_judged(activity, question)

    said = compare_words.over_time(activity, EVERYBODY, question, 4, charted(weeks(*USUAL, 20), judged=False))

    assert "real change" not in said.text
    assert said.text.endswith(("so cohorts are not compared.", "A usual swing is told of weekly cohorts alone."))


def test_an_interval_over_time_is_drawn_within_limits_that_come_from_all_of_it() -> None:
    figure = retention_charts.over_time(charted(weeks(*USUAL, 20)), 4, "user", LIGHT)

    lower, centre, upper, points = figure.data
    assert [len(trace.x) for trace in figure.data] == [4] * 4
    assert list(points.y) == [0.5, 0.52, 0.48, 0.2]
    assert lower.y[0] > 0.4 > 0.2
    assert centre.y[0] == pytest.approx(sum(USUAL) / 1200)
    assert upper.y[0] < 0.6


def test_a_cohort_of_too_few_interrupts_the_line_over_time() -> None:
    points = weeks(50, 60, 40, 50).with_columns(of=pl.Series([100, 100, 20, 100], dtype=pl.UInt32), n=10)

    figure = retention_charts.over_time(charted(points), 4, "user", LIGHT)

    assert [y == 0.1 for y in figure.data[3].y] == [True, True, False, True]
    assert not figure.data[3].connectgaps


def test_names_at_the_ends_of_lines_do_not_cover_one_another() -> None:
    figure = retention_charts.side_by_side([group("A", 50, 100), group("B", 51, 100)], "user", "week", LIGHT)

    low, high = (note.y for note in figure.layout.annotations)
    assert high - low >= 0.07
    assert [note.text for note in figure.layout.annotations] == ["A", "B"]


def test_a_group_of_too_few_is_not_drawn() -> None:
    figure = retention_charts.side_by_side([group("A", 50, 100), group("B", 5, 10)], "user", "week", LIGHT)

    assert [note.text for note in figure.layout.annotations] == ["A"]
