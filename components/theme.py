"""Colours and number formats: the same thing looks and reads the same on every page.

Better is blue, worse is orange, everything within the usual swing is grey; never colour alone. The pairs were checked
for contrast (text 4.5:1, marks 3:1) on both backgrounds and for the common kinds of colour blindness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape, unescape
from textwrap import wrap
from typing import Any

import plotly.io as pio

from queries.stats import TOO_FEW, WHOLE_PERCENT

LINE = 14  # characters of a name beside a figure
pio.templates.default = "none"  # Streamlit restyles figures anyway; a template is most of a small figure's bytes


@dataclass(frozen=True)
class Palette:
    """One set of colours. sequential: low to high; ink_on: the text colour for each of them."""

    paper: str
    ink: str
    muted: str
    context: str
    better: str
    worse: str
    categorical: tuple[str, ...]
    sequential: tuple[str, ...]
    ink_on: tuple[str, ...]


LIGHT = Palette(
    "#FFFFFF", "#11100F", "#5E6470", "#767D88", "#0068A8", "#B34700",
    ("#0C4CB0", "#C64800", "#2F8375", "#7F1068", "#4C3B04"),
    ("#F2F7FC", "#D6E6F4", "#ABCFE6", "#6FB0D9", "#3787C0", "#125CA4", "#08326E"),
    (*["#10151C"] * 5, *["#FFFFFF"] * 2),
)  # fmt: skip
DARK = Palette(
    "#171614", "#EDEBE8", "#A8B0BD", "#7C8594", "#6CB8F0", "#FF9E5E",
    ("#80B1FE", "#E05A14", "#61FDD3", "#A5749F", "#F5AC2C"),
    ("#1E2733", "#1D3F60", "#1F5A8C", "#3479B5", "#5F9ED5", "#97C4E9", "#D6E9FA"),
    (*["#FFFFFF"] * 4, *["#0B0F14"] * 3),
)  # fmt: skip


def percent(n: float | None, of: float) -> str:
    """A rate as the size of its denominator allows: none under 30, whole under 1,000, then one decimal.

    >>> percent(12, 40), percent(1234, 4000), percent(3, 20), percent(None, 50)
    ('30 %', '30.9 %', '·', '')
    """
    if n is None:
        return ""
    if of < TOO_FEW:
        return "·"
    return f"{100 * n / of:.{0 if of < WHOLE_PERCENT else 1}f} %"


def points(value: float, of: float = 0) -> str:
    """A difference of rates (0..1) in points, with its sign; a decimal where the denominators allow one.

    >>> points(-0.0184, 5000), points(0.02, 100), points(0.0001, 100)
    ('−1.8 pt', '+2 pt', '0 pt')
    """
    text = f"{abs(100 * value):.{0 if of < WHOLE_PERCENT else 1}f}"
    sign = "" if float(text) == 0 else "−" if value < 0 else "+"
    return f"{sign}{text} pt"


def count(n: float) -> str:
    """A whole number: full under 10,000, then short.

    >>> count(9999), count(12_430), count(1_240_000)
    ('9,999', '12.4k', '1.2M')
    """
    if n < 10_000:
        return f"{n:,.0f}"
    return f"{n / 1000:.1f}k" if n < 999_950 else f"{n / 1_000_000:.1f}M"


def day(when: date, *, year: bool = False, now: date | None = None) -> str:
    """A date as it is said: 15 Nov, or 15 Nov 2026 where asked, and where it is of another year than `now`."""
    return f"{when:%-d %b %Y}" if year or (now and now.year != when.year) else f"{when:%-d %b}"


def plain(text: object, most: int = 40) -> str:
    """A text from the data for a figure: its markup shown, not obeyed, and cut when it is very long."""
    words = str(text)
    return escape(words if len(words) <= most else words[: most - 1] + "…", quote=False)  # plotly knows no &quot;


def in_lines(text: object) -> str:
    """A name beside a figure, in at most two lines: a telephone has no room for long ones. Its markup is shown.

    >>> in_lines("Enterprise · Manager"), in_lines("Team"), in_lines("used <b> in the last 28 days or so")
    ('Enterprise ·<br>Manager', 'Team', 'used &lt;b&gt; in<br>the last 28…')
    """
    return "<br>".join(plain(line) for line in wrap(str(text), LINE, max_lines=2, placeholder="…"))


def beside(names: Iterable[str]) -> int:
    """Pixels to the right of a figure for names in lines."""
    return 24 + 7 * max((len(unescape(line)) for name in names for line in name.split("<br>")), default=0)


def layout(palette: Palette, height: int, **more: Any) -> dict[str, Any]:
    """What all figures share: no frame, quiet grid, room for labels, nothing to drag by accident."""
    axis = {"gridcolor": faint(palette), "zeroline": False, "fixedrange": True, "automargin": True, "ticks": ""}
    base = {
        "height": height, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "showlegend": False, "dragmode": False,
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "closest", "hoverdistance": 150,
        "font": {"color": palette.ink, "size": 13}, "hoverlabel": {"align": "left"},
        "xaxis": {**axis, "showgrid": False}, "yaxis": axis,
    }  # fmt: skip
    for name, value in more.items():
        base[name] = {**base[name], **value} if isinstance(base.get(name), dict) else value  # type: ignore[dict-item]
    return base


def faint(palette: Palette) -> str:
    """The colour of lines behind the data."""
    return "#E7E9EC" if palette is LIGHT else "#35322F"
