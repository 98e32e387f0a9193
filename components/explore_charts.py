"""Figures of the explore page: metrics or groups over time, each named at the end of its line."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.explore_words import period
from components.labels import end_labels
from components.review_words import value
from components.scale import around, axis
from components.theme import Palette, beside, layout, plain
from queries.explore import Grain
from queries.metrics import Metric

HEIGHT, BAND, NAME = 300, 0.16, 20  # pixels; opacity of a 95 % band; characters of a name
MOST_NAMED = 5  # lines that can be told apart; the others are grey
Named = tuple[str, Metric, pl.DataFrame]


def over_time(found: Sequence[tuple[Metric, pl.DataFrame]], grain: Grain, palette: Palette) -> go.Figure:
    """Metrics of one kind over time. found: as `explore.series` returns, unsplit; one alone has its 95 % band."""
    names = [metric.label if len(found) > 1 else "" for metric, _ in found]
    named = [(name, metric, frame) for name, (metric, frame) in zip(names, found, strict=True)]
    return _lines(named, grain, palette, band=len(found) == 1)


def groups(frame: pl.DataFrame) -> tuple[str, ...]:
    """The groups of a metric in the order of their colours: their own while each has one, else the largest first.

    frame: as `explore.series` returns.

    >>> groups(pl.DataFrame({"segment": ["b", "a", "b"], "n": [1, 9, 1], "of": [2, 9, 2]}))
    ('b', 'a')
    """
    sizes = frame.group_by("segment", maintain_order=True).agg(size=pl.coalesce("of", "n").sum())
    if sizes.height > MOST_NAMED:
        sizes = sizes.sort("size", descending=True, maintain_order=True)
    return tuple(sizes["segment"])


def by_group(
    metric: Metric, frame: pl.DataFrame, grain: Grain, palette: Palette, names: tuple[str, ...]
) -> go.Figure:  # fmt: skip
    """The groups of a metric over time. names: theirs, in the order of the colours, as in all figures beside."""
    return _lines([(name, metric, frame.filter(segment=name)) for name in names], grain, palette)


def two(metric: Metric, frame: pl.DataFrame, names: tuple[str, str], grain: Grain, palette: Palette) -> go.Figure:
    """Two groups of a metric over time, with their 95 % bands where there are any."""
    parts = [(name, metric, frame.filter(segment=name)) for name in names]
    return _lines([part for part in parts if part[2].height], grain, palette, band=True)


def _lines(named: Sequence[Named], grain: Grain, palette: Palette, *, band: bool = False) -> go.Figure:
    """Lines over time, with zero: the first five in colour with their names and latest values, the others grey.

    named: name, metric, and its period, n, of, value, low, high; the most important first. band: whether to draw 95 %.
    """
    figure, ends = go.Figure(), []
    colors = [*palette.categorical[:MOST_NAMED], *[palette.context] * len(named)]
    for i, (name, metric, frame) in reversed([*enumerate(named)]):
        is_named = i < MOST_NAMED
        if band and is_named:
            figure.add_trace(_band(frame.drop_nulls("low"), colors[i]))
        figure.add_trace(_line(name, metric, frame, grain, colors[i], named=is_named))
        known = frame["value", "of"].rows()[-1:]
        ends += [(f"{plain(name, NAME)} <b>{value(metric.form, y, of)}</b>".strip(), y, colors[i])
                 for y, of in known if y is not None and is_named]  # fmt: skip
    seen = [y for _, _, frame in named for column in ("value", *(["high"] if band else [])) for y in frame[column]
            if y is not None]  # fmt: skip
    low, top = around([0.0, *seen])
    whens = sorted({when for _, _, frame in named for when in frame["period"]})
    figure.update_layout(layout(
        palette, HEIGHT, xaxis=_dates(whens, grain), annotations=end_labels(ends, low, top, HEIGHT),
        yaxis={**axis(named[0][1].form, low, top), "zeroline": low < 0, "zerolinecolor": palette.context},
        margin={"r": min(200, beside(text.replace("<b>", "").replace("</b>", "") for text, _, _ in ends))},
    ))  # fmt: skip
    return figure


def _line(name: str, metric: Metric, frame: pl.DataFrame, grain: Grain, color: str, *, named: bool) -> go.Scatter:
    return go.Scatter(
        x=frame["period"], y=frame["value"], mode="lines+markers" if named else "lines", connectgaps=False,
        line={"color": color, "width": 2.5 if named else 1}, marker={"size": 6, "color": color},
        opacity=1 if named else 0.6,
        hovertext=[_hover(name, metric, row, grain) for row in frame.iter_rows(named=True)], hoverinfo="text",
    )  # fmt: skip


def _band(known: pl.DataFrame, color: str) -> go.Scatter:
    edge = pl.concat([known.select("period", at="high"), known.select("period", at="low").reverse()])
    return go.Scatter(x=edge["period"], y=edge["at"], fill="toself", fillcolor=color, opacity=BAND, mode="lines",
                      line={"width": 0}, hoverinfo="skip")  # fmt: skip


def _hover(name: str, metric: Metric, row: dict[str, Any], grain: Grain) -> str:
    if row["value"] is None:
        return ""
    of = f"<br>{row['n']:,} of {row['of']:,}" if metric.is_share and row["n"] is not None else ""
    limits = "" if row["low"] is None else f" (95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f})"
    said = f"{value(metric.form, row['value'], row['of'])}{limits}"
    return f"<b>{plain(name or metric.label)}</b>, {period(row['period'], grain, row['period'])}<br>{said}{of}"


def _dates(whens: Sequence[date], grain: Grain) -> dict[str, Any]:
    if not whens:
        return {}
    room = timedelta(days={"week": 2, "month": 8, "quarter": 20}[grain])
    axis: dict[str, Any] = {"range": [whens[0] - room, whens[-1] + room], "tickangle": 0}
    if grain == "week":
        return {**axis, "tickformat": "%-d %b", "nticks": 7}
    every = -(-len(whens) // 6)
    ticks = list(whens)[::-1][::every]
    return {**axis, "tickvals": ticks, "ticktext": [period(when, grain, when) for when in ticks]}
