"""The figures of the feature page: their data, not their pixels."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go
import polars as pl
import pytest

from components import feature_charts as charts
from components import feature_tab_charts as tab_charts
from components.theme import DARK, LIGHT, Palette
from queries.measures.depth import STAGES
from queries.stats import against_the_rest, rates, usual_swing

COUNTS = {"n": pl.UInt32, "of": pl.UInt32}
USUAL = [500, 520, 490, 510, 500, 520, 490, 510, 500, 520, 490, 510]
HOSTILE = "<script>alert(1)</script>"


def swing(n: list[int], last_is_open: bool = True) -> pl.DataFrame:
    ends = [date(2026, 8, 2) + timedelta(days=7 * i) for i in range(len(n))]
    complete = [True] * (len(n) - last_is_open) + [False] * last_is_open
    schema = {"period": pl.Date, **COUNTS, "complete": pl.Boolean}
    weeks = pl.DataFrame({"period": ends, "n": n, "of": [1000] * len(n), "complete": complete}, schema=schema)
    return usual_swing(weeks)


def texts(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_whole_weeks_are_solid_and_the_open_one_is_hollow_with_its_days(palette: Palette) -> None:
    figure = charts.weekly(swing([*USUAL, 700, 60]), 6, palette, opened="3 of 7 days")

    main, part = figure.data[2], figure.data[3]
    assert list(main.y) == [0.49, 0.51, 0.5, 0.52, 0.49, 0.51, 0.7][1:]
    assert (list(part.y), part.line.dash, part.marker.color) == ([0.7, 0.06], "dot", palette.paper)
    assert main.marker.symbol[-1] == "triangle-up"
    assert set(main.marker.symbol[:-1]) == {"circle"}
    assert {"3 of 7 days", "<b>70.0 %</b>"} <= set(texts(figure))


def test_limits_and_target_and_launch_are_drawn() -> None:
    weeks = swing([*USUAL, 505])
    reached = rates(pl.DataFrame({"period": weeks["period"][-3:], "n": [800] * 3, "of": [1000] * 3}))

    figure = charts.weekly(weeks, 12, LIGHT, reached=reached, target=0.7, launched=date(2026, 8, 12), opened="x")

    assert max(figure.data[0].y) > 0.52
    assert list(figure.data[4].y) == [0.8] * 3
    assert [shape.y0 for shape in figure.layout.shapes] == [0.7, 0]
    assert {"target 70 % in 4 weeks", "80.0 % in 4 weeks", "▲ launched 12 Aug"} <= set(texts(figure))
    assert figure.layout.yaxis.range[1] > 0.8


def test_a_launch_out_of_sight_is_not_drawn() -> None:
    assert not charts.weekly(swing(USUAL), 6, LIGHT, launched=date(2020, 1, 1)).layout.shapes


@pytest.mark.parametrize(("n", "is_open"), [([], False), ([5], True), ([0] * 9, True), ([5], False)])
def test_little_or_nothing_is_still_a_figure(n: list[int], is_open: bool) -> None:
    weeks = swing(n, last_is_open=is_open)

    assert charts.weekly(weeks, 12, LIGHT, target=0.4, launched=date(2026, 8, 3)).to_json()


def test_stages_are_bars_with_their_counts_and_the_active_apart() -> None:
    counts = pl.DataFrame({"stage": STAGES, "n": [900, 400, 300, 90, 800], "of": [900] * 5})

    bar = charts.stages(counts, LIGHT).data[0]

    assert list(bar.text) == ["900", "400 · 44 %", "300 · 33 %", "90 · 10 %", "800 · 89 %"]
    assert list(bar.y) == [0, 1, 2, 3, 4.4]
    assert bar.marker.color[-1] == LIGHT.context


def curve(*n: int) -> pl.DataFrame:
    return rates(pl.DataFrame({"week": range(len(n)), "n": n, "of": [100] * len(n)}, schema_overrides=COUNTS))


def test_this_launch_is_drawn_last_and_bold_over_grey_others_of_its_age() -> None:
    curves = {"export": curve(*range(5, 20)), "a": curve(*range(0, 60, 2)), "b": curve(9)}

    figure = charts.since_launch(curves, "export", {"export": "Export", "a": HOSTILE, "b": "B"}, LIGHT)

    assert [line.line.color for line in figure.data] == [LIGHT.context, LIGHT.context, LIGHT.categorical[0]]
    assert max(figure.data[0].x) == 14
    assert sorted(texts(figure)) == ["&lt;script&gt;alert…", "B", "Export"]


def segments(**counts: tuple[int, int]) -> pl.DataFrame:
    rows = [("export", segment, n, of) for segment, (n, of) in counts.items()]
    schema = {"feature": pl.String, "segment": pl.String, **COUNTS}
    return against_the_rest(pl.DataFrame(rows, schema=schema, orient="row"))


def test_a_segment_is_a_dot_with_its_interval_hollow_under_100_and_none_under_30() -> None:
    cells = segments(Free=(100, 1000), Pro=(300, 1000), Few=(18, 90), **{HOSTILE: (3, 9)})

    figure = tab_charts.segments(cells, LIGHT, of=cells)

    dots = figure.data[0]
    assert list(dots.x) == [0.1, 0.3, 0.2]
    assert dots.marker.color == (LIGHT.worse, LIGHT.better, LIGHT.paper)
    assert list(figure.layout.yaxis.ticktext) == ["Free", "Pro", "Few", "&lt;script&gt;alert(1)&lt;/scrip…"]
    assert texts(figure) == ["10.0 % ▼", "30.0 % ▲", "20 %", "3 of 9"]
    assert figure.layout.xaxis.range[1] > max(rates(cells)["high"].drop_nulls())


def test_time_to_adopt_is_steps_with_a_name_at_each_end_and_a_band_that_steps_along() -> None:
    curves = pl.DataFrame({
        "segment": ["a", "a", "b", "b"], "day": [0, 9, 0, 4], "share": [0.0, 0.5, 0.0, 0.2],
        "low": [0.0, 0.3, 0.0, 0.1], "high": [0.0, 0.7, 0.0, 0.4],
    })  # fmt: skip

    figure = tab_charts.times(curves, LIGHT)

    bands, lines = figure.data[::2], figure.data[1::2]
    assert [line.line.shape for line in lines] == ["hv", "hv"]
    assert list(bands[0].x) == [0, 9, 9, 9, 9, 0]
    assert list(bands[0].y) == [0.0, 0.0, 0.7, 0.3, 0.0, 0.0]
    assert sorted(texts(figure)) == ["a", "b"]


def test_days_of_a_week_are_shares_of_the_weeks_with_it() -> None:
    days = pl.DataFrame({"days": [1, 2, 3], "n": [700, 299, 1], "of": [1000] * 3})

    assert list(tab_charts.frequency(days, LIGHT).data[0].text) == ["70 %", "30 %", "<1 %"]


def test_both_groups_of_a_lift_have_a_band_and_a_name() -> None:
    counts = pl.DataFrame({"group": ["used", "used", "not yet", "not yet"], "week": [1, 2, 1, 2],
                           "n": [60, 20, 400, 300], "of": [100, 40, 1000, 1000]}, schema_overrides=COUNTS)  # fmt: skip

    figure = tab_charts.lift(counts, LIGHT, used="used early", not_yet="not yet")

    assert [len(line.x) for line in figure.data] == [4, 2, 4, 2]
    assert list(figure.data[3].y) == [0.6, 0.5]
    assert figure.data[3].marker.color == (LIGHT.categorical[0], LIGHT.paper)
    assert sorted(texts(figure)) == ["not yet", "used early"]


def heights(figure: go.Figure) -> list[Any]:
    return sorted(note.y for note in figure.layout.annotations)


def test_names_of_lines_that_end_together_do_not_lie_on_each_other() -> None:
    curves = pl.DataFrame({"segment": [f"s{i}" for i in range(5) for _ in range(2)], "day": [0, 9] * 5,
                           "share": [0.0, 0.5, 0.0, 0.5, 0.0, 0.501, 0.0, 0.49, 0.0, 0.5]})  # fmt: skip
    curves = curves.with_columns(low="share", high="share")

    at = heights(tab_charts.times(curves, LIGHT))
    wrapped = heights(tab_charts.times(curves.with_columns(segment="Enterprise · Manager " + pl.col("segment")), LIGHT))

    assert min(b - a for a, b in pairwise(at)) > 0.04
    assert min(b - a for a, b in pairwise(wrapped)) > 0.08
    assert at[-1] <= 1.08 * 0.501


def test_time_to_adopt_ends_where_its_lines_do_and_leaves_most_of_a_telephone_to_them() -> None:
    curves = pl.DataFrame({"segment": ["Enterprise · Manager"] * 2 + ["Few"] * 2, "day": [0, 180, 0, 20],
                           "share": [0.0, 0.6, 0.0, 0.2]}).with_columns(low="share", high="share")  # fmt: skip

    drawn = tab_charts.times(curves, LIGHT).layout

    assert drawn.xaxis.range == (0, 180)
    assert drawn.margin.r < 130
    assert {note.text: note.xanchor for note in drawn.annotations} == {"Enterprise ·<br>Manager": "left", "Few": "left"}
