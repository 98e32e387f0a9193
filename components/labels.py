"""Where the names of dots and lines go, so that none lies on another: plain geometry, in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NARROW, WIDE = 300, 1100  # pixels of a plot on a phone and on a desk
LETTER, LINE = 6.6, 15  # pixels of a letter of a label, and of its height
STEP = 16  # pixels from one label at the end of a line to the next above it
Box = tuple[float, float, float, float]  # left, bottom, right, top
SIDES = {
    "middle right": (1, 0), "middle left": (-1, 0), "top center": (0, 1), "bottom center": (0, -1),
}  # fmt: skip


@dataclass(frozen=True)
class Plot:
    """What a figure shows, and how high it is in pixels."""

    x: Sequence[float]
    y: Sequence[float]
    height: float


def beside(
    dots: Sequence[tuple[float, float]], sizes: Sequence[float], labels: Sequence[str], plot: Plot
) -> list[str | None]:
    """On which side of its dot each label goes, as plotly calls it; None for one that has room on no side or is empty.

    A side that is free on a narrow screen is free on a wide one, and so it is tried first; then one on which the label
    is at least not cut off there.
    """
    found: list[str | None] = []
    for i, label in enumerate(labels):
        boxes = {width: {side: _label(dots[i], sizes[i], label, side, plot, width) for side in SIDES}
                 for width in (NARROW, WIDE)}  # fmt: skip
        free = {width: [side for side, box in boxes[width].items() if _is_free(box, i, dots, sizes, labels, found, plot,
                                                                              width)] for width in boxes}  # fmt: skip
        whole = [side for side in free[WIDE] if _is_within(boxes[NARROW][side], plot, NARROW)]
        found.append(next(iter([*free[NARROW], *whole, *free[WIDE]]), None) if label else None)
    return found


def _is_within(box: Box, plot: Plot, width: float) -> bool:
    left, bottom, right, top = box
    return left >= 0 and right <= width and bottom >= 0 and top <= plot.height


def _is_free(
    box: Box, own: int, dots: Sequence[tuple[float, float]], sizes: Sequence[float], labels: Sequence[str],
    sides: Sequence[str | None], plot: Plot, width: float,
) -> bool:  # fmt: skip
    """Whether a label lies within the plot and touches no dot but its own, and no label placed so far."""
    if not _is_within(box, plot, width):
        return False
    others = (pair for i, pair in enumerate(zip(dots, sizes, strict=True)) if i != own)
    circles = [_around(dot, size, plot, width) for dot, size in others]
    names = [_label(dots[i], sizes[i], labels[i], side, plot, width) for i, side in enumerate(sides) if side]
    return not any(_touch(box, other) for other in (*circles, *names))


def _place(dot: tuple[float, float], plot: Plot, width: float) -> tuple[float, float]:
    x = (dot[0] - plot.x[0]) / (plot.x[1] - plot.x[0]) * width
    return x, (dot[1] - plot.y[0]) / (plot.y[1] - plot.y[0]) * plot.height


def _around(dot: tuple[float, float], size: float, plot: Plot, width: float) -> Box:
    x, y = _place(dot, plot, width)
    reach = 0.4 * size
    return x - reach, y - reach, x + reach, y + reach


def _label(dot: tuple[float, float], size: float, label: str, side: str, plot: Plot, width: float) -> Box:
    (x, y), (right, up), long = _place(dot, plot, width), SIDES[side], LETTER * len(label)
    middle = x + right * (size / 2 + 3 + long / 2), y + up * (size / 2 + 2 + LINE / 2)
    return middle[0] - long / 2, middle[1] - LINE / 2, middle[0] + long / 2, middle[1] + LINE / 2


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def apart(heights: Sequence[float], gap: float) -> list[float]:
    """Heights from 0 to 1, lowest first, moved as little as needed to lie a gap apart; they keep their order.

    >>> [round(y, 2) for y in apart([0.5, 0.52, 0.99], 0.1)]
    [0.5, 0.6, 0.99]
    """
    found = [min(max(y, 0.0), 1.0) for y in heights]
    for i in range(1, len(found)):
        found[i] = max(found[i], found[i - 1] + gap)
    for i in reversed(range(len(found))):
        found[i] = min(found[i], 1.0 - gap * (len(found) - 1 - i))
    return found


def end_labels(ends: list[tuple[str, float, str]], low: float, high: float, height: float) -> list[dict[str, Any]]:
    """The names of lines at their right ends, moved apart where they would overlap.

    ends: text, value, color. low, high: the range of the axis. height: of the figure, in pixels.
    """
    placed = sorted(ends, key=lambda end: end[1])
    heights = apart([(y - low) / (high - low) for _, y, _ in placed], STEP / (height - 40))
    return [
        {"text": text, "xref": "paper", "yref": "paper", "x": 1, "y": at, "xanchor": "left", "yanchor": "middle",
         "xshift": 6, "showarrow": False, "align": "left", "font": {"color": color, "size": 12}}
        for (text, _, color), at in zip(placed, heights, strict=True)
    ]  # fmt: skip
