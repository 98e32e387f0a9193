"""The story of a key result as a figure: what is drawn, by its data."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import pytest

from components import okr_charts
from components.okr_definition_words import redefined
from components.okr_story import story
from components.okr_tables import key_results
from components.okr_words import answer, forecast, head, sentence, value, way
from components.theme import LIGHT
from queries.okr import Asked, Point
from queries.okr.pace import judged
from queries.okr.results import Aim, Board, Result, Series
from tests.queries.okr.goals import FIRST, LAST, after, asked, goal, said, weekly


def result(one: Asked, points: list[Point], **series: Any) -> Result:
    return Result(one, Series(tuple(points), **series), judged(one.goal, points), False, "")


def drawn(figure: go.Figure) -> list[tuple[str, list[Any], list[Any]]]:
    """Each trace: how it is drawn, its days and its values."""
    how = [trace.fill or trace.marker.symbol or trace.line.dash or "line" for trace in figure.data]
    return [(name, list(trace.x), list(trace.y)) for name, trace in zip(how, figure.data, strict=True)]


def test_a_story_has_the_forecast_the_required_pace_the_line_and_the_check_ins() -> None:
    points = [Point(FIRST - timedelta(days=50), -9.0), *weekly(*range(12))]
    one = result(asked(goal(plan=(after(50, 20),)), said(3), said(20, confidence=7)), points)

    band, ahead, required, line, marks = drawn(okr_charts.story(one, LIGHT))

    assert band[0] == "toself"
    assert ahead[0] == "dash"
    assert ahead[1] == [after(84, 0).day, after(91, 0).day, after(98, 0).day, LAST]
    assert required[1:] == ([FIRST - timedelta(days=1), after(50, 0).day, LAST], [0.0, 20.0, 100.0])
    assert line[2] == [float(n) for n in range(12)]
    assert marks == ("diamond-open", [after(20, 0).day], [1.0])


def test_what_is_to_stay_has_its_target_all_along_and_without_an_end_nothing_is_to_come() -> None:
    one = result(asked(goal("stay below", 5, 5, last=None)), weekly(4, 6))

    required, line, marks = drawn(okr_charts.story(one, LIGHT))

    assert required[1:] == ([FIRST, FIRST + timedelta(days=28)], [5, 5])
    assert (line[2], marks[1]) == ([4, 6], [])


def test_a_unit_that_somebody_typed_is_shown_and_not_obeyed() -> None:
    one = result(asked(goal(), unit="<b>*x*</b>"), weekly(4))

    assert value(one, 4.0) == "4 \\<b\\>\\*x\\*\\</b\\>"
    assert way(one) == "0 <b>*x*</b> → 4 <b>*x*</b> → 100 <b>*x*</b>"
    assert "<b>*x*" not in str(okr_charts.story(one, LIGHT).to_dict()["data"])


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [(1234567.0, "€", "1,234,567 €"), (-2.5, "", "−2.5"), (0.12344, "s", "0.1234 s")],
)
def test_a_typed_value_is_said_with_its_unit(number: float, unit: str, text: str) -> None:
    assert value(result(asked(goal(), unit=unit), []), number) == text


@pytest.mark.parametrize(
    ("values", "target", "words"),
    [([1, 2, 3, 4], 10, "likely to be reached"), ([1, 2, 3, 4], 90, "unlikely without a change"),
     ([1, 9, 3, 12], 40, "may be reached, or not"), ([1, 2, 3], 10, "No forecast before there are 4 weeks.")],
)  # fmt: skip
def test_whether_it_will_be_reached_is_said_by_the_range(values: list[float], target: float, words: str) -> None:
    assert words in sentence(result(asked(goal(target=target)), weekly(*values)))


def test_a_difference_is_in_points_in_words_and_beside_the_figure() -> None:
    found = result(asked(goal(start=-0.2, target=0.05)), weekly(-0.2, -0.15, -0.12, -0.08), form="difference")

    assert re.fullmatch(r"[+−][\d.]+ pt \([+−][\d.]+ to [+−][\d.]+ pt\)", forecast(found)), forecast(found)
    axis = okr_charts.story(found, LIGHT).layout.yaxis
    assert {"−20 pt", "0 pt"} <= {*axis.ticktext}
    assert axis.range[0] < min(story(found).values) < max(story(found).values) < axis.range[1]


def test_a_board_says_how_many_stand_where_and_who_owes_a_check_in() -> None:
    slow = replace(result(asked(goal(), title="Slow"), [after(50, 10)]), stale=True)
    other = replace(result(asked(goal(), title="Fast"), [after(50, 60)]), stale=True)
    aims = (Aim("1", "A", "Dana", None, None, (), 1.0, (slow, other), 0.35, "off track"),)
    board = Board("2026 Q4", FIRST, LAST, date(2026, 11, 20), aims)

    assert head(board) == "1 on track · 1 off"
    assert answer(board) == "**1 on track · 1 off.** Furthest behind: Slow, pace 0.20. Check-ins are owed by Dana (2)."
    table = key_results(aims[0].results, board.today)
    assert table.select("Key result", "Pace", "Status", "Check-in").rows() == [
        ("Slow", "0.20", "○ off track", "none: owed"), ("Fast", "1.20", "● on track", "none: owed")]
    assert forecast(slow) == ""


@pytest.mark.parametrize(
    ("checked", "now", "words"),
    [(("a", "a"), "a", ""), (("", "a"), "a", ""), (("", ""), "a", ""), (("a", ""), "b", "after 4 Oct"),
     (("a", "b"), "b", "between 4 Oct and 11 Oct"), (("a", "b"), "", "between 4 Oct and 11 Oct"),
     (("a", "b"), "c", "after 11 Oct")],
)  # fmt: skip
def test_between_which_check_ins_a_definition_changed_is_said(checked: tuple[str, str], now: str, words: str) -> None:
    told = tuple(replace(said(day), definition=each) for day, each in zip((4, 11), checked, strict=True))
    one = result(replace(asked(goal(), *told), definition=now), weekly(1, 2), label="Use", form="level")

    changed = f"The definition of Use changed {words}; values checked in before are not comparable."
    assert redefined(one) == (f"**{changed}**" if words else "")
    assert (changed in sentence(one)) == bool(words)


def test_of_a_long_window_the_story_shows_two_before_it_began() -> None:
    points = [Point(FIRST + timedelta(weeks=weeks), 1.0) for weeks in (-39, -26, -13, 0)]
    one = result(replace(asked(goal()), window=13), points)

    assert [point.day for point in story(one).points] == [point.day for point in points[1:]]
