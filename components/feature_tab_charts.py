"""Figures of the other tabs of the feature page: who lags, how long it takes, how often, and the lift."""

from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.feature_charts import ROOM, SMALL, band, ends_named
from components.theme import Palette, beside, in_lines, layout, percent, plain, points
from queries.stats import TOO_FEW, rates

MOST_BANDS = 3
TALL = 300  # pixels of a figure beside which there is room for five names of two lines


def segments(cells: pl.DataFrame, palette: Palette, *, of: pl.DataFrame) -> go.Figure:
    """Which segment uses it more or less than the rest: a dot with its 95 % interval, by the gap to the rest.

    cells: as `stats.against_the_rest` returns, in the order they are to be shown. of: all of them, drawn or not.
    """
    found = rates(cells).with_columns(at=pl.int_range(pl.len()))
    shown = found.filter(pl.col("rate").is_not_null())
    colors = [_gap_color(row, palette) for row in shown.iter_rows(named=True)]
    figure = go.Figure(go.Scatter(
        x=shown["rate"], y=shown["at"], mode="markers",
        marker={"size": 11, "line": {"color": colors, "width": 2},
                "color": [palette.paper if of < 100 else color for color, of in zip(colors, shown["of"], strict=True)]},
        hovertext=[_segment_hover(row) for row in shown.iter_rows(named=True)], hoverinfo="text",
    ))  # fmt: skip
    lines: list[dict[str, Any]] = [
        {"type": "line", "x0": low, "x1": high, "y0": at, "y1": at, "layer": "below",
         "line": {"color": color, "width": 2}}
        for (low, high, at), color in zip(shown["low", "high", "at"].rows(), colors, strict=True)
    ]  # fmt: skip
    n, everybody = int(of["n"].sum()), int(of["of"].sum())
    if everybody >= TOO_FEW:
        rate = n / everybody
        lines.append({"type": "line", "x0": rate, "x1": rate, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
                      "line": {"color": palette.context, "width": 1, "dash": "dot"}})  # fmt: skip
    texts = [{"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": row["at"], "text": _segment_text(row),
              "showarrow": False, "font": {"size": 13}} for row in found.iter_rows(named=True)]  # fmt: skip
    labels = [plain(segment, 24) for segment in found["segment"]]
    figure.update_layout(layout(
        palette, 48 + 30 * max(2, found.height), shapes=lines, annotations=texts, margin={"r": 76},
        xaxis={"tickformat": ".0%", "range": [0, 1.04 * max([0.02, *shown["high"]])], "showgrid": True, "nticks": 6},
        yaxis={"tickvals": found["at"], "ticktext": labels, "range": [found.height - 0.5, -0.5], "showgrid": False},
    ))  # fmt: skip
    return figure


def _gap_color(row: dict[str, Any], palette: Palette) -> str:
    return palette.muted if not row["marked"] else palette.better if row["gap"] > 0 else palette.worse


def _segment_text(row: dict[str, Any]) -> str:
    mark = "" if not row["marked"] else " ▲" if row["gap"] > 0 else " ▼"
    return f"{percent(row['n'], row['of'])}{mark}" if row["of"] >= TOO_FEW else f"{row['n']} of {row['of']}"


def _segment_hover(row: dict[str, Any]) -> str:
    said = f"<b>{plain(row['segment'])}</b>  {percent(row['n'], row['of'])}<br>{row['n']:,} of {row['of']:,}"
    if row["gap"] is None:
        return said
    return f"{said}<br>{points(row['gap'], row['of'])} against the rest"


