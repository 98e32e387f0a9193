"""The story of a key result in a figure: its line, what was required, where it leads, and when somebody checked in."""

from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from components import okr_words
from components.okr_definition_words import until
from components.okr_story import Story, is_share
from components.okr_story import story as story_of
from components.scale import around, axis
from components.theme import Palette, day, layout, plain
from queries.okr.results import Result

HEIGHT, BAND = 300, 0.18
EDGE = timedelta(days=3)


def story(found: Result, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """The values solid, the required pace as a thin line, the forecast dashed in its band, check-ins as diamonds."""
    told, main = story_of(found), palette.categorical[0]
    points, required = told.points, told.required
    figure = go.Figure()
    _ahead(figure, found, palette)
    figure.add_trace(go.Scatter(
        x=[point.day for point in required], y=[point.value for point in required], mode="lines",
        line={"color": palette.ink, "width": 1}, hoverinfo="text",
        hovertext=[f"due by {day(point.day, year=True)}: {_value(found, point.value)}" for point in required],
    ))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=[point.day for point in points], y=[point.value for point in points], mode="lines+markers",
        line={"color": main, "width": 3}, marker={"size": 6, "color": main}, hoverinfo="text",
        hovertext=[f"<b>{until(found, point.day)}</b>  {_value(found, point.value)}" for point in points],
    ))  # fmt: skip
    _check_ins(figure, told, palette)
    figure.update_layout(layout(
        palette, height, margin={"r": 76, "t": 24}, annotations=_names(found, told, palette),
        yaxis=_axis(found, told),
        xaxis={"type": "date", "tickformat": "%-d %b", "nticks": 7, "range": _range(told)},
    ))  # fmt: skip
    return figure


def _value(found: Result, number: float | None, of: int | None = 1000) -> str:
    """A value for a figure, whose unit is shown and not obeyed."""
    return okr_words.value(found, number, of, plain)


def _range(told: Story) -> list[str] | None:
    """From a few days before the first to the last, so that no point is cut and the names stand beside."""
    return [str(told.days[0] - EDGE), str(told.days[-1] + EDGE)] if told.days else None


def _axis(found: Result, told: Story) -> dict[str, Any]:
    """The numbers beside the figure; those of a milestone are a share."""
    return axis("rate" if is_share(found) else found.series.form or "level", *around(told.values))


def _ahead(figure: go.Figure, found: Result, palette: Palette) -> None:
    made = found.judged
    if not made.ahead or made.as_of is None:
        return
    days, each = [one.day for one in made.ahead], [one.forecast for one in made.ahead]
    figure.add_trace(go.Scatter(
        x=[*days, *reversed(days)], y=[*(one.high for one in each), *(one.low for one in reversed(each))],
        fill="toself", fillcolor=palette.context, opacity=BAND, line={"width": 0}, mode="lines", hoverinfo="skip",
    ))  # fmt: skip
    said = [f"forecast {day(at, year=True)}: {_value(found, one.value)}<br>19 of 20 between "
            f"{_value(found, one.low)} and {_value(found, one.high)}"
            for at, one in zip(days, each, strict=True)]  # fmt: skip
    figure.add_trace(go.Scatter(
        x=[made.as_of, *days], y=[made.value, *(one.value for one in each)], mode="lines", hoverinfo="text",
        hovertext=["", *said], line={"color": palette.categorical[0], "width": 2, "dash": "dash"},
    ))  # fmt: skip


def _check_ins(figure: go.Figure, told: Story, palette: Palette) -> None:
    """Each check-in where the line stood on its day."""
    figure.add_trace(go.Scatter(
        x=[said.day for said, _ in told.check_ins], y=[at for _, at in told.check_ins], mode="markers",
        hoverinfo="text", marker={"symbol": "diamond-open", "size": 13, "color": palette.ink, "line": {"width": 2}},
        hovertext=[f"<b>check-in {day(said.day, year=True)}</b>"
                   + (f", confidence {said.confidence}" if said.confidence is not None else "")
                   + (f"<br>{plain(said.comment, 120)}" if said.comment else "") for said, _ in told.check_ins],
    ))  # fmt: skip


def _names(found: Result, told: Story, palette: Palette) -> list[dict[str, object]]:
    """What stands at the right: the target; the value beside its last point; where it leads."""
    points, required = told.points, told.required
    names: list[tuple[date, float, str, str, int]] = []
    if required:
        target = _value(found, required[-1].value)
        names.append((required[-1].day, required[-1].value, f"target {target}", palette.ink, 12))
    lead = found.judged.ahead[-1:] and found.judged.ahead[-1]
    if lead and not _close(lead.forecast.value, told):
        names.append((lead.day, lead.forecast.value, f"→ {_value(found, lead.forecast.value)}", palette.muted, 12))
    if points and not (required and points[-1].day >= required[-1].day):
        now = f"<b>{_value(found, points[-1].value, found.series.of)}</b>"
        up = -16 if lead and lead.forecast.value > points[-1].value else 16  # away from where it leads
        return [*_beside(names), *_beside([(points[-1].day, points[-1].value, now, palette.categorical[0], 14)], up)]
    return _beside(names)


def _close(lead: float, told: Story) -> bool:
    """Whether the name of where it leads and that of the target would lie on each other."""
    low, high = around(told.values)
    return bool(told.required) and abs(lead - told.required[-1].value) < 0.08 * (high - low)


def _beside(names: list[tuple[date, float, str, str, int]], up: int = 0) -> list[dict[str, object]]:
    return [{"x": str(at), "y": y, "text": text, "showarrow": False, "xanchor": "left", "xshift": 8, "yshift": up,
             "font": {"color": color, "size": size}} for at, y, text, color, size in names]  # fmt: skip
