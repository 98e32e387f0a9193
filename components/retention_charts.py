"""Figures of retention beyond one curve: an interval over time, and groups side by side."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.charts import BAND
from components.theme import Palette, beside, count, day, in_lines, layout, percent, plain
from queries.stats import Charted, rates

MOST_LINES = 5  # that can be told apart


def over_time(chart: Charted, shown: int, unit: str, palette: Palette) -> go.Figure:
    """One interval over time, a point a cohort, within its usual swing. shown: how many of the latest points to draw.

    A point with under 100 units is hollow, one with under 30 is not drawn. The limits come from all points.
    """
    points = chart.points.tail(shown)
    main, figure = palette.categorical[0], go.Figure()
    for name, dash in (("lower", "dot"), ("centre", "solid"), ("upper", "dot")):
        line = {"color": palette.context, "width": 1, "dash": dash}
        figure.add_trace(go.Scatter(x=points["period"], y=points[name], mode="lines", line=line, hoverinfo="skip"))
    figure.add_trace(go.Scatter(  # a point that is not drawn interrupts the line
        x=points["period"], y=points["rate"], mode="lines+markers", line={"color": main, "width": 3}, cliponaxis=False,
        marker={"size": 8, "color": [palette.paper if of < 100 else main for of in points["of"]],
                "line": {"color": main, "width": 2}},
        hovertext=[_hover(row, unit) for row in points.iter_rows(named=True)], hoverinfo="text",
    ))  # fmt: skip
    ends, room = points["period"].gather([0, -1]), timedelta(days=3)  # less than half a week, for the marks
    top = max([0.1, *points["upper"].drop_nulls(), *points["rate"].drop_nulls()]) * 1.15
    figure.update_layout(layout(
        palette, 300, annotations=_limit_names(points, palette),
        xaxis={"tickformat": "%-d %b", "range": [ends[0] - room, ends[1] + room]},
        yaxis={"tickformat": ".0%", "range": [0, min(1.06, top)]}, margin={"r": 90},
    ))  # fmt: skip
    return figure


def _hover(row: dict[str, Any], unit: str) -> str:
    if row["rate"] is None:
        return ""
    rate = f"{percent(row['n'], row['of'])} (95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f})"
    return f"<b>completed w/e {day(row['period'])}</b>  {rate}<br>{row['n']:,} of {row['of']:,} {unit}s"


def _limit_names(points: pl.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    """What the three lines are, at their right end."""
    known = points.filter(pl.col("centre").is_not_null()).tail(1)
    named = {"upper": "usual swing", "centre": "mean"}
    return [
        {"x": row["period"], "y": row[name], "text": text, "showarrow": False, "xanchor": "left", "xshift": 6,
         "font": {"color": palette.muted, "size": 12}}
        for row in known.iter_rows(named=True) for name, text in named.items()
    ]  # fmt: skip


def side_by_side(
    curves: Sequence[tuple[str, pl.DataFrame]], unit: str, grain: str, palette: Palette, *, band: bool = True
) -> go.Figure:
    """Groups side by side, each with its 95 % band and its name at the end of its line.

    curves: name, and interval, n, of, cohorts as `retention.pooled` returns; at most five are drawn. band: not where
    cohorts share units.
    """
    drawn = [(name, rates(frame).filter(pl.col("rate").is_not_null())) for name, frame in curves[:MOST_LINES]]
    drawn = [(name, frame) for name, frame in drawn if frame.height]
    figure, names = go.Figure(), []
    for (name, line), color in zip(drawn, palette.categorical, strict=False):
        edge = pl.concat([line.select("interval", at="high"), line.select("interval", at="low").reverse()])
        figure.add_trace(go.Scatter(x=edge["interval"], y=edge["at"], fill="toself", fillcolor=color, opacity=BAND,
                                    line={"width": 0}, mode="lines", hoverinfo="skip", visible=band))  # fmt: skip
        figure.add_trace(go.Scatter(
            x=line["interval"], y=line["rate"], mode="lines+markers", line={"color": color, "width": 3},
            marker={"size": 7, "color": [palette.paper if of < 100 else color for of in line["of"]],
                    "line": {"color": color, "width": 2}},
            hovertext=[f"<b>{plain(name)}</b>, {grain} {k}<br>{percent(n, of)}, {count(n)} of {count(of)} {unit}s"
                       for k, n, of in line["interval", "n", "of"].rows()], hoverinfo="text",
        ))  # fmt: skip
        names.append((in_lines(name), color, line["rate"][-1]))
    end = max([1, *(line["interval"][-1] for _, line in drawn)])
    title = {"text": f"{grain}s after the start"}
    figure.update_layout(layout(
        palette, 320, annotations=_end_names(names, end),
        xaxis={"title": title, "range": [-0.2, end + 0.2], "dtick": 1 if end <= 12 else None},
        yaxis={"tickformat": ".0%", "range": [0, 1.06]}, margin={"r": beside(name for name, *_ in names)},
    ))  # fmt: skip
    return figure


def _end_names(names: list[tuple[str, str, float]], x: int) -> list[dict[str, Any]]:
    """Names beside the figure at the height of the ends of lines, moved apart where they would cover one another."""
    found, last = [], -1.0
    for name, color, y in sorted(names, key=lambda each: each[2]):
        lines = name.count("<br>") + 1
        at = max(y, last + 0.075 * lines)  # of the height: a line of text
        last = at
        found.append({"x": x, "y": at, "text": name, "showarrow": False, "xanchor": "left", "xshift": 10,
                      "align": "left", "font": {"color": color, "size": 13}})  # fmt: skip
    return found
