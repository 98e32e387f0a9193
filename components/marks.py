"""What happened, drawn on a figure over time: an upright line a day, its kind as a sign, its title at the top."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

import plotly.graph_objects as go

from components.theme import Palette, day, plain
from queries.calendar import Period
from queries.metrics.standing import breaks
from queries.product import Product
from queries.review import Mark
from queries.store import Annotation

SIGNS = {"launch": "▲", "incident": "●", "experiment": "◆", "data": "■", "definition": "■", "holiday": "○"}
MOST = 4  # titles shown; the others are lines with their title on hover
TITLE = 18  # characters


def known(product: Product, written: Iterable[Annotation]) -> list[Mark]:
    """What people marked, and the changes of a metric that part its numbers from those before."""
    changed = [Mark(one.on, "definition", one.what, one.by or "", metric=key, divides=True)
               for key, one in breaks(product)]  # fmt: skip
    return [*(Mark(**asdict(one)) for one in written), *changed]


def concerning(marks: Sequence[Mark], metric: str | None = None, feature: str | None = None) -> list[Mark]:
    """Those that are about everything, or about this metric or feature."""
    return [mark for mark in marks if mark.metric in (None, metric) and mark.feature in (None, feature)]


def anew(marks: Sequence[Mark]) -> tuple[date, ...]:
    """The days from whose week on what is usual starts anew."""
    return tuple(sorted({mark.day for mark in marks if mark.divides}))


def draw(figure: go.Figure, marks: Sequence[Mark], palette: Palette) -> go.Figure:
    """A figure over days with the marks that fall within them, the latest named; the one given stays as it was."""
    days = [date.fromisoformat(str(x)[:10]) for trace in figure.data for x in (trace.x if trace.x is not None else ())]
    seen = [mark for mark in marks if days and mark.day <= max(days) and (mark.until or mark.day) >= min(days)]
    if not seen:
        return figure
    first, last, drawn = min(days), max(days), go.Figure(figure)
    for place, mark in enumerate(sorted(seen, key=lambda mark: mark.day, reverse=True)):
        at = max(mark.day, first)
        drawn.add_shape(type="line", x0=str(at), x1=str(at), yref="paper", y0=0, y1=0.92,
                        line={"color": palette.muted, "width": 2 if mark.divides else 1, "dash": "dot"})  # fmt: skip
        if mark.until and mark.until > mark.day:
            drawn.add_shape(type="rect", x0=str(at), x1=str(min(mark.until, last)), yref="paper", y0=0, y1=0.92,
                            fillcolor=palette.context, opacity=0.12, line={"width": 0})  # fmt: skip
        name = f"{SIGNS[mark.kind]} {plain(mark.title, TITLE)}" if place < MOST else SIGNS[mark.kind]
        is_late = (at - first) > 0.8 * (last - first)  # what stands beside the figure would be covered
        drawn.add_annotation(
            x=str(at), yref="paper", y=1.04 - 0.07 * (place % 2 if place < MOST else 0), text=name, showarrow=False,
            hovertext=said(mark), xanchor="right" if is_late else "center",
            font={"color": palette.muted, "size": 12},
        )  # fmt: skip
    return drawn


def beside_rows(figure: go.Figure, marks: Sequence[Mark], rows: Sequence[Period], palette: Palette) -> go.Figure:
    """A figure of which each row is a period, with a sign at the edge of those in which something happened."""
    within = [[mark for mark in marks if row.first <= mark.day <= row.last] for row in rows]
    if not any(within):
        return figure
    drawn = go.Figure(figure).update_layout(margin={"r": 32})
    for place, seen in enumerate(within):
        if seen:
            drawn.add_annotation(
                xref="paper", x=1, xanchor="left", y=place, text="".join(SIGNS[mark.kind] for mark in seen[:2]),
                hovertext="<br>".join(map(said, seen)), showarrow=False, font={"color": palette.muted, "size": 12},
            )  # fmt: skip
    return drawn


def said(mark: Mark) -> str:
    """A mark in words, for a figure."""
    to = f" to {day(mark.until)}" if mark.until and mark.until > mark.day else ""
    new = "; what is usual starts anew" if mark.divides else ""
    note = f"<br>{plain(mark.note, 120)}" if mark.note else ""
    return f"{SIGNS[mark.kind]} {day(mark.day, year=True)}{to}, {mark.kind}: {plain(mark.title, 120)}{new}{note}"
