"""The sentences of the weekly review are true of its numbers."""

from dataclasses import replace
from datetime import timedelta

from components import review_words as words
from queries.review import Task
from tests.components.report.reviews import WEEK, fallen, line, review, weeks

EARLIER = WEEK - timedelta(weeks=2)


def test_an_action_is_told_how_its_own_metric_moved_since_its_own_week_and_how_that_reads() -> None:
    users = line("weekly_actives", "Weekly actives", weeks=weeks(0.30, 0.42, 0.40, 0.44), verdict="watch")
    accounts = replace(users, unit="account", weeks=weeks(0.40, 0.42, 0.41, 0.41), verdict="real", since=EARLIER)
    shown = review(users, accounts)

    of = [(week, key) for week in (EARLIER, WEEK - timedelta(weeks=1)) for key in (users.id, accounts.id)]
    said = [words.about(shown, Task(week, key, "Dana", "Ask")) for week, key in of]

    assert said == [
        "Weekly actives +2.0 pt since then, now watch",
        "Weekly actives, accounts −1.0 pt since then, now ▼ since 1 Nov",
        "Weekly actives +4.0 pt since then, now watch",
        "Weekly actives, accounts 0.0 pt since then, now ▼ since 1 Nov",
    ]


def test_a_week_with_a_planned_date_is_called_planned_and_not_too_few() -> None:
    now = replace(weeks(0.4, 0.2)[1], ignored=True)
    christmas = line(verdict="too few", weeks=(*weeks(0.42, 0.40, 0.41)[:2], now))

    assert words.head(review(christmas)) == "1 planned"
    assert words.verdict(christmas, WEEK) == "planned"
    assert words.sentence(christmas, WEEK).endswith("A planned date falls in this week, so it is no news.")


def test_week_after_week_is_said_of_eight_in_a_row_alone() -> None:
    low, high = (0.36,) * 7, 0.47
    eight = line(weeks=weeks(high, *low, 0.36, signals=8), verdict="real")
    near = line(weeks=weeks(*low, 0.34, 0.34, high, 0.34, signals=1), verdict="real", is_news=True)

    assert words.sentence(eight, WEEK).endswith("for the worse: week after week below its usual 40.0 %.")
    assert words.sentence(near, WEEK).endswith(
        "for the worse: three of its last four weeks near the lower edge of its usual 30.0–50.0 %.")  # fmt: skip


def test_what_is_usual_from_few_weeks_yet_is_said_to_be() -> None:
    assert words.sentence(fallen(provisional=True), WEEK).endswith("What is usual is told from few weeks yet.")
