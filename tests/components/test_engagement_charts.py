"""Figures of the engagement page by their data: what is drawn, what is left empty, and where the names go."""

from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import polars as pl
import pytest

from components import engagement_charts as charts
from components import engagement_numbers as numbers
from components import labels
from components.theme import DARK, LIGHT, Palette

SUNDAY = date(2026, 11, 15)


def counts(*rows: tuple[str, int, int, int, int]) -> pl.DataFrame:
    """feature, n, of, days, unit_weeks, as `matrix` returns them, with nobody outside."""
    schema = {"feature": pl.String, "n": pl.UInt32, "of": pl.UInt32, "days": pl.UInt64, "unit_weeks": pl.UInt64}
    return pl.DataFrame(list(rows), schema=schema, orient="row").with_columns(
        outside=pl.lit(0, pl.UInt32), weeks=pl.lit(12, pl.UInt16)
    )


FOUR = counts(("core", 900, 1000, 5000, 1000), ("power", 100, 1000, 4000, 1000), ("once", 800, 1000, 1200, 1000),
              ("niche", 90, 1000, 1100, 1000))  # fmt: skip
NAMES = {"core": "Core", "power": "Po<wer", "once": "Once", "niche": "Niche", "few": "Few"}


def series(*values: float | None) -> pl.DataFrame:
    """Weeks of a value with usual limits of 20 to 30 %."""
    days = [SUNDAY - timedelta(weeks=len(values) - 1 - i) for i in range(len(values))]
    frame = pl.DataFrame({"day": days, "value": values}, schema={"day": pl.Date, "value": pl.Float64})
    return frame.with_columns(centre=pl.lit(0.25), lower=pl.lit(0.2), upper=pl.lit(0.3))


def flow(*rows: tuple[int, int, int, int]) -> pl.DataFrame:
    """new, returning, resurrected, dormant, a row a week, through what the measure returns."""
    states = ("new", "returning", "resurrected", "dormant")
    long = [(SUNDAY - timedelta(weeks=len(rows) - 1 - i), state, n, 0, True)
            for i, row in enumerate(rows) for state, n in zip(states, row, strict=True)]  # fmt: skip
    schema = {"period": pl.Date, "state": pl.String, "n": pl.UInt32, "of": pl.UInt32, "complete": pl.Boolean}
    return numbers.flows(pl.DataFrame(long, schema=schema, orient="row"))


# Matrix --------------------------------------------------------------------------------------------------------------


def test_a_dot_lies_at_its_breadth_and_frequency_and_tells_its_feature() -> None:
    figure = charts.matrix(numbers.placed(FOUR), NAMES, "user", LIGHT)

    dots = figure.data[0]
    assert list(zip(dots.x, dots.y, strict=True)) == [(0.9, 5.0), (0.8, 1.2), (0.1, 4.0), (0.09, 1.1)]
    assert [list(data) for data in dots.customdata] == [["core"], ["once"], ["power"], ["niche"]]
    assert list(dots.text) == ["Core", "Once", "Po&lt;wer", "Niche"]
    assert dots.hovertext[2].startswith("<b>Po&lt;wer</b><br>10.0 % of active users (100 of 1,000)")
    assert dots.hovertext[2].endswith("Power: few, often")


def test_the_medians_cross_and_name_four_quadrants() -> None:
    layout = charts.matrix(numbers.placed(FOUR), NAMES, "user", LIGHT).layout

    assert [(shape.x0, shape.y0) for shape in layout.shapes] == [(pytest.approx(0.45), 0), (0, pytest.approx(2.6))]
    assert [a.text.split(" · ")[0] for a in layout.annotations] == [
        "<b>Core</b>", "<b>Power</b>", "<b>One-off</b>", "<b>Niche</b>",
    ]  # fmt: skip


def test_the_larger_dot_has_more_users_and_one_of_under_a_hundred_is_hollow() -> None:
    marker = charts.matrix(numbers.placed(FOUR), NAMES, "user", LIGHT).data[0].marker

    assert list(marker.size) == sorted(marker.size, reverse=True)
    assert list(marker.color) == [LIGHT.categorical[0]] * 3 + [LIGHT.paper]


def test_features_used_equally_often_have_no_quadrants_and_are_not_zoomed_apart() -> None:
    alike = FOUR.with_columns(days=pl.Series([1100, 1110, 1105, 1102]))

    figure = charts.matrix(numbers.placed(alike), NAMES, "user", LIGHT)

    low, high = figure.layout.yaxis.range
    assert high - low >= 0.24
    assert len(figure.layout.shapes) == 1
    assert not figure.layout.annotations


def test_a_feature_of_under_thirty_has_no_dot_and_no_part_in_the_medians() -> None:
    found = numbers.placed(pl.concat([FOUR, counts(("few", 29, 1000, 200, 30))]))

    assert len(charts.matrix(found, NAMES, "user", LIGHT).data[0].x) == 4
    assert numbers.medians(found) == numbers.medians(numbers.placed(FOUR))
    assert found.row(-1, named=True)["quadrant"] is None


