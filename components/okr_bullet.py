"""A key result as a bullet: how far it is from where it began to its target, beside what is due now.

Each has a scale of its own, on which better is always to the right. Colour says the verdict and nothing else.
"""

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import Literal

from components.theme import Palette
from queries.okr.results import Result, Status

WIDTH, HEIGHT, EDGE, PALE = 150, 22, 9, 0.28  # pixels; how much of its colour the way has
CELL = 36  # pixels of a row of a table, which an image fills
FURTHEST = 0.5  # of the way that is drawn below its base or beyond its target
TONES: dict[Status, Literal["better", "worse"]] = {"on track": "better", "at risk": "worse", "off track": "worse"}


@dataclass(frozen=True)
class Bullet:
    """Where things lie, from 0 (left) to 1 (right). base: where the bar begins; due: None where nothing is due yet."""

    base: float
    now: float
    target: float
    due: float | None
    tone: Literal["better", "worse", ""]


def bullet(found: Result) -> Bullet | None:
    """The bullet of a key result; None where it has no value."""
    made, goal = found.judged, found.asked.goal
    if made.value is None or made.progress is None:
        return None
    tone: Literal["better", "worse", ""] = TONES.get(made.status, "")
    if goal.stays:
        return _held(found, made.value, tone)
    way = min(max(made.progress, -FURTHEST), 1 + FURTHEST)
    low, high = min(way, 0.0), max(way, 1.0)
    base, now, target = ((number - low) / (high - low) for number in (0.0, way, 1.0))
    due = None if made.expected is None else (made.expected - low) / (high - low)
    return Bullet(base, now, target, due, tone)


def _held(found: Result, value: float, tone: Literal["better", "worse", ""]) -> Bullet:
    """How far what is to stay is from its target, among all its values since it began."""
    goal = found.asked.goal
    since = [point.value for point in found.series.points if point.day >= goal.first]
    numbers = [n if goal.is_up else -n for n in (goal.target, value, *since)]
    low, high = min(numbers), max(numbers)
    target, now = ((n - low) / (high - low) if high > low else 0.5 for n in numbers[:2])
    return Bullet(target, now, target, None, tone)


def svg(made: Bullet, palette: Palette, told: str, height: int = HEIGHT) -> str:
    """The bullet drawn: a pale way, a bar over it, a line where the target is and a shorter one for what is due.

    height: of the image, in the middle of which the bullet is.
    """
    x = {name: EDGE + getattr(made, name) * (WIDTH - 2 * EDGE) for name in ("base", "now", "target")}
    bar, color = sorted((x["base"], x["now"])), {"better": palette.better, "worse": palette.worse, "": palette.context}
    way = sorted((x["base"], x["target"]))
    due = "" if made.due is None else _tick(EDGE + made.due * (WIDTH - 2 * EDGE), 4, palette.muted)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bullet" width="{WIDTH}" height="{height}" '
        f'viewBox="0 {(HEIGHT - height) / 2:g} {WIDTH} {height}" role="img" aria-label="{escape(told)}">'
        f"{_bar(way[0], way[1], 12, f'{palette.context};fill-opacity:{PALE}')}"
        f"{_bar(bar[0], max(bar[1], bar[0] + 2), 6, color[made.tone])}"
        f'{due}{_tick(x["target"], 1, palette.ink)}</svg>'
    )


def image(made: Bullet, palette: Palette) -> str:
    """The bullet as an address that holds the image itself."""
    return f"data:image/svg+xml;base64,{b64encode(svg(made, palette, '', CELL).encode()).decode()}"


def _bar(left: float, right: float, height: int, color: str) -> str:
    return (f'<rect x="{left:.1f}" y="{(HEIGHT - height) / 2:g}" width="{right - left:.1f}" height="{height}" '
            f'style="fill:{color}"/>')  # fmt: skip


def _tick(x: float, edge: int, color: str) -> str:
    return f'<rect x="{x - 1:.1f}" y="{edge}" width="2" height="{HEIGHT - 2 * edge}" style="fill:{color}"/>'
