"""Figures of the feature page: frame -> figure. Colours come from the palette; names at the lines, not in a legend."""

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.theme import Palette, count, day, layout, percent, plain, points
from queries.stats import TOO_FEW, rates

BAND = 0.16  # opacity of a band
HEIGHT, SMALL = 260, 230
ROOM = 96  # pixels for names at the ends of lines
STAGES = {"eligible": "Eligible", "tried": "Tried", "repeated": "Repeated", "habitual": "Habitual", "active": "Active"}
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def weekly(
    weeks: pl.DataFrame, shown: int, palette: Palette, *,
    target: float | None = None, launched: date | None = None, opened: str = "",
) -> go.Figure:  # fmt: skip
    """Weekly adoption, with how far it usually swings: solid for whole weeks, dashed and hollow for the open one.

    weeks: as `stats.usual_swing` returns. shown: how many of the latest whole weeks. opened: what there is of the open
    week, in words.
    """
    whole = weeks.filter("complete").tail(shown)
    after = whole["period"].max()
    part = weeks.filter(~pl.col("complete") & (pl.col("period") > after)) if whole.height else weeks.clear()
    edge = whole.filter(pl.col("upper").is_not_null())
    main, figure = palette.categorical[0], go.Figure()
    figure.add_trace(_band(edge["period"], edge["lower"], edge["upper"], palette.context))
    figure.add_trace(go.Scatter(x=edge["period"], y=edge["centre"], mode="lines", hoverinfo="skip",
                                line={"color": palette.context, "width": 1, "dash": "dot"}))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=whole["period"], y=whole["rate"], mode="lines+markers", line={"color": main, "width": 3},
        marker=_signals(whole, palette), hovertext=[_week_hover(row) for row in whole.iter_rows(named=True)],
        hoverinfo="text",
    ))  # fmt: skip
    both = pl.concat([whole.tail(1), part]) if part.height else part
    figure.add_trace(go.Scatter(
        x=both["period"], y=both["rate"], mode="lines+markers", line={"color": main, "width": 2, "dash": "dot"},
        marker={"size": [0] * (both.height - 1) + [9] * bool(both.height), "color": palette.paper,
                "line": {"color": main, "width": 2}},
        hovertext=[f"{opened} so far"] * both.height, hoverinfo="text",
    ))  # fmt: skip
    names = _week_names(whole, part, opened, palette)
    figure.update_layout(layout(
        palette, HEIGHT, margin={"r": 64, "t": 16}, xaxis=_dates(whole), yaxis=_rates(_heights(whole, part, target)),
    ))  # fmt: skip
    _mark(figure, whole, part, target, launched, names, palette)
    return figure


def _heights(whole: pl.DataFrame, part: pl.DataFrame, target: float | None) -> list[float]:
    drawn = (frame[name].drop_nulls() for frame in (whole, part) for name in ("rate", "upper", "lower"))
    found = [value for values in drawn for value in values]
    return found + [target] * (target is not None)


def _signals(whole: pl.DataFrame, palette: Palette) -> dict[str, Any]:
    """Points of a signal are blue above the centre and orange below, and larger."""
    beyond = [(one, (rate or 0) >= (centre or 0)) for one, rate, centre in whole["signal", "rate", "centre"].rows()]
    color = [palette.categorical[0] if not is_one else palette.better if up else palette.worse for is_one, up in beyond]
    symbol = ["circle" if not is_one else "triangle-up" if up else "triangle-down" for is_one, up in beyond]
    return {"size": [12 if is_one else 6 for is_one, _ in beyond], "color": color, "symbol": symbol}


def _week_hover(row: dict[str, Any]) -> str:
    if row["rate"] is None:
        return f"w/e {day(row['period'])}: {row['n']:,} of {row['of']:,}, too few for a rate"
    said = f"<b>w/e {day(row['period'])}</b>  {percent(row['n'], row['of'])}<br>{row['n']:,} of {row['of']:,}"
    if row["centre"] is None:
        return said
    return f"{said}<br>usually {100 * row['lower']:.1f} to {100 * row['upper']:.1f} %"


def _week_names(whole: pl.DataFrame, part: pl.DataFrame, opened: str, palette: Palette) -> list[dict[str, Any]]:
    """The last whole week's rate, and how much of the open week there is."""
    main, found = palette.categorical[0], []
    last = whole.filter(pl.col("rate").is_not_null()).tail(1)
    for n, of, rate, when in last["n", "of", "rate", "period"].rows():
        found.append({"x": str(when), "y": rate, "text": f"<b>{percent(n, of)}</b>", "yshift": 16, "showarrow": False,
                      "font": {"color": main, "size": 14}})  # fmt: skip
    for rate, when in part.filter(pl.col("rate").is_not_null())["rate", "period"].rows():
        found.append({"x": str(when), "y": rate, "text": opened, "xshift": 10, "xanchor": "left", "showarrow": False,
                      "font": {"color": palette.muted, "size": 12}})  # fmt: skip
    return found


