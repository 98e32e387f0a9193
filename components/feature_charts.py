"""Figures of the overview of the feature page: frame -> figure. Names stand at the lines, not in a legend."""

from datetime import date
from typing import Any

import plotly.graph_objects as go
import polars as pl

from components.theme import Palette, count, day, layout, percent, plain
from queries.stats import TOO_FEW

BAND = 0.16  # opacity of a band
HEIGHT, SMALL = 260, 230
ROOM = 96  # pixels for names at the ends of lines
STAGES = {"eligible": "Eligible", "tried": "Tried", "repeated": "Repeated", "habitual": "Habitual", "active": "Active"}


def weekly(
    weeks: pl.DataFrame, shown: int, palette: Palette, *,
    reached: pl.DataFrame | None = None, target: float | None = None, launched: date | None = None, opened: str = "",
) -> go.Figure:  # fmt: skip
    """Weekly adoption, with how far it usually swings: solid for whole weeks, dashed and hollow for the open one.

    weeks: as `stats.usual_swing` returns. shown: how many of the latest whole weeks. target: of the 4 weeks to a day;
    reached: period, n, of, rate of those, to be compared with it. opened: what there is of the open week, in words.
    """
    whole = weeks.filter("complete").tail(shown)
    after = whole["period"].max()
    part = weeks.filter(~pl.col("complete") & (pl.col("period") > after)) if whole.height else weeks.clear()
    edge = whole.filter(pl.col("upper").is_not_null())
    main, figure = palette.categorical[0], go.Figure()
    figure.add_trace(band(edge["period"], edge["lower"], edge["upper"], palette.context))
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
    four = reached.filter(pl.col("rate").is_not_null()) if reached is not None else weeks.clear()
    figure.add_trace(go.Scatter(
        x=four["period"], y=four["rate"], mode="lines", line={"color": palette.muted, "width": 2}, hoverinfo="text",
        hovertext=[f"4 weeks to {day(row['period'])}: {percent(row['n'], row['of'])}" for row in four.to_dicts()],
    ))  # fmt: skip
    names += [{"x": str(when), "y": rate, "text": f"{percent(n, of)} in 4 weeks", "yshift": 12, "showarrow": False,
               "font": {"color": palette.muted, "size": 12}}
              for when, rate, n, of in four.tail(1)["period", "rate", "n", "of"].rows()]  # fmt: skip
    figure.update_layout(layout(
        palette, HEIGHT, margin={"r": 64, "t": 16}, xaxis=_dates(whole),
        yaxis=_rates(_heights((whole, part, four), target)),
    ))  # fmt: skip
    _mark(figure, whole, part, four, target, launched, names, palette)
    return figure


def _heights(frames: tuple[pl.DataFrame, ...], target: float | None) -> list[float]:
    names = ("rate", "upper", "lower")
    drawn = (frame[name].drop_nulls() for frame in frames for name in names if name in frame.columns)
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
    figure: go.Figure, whole: pl.DataFrame, part: pl.DataFrame, four: pl.DataFrame, target: float | None,
    launched: date | None, names: list[dict[str, Any]], palette: Palette,
) -> None:  # fmt: skip
    """The target as a thin line, the launch as an upright one, each with its name."""
    shapes: list[dict[str, Any]] = []
    names, is_reached = list(names), bool(four.height and target and four["rate"][-1] >= target)
    if whole.height and target is not None:
        shapes.append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": target, "y1": target,
                       "line": {"color": palette.ink, "width": 1}})  # fmt: skip
        names.append({"xref": "paper", "x": 1, "xanchor": "right", "y": target, "yshift": -9 if is_reached else 9,
                      "text": f"target {100 * target:.3g} % in 4 weeks", "showarrow": False,
                      "font": {"color": palette.ink, "size": 12}})  # fmt: skip
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
    texts = [f"{count(n)} · {percent(n, of)}" if of >= TOO_FEW and stage != "eligible" else count(n)
             for stage, n, of in counts["stage", "n", "of"].rows()]  # fmt: skip
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
        palette, SMALL, margin={"r": ROOM}, annotations=ends_named(ends, 1.1 * top, SMALL, most),
        xaxis={"title": {"text": "weeks since launch"}, "range": [0, most]},
        yaxis={"tickformat": ".0%", "range": [0, 1.1 * top]},
    ))  # fmt: skip
    return figure


# What they share -----------------------------------------------------------------------------------------------------


def band(x: pl.Series, low: pl.Series, high: pl.Series, color: str) -> go.Scatter:
    """A band from low to high."""
    return go.Scatter(x=pl.concat([x, x.reverse()]), y=pl.concat([high, low.reverse()]), fill="toself", fillcolor=color,
                      opacity=BAND, line={"width": 0}, mode="lines", hoverinfo="skip")  # fmt: skip


def ends_named(
    ends: list[tuple[Any, float, str, str]], top: float, height: int, last: float = 0
) -> list[dict[str, Any]]:
    """The names of lines at their right ends, moved apart where they would lie on each other.

    last: where the axis ends; the name of a line that ends before it stands above its end.
    """
    lines = max((name.count("<br>") + 1 for *_, name, _ in ends), default=1)
    font: list[dict[str, Any]] = [{"showarrow": False, "align": "left", "font": {"color": color, "size": 13}}
                                  for *_, color in ends]  # fmt: skip
    early = [i for i, end in enumerate(ends) if end[0] < last]
    found = [{**font[i], "x": ends[i][0], "y": ends[i][1], "text": ends[i][2], "yshift": 2, "yanchor": "bottom",
              "xanchor": "right" if ends[i][0] > last / 2 else "left"}
             for i in early]  # fmt: skip
    order = sorted((i for i in range(len(ends)) if i not in early), key=lambda i: ends[i][1])
    for i, y in zip(order, _apart([ends[i][1] for i in order], 17 * lines * top / (height - 100), top),
                    strict=True):
        found.append({**font[i], "x": ends[i][0], "y": y, "text": ends[i][2], "xanchor": "left", "xshift": 6})
    return found


def _apart(heights: list[float], least: float, top: float) -> list[float]:
    """Rising heights moved so that each is so far above the one below it, and none above the top where that can be.

    >>> _apart([1, 1, 9.5], 2, 10)
    [1, 3, 9.5]
    >>> _apart([8, 9, 9], 2, 10)
    [6, 8, 10]
    """
    found: list[float] = []
    for y in heights:
        found.append(max(y, found[-1] + least) if found else y)
    ceiling = top
    for i in reversed(range(len(found))):
        found[i] = min(found[i], ceiling)
        ceiling = found[i] - least
    return found


def _dates(whole: pl.DataFrame) -> dict[str, Any]:
    """At most five weeks named, so that a telephone has room for them; the last whole one always."""
    step = -(-whole.height // 5) or 1
    named = whole["period"].to_list()[::-1][::step]
    return {"type": "date", "tickvals": [str(when) for when in named], "ticktext": [day(when) for when in named]}


def _rates(values: list[float]) -> dict[str, Any]:
    """An axis of rates: from 0, but close to the line where that would be flat."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.18 * (high - low) or 0.02
    return {"tickformat": ".0%" if high - low > 0.05 else ".1%", "nticks": 6,
            "range": [low - room if low > high / 2 else 0, high + room]}  # fmt: skip
