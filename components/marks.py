"""What happened, drawn on a figure over time: an upright line a day, its kind as a sign, its title at the top."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from components.theme import Palette, day, plain
from queries.review import Mark

SIGNS = {"launch": "▲", "incident": "●", "experiment": "◆", "data": "■", "definition": "■", "holiday": "○"}
MOST = 4  # titles shown; the others are lines with their title on hover
TITLE = 18  # characters


def concerning(marks: Sequence[Mark], metric: str | None = None, feature: str | None = None) -> list[Mark]:
    """Those that are about everything, or about this metric or feature."""
    return [mark for mark in marks if mark.metric in (None, metric) and mark.feature in (None, feature)]


def draw(figure: go.Figure, marks: Sequence[Mark], first: date, last: date, palette: Palette) -> go.Figure:
    """The figure with those that fall within its days, the latest named; its own lines and names stay."""
    seen = [mark for mark in marks if mark.day <= last and (mark.until or mark.day) >= first]
    for place, mark in enumerate(sorted(seen, key=lambda mark: mark.day, reverse=True)):
        x = str(max(mark.day, first))
        figure.add_shape(type="line", x0=x, x1=x, yref="paper", y0=0, y1=0.92,
                         line={"color": palette.muted, "width": 2 if mark.divides else 1, "dash": "dot"})  # fmt: skip
        if mark.until and mark.until > mark.day:
            figure.add_shape(type="rect", x0=x, x1=str(min(mark.until, last)), yref="paper", y0=0, y1=0.92,
                             fillcolor=palette.context, opacity=0.12, line={"width": 0})  # fmt: skip
        name = f"{SIGNS[mark.kind]} {plain(mark.title, TITLE)}" if place < MOST else SIGNS[mark.kind]
        figure.add_annotation(
            x=x, yref="paper", y=1.0 - 0.07 * (place % 2 if place < MOST else 0), text=name, showarrow=False,
            hovertext=said(mark), xanchor="center", font={"color": palette.muted, "size": 12},
        )
    return figure


def said(mark: Mark) -> str:
    """A mark in words, for a figure."""
    to = f" to {day(mark.until)}" if mark.until and mark.until > mark.day else ""
    new = "; what is usual starts anew" if mark.divides else ""
    note = f"<br>{plain(mark.note, 120)}" if mark.note else ""
    return f"{SIGNS[mark.kind]} {day(mark.day, year=True)}{to}, {mark.kind}: {plain(mark.title, 120)}{new}{note}"
