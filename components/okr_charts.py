"""The story of a key result in a figure: its line, what was required, where it leads, and when somebody checked in."""

from datetime import date, timedelta

import plotly.graph_objects as go

from components import okr_words
from components.review_charts import FORMATS
from components.theme import Palette, day, layout, plain
from queries.okr import Point
from queries.okr.pace import due
from queries.okr.results import Result

HEIGHT, BAND = 300, 0.18
BEFORE = timedelta(days=42)  # that are shown of the time before it began
EDGE = timedelta(days=3)
LONE = timedelta(days=28)  # that are shown to come where there is no end


def story(found: Result, palette: Palette, *, height: int = HEIGHT) -> go.Figure:
    """The values solid, the required pace as a thin line, the forecast dashed in its band, check-ins as diamonds."""
    goal, main = found.asked.goal, palette.categorical[0]
    points = [point for point in found.series.points
              if point.day >= goal.first - BEFORE and (goal.last is None or point.day <= goal.last)]  # fmt: skip
    figure = go.Figure()
    _ahead(figure, found, palette)
    required = _required(found, points)
    figure.add_trace(go.Scatter(
        x=[point.day for point in required], y=[point.value for point in required], mode="lines",
        line={"color": palette.ink, "width": 1}, hoverinfo="text",
        hovertext=[f"due by {day(point.day, year=True)}: {_value(found, point.value)}" for point in required],
    ))  # fmt: skip
    figure.add_trace(go.Scatter(
        x=[point.day for point in points], y=[point.value for point in points], mode="lines+markers",
        line={"color": main, "width": 3}, marker={"size": 6, "color": main}, hoverinfo="text",
        hovertext=[f"<b>{day(point.day, year=True)}</b>  {_value(found, point.value)}" for point in points],
    ))  # fmt: skip
    _check_ins(figure, found, points, palette)
    figure.update_layout(layout(
        palette, height, margin={"r": 76, "t": 24}, annotations=_names(found, points, required, palette),
        yaxis={"tickformat": _ticks(found)},
        xaxis={"type": "date", "tickformat": "%-d %b", "nticks": 7, "range": _days([*points, *required])},
    ))  # fmt: skip
    return figure


def _value(found: Result, number: float | None, of: int | None = 1000) -> str:
    """A value for a figure, whose unit is shown and not obeyed."""
    return okr_words.value(found, number, of, plain)


def _days(drawn: list[Point]) -> list[str] | None:
    """From a few days before the first to the last, so that no point is cut and the names stand beside."""
    days = [point.day for point in drawn]
    return [str(min(days) - EDGE), str(max(days) + EDGE)] if days else None


def _ticks(found: Result) -> str:
    """How numbers are written beside the figure; those of a milestone are a share."""
    return FORMATS.get("rate" if found.asked.goal.type == "milestone" else found.series.form or "", ",")


def _required(found: Result, points: list[Point]) -> list[Point]:
    """The corners of what is due; of what is to stay, the target all along."""
    goal = found.asked.goal
    last = goal.last or max([goal.first + LONE, *(point.day for point in (*points, *goal.plan))])
    if goal.stays:
        return [Point(goal.first, goal.target), Point(last, goal.target)]
    days = sorted({goal.first - timedelta(days=1), *(point.day for point in goal.plan), last})
    return [Point(at, known) for at in days if (known := due(goal, at)) is not None]


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


def _check_ins(figure: go.Figure, found: Result, points: list[Point], palette: Palette) -> None:
    """Each check-in where the line stood on its day."""
    placed = [(said, at) for said in found.asked.said if (at := _at(points, said.day)) is not None]
    figure.add_trace(go.Scatter(
        x=[said.day for said, _ in placed], y=[at for _, at in placed], mode="markers", hoverinfo="text",
        marker={"symbol": "diamond-open", "size": 13, "color": palette.ink, "line": {"width": 2}},
        hovertext=[f"<b>check-in {day(said.day, year=True)}</b>"
                   + (f", confidence {said.confidence}" if said.confidence is not None else "")
                   + (f"<br>{plain(said.comment, 120)}" if said.comment else "") for said, _ in placed],
    ))  # fmt: skip


def _at(points: list[Point], on: date) -> float | None:
    """The value as it was known on a day."""
    known = [point.value for point in points if point.day <= on]
    return known[-1] if known else None


def _names(found: Result, points: list[Point], required: list[Point], palette: Palette) -> list[dict[str, object]]:
    """What stands at the right: the target; the value beside its last point; where it leads."""
    names: list[tuple[date, float, str, str, int]] = []
    if required:
        target = _value(found, required[-1].value)
        names.append((required[-1].day, required[-1].value, f"target {target}", palette.ink, 12))
    lead = found.judged.ahead[-1:] and found.judged.ahead[-1]
    if lead and not _close(found, lead.forecast.value, required, points):
        names.append((lead.day, lead.forecast.value, f"→ {_value(found, lead.forecast.value)}", palette.muted, 12))
    if points and not (required and points[-1].day >= required[-1].day):
        now = f"<b>{_value(found, points[-1].value, found.series.of)}</b>"
        up = -16 if lead and lead.forecast.value > points[-1].value else 16  # away from where it leads
        return [*_beside(names), *_beside([(points[-1].day, points[-1].value, now, palette.categorical[0], 14)], up)]
    return _beside(names)


def _close(found: Result, lead: float, required: list[Point], points: list[Point]) -> bool:
    """Whether two names would lie on each other."""
    drawn = [point.value for point in (*required, *points)] + [lead]
    return bool(required) and abs(lead - required[-1].value) < 0.08 * (max(drawn) - min(drawn))


def _beside(names: list[tuple[date, float, str, str, int]], up: int = 0) -> list[dict[str, object]]:
    return [{"x": str(at), "y": y, "text": text, "showarrow": False, "xanchor": "left", "xshift": 8, "yshift": up,
             "font": {"color": color, "size": size}} for at, y, text, color, size in names]  # fmt: skip
