"""A figure as a picture: what is in it, and that nothing in it is obeyed."""

import json
import struct
from typing import Any

import plotly.graph_objects as go
import pytest

from components import pictures, printed
from components.pictures import EDGE, LINE, SMALL, WIDTH, Drawn, Picture
from components.theme import DARK, layout
from queries.errors import InsightsError

HOSTILE = "</script><script>document.title=1</script> & {n}"


def picture(title: str = "All is well", name: str = "Team") -> Picture:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name=name), layout(DARK, 240))
    return Picture(Drawn(figure), title, "Users, 12 weeks", f"Sightline · {name}", DARK)


def test_title_who_is_counted_and_the_source_are_in_it_and_markup_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    monkeypatch.setattr(printed, "png", lambda *given: made.extend(given))

    picture(f"{HOSTILE} {'long ' * 60}", HOSTILE).png()

    html, width, height = made
    assert html.count("</script>") == html.count("<script") == 2
    assert html.count("&lt;/script&gt;&lt;script&gt;document.title=1") == 2
    assert ("Users, 12 weeks" in html, DARK.paper in html) == (True, True)
    data = html.partition("const figure = ")[2].partition(";\n")[0]
    assert json.loads(data)["data"][0]["name"] == HOSTILE
    assert (width, height) == (WIDTH, 2 * EDGE + 3 * LINE + 2 * SMALL + 240)


def test_the_letters_of_the_screen_are_found() -> None:
    assert len(pictures._letters()) > 100_000


def test_without_a_browser_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "BROWSERS", ("no-such-browser",))

    with pytest.raises(InsightsError, match="This needs chromium or chrome where Sightline runs; install one there"):
        picture().png()


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not printed.can_print(), reason="no browser here")
def test_a_browser_draws_it_sharp() -> None:
    made = picture().png()

    assert made.startswith(b"\x89PNG")
    assert struct.unpack(">II", made[16:24]) == (2 * WIDTH, 2 * (2 * EDGE + LINE + 2 * SMALL + 240))
    assert len(made) > 25_000  # the page without its figure has 15,000
