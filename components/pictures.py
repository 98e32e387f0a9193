"""A figure as a picture: PNG with its title, what is counted and where it is from in it.

It is made on the server by a browser that draws the same figure, not by the browser of who looks: a picture that the
server does not make could not be noted in the log.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import wrap
from typing import Any, cast

import plotly
import plotly.graph_objects as go
import plotly.io as pio
import streamlit
from markupsafe import Markup

from components import printed
from components.theme import Palette

WIDTH, LETTERS, LINES = 1100, 125, 3  # pixels of a picture, letters of a line of its title, and how many of these
EDGE, LINE, SMALL = 16, 24, 20  # pixels around all, of a line of the title, and of a line of what is small
FONT = "Source Sans"  # as on the screen
PAGE = Markup("""<!doctype html>
<meta charset="utf-8">
<style>
  @font-face {{font-family: "{font}"; font-weight: 200 900; src: url("data:font/woff2;base64,{letters}")}}
  body {{margin: {edge}px; font-family: "{font}", sans-serif; background: {paper}; color: {ink}}}
  h1, p {{margin: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis}}
  h1 {{font-size: 17px; font-weight: 600; line-height: {line}px}}
  p {{font-size: 12px; height: {small}px; line-height: {small}px; color: {muted}}}
</style>
{titles}
<p>{counted}</p>
<div id="figure"></div>
<p>{source}</p>
<script src="{plotly}"></script>
<script>
  const figure = {figure};
  figure.layout.width = {width};
  figure.layout.font = {{...figure.layout.font, family: "{font}"}};
  document.fonts.load('13px "{font}"').finally(
    () => Plotly.newPlot("figure", figure.data, figure.layout, {{staticPlot: true}}));
</script>
""")


class Drawn(go.Figure):  # type: ignore[misc]  # Plotly has no types
    """A figure as it is sent, and nothing else: Plotly's own takes as long to write again at each click as to draw."""

    def __init__(self, figure: go.Figure) -> None:
        super().__init__()
        self.__dict__["sent"] = figure.to_dict()

    def to_dict(self) -> dict[str, Any]:
        return dict(cast(dict[str, Any], self.__dict__["sent"]))

    @property
    def height(self) -> int:
        """Its pixels on the screen."""
        return self.to_dict()["layout"].get("height") or 300


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure that can be taken away. title: its takeaway. counted: who, and over how long. source: where from."""

    figure: Drawn
    title: str
    counted: str
    source: str
    palette: Palette

    def png(self) -> bytes:
        """The picture. Raises InsightsError where no browser can be had on this machine."""
        titles = wrap(self.title, LETTERS, max_lines=LINES, placeholder=" …")
        high = 2 * EDGE + len(titles) * LINE + 2 * SMALL + self.figure.height
        html = PAGE.format(
            font=FONT, letters=_letters(), edge=EDGE, line=LINE, small=SMALL, width=WIDTH - 2 * EDGE,
            paper=self.palette.paper, ink=self.palette.ink, muted=self.palette.muted,
            titles=Markup("").join(map(Markup("<h1>{}</h1>").format, titles)), counted=self.counted,
            source=self.source, plotly=(Path(plotly.__file__).parent / "package_data" / "plotly.min.js").as_uri(),
            figure=Markup(pio.to_json(self.figure, validate=False)),
        )  # fmt: skip
        return printed.png(html, WIDTH, high)


@cache
def _letters() -> str:
    """The letters of the screen, which Streamlit has among its own files; none where it has them elsewhere."""
    found = Path(streamlit.__file__).parent.glob("static/static/media/SourceSansVF-Upright*.woff2")
    return b64encode(b"".join(file.read_bytes() for file in found)).decode()
