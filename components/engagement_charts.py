"""Figures of the engagement page: numbers in, a plotly figure out, as in `charts`.

What is named is named where it is drawn, without a legend; days and weeks that are not observed are left empty.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.charts import BAND
from components.engagement_numbers import QUADRANTS, differ, dots, medians, named
from components.labels import Plot, beside, end_labels
from components.theme import Palette, count, day, layout, percent, plain
from queries.stats import TOO_FEW

TALL, MIDDLE, LOW = 350, 240, 170  # pixels of height
LARGEST = 30  # pixels across the dot of the most used feature
HOLLOW = 100  # units, under which a mark is hollow


# Matrix --------------------------------------------------------------------------------------------------------------


def matrix(found: pl.DataFrame, names: dict[str, str], unit: str, palette: Palette) -> go.Figure:
    """How many use each feature, and how often: a dot a feature, the medians as lines, the quadrants by name.

    found: as `engagement_numbers.placed` returns. names: feature -> label. customdata of a dot: [feature].
    """
    shown, main = dots(found), palette.categorical[0]
    xs, ys = _range(shown["breadth"].to_list(), 0.05), _range(shown["often"].to_list(), 0.25)
    most = max([1, *shown["users"]])
    sizes = [max(8.0, LARGEST * (users / most) ** 0.5) for users in shown["users"]]
    labels = [plain(names[key], 18) if key in named(found) else "" for key in shown["feature"]]
    places = beside(shown["breadth", "often"].rows(), sizes, labels, Plot(xs, ys, TALL - 60))
    filled = [main if users >= HOLLOW else palette.paper for users in shown["users"]]
    figure = go.Figure(go.Scatter(
        x=shown["breadth"], y=shown["often"], mode="markers+text", cliponaxis=False,
        text=[label if place else "" for label, place in zip(labels, places, strict=True)],
        textposition=[place or "top center" for place in places],
        textfont={"color": palette.ink, "size": 12},
        marker={"size": sizes, "color": filled, "opacity": 0.75, "line": {"color": main, "width": 1.5}},
        selected={"marker": {"opacity": 0.75}}, unselected={"marker": {"opacity": 0.75}},
        hovertext=[_dot_hover(row, names, unit) for row in shown.iter_rows(named=True)], hoverinfo="text",
        customdata=[[key] for key in shown["feature"]],
    ))  # fmt: skip
    lines = _lines(found, palette)
    figure.update_layout(layout(
        palette, TALL, shapes=lines, annotations=_corners(palette) if len(lines) > 1 else [],
        xaxis={"title": {"text": f"breadth: share of active {unit}s"}, "tickformat": ".0%", "range": xs},
        yaxis={"title": {"text": "frequency: days a week"}, "tickformat": ".1f" if ys[1] - ys[0] > 0.6 else ".2f",
               "range": ys, "nticks": 6},
        margin={"t": 20},
    ))  # fmt: skip
    return figure


def _range(values: Sequence[float], least: float) -> list[float]:
    """The span of some values with room for dots and labels around them; at least so wide, or noise would look big."""
    low, high = min(values), max(values)
    room = max(0.14 * (high - low), (least - high + low) / 2)
    return [low - room, high + room]


def _lines(found: pl.DataFrame, palette: Palette) -> list[dict[str, Any]]:
    """The medians that divide the features: breadth, and frequency where they differ in it."""
    x, y = medians(found)
    across = {"xref": "paper", "x0": 0, "x1": 1}
    up = [] if x is None else [_cross({"x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1}, palette)]
    return [*up, *([_cross({"y0": y, "y1": y, **across}, palette)] if y is not None and differ(found) else [])]


def _cross(at: dict[str, Any], palette: Palette) -> dict[str, Any]:
    return {"type": "line", "layer": "below", "line": {"color": palette.context, "width": 1, "dash": "dash"}, **at}


def _corners(palette: Palette) -> list[dict[str, Any]]:
    """The names of the quadrants, each in its corner, outside of where dots lie."""
    corners = {"Core": (1, 1), "Power": (0, 1), "One-off": (1, 0), "Niche": (0, 0)}
    return [
        {"text": f"<b>{name}</b> · {QUADRANTS[name]}", "xref": "paper", "yref": "paper", "x": x, "y": y,
         "xanchor": "right" if x else "left", "yanchor": "bottom" if y else "top", "yshift": 2 if y else 18,
         "showarrow": False, "font": {"color": palette.muted, "size": 12}}
        for name, (x, y) in corners.items()
    ]  # fmt: skip


def _dot_hover(row: dict[str, Any], names: dict[str, str], unit: str) -> str:
    share = f"{percent(row['n'], row['of'])} of active {unit}s ({row['n']:,} of {row['of']:,})"
    where = f"<br>{row['quadrant']}: {QUADRANTS[row['quadrant']]}" if row["quadrant"] else ""
    return f"<b>{plain(names[row['feature']])}</b><br>{share}<br>{row['often']:.1f} days a week, in weeks of use{where}"


# Stickiness ----------------------------------------------------------------------------------------------------------


def at_least(spread: pl.DataFrame, unit: str, palette: Palette) -> go.Figure:
    """On how many days they came: the share of the active that came on so many days or more.

    spread: days, n, at_least, of, as `days_active` returns.
    """
    length, of = spread.height, max([1, *spread["of"]])
    marked = set(range(1, 8)) if length <= 7 else {1, 5, 10, 15, 20, 25}
    counted = spread["days", "at_least"].rows()
    figure = go.Figure(go.Bar(
        x=spread["days"], y=spread["at_least"] / of, marker={"color": palette.categorical[0]},
        text=[f"{100 * n / of:.0f}" if d in marked and n else "" for d, n in counted],
        textposition="outside", textangle=0, cliponaxis=False, constraintext="none",
        textfont={"color": palette.ink, "size": 12}, hoverinfo="text",
        hovertext=[f"<b>{d} {'day' if d == 1 else 'days'} or more</b>  {percent(n, of)}<br>{n:,} of {of:,} {unit}s"
                   for d, n in counted],
    ))  # fmt: skip
    figure.update_layout(layout(
        palette, MIDDLE, bargap=0.25,
        xaxis={"title": {"text": f"days or more, of {length}"}, "tickvals": sorted(marked)},
        yaxis={"tickformat": ".0%", "range": [0, 1.15], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
    ))  # fmt: skip
    return figure


def actives(counts: pl.DataFrame, palette: Palette) -> go.Figure:
    """How many are active, by day: DAU, WAU and MAU, each named at its end. counts: as `actives_on` returns."""
    figure, ends = go.Figure(), []
    colors = dict(zip(("MAU", "WAU", "DAU"), (palette.categorical[i] for i in (3, 2, 0)), strict=True))
    for name, color in colors.items():
        line = counts.filter((pl.col("window") == name) & pl.col("n").is_not_null()).sort("day")
        figure.add_trace(go.Scatter(
            x=line["day"], y=line["n"], mode="lines", line={"color": color, "width": 1.5 if name == "DAU" else 2.5},
            hovertext=[f"<b>{name}</b> {when:%a} {day(when)}: {n:,}" for when, n in line["day", "n"].rows()],
            hoverinfo="text",
        ))  # fmt: skip
        ends += [(f"{name} {count(n)}", n, color) for n in line["n"].tail(1)]
    top = 1.1 * max([1, *counts["n"].drop_nulls()])
    figure.update_layout(layout(
        palette, MIDDLE, annotations=end_labels(ends, 0.0, top, MIDDLE), xaxis=_dates(counts["day"].to_list()),
        yaxis={"range": [0, top], "nticks": 5, "tickformat": ","}, margin={"r": 86},
    ))  # fmt: skip
    return figure


def weekly(values: pl.DataFrame, palette: Palette) -> go.Figure:
    """Did weekly stickiness change: the weeks, and the band in which it usually swings.

    values: day, value (0..1), centre, lower, upper, as `engagement_numbers.Series` has them. Zoomed in.
    """
    main, limits = palette.categorical[0], values.drop_nulls("lower")
    edge = {"color": palette.context, "width": 1, "dash": "dash"}
    figure = go.Figure([
        go.Scatter(x=limits["day"], y=limits[name], mode="lines", hoverinfo="skip",
                   line={**edge, "dash": "dot"} if name == "centre" else edge,
                   fill="tonexty" if name == "upper" else None, fillcolor=_see_through(palette.context))
        for name in ("centre", "lower", "upper")
    ])  # fmt: skip
    off = [None not in row and not row[1] <= row[0] <= row[2] for row in values["value", "lower", "upper"].rows()]
    figure.add_trace(go.Scatter(
        x=values["day"], y=values["value"], mode="lines+markers", line={"color": main, "width": 2.5}, connectgaps=False,
        marker={"size": [11 if out else 7 for out in off], "symbol": ["diamond" if out else "circle" for out in off],
                "color": main},
        hovertext=[_week_hover(row) for row in values.iter_rows(named=True)], hoverinfo="text",
    ))  # fmt: skip
    seen = [v for name in ("value", "lower", "upper") for v in values[name].drop_nulls()]
    room = max(0.15 * (max(seen) - min(seen)), 0.005)
    low, high = max(0.0, min(seen) - room), min(1.02, max(seen) + room)
    ends = [(f"usual {name} {100 * y:.1f} %", y, palette.muted)
            for name, column in (("high", "upper"), ("low", "lower")) for y in limits[column].tail(1)]  # fmt: skip
    ends += [(f"<b>{100 * y:.1f} %</b>", y, main) for y in values["value"].drop_nulls().tail(1)]
    figure.update_layout(layout(
        palette, MIDDLE, annotations=end_labels(ends, low, high, MIDDLE), xaxis=_dates(values["day"].to_list()),
        yaxis={"tickformat": ".0%" if high - low > 0.06 else ".1%", "range": [low, high], "nticks": 5},
        margin={"r": 116},
    ))  # fmt: skip
    return figure


def _week_hover(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return f"<b>w/e {day(row['day'])}</b>: under {TOO_FEW} active, no rate"
    usual = "" if row["lower"] is None else f"<br>usually {100 * row['lower']:.1f}–{100 * row['upper']:.1f} %"
    return f"<b>w/e {day(row['day'])}</b>  {100 * row['value']:.1f} %{usual}"


def _see_through(color: str) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND})"


# Lifecycle -----------------------------------------------------------------------------------------------------------


def lifecycle(flow: pl.DataFrame, palette: Palette) -> go.Figure:
    """Who the active are each week, stacked, and below zero who is gone. flow: as `engagement_numbers.flows`."""
    colors = dict(zip(("returning", "resurrected", "new", "dormant"),
                      (palette.categorical[i] for i in (0, 2, 3, 1)), strict=True))  # fmt: skip
    figure, ends, base = go.Figure(), [], 0
    last = flow.row(-1, named=True)
    for name, color in colors.items():
        sign = -1 if name == "dormant" else 1
        figure.add_trace(go.Bar(
            x=flow["period"], y=sign * flow[name], hoverinfo="text", opacity=0.85,
            marker={"color": color, "pattern": {"shape": "/" if sign < 0 else "", "fillmode": "overlay", "size": 7,
                                                "fgcolor": palette.paper, "solidity": 0.15}},
            hovertext=[_state_hover(row, name) for row in flow.iter_rows(named=True)],
        ))  # fmt: skip
        start = base if sign > 0 else 0
        ends.append((f"{name} {count(last[name])}", start + sign * last[name] / 2, color))
        base += last[name] if sign > 0 else 0
    low, high = -1.15 * max([1, *flow["dormant"]]), 1.08 * max([1, *flow["active"]])
    figure.update_layout(layout(
        palette, TALL - 60, barmode="relative", bargap=0.25, xaxis=_dates(flow["period"].to_list(), bars=True),
        annotations=end_labels(ends, low, high, TALL - 60), margin={"r": 128},
        yaxis={"range": [low, high], "zeroline": True, "zerolinecolor": palette.context, "nticks": 6,
               "tickformat": ","},
    ))  # fmt: skip
    return figure


def _state_hover(row: dict[str, Any], name: str) -> str:
    of = row["returning"] + row["dormant"] if name == "dormant" else row["active"]
    whom = "active the week before" if name == "dormant" else "active"
    share = f" ({percent(row[name], of)})" if of >= TOO_FEW else ""
    return f"<b>w/e {day(row['period'])}</b>  {name}<br>{row[name]:,} of {of:,} {whom}{share}"


def quick_ratio(flow: pl.DataFrame, palette: Palette) -> go.Figure:
    """Whether more came than left, week by week: over 1, more came."""
    main = palette.categorical[0]
    figure = go.Figure(go.Scatter(
        x=flow["period"], y=flow["quick"], mode="lines+markers", connectgaps=False,
        line={"color": main, "width": 2.5}, marker={"size": 7, "color": main}, hoverinfo="text",
        hovertext=[f"<b>w/e {day(when)}</b>  {ratio:.2f}<br>{came:,} came, {left:,} left" if ratio is not None else ""
                   for when, ratio, came, left in flow["period", "quick", "came", "dormant"].rows()],
    ))  # fmt: skip
    seen = [0.8, 1.2, *flow["quick"].drop_nulls()]
    low, high = max(0.0, min(seen) - 0.1), 1.05 * max(seen)
    ends = [(f"<b>{ratio:.2f}</b>", ratio, main) for ratio in flow["quick"].tail(1).drop_nulls()]
    ends.append(("1 = even", 1.0, palette.muted))
    even = {"y0": 1, "y1": 1, "xref": "paper", "x0": 0, "x1": 1}
    figure.update_layout(layout(
        palette, LOW, shapes=[_cross(even, palette)], annotations=end_labels(ends, low, high, LOW),
        xaxis=_dates(flow["period"].to_list(), bars=True), yaxis={"range": [low, high], "nticks": 4},
        margin={"r": 128},
    ))  # fmt: skip
    return figure


# Shared --------------------------------------------------------------------------------------------------------------


def _dates(shown: Sequence[date], *, bars: bool = False) -> dict[str, Any]:
    """An axis of days with room for half a bar at its ends."""
    if not shown:
        return {}
    first, last, room = min(shown), max(shown), timedelta(days=4 if bars else 1)
    return {"range": [first - room, last + room], "tickformat": "%-d %b", "tickangle": 0}
