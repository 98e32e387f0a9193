import re
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.report import drawing, plot
from components.scale import apart, round_values
from queries.review import Mark
from tests.components.report.reviews import fallen, line, weeks


def ticks(svg: str) -> list[tuple[float, float]]:
    """The numbers beside the figure and the heights of their lines."""
    found = re.findall(r'class="grid" d="M[\d.]+,([\d.]+)H[\d.]+"/><text[^>]*>([^<]*)<', svg)
    return [(float(text.rstrip(" %")) / 100, float(y)) for y, text in found]


def heights(svg: str) -> list[float]:
    path = re.search(r'class="value" d="([^"]*)"', svg)
    assert path
    return [float(y) for y in re.findall(r"[ML][\d.]+,([\d.]+)", path[1])]


@given(st.lists(st.floats(0.02, 0.98), min_size=2, max_size=30))
def test_a_point_lies_where_the_numbers_beside_the_figure_say(values: list[float]) -> None:
    svg = str(drawing.swing(line(weeks=weeks(*values))))

    (low, at_low), *_, (high, at_high) = ticks(svg)
    expected = [at_low + (value - low) / (high - low) * (at_high - at_low) for value in values[-drawing.WEEKS :]]
    assert heights(svg) == pytest.approx(expected, abs=0.2)


def test_weeks_without_a_value_leave_a_gap() -> None:
    svg = str(drawing.swing(line(weeks=weeks(0.4, 0.4, None, 0.4, 0.4))))

    path = re.search(r'class="value" d="([^"]*)"', svg)
    assert path
    assert path[1].count("M") == 2
    assert svg.count('class="dot"') == 4


def test_the_weeks_of_a_signal_point_to_their_side_in_the_colour_of_what_it_means() -> None:
    worse = str(drawing.swing(fallen()))
    better = str(drawing.swing(fallen(good="worse")))

    assert (worse.count('class="signal worse"'), worse.count('class="dot"')) == (1, 3)
    assert better.count('class="signal better"') == 1
    assert "w/e 15 Nov 2026: 20.0 %, usually 30.0 % to 50.0 %" in worse


def test_steps_begin_where_the_one_above_ends_and_end_at_the_whole() -> None:
    svg = str(drawing.steps(fallen(), fallen().why[0]))

    bars = [(float(x), float(x) + float(w)) for x, w in re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', svg)]
    zero = float(re.findall(r'class="axis" d="M([\d.]+)', svg)[0])
    (first, first_to), (second, second_to), (all_of_it, all_to) = bars
    assert first_to == zero == all_to
    assert second == pytest.approx(first, abs=0.2)
    assert second_to == pytest.approx(all_of_it, abs=0.2)
    assert re.findall(r'class="step (\w+)"', svg) == ["worse", "chance", "all"]
    assert re.findall(r'text-anchor="end">([^<]*)<', svg) == ["−20.0 pt", "+1.0 pt", "−19.0 pt"]


def test_a_mark_stands_on_its_day() -> None:
    svg = str(drawing.swing(line(weeks=weeks(*[0.4] * 5)), [Mark(date(2026, 11, 1), "launch", "Setup")]))

    middle = (plot.LEFT + plot.RIGHT) / 2
    assert f'class="mark" d="M{middle:.1f},' in svg


@given(st.lists(st.floats(20, 186), max_size=4))
def test_names_at_the_right_never_cover_each_other(places: list[float]) -> None:
    found = sorted(apart(places, 14, 20, 186))

    assert all(20 - 1e-6 <= place <= 186 + 1e-6 for place in found)
    assert all(b - a >= 14 - 1e-6 for a, b in pairwise(found))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_round_numbers_lie_within_the_figure_and_are_three_to_eight(low: float, room: float) -> None:
    found = round_values(low, low + room)

    assert 3 <= len(found) <= 8
    assert all(low - room * 1e-6 <= number <= low + room * (1 + 1e-6) for number in found)