def _mark(
    figure: go.Figure, whole: pl.DataFrame, part: pl.DataFrame, target: float | None, launched: date | None,
    names: list[dict[str, Any]], palette: Palette,
) -> None:  # fmt: skip
    """The target as a thin line, the launch as an upright one, each with its name."""
    shapes: list[dict[str, Any]] = []
    names = list(names)
    if whole.height and target is not None:
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target,
                       "line": {"color": palette.ink, "width": 1}})  # fmt: skip
        names.append({"xref": "paper", "x": 0, "xanchor": "left", "y": target, "yshift": 9, "showarrow": False,
                      "text": f"target {100 * target:.3g} %", "font": {"color": palette.ink, "size": 12}})  # fmt: skip
    days = [*whole["period"], *part["period"]]
    if launched is not None and days and min(days) <= launched <= max(days):
        shapes.append({"type": "line", "x0": str(launched), "x1": str(launched), "yref": "paper", "y0": 0, "y1": 0.94,
                       "line": {"color": palette.muted, "width": 1, "dash": "dot"}})  # fmt: skip
        names.append({"x": str(launched), "yref": "paper", "y": 1, "text": f"▲ launched {day(launched)}",
                      "showarrow": False, "font": {"color": palette.muted, "size": 12}})  # fmt: skip
    figure.update_layout(shapes=shapes, annotations=names)


def stages(counts: pl.DataFrame, palette: Palette) -> go.Figure:
    """How far those who could have come: each stage within the one before, and the active beside them."""
    order = {name: i + (name == "active") * 0.4 for i, name in enumerate(STAGES)}
    at = [order[stage] for stage in counts["stage"]]
    colors = [palette.context if stage == "active" else palette.categorical[0] for stage in counts["stage"]]
    texts = [f"{count(n)} · {percent(n, of)}" if of >= TOO_FEW else count(n) for n, of in counts["n", "of"].rows()]
    most = max([1, *counts["of"]])
    figure = go.Figure(go.Bar(
        x=counts["n"], y=at, orientation="h", width=0.66, marker={"color": colors}, text=texts, textposition="outside",
        textfont={"color": palette.ink, "size": 13}, cliponaxis=False, hoverinfo="skip",
    ))  # fmt: skip
    figure.update_layout(layout(
        palette, SMALL, xaxis={"range": [0, 1.42 * most], "visible": False},
        yaxis={"tickvals": at, "ticktext": [STAGES[stage] for stage in counts["stage"]], "range": [4.9, -0.5],
               "showgrid": False},
    ))  # fmt: skip
    return figure


def since_launch(curves: dict[str, pl.DataFrame], feature: str, names: dict[str, str], palette: Palette) -> go.Figure:
    """Cumulative adoption by weeks since launch: this feature against the others, in grey, at the same age.

    curves: feature key -> week, n, of, rate. A line has its name at its end.
    """
    own = curves[feature]
    most = max([12, *own["week"]])
    figure, ends = go.Figure(), []
    for key in sorted(curves, key=lambda key: key == feature):
        curve = curves[key].filter((pl.col("week") <= most) & pl.col("rate").is_not_null())
        main = key == feature
        color = palette.categorical[0] if main else palette.context
        hover = [f"<b>{plain(names[key])}</b>, week {row['week']}<br>{percent(row['n'], row['of'])}: {row['n']:,} of "
                 f"{row['of']:,} have used it" for row in curve.iter_rows(named=True)]  # fmt: skip
        figure.add_trace(go.Scatter(x=curve["week"], y=curve["rate"], mode="lines", hovertext=hover, hoverinfo="text",
                                    line={"color": color, "width": 3 if main else 1.5}))  # fmt: skip
        ink = color if main else palette.muted
        ends += [(x, y, plain(names[key], 14), ink) for x, y in curve.tail(1)["week", "rate"].rows()]
    drawn = pl.concat([curve.filter(pl.col("week") <= most)["rate"].drop_nulls() for curve in curves.values()])
    top = max([0.02, *drawn])
    figure.update_layout(layout(
        palette, SMALL, margin={"r": ROOM}, annotations=_ends(ends, 1.1 * top, SMALL),
        xaxis={"title": {"text": "weeks since launch"}, "range": [0, most]},
        yaxis={"tickformat": ".0%", "range": [0, 1.1 * top]},
    ))  # fmt: skip
    return figure


