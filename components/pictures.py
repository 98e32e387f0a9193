"""A figure as a picture: the camera on it saves a PNG, made in the browser, with title, period and source in it.

On the screen the page itself says these, so there the edge of each figure where they stand is cut off by a rule of
style. Plotly draws the picture outside of the page's figures, where that rule does not reach. They stand on top, but
below where the names of columns are on top: how high these are only the browser knows.
"""

from textwrap import wrap
from typing import Any, cast

import plotly.graph_objects as go

from components.theme import Palette, plain

EDGE, PAD = 104, 14  # pixels of the part that pictures alone have
BELOW = "picture-below"  # the key of what holds a figure whose title is below, begins so
WIDTH, LETTERS, LINES = 1100, 110, 2  # pixels of a picture, letters of a line of its title, and how many of these
FIGURE = ".stElementContainer.stPrintGraphic"  # also while it is loaded, so that nothing moves when it comes
# Rules of style that cut off what pictures alone have, on the screen.
CUT = (f"{FIGURE} {{clip-path: inset({EDGE}px 0 0 0); margin-top: -{EDGE}px}} "
       f".stPlotlyChart .modebar {{top: {EDGE + 2}px !important}} "
       f"[class*={BELOW}] {{overflow: hidden !important}} "
       f"[class*={BELOW}] {FIGURE} {{clip-path: inset(0 0 {EDGE}px 0); margin: 0 0 -{EDGE}px 0}} "
       f"[class*={BELOW}] .stPlotlyChart .modebar {{top: 2px !important}}")  # fmt: skip
NO_NAME = str.maketrans(dict.fromkeys('\\/:*?"<>|.', " "))


class Drawn(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure as it is sent, and nothing else: Plotly's own takes as long to write again at each click as to draw."""

    def __init__(self, sent: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__["sent"] = sent

    def to_dict(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.__dict__["sent"])


def titled(figure: go.Figure, title: str, counted: str, source: str, palette: Palette) -> Drawn:
    """A figure whose picture has a title, what is counted and where it is from; the one given stays as it was."""
    lines = [plain(line, LETTERS) for line in wrap(title, LETTERS, max_lines=LINES, placeholder=" …")]
    small = "<br>".join(plain(line, 2 * LETTERS) for line in (counted, source) if line)
    sent, below = figure.to_dict(), is_below(figure)
    layout, edge, whole = sent["layout"], "b" if below else "t", height(figure) + EDGE
    margin = layout.get("margin", {})
    sent["layout"] = layout | {
        "paper_bgcolor": palette.paper, "height": whole, "margin": margin | {edge: margin.get(edge, 0) + EDGE},
        "title": {"text": "<br>".join(lines), "x": 0, "xref": "container", "xanchor": "left", "yref": "container",
                  "y": EDGE / whole if below else 1, "yanchor": "top",
                  "pad": {"t": PAD, "l": PAD}, "font": {"size": 17, "color": palette.ink},
                  "subtitle": {"text": small, "font": {"size": 12, "color": palette.muted}}},
    }  # fmt: skip
    return Drawn(sent)


def height(figure: go.Figure) -> int:
    """The pixels of a figure on the screen."""
    return figure.layout.height or 300


def is_below(figure: go.Figure) -> bool:
    """Whether the title of a figure's picture stands below it."""
    return bool(figure.layout.xaxis.side == "top")


def tools(drawn: Drawn, name: str) -> dict[str, Any]:
    """The one tool of a figure: its picture."""
    file = f"sightline {name.translate(NO_NAME)}"[:80]
    return {"modeBarButtons": [["toImage"]], "displaylogo": False,
            "toImageButtonOptions": {"scale": 2, "filename": file, "width": WIDTH,
                                     "height": drawn.to_dict()["layout"]["height"]}}  # fmt: skip
