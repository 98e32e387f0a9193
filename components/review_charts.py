"""Figures of the weekly review: a metric within its usual swing, and what carries its change."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

import plotly.graph_objects as go

from components.labels import STEP, apart
from components.review_words import carried, usual_range, value
from components.scale import around, axis
from components.theme import Palette, day, in_lines, layout, plain
from queries.review import Line, Part, Week, Why

HEIGHT, SMALL, ROW = 280, 160, 38
BAND = 0.16  # opacity of the usual swing
PARTS = 8  # segments drawn; the others are one bar


def swing(line: Line, shown: int, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """A metric week by week within its usual swing: the weeks of a signal are larger and point to their side."""
    weeks = line.weeks[-shown:]
    known = [week for week in weeks if week.upper is not None]
    figure, main = go.Figure(), palette.categorical[0]
    xs = [week.last for week in known]
    figure.add_trace(go.Scatter(
        x=[*xs, *reversed(xs)], y=[*(w.upper for w in known), *(w.lower for w in reversed(known))], fill="toself",
        fillcolor=palette.context, opacity=BAND, line={"width": 0}, mode="lines", hoverinfo="skip",
    ))  # fmt: skip
    figure.add_trace(go.Scatter(x=xs, y=[week.centre for week in known], mode="lines", hoverinfo="skip",
                                line={"color": palette.context, "width": 1, "dash": "dot"}))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=[week.last for week in weeks], y=[week.value for week in weeks], mode="lines+markers",
        line={"color": main, "width": 3}, marker=_markers(line, weeks, palette), hoverinfo="text",
        hovertext=[_hover(line, week) for week in weeks],
    ))  # fmt: skip
    seen = [each for week in weeks for each in (week.value, week.lower, week.upper) if each is not None]
    low, high = around([*seen, *([] if line.target is None else [line.target])])
    names = _apart(_names(line, palette), low, high, height)
    room = 72 if line.target is None else 96  # pixels to the right, for what lines are called
    figure.update_layout(layout(
        palette, height, margin={"r": room, "t": 24}, annotations=names, shapes=_target(line, palette),
        yaxis=axis(line.form, low, high),
        xaxis={"tickformat": "%-d %b", "nticks": 7, "range": _days(weeks)},
    ))  # fmt: skip
    return figure


def _days(weeks: Sequence[Week]) -> list[str]:
    """From a few days before the first week to a few after the last, so that no point is cut."""
    edge = timedelta(days=4)
    return [str(weeks[0].last - edge), str(weeks[-1].last + edge)]


def _markers(line: Line, weeks: Sequence[Week], palette: Palette) -> dict[str, Any]:
    """Weeks of a signal by their side, better or worse; hollow where a planned date leaves them out."""
    up = [(week.value or 0) >= (week.centre or 0) for week in weeks]
    color = [palette.categorical[0] if not week.signal else palette.better if above == (line.good == "better")
             else palette.worse for week, above in zip(weeks, up, strict=True)]  # fmt: skip
    symbols = ["circle-open" if week.ignored else "circle" if not week.signal else
               "triangle-up" if above else "triangle-down" for week, above in zip(weeks, up, strict=True)]  # fmt: skip
    return {"size": [11 if week.signal else 6 for week in weeks], "color": color, "symbol": symbols}


def _hover(line: Line, week: Week) -> str:
    of = f"<br>{week.n:,} of {week.of:,}" if week.of and week.n is not None else ""
    usual = ""
    if week.lower is not None and week.upper is not None:
        low, high = (value(line.form, each, 1000) for each in (week.lower, week.upper))
        usual = f"<br>usually {low} to {high}"
    planned = "<br>a planned date: not judged" if week.ignored else ""
    return f"<b>w/e {day(week.last, year=True)}</b>  {value(line.form, week.value, week.of)}{of}{usual}{planned}"


def _names(line: Line, palette: Palette) -> list[dict[str, Any]]:
    """The latest value, and what the band is, at their right ends."""
    now, found = line.now, []
    if now.value is not None:
        found.append((now.value, f"<b>{value(line.form, now.value, now.of)}</b>", palette.categorical[0], 14))
    if now.upper is not None and now.lower is not None and usual_range(line):
        away = now.upper if now.value is None or abs(now.value - now.upper) > abs(now.value - now.lower) else now.lower
        found.append((away, "usual", palette.muted, 12))
    if line.target is not None:
        found.append((line.target, f"target {value(line.form, line.target, 1000)}", palette.ink, 12))
    return [{"x": now.last, "y": y, "text": text, "showarrow": False, "xanchor": "left", "xshift": 10,
             "font": {"color": color, "size": size}} for y, text, color, size in found]  # fmt: skip


def _apart(names: list[dict[str, Any]], low: float, high: float, height: int) -> list[dict[str, Any]]:
    """The names moved up or down so that none lies on another."""
    placed = sorted(names, key=lambda name: float(name["y"]))
    heights = apart([(name["y"] - low) / (high - low) for name in placed], STEP / (height - 40))
    return [{**name, "y": low + at * (high - low)} for name, at in zip(placed, heights, strict=True)]


def _target(line: Line, palette: Palette) -> list[dict[str, Any]]:
    if line.target is None:
        return []
    return [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": line.target, "y1": line.target,
             "line": {"color": palette.ink, "width": 1}}]  # fmt: skip


def steps(line: Line, found: Why, palette: Palette) -> go.Figure:
    """What each segment carries of a change, as steps that end at the whole; grey where it may be chance."""
    parts = drawn(found)
    carries = [part.carried for part in parts]
    begins = [0.0, *accumulate(carries)][: len(parts)]
    said = [carried(line.form, number) for number in (*carries, found.change)]
    figure = go.Figure(go.Bar(
        y=[*range(len(parts) + 1)], x=[*carries, found.change], base=[*begins, 0.0], orientation="h",
        marker={"color": [*(_color(line, part, palette) for part in parts), palette.ink]}, text=said,
        hovertext=[*(_step_hover(line, part) for part in parts), f"<b>All</b>  {said[-1]}"], hoverinfo="text",
        textposition="outside", cliponaxis=False, textfont={"color": palette.ink},
    ))  # fmt: skip
    ends = [0.0, found.change, *begins, *accumulate(carries)]
    room = 0.24 * (max(ends) - min(ends) or 1.0)
    names = [*(in_lines(part.segment) for part in parts), "<b>All</b>"]
    figure.update_layout(layout(
        palette, max(SMALL, ROW * len(names)), bargap=0.3,
        xaxis={"showticklabels": False, "range": [min(ends) - room, max(ends) + room], "zeroline": True,
               "zerolinecolor": palette.context},
        yaxis={"tickvals": [*range(len(names))], "ticktext": names, "autorange": "reversed", "showgrid": False},
    ))  # fmt: skip
    return figure


def drawn(found: Why) -> list[Part]:
    """The largest parts, and the others as one."""
    first, rest = list(found.parts[:PARTS]), found.parts[PARTS:]
    if not rest:
        return first
    sums = {name: sum(getattr(part, name) for part in rest) for name in ("behaviour", "mix", "carried", "share")}
    return [*first, Part("others", 0.0, 0.0, noise=0.0, sure=False, fresh=False, **sums)]


def _color(line: Line, part: Part, palette: Palette) -> str:
    if not part.sure:
        return palette.context
    return palette.better if (part.carried > 0) == (line.good == "better") else palette.worse


def _step_hover(line: Line, part: Part) -> str:
    said = f"<b>{plain(part.segment)}</b>  {carried(line.form, part.carried)}"
    if line.form in ("rate", "mean"):
        said += f"<br>behaviour {carried(line.form, part.behaviour)}, mix {carried(line.form, part.mix)}"
    if not part.sure:
        return f"{said}<br>may be chance (swings by {carried(line.form, part.noise).lstrip('+')} by itself)"
    return f"{said}<br>{value(line.form, part.before, 1000)} to {value(line.form, part.after, 1000)}"
