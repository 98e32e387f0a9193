"""The sentences of the weekly review are true of its numbers."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from components import review_charts, review_notes
from components import review_words as words
from components.labels import STEP
from components.theme import LIGHT
from queries.calendar import Period
from queries.review import Line, Mark, Part, Said, Task
from tests.components.report.reviews import WEEK, fallen, line, review, weeks

EARLIER = WEEK - timedelta(weeks=2)


def test_an_action_is_told_how_its_own_metric_moved_since_its_own_week_and_how_that_reads() -> None:
    users = line("weekly_actives", "Weekly actives", weeks=weeks(0.30, 0.42, 0.40, 0.44), verdict="watch")
    accounts = replace(users, unit="account", weeks=weeks(0.40, 0.42, 0.41, 0.41), verdict="real", since=EARLIER)
    shown = review(users, accounts)

    of = [(week, key) for week in (EARLIER, WEEK - timedelta(weeks=1)) for key in (users.id, accounts.id)]
    said = [review_notes.about(shown, Task(week, key, "Dana", "Ask")) for week, key in of]

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


def a_part(segment: str, carries: float) -> Part:
    return Part(segment, 0.4, 0.4 + carries, 0.5, carries, 0.0, carries, 0.001, sure=True, fresh=False)


def because(change: float, *carries: float, weeks: int = 1, **parts: Any) -> Line:
    """A fallen line with these parts of its change, over so many weeks since it began."""
    now = Period(WEEK - timedelta(weeks=weeks - 1), WEEK)
    found = replace(fallen().why[0], change=change, behaviour=change, now=now, uneven=1.0,
                    parts=tuple(a_part(name, one) for name, one in zip("abc", carries, strict=False)))  # fmt: skip
    return fallen(why=(replace(found, **parts),))


@pytest.mark.parametrize(
    ("carries", "said", "short"),
    [
        ((-0.09, -0.01), "Mostly **Company size a** −9.0 pt", "a −9.0 pt"),
        ((-0.03, -0.03, -0.02), "Mostly **Company size a** −3.0 pt", ""),
        ((-0.025,), "Most telling: **Company size a** −2.5 pt", ""),
        ((-0.35, 0.25), "Most telling: **Company size a** −35.0 pt", ""),
    ],
)
def test_mostly_is_said_of_what_carries_half_of_a_change_and_not_far_more(
    carries: tuple[float, ...], said: str, short: str
) -> None:
    found = because(-0.1, *carries)

    assert f". {said}" in words.why(found, WEEK)
    assert words.mostly(found) == short


def test_a_change_of_several_weeks_is_said_to_be_their_mean() -> None:
    one, eight = because(-0.1, -0.1), because(-0.1, -0.1, weeks=8)

    assert words.why(one, WEEK).startswith("−10.0 pt (behaviour −10.0 pt, mix 0.0 pt) against the 8 weeks to 8 Nov.")
    assert " on average over its last 8 weeks, against the 8 weeks to 8 Nov." in words.why(eight, WEEK)


def test_nobody_is_warned_of_a_paradox_that_is_too_small_to_be_shown() -> None:
    small, large = (because(-0.1, -0.1, opposite=True, behaviour=one) for one in (0.0001, 0.02))

    assert "Simpson" not in words.why(small, WEEK)
    assert "Simpson" in words.why(large, WEEK)


def test_since_it_was_closed_nothing_has_changed_of_the_same_review() -> None:
    assert review_notes.since_closed(review(), review()) == []


def test_since_it_was_closed_late_data_definitions_targets_and_words_may_have_changed() -> None:
    was = review(line("new", "New", "flow", weeks=weeks(10, 20, 30, 40)), line("a", "A"), fallen(), line("b", "B"))
    late = replace(was.lines[0], weeks=weeks(10, 21, 31, 41), definition="New {units}.", target=50.0)
    later = replace(fallen(), is_news=False, since=EARLIER)
    now = review(late, line("a", "A"), later, line("c", "C"), notes=(Said("a", "So."),),
                 marks=(Mark(WEEK, "data", "x"),))  # fmt: skip

    assert review_notes.since_closed(was, now) == [
        "New was 40 and is 41 now.",
        "New has other numbers now in 2 earlier weeks.",
        "New had the target none, and has 50 now.",
        "New is defined anew: New users\\.",
        "Week\\-4 retention was ▼ real and is ▼ since 1 Nov now.",
        "B is no longer reviewed.",
        "C is reviewed now, and was not.",
        "Notes have been written, changed or removed.",
        "Marks have been written, changed or removed.",
    ]


def test_where_nothing_can_be_judged_nobody_says_that_nothing_happened() -> None:
    few = line("a", "A", verdict="too few")

    assert words.answer(review(few)) == "**1 too few.** Nothing of this week can be judged."


def test_a_week_without_a_value_is_said_to_have_too_few() -> None:
    said = words.sentence(line(weeks=weeks(0.4, None, of=9), verdict="too few"), WEEK)

    assert said == ("**Week\\-4 retention: too few** (n 9). There are too few weeks, or too few users, to say what is "
                    "usual.")  # fmt: skip


def test_a_move_from_nothing_has_no_size_and_is_not_the_biggest() -> None:
    from_nothing = line("new", "New", "flow", weeks=weeks(0.4, 0.0, 0.45))
    small = line("a", "A", weeks=weeks(0.4, 0.41))

    assert words.answer(review(from_nothing, small)).endswith("Biggest ordinary move: A +1.0 pt.")
    assert words.answer(review(from_nothing)).endswith("this week.")


def test_nobody_asks_what_carries_a_change_that_is_none() -> None:
    assert words.why(line(), WEEK) == ""
    assert words.why(fallen(why=()), WEEK).startswith("What carries it cannot be told")


def test_beside_the_figure_no_name_lies_on_another_and_a_difference_is_in_points() -> None:
    gap = line("gap", "Gap", "difference", weeks=weeks(-0.18, -0.02, 0.12, 0.013), target=0.0)

    layout = review_charts.swing(gap, 4, LIGHT).layout

    assert {"−20 pt", "0 pt", "+20 pt"} <= {*layout.yaxis.ticktext}
    low, high = layout.yaxis.range
    places = sorted((name.y - low) / (high - low) * (review_charts.HEIGHT - 40) for name in layout.annotations)
    assert [name.text for name in layout.annotations] == ["target 0.0 pt", "<b>+1.3 pt</b>", "usual"]
    assert all(above - below >= STEP - 0.001 for below, above in pairwise(places))