def test_ten_dots_and_the_one_to_promote_carry_their_names() -> None:
    many = [(f"f{i:02}", 900 - 10 * i, 1000, 2000 + 10 * i, 1000) for i in range(15)]
    found = numbers.placed(counts(*many, ("rare", 50, 1000, 6000, 1000)))

    assert numbers.named(found) == (*(f"f{i:02}" for i in range(10)), "rare")


# Names beside dots ---------------------------------------------------------------------------------------------------


def test_no_name_lies_on_another_or_on_a_dot() -> None:
    dots, plot = [(0.5, 1.0), (0.52, 1.0), (0.5, 1.01), (0.1, 2.0)], labels.Plot((0, 1), (0, 3), 300)
    names, sizes = ["Dashboards", "Comments", "Attachments", "Boards"], [20.0] * 4

    sides = labels.beside(dots, sizes, names, plot)

    boxes = [labels._label(dots[i], sizes[i], names[i], side, plot, labels.WIDE)
             for i, side in enumerate(sides) if side]  # fmt: skip
    assert len(boxes) >= 3
    assert not any(labels._touch(a, b) for a, b in combinations(boxes, 2))


def test_a_name_at_the_edge_turns_inward_and_an_empty_one_goes_nowhere() -> None:
    plot = labels.Plot((0, 1), (0, 1), 300)

    assert labels.beside([(0.99, 0.5), (0.5, 0.5)], [10, 10], ["Dashboards", ""], plot) == ["middle left", None]


# Stickiness ----------------------------------------------------------------------------------------------------------


def spread(*at_least: int) -> pl.DataFrame:
    return pl.DataFrame({"days": range(1, len(at_least) + 1), "at_least": at_least,
                         "of": [max(at_least)] * len(at_least)})  # fmt: skip


def test_a_bar_is_the_share_that_came_on_so_many_days_or_more() -> None:
    figure = charts.at_least(spread(200, 100, 50, 0, 0, 0, 0), "account", LIGHT)

    assert list(figure.data[0].y) == [1.0, 0.5, 0.25, 0, 0, 0, 0]
    assert list(figure.data[0].text) == ["100", "50", "25", "", "", "", ""]
    assert figure.data[0].hovertext[1] == "<b>2 days or more</b>  50 %<br>100 of 200 accounts"
    assert figure.layout.yaxis.range[0] == 0


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_lines_end_in_their_names_and_leave_out_days_not_observed(palette: Palette) -> None:
    days = [SUNDAY - timedelta(days=1), SUNDAY]
    rows: list[Any] = [(day, window, n) for day in days
                       for window, n in (("DAU", 10), ("WAU", 11), ("MAU", None if day < SUNDAY else 12))]  # fmt: skip

    figure = charts.actives(pl.DataFrame(rows, schema=["day", "window", "n"], orient="row"), palette)

    assert [len(trace.x) for trace in figure.data] == [1, 2, 2]
    heights = [a.y for a in figure.layout.annotations]
    assert [a.text for a in figure.layout.annotations] == ["DAU 10", "WAU 11", "MAU 12"]
    assert min(b - a for a, b in pairwise(heights)) > 0.05


def test_a_week_outside_its_usual_swing_is_marked_and_one_without_a_rate_is_a_gap() -> None:
    figure = charts.weekly(series(0.25, None, 0.35), LIGHT)

    line = figure.data[3]
    assert list(line.marker.symbol) == ["circle", "circle", "diamond"]
    assert line.connectgaps is False
    assert line.hovertext[1] == "<b>w/e 8 Nov</b>: under 30 active, no rate"
    assert {a.text for a in figure.layout.annotations} == {"usual high 30.0 %", "usual low 20.0 %", "<b>35.0 %</b>"}


# Lifecycle -----------------------------------------------------------------------------------------------------------


def test_the_active_are_stacked_above_zero_and_the_dormant_hang_below() -> None:
    figure = charts.lifecycle(flow((5, 80, 10, 20), (6, 90, 4, 40)), LIGHT)

    found = {a.text.split()[0]: list(trace.y) for trace, a in zip(
        sorted(figure.data, key=lambda t: t.y[-1]), sorted(figure.layout.annotations, key=lambda a: int(
            a.text.split()[1]) * (-1 if a.text.startswith("dormant") else 1)), strict=True)}  # fmt: skip
    assert found == {"returning": [80, 90], "resurrected": [10, 4], "new": [5, 6], "dormant": [-20, -40]}
    assert figure.layout.barmode == "relative"
    assert figure.layout.yaxis.range[0] < -40
    assert "dormant<br>40 of 130 active the week before (31 %)" in figure.data[-1].hovertext[1]
    assert figure.data[-1].marker.pattern.shape == "/"


def test_the_quick_ratio_has_a_gap_where_too_few_left() -> None:
    figure = charts.quick_ratio(flow((5, 80, 25, 30), (6, 90, 4, 29), (40, 90, 20, 40)), LIGHT)

    assert [None if y is None or y != y else round(float(y), 2) for y in figure.data[0].y] == [1.0, None, 1.5]
    assert figure.data[0].hovertext[2].endswith("1.50<br>60 came, 40 left")
    assert figure.layout.yaxis.range[0] < 1 < figure.layout.yaxis.range[1]