def times(curves: pl.DataFrame, palette: Palette) -> go.Figure:
    """How long until they adopt, by segment: steps of the share that has, a name at the end of each.

    curves: segment, day, share, low, high (0..1; its 95 % band), in the order of the colours. Bands of more than three
    would hide one another, and are left out.
    """
    figure, ends, segments = go.Figure(), [], curves["segment"].unique(maintain_order=True).to_list()
    for i, segment in enumerate(segments):
        curve, color = curves.filter(pl.col("segment") == segment), palette.categorical[i % len(palette.categorical)]
        hover = [f"<b>{plain(segment)}</b><br>{100 * y:.0f} % within {x} days" for x, y in curve["day", "share"].rows()]
        line = {"color": color, "width": 2, "shape": "hv"}
        if len(segments) <= MOST_BANDS:
            figure.add_trace(_band_in_steps(curve, color))
        figure.add_trace(go.Scatter(x=curve["day"], y=curve["share"], mode="lines", hovertext=hover, hoverinfo="text",
                                    line=line))  # fmt: skip
        ends += [(x, y, in_lines(segment), color) for x, y in curve.tail(1)["day", "share"].rows()]
    top, last = max([0.05, *curves["high"]]), max([1, *curves["day"]])
    figure.update_layout(layout(
        palette, TALL, margin={"r": beside(name for *_, name, _ in ends), "t": 20},
        annotations=ends_named(ends, 1.08 * top, TALL, last),
        xaxis={"title": {"text": "days since they could first use it"}, "range": [0, last]},
        yaxis={"tickformat": ".0%", "range": [0, 1.08 * top]},
    ))  # fmt: skip
    return figure


def _band_in_steps(curve: pl.DataFrame, color: str) -> go.Scatter:
    """A band that holds its height from one day to the next, as the line does."""
    each = pl.int_range(curve.height, eager=True).repeat_by(2).explode()
    low, high = (curve[name].gather(each)[:-1] for name in ("low", "high"))
    return band(curve["day"].gather(each)[1:], low, high, color)


def frequency(days: pl.DataFrame, palette: Palette) -> go.Figure:
    """On how many days of a week it is used, by those who do. days: days, n, of (unit-weeks)."""
    shares = [n / of if of else 0 for n, of in days["n", "of"].rows()]
    figure = go.Figure(go.Bar(
        x=days["days"], y=shares, marker={"color": palette.categorical[0]}, textposition="outside", cliponaxis=False,
        text=["<1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %" for share in shares],
        textfont={"color": palette.ink, "size": 13},
        hovertext=[f"{n:,} of {of:,}" for n, of in days["n", "of"].rows()], hoverinfo="text",
    ))  # fmt: skip
    figure.update_layout(layout(
        palette, SMALL, xaxis={"title": {"text": "days of the week with it"}, "dtick": 1},
        yaxis={"visible": False, "range": [0, 1.18 * max([0.01, *shares])]},
    ))  # fmt: skip
    return figure


def lift(counts: pl.DataFrame, palette: Palette, *, used: str, not_yet: str) -> go.Figure:
    """Who comes back: those who had used it by the landmark against those who had not, each with its 95 % band.

    counts: as `lift` returns. used, not_yet: the names of the lines.
    """
    figure, ends = go.Figure(), []
    found, tops = rates(counts), [0.1]
    for group, name, color in (("not yet", not_yet, palette.muted), ("used", used, palette.categorical[0])):
        curve = found.filter((pl.col("group") == group) & pl.col("rate").is_not_null())
        figure.add_trace(band(curve["week"], curve["low"], curve["high"], color))
        hover = [_lift_hover(row, name) for row in curve.iter_rows(named=True)]
        marker = {"size": 8, "color": [palette.paper if of < 100 else color for of in curve["of"]],
                  "line": {"color": color, "width": 2}}  # fmt: skip
        figure.add_trace(go.Scatter(x=curve["week"], y=curve["rate"], mode="lines+markers", hovertext=hover,
                                    hoverinfo="text", line={"color": color, "width": 3}, marker=marker))  # fmt: skip
        ends += [(x, y, name, color) for x, y in curve.tail(1)["week", "rate"].rows()]
        tops += curve["high"].to_list()
    top, last = min(1.02, 1.05 * max(tops)), max([1, *counts["week"]])
    figure.update_layout(layout(
        palette, 300, margin={"r": ROOM}, annotations=ends_named(ends, top, 300),
        xaxis={"title": {"text": "weeks after the landmark"}, "dtick": 1, "range": [0.8, last + 0.2]},
        yaxis={"tickformat": ".0%", "range": [0, top]},
    ))  # fmt: skip
    return figure


def _lift_hover(row: dict[str, Any], name: str) -> str:
    sure = f"95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f}"
    rate = f"{percent(row['n'], row['of'])} ({sure})"
    return f"<b>{name}</b>, week {row['week']}<br>{rate}<br>{row['n']:,} of {row['of']:,}"
