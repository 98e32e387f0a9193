"""Figures by their data: what is drawn, what is left empty, and what the hover says."""

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from components import charts, words
from components.theme import DARK, LIGHT, Palette
from queries import stats
from queries.measures.adoption import adoption
from queries.measures.retention import pooled, retention
from queries.measures.returning import Returning
from queries.product import Selection
from tests.examples import three_users

SUNDAY = date(2026, 11, 15)
NAMES = {"export": "Export", "open": "Open"}


def segments(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    """feature, segment, n, of, held against the rest as the page does."""
    schema = {"feature": pl.String, "segment": pl.String, "n": pl.UInt32, "of": pl.UInt32}
    return stats.against_the_rest(pl.DataFrame(list(rows), schema=schema, orient="row"))


def cohort_cells(*rows: tuple[int, int, int | None, int]) -> pl.DataFrame:
    """Each as weeks before the latest cohort, interval, n (None: not complete yet), of."""
    made = [("everyone", SUNDAY - timedelta(weeks=back), k, n, of, n is not None, SUNDAY + timedelta(weeks=k - back))
            for back, k, n, of in rows]  # fmt: skip
    schema = {"segment": pl.String, "cohort": pl.Date, "interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32,
              "complete": pl.Boolean, "completes": pl.Date}  # fmt: skip
    return pl.DataFrame(made, schema=schema, orient="row")


THREE_COHORTS = cohort_cells(
    (2, 0, 200, 200), (2, 1, 100, 200), (2, 2, 80, 200),
    (1, 0, 29, 29), (1, 1, 20, 29), (1, 2, None, 29),
    (0, 0, 300, 300), (0, 1, None, 300), (0, 2, None, 300),
)  # fmt: skip


def grid_of(figure: go.Figure) -> list[list[float | None]]:
    """The colours' numbers, nothing where a square is empty."""
    return [[None if z is None or z != z else round(float(z), 3) for z in row] for row in figure.data[0].z]


def cohort_figure(cells: pl.DataFrame = THREE_COHORTS, grain: str = "week", palette: Palette = LIGHT) -> go.Figure:
    return charts.cohorts(cells, pooled(cells), grain, palette)


def curve_figure(now: pl.DataFrame, before: pl.DataFrame | None = None, **more: Any) -> go.Figure:
    return charts.curve(now, now.clear() if before is None else before, "user", "week", LIGHT, **more)


def points(*rows: tuple[int, int, int]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema={"interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32}, orient="row")
    return frame.with_columns(cohorts=pl.lit(3, pl.UInt32))


def line(trace: Any) -> list[tuple[int, float]]:
    return [(int(x), round(float(y), 3)) for x, y in zip(trace.x, trace.y, strict=True)]


# Feature x segment ---------------------------------------------------------------------------------------------------


def test_segments_of_all_features_share_one_scale_from_zero_to_the_largest_rate() -> None:
    figure = charts.heat(segments(("open", "Pro", 90, 100), ("open", "Free", 60, 100), ("export", "Pro", 5, 100),
                                  ("export", "Free", 6, 100)), NAMES, LIGHT)  # fmt: skip

    assert grid_of(figure) == [[0.9, 0.6], [0.05, 0.06]]
    assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 0.9)
    assert list(figure.layout.yaxis.ticktext) == ["Open", "Export"]
    assert list(figure.layout.xaxis.ticktext) == ["Pro", "Free"]


def test_a_segment_of_under_thirty_has_a_dot_no_colour_and_its_counts_on_hover() -> None:
    figure = charts.heat(segments(("open", "Pro", 90, 100), ("open", "Free", 20, 29)), NAMES, LIGHT)

    assert grid_of(figure) == [[0.9, None]]
    assert list(figure.data[1].text) == ["90", "·"]
    assert [[z == 1 for z in row] for row in figure.data[2].z] == [[False, True]]
    assert figure.data[1].hovertext[1] == "<b>Open</b> · Free<br>20 of 29: too few for a rate"


def test_only_a_gap_that_is_more_than_chance_is_marked() -> None:
    cells = segments(("open", "Pro", 900, 1000), ("open", "Free", 500, 1000), ("export", "Pro", 300, 1000),
                     ("export", "Free", 301, 1000))  # fmt: skip

    figure = charts.heat(cells, NAMES, LIGHT)

    assert list(figure.data[1].text) == ["▲ 90.0", "▼ 50.0", "30.0", "30.1"]
    assert [text.split("<br>")[-1] for text in figure.data[1].hovertext] == [
        "more than chance", "more than chance", "could be chance", "could be chance",
    ]  # fmt: skip


def test_a_click_on_a_segment_tells_the_feature_by_its_key_and_the_segment_in_full() -> None:
    long = "a segment with a very long name"

    figure = charts.heat(segments(("open", long, 90, 100)), NAMES, LIGHT)

    assert [tuple(point) for point in figure.data[1].customdata] == [("open", long)]
    assert list(figure.layout.xaxis.ticktext) == ["a segment with a …"]


def test_names_in_a_figure_show_their_markup() -> None:
    figure = charts.heat(segments(("open", "<script>", 90, 100)), {"open": '<b>"x"</b>'}, LIGHT)

    assert list(figure.layout.yaxis.ticktext) == ['&lt;b&gt;"x"&lt;/b&gt;']
    assert figure.data[1].hovertext[0].startswith('<b>&lt;b&gt;"x"&lt;/b&gt;</b> · &lt;script&gt;<br>')


def test_many_segments_carry_marks_and_dots_and_their_numbers_on_hover() -> None:
    usual = [("open", f"s{i}", 40, 100) for i in range(charts.MOST_LABELLED)]

    figure = charts.heat(segments(*usual, ("open", "high", 90, 100), ("open", "few", 9, 29)), NAMES, LIGHT)

    assert list(figure.data[1].text) == [*[""] * charts.MOST_LABELLED, "▲", "·"]
    assert len(figure.data[1].hovertext) == charts.MOST_LABELLED + 2


# The curve -----------------------------------------------------------------------------------------------------------


def test_the_curve_is_the_pooled_rate_and_the_grey_line_that_of_the_cohorts_before() -> None:
    figure = curve_figure(points((0, 200, 200), (1, 80, 200)), points((0, 100, 100), (1, 50, 100)))

    assert line(figure.data[2]) == [(0, 1.0), (1, 0.4)]
    assert line(figure.data[1]) == [(0, 1.0), (1, 0.5)]
    assert figure.data[1].line.color == LIGHT.context
    assert figure.data[2].hovertext[1] == "<b>week 1</b>  40 % (95 %: 33–47)<br>80 of 200 users, 3 cohorts"


def test_the_band_goes_around_the_curve_from_high_to_low() -> None:
    figure = curve_figure(points((1, 80, 200), (2, 40, 200)))

    band = line(figure.data[0])
    assert [x for x, _ in band] == [1, 2, 2, 1]
    assert band[0][1] > 0.4 > band[3][1]
    assert band[1][1] > 0.2 > band[2][1]


def test_cohorts_that_share_users_have_the_band_that_allows_for_it() -> None:
    wide = pl.DataFrame({"interval": [1], "low": [0.1], "high": [0.9]}, schema_overrides={"interval": pl.Int16})

    figure = curve_figure(points((1, 80, 200)), shared=wide)

    assert [y for _, y in line(figure.data[0])] == [0.9, 0.1]


def test_a_point_of_under_a_hundred_is_hollow_and_one_of_under_thirty_is_not_drawn() -> None:
    figure = curve_figure(points((1, 80, 200), (2, 40, 99), (3, 10, 29)))

    assert [x for x, _ in line(figure.data[2])] == [1, 2]
    assert list(figure.data[2].marker.color) == [LIGHT.categorical[0], LIGHT.paper]


def test_the_lines_are_named_where_they_are_farthest_apart() -> None:
    figure = curve_figure(points((1, 80, 200), (2, 60, 200)), points((1, 81, 200), (2, 80, 200)))

    named = [(a.text, a.x, a.yshift) for a in figure.layout.annotations]
    assert named == [("these cohorts", 2, -16), ("cohorts before", 2, 16)]


def test_a_line_alone_is_named_at_its_end() -> None:
    figure = curve_figure(points((1, 80, 200), (2, 60, 200)))

    assert [(a.text, a.x) for a in figure.layout.annotations] == [("these cohorts", 2)]


def test_the_scale_of_the_curve_starts_at_zero() -> None:
    assert curve_figure(points((1, 80, 200))).layout.yaxis.range[0] == 0


# The cohorts ---------------------------------------------------------------------------------------------------------


def test_cohorts_are_rows_newest_at_the_bottom_with_their_size_and_all_together_on_top() -> None:
    figure = cohort_figure()

    assert list(figure.layout.yaxis.ticktext) == [
        "all together", "w/e 1 Nov   n 200", "w/e 8 Nov   n 29", "w/e 15 Nov   n 300",
    ]  # fmt: skip
    low, high = figure.layout.yaxis.range
    assert low > high
    assert list(figure.layout.xaxis.ticktext) == ["W1", "W2"]


def test_a_week_that_is_not_over_is_empty_and_dotted_with_the_day_it_will_be() -> None:
    figure = cohort_figure()

    assert grid_of(figure) == [[0.5, 0.4], [None, None], [None, None]]
    dotted = figure.data[2]
    assert dotted.line.dash == "dot"
    edges = {(round(x + 0.44), round(y + 0.4)) for x, y in zip(dotted.x[::6], dotted.y[::6], strict=True)}
    assert edges == {(2, 1), (1, 2), (2, 2)}
    assert figure.data[3].text[5] == ""
    assert figure.data[3].hovertext[5] == "<b>w/e 15 Nov</b>, week 2<br>completes 29 Nov"


def test_a_cohort_of_under_thirty_has_a_dot_and_its_counts_on_hover() -> None:
    figure = cohort_figure()

    assert figure.data[3].text[2] == "·"
    assert figure.data[3].hovertext[2] == "<b>w/e 8 Nov</b>, week 1<br>20 of 29: too few for a rate"


def test_a_full_cell_says_its_rate_interval_and_counts() -> None:
    figure = cohort_figure()

    assert figure.data[3].text[0] == "50"
    assert figure.data[3].hovertext[0] == "<b>w/e 1 Nov</b>, week 1<br>50 % (95 %: 43–57)<br>100 of 200"


def test_all_together_pools_the_counts_of_the_cohorts_that_are_old_enough() -> None:
    figure = cohort_figure()

    assert list(figure.data[4].text) == ["<b>52</b>", "<b>40</b>"]
    assert figure.data[4].hovertext[0] == "all together: 52 %, 120 of 229"


def test_the_whole_grid_and_the_row_of_all_together_share_one_scale() -> None:
    figure = cohort_figure()

    assert [(trace.zmin, trace.zmax) for trace in figure.data[:2]] == [(0, 0.5)] * 2


def test_a_cohort_that_nobody_is_in_before_the_first_has_no_row() -> None:
    figure = cohort_figure(pl.concat([cohort_cells((9, 1, 0, 0)), THREE_COHORTS]))

    assert len(figure.layout.yaxis.ticktext) == 4


def test_a_click_on_a_cohort_tells_its_last_day_and_the_interval() -> None:
    assert [list(point) for point in cohort_figure().data[3].customdata][:2] == [["2026-11-01", 1], ["2026-11-01", 2]]


def test_a_large_grid_carries_only_its_dots() -> None:
    large = cohort_cells(*((12 - i, k, 20, 29 if i == 0 else 100) for i in range(13) for k in range(13)))

    figure = cohort_figure(large)

    assert set(figure.data[3].text) == {"", "·"}


@pytest.mark.parametrize(("grain", "ticks"), [("day", ["D1", "D2"]), ("month", ["M1", "M2"])])
def test_intervals_are_named_after_their_length(grain: str, ticks: list[str]) -> None:
    assert list(cohort_figure(grain=grain).layout.xaxis.ticktext) == ticks


# Every figure --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_the_colours_are_those_of_the_theme(palette: Palette) -> None:
    figures = [charts.heat(segments(("open", "Pro", 9, 100)), NAMES, palette), cohort_figure(palette=palette)]

    assert {color for figure in figures for _, color in figure.data[0].colorscale} == set(palette.sequential)
    assert {figure.layout.font.color for figure in figures} == {palette.ink}


def test_nobody_makes_empty_figures() -> None:
    everybody, week = three_users()
    nobody = everybody.within(Selection(where=(("plan", ("Enterprise",)),)))
    cells = retention(nobody, Returning(), cohorts=3, intervals=3)
    split = stats.against_the_rest(adoption(nobody, (week,), by=("plan",)))

    figures = [
        charts.heat(split, words.titles(nobody.features), LIGHT),
        charts.heat(split.clear(), {}, LIGHT),
        charts.cohorts(cells, pooled(cells), "week", LIGHT),
        charts.cohorts(cells.clear(), pooled(cells.clear()), "week", LIGHT),
        charts.curve(pooled(cells), pooled(cells), "user", "week", LIGHT),
    ]

    drawn = [value for figure in figures for trace in figure.data if trace.y is not None and trace.type == "scatter"
             for value in trace.y]  # fmt: skip
    assert drawn == []
    assert all(figure.to_json() for figure in figures)


def test_figures_never_ask_to_be_dragged_and_find_the_nearest_point() -> None:
    layout = cohort_figure().layout

    assert (layout.dragmode, layout.hovermode, layout.hoverdistance) == (False, "closest", 150)
    assert layout.xaxis.fixedrange