def segments(cells: pl.DataFrame, palette: Palette) -> go.Figure:
    """Which segment uses it more or less than the rest: a dot with its 95 % interval, by the gap to the rest.

    cells: as `stats.against_the_rest` returns, in the order they are to be shown.
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
    n, of = int(cells["n"].sum()), int(cells["of"].sum())
    if of >= TOO_FEW:
        lines.append({"type": "line", "x0": n / of, "x1": n / of, "yref": "paper", "y0": 0, "y1": 1, "layer": "below",
                      "line": {"color": palette.context, "width": 1, "dash": "dot"}})  # fmt: skip
    texts = [{"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": row["at"], "text": _segment_text(row),
              "showarrow": False, "font": {"size": 13}} for row in found.iter_rows(named=True)]  # fmt: skip
    labels = [plain(segment, 24) for segment in found["segment"]]
    figure.update_layout(layout(
        palette, 48 + 30 * max(2, found.height), shapes=lines, annotations=texts, margin={"r": 76},
        xaxis={"tickformat": ".0%", "rangemode": "tozero", "showgrid": True, "nticks": 6},
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

    curves: segment, day, share (0..1), in the order of the colours.
    """
    figure, ends = go.Figure(), []
    for i, segment in enumerate(curves["segment"].unique(maintain_order=True)):
        curve, color = curves.filter(pl.col("segment") == segment), palette.categorical[i % len(palette.categorical)]
        hover = [f"<b>{plain(segment)}</b><br>{100 * y:.0f} % within {x} days" for x, y in curve["day", "share"].rows()]
        line = {"color": color, "width": 2, "shape": "hv", "dash": DASHES[i % len(DASHES)]}
        figure.add_trace(go.Scatter(x=curve["day"], y=curve["share"], mode="lines", hovertext=hover, hoverinfo="text",
                                    line=line))  # fmt: skip
        ends += [(x, y, plain(segment, 14), color) for x, y in curve.tail(1)["day", "share"].rows()]
    top = max([0.05, *curves["share"]])
    figure.update_layout(layout(
        palette, HEIGHT, margin={"r": ROOM}, annotations=_ends(ends, 1.08 * top, HEIGHT),
        xaxis={"title": {"text": "days since they could first use it"}, "rangemode": "tozero"},
        yaxis={"tickformat": ".0%", "range": [0, 1.08 * top]},
    ))  # fmt: skip
    return figure


def frequency(days: pl.DataFrame, palette: Palette) -> go.Figure:
    """On how many days of a week it is used, by those who do. days: days, n, of (unit-weeks)."""
    shares = [n / of if of else 0 for n, of in days["n", "of"].rows()]
    figure = go.Figure(go.Bar(
        x=days["days"], y=shares, marker={"color": palette.categorical[0]}, textposition="outside", cliponaxis=False,
        text=[f"{100 * share:.0f} %" for share in shares], textfont={"color": palette.ink, "size": 13},
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
        figure.add_trace(_band(curve["week"], curve["low"], curve["high"], color))
        hover = [_lift_hover(row, name) for row in curve.iter_rows(named=True)]
        marker = {"size": 8, "color": [palette.paper if of < 100 else color for of in curve["of"]],
                  "line": {"color": color, "width": 2}}  # fmt: skip
        figure.add_trace(go.Scatter(x=curve["week"], y=curve["rate"], mode="lines+markers", hovertext=hover,
                                    hoverinfo="text", line={"color": color, "width": 3}, marker=marker))  # fmt: skip
        ends += [(x, y, name, color) for x, y in curve.tail(1)["week", "rate"].rows()]
        tops += curve["high"].to_list()
    top = min(1.02, 1.05 * max(tops))
    figure.update_layout(layout(
        palette, 300, margin={"r": ROOM}, annotations=_ends(ends, top, 300),
        xaxis={"title": {"text": "weeks after the landmark"}, "dtick": 1},
        yaxis={"tickformat": ".0%", "range": [0, top]},
    ))  # fmt: skip
    return figure


def _lift_hover(row: dict[str, Any], name: str) -> str:
    sure = f"95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f}"
    rate = f"{percent(row['n'], row['of'])} ({sure})"
    return f"<b>{name}</b>, week {row['week']}<br>{rate}<br>{row['n']:,} of {row['of']:,}"


# What they share -----------------------------------------------------------------------------------------------------


def _band(x: pl.Series, low: pl.Series, high: pl.Series, color: str) -> go.Scatter:
    return go.Scatter(x=pl.concat([x, x.reverse()]), y=pl.concat([high, low.reverse()]), fill="toself", fillcolor=color,
                      opacity=BAND, line={"width": 0}, mode="lines", hoverinfo="skip")  # fmt: skip


def _ends(ends: list[tuple[Any, float, str, str]], top: float, height: int) -> list[dict[str, Any]]:
    """The names of lines at their right ends, moved apart where they would lie on each other."""
    least, found, below = 16 * top / (height - 60), [], -1.0
    for x, y, name, color in sorted(ends, key=lambda end: end[1]):
        below = max(y, below + least)
        found.append({"x": x, "y": below, "text": name, "xanchor": "left", "xshift": 6, "showarrow": False,
                      "font": {"color": color, "size": 13}})  # fmt: skip
    return found


def _dates(whole: pl.DataFrame) -> dict[str, Any]:
    """At most eight weeks named, the last whole one always."""
    step = -(-whole.height // 8) or 1
    named = whole["period"].to_list()[::-1][::step]
    return {"type": "date", "tickvals": [str(when) for when in named], "ticktext": [day(when) for when in named]}


def _rates(values: list[float]) -> dict[str, Any]:
    """An axis of rates: from 0, but close to the line where that would be flat."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.18 * (high - low) or 0.02
    return {"tickformat": ".0%" if high - low > 0.05 else ".1%", "nticks": 6,
            "range": [low - room if low > high / 2 else 0, high + room]}  # fmt: skip
