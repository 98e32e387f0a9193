"""Where numbers lie in a figure, and the round ones beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from queries.metrics import Form

LEAST = 3  # of them
ROOM = 0.06  # of the height, above and below


@dataclass(frozen=True)
class Scale:
    """Numbers from `low` to `high`, laid from `start` to `end`.

    >>> Scale(0, 10, 100, 200)(5.0), Scale(3, 3, 0, 100)(3.0)
    (150.0, 50.0)
    """

    low: float
    high: float
    start: float
    end: float

    def __call__(self, number: float) -> float:
        part = (number - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + part * (self.end - self.start)


def round_values(low: float, high: float) -> list[float]:
    """The multiples of 1, 2 or 5 between two numbers, as few as are three or more.

    >>> round_values(0.31, 0.62), round_values(1180, 1460)
    ([0.4, 0.5, 0.6], [1200.0, 1300.0, 1400.0])
    """
    if high <= low:
        return [low]
    power = 10.0 ** floor(log10(high - low))
    return next(found for k in (5, 2, 1, 0.5, 0.2) if len(found := _multiples(power * k, low, high)) >= LEAST)


def _multiples(step: float, low: float, high: float) -> list[float]:
    places = max(-floor(log10(step) + 1e-9), 0)
    return [round(step * k, places) for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def label(form: Form, number: float, step: float) -> str:
    """A round number beside a figure, as exact as the steps between them ask.

    >>> label("rate", 0.4, 0.1), label("rate", 0.405, 0.005), label("mean", 1.9, 0.05), label("level", 12_500, 500)
    ('40 %', '40.5 %', '1.90', '12.5k')
    >>> label("difference", -0.05, 0.05), label("difference", 0.0, 0.05)
    ('−5 pt', '0 pt')
    """
    if form == "rate":
        return f"{100 * number:.{_places(100 * step)}f} %"
    if form == "difference":
        return f"{100 * number:+.{_places(100 * step)}f} pt".replace("-", "−") if number else "0 pt"
    if form == "mean":
        return f"{number:.{_places(step)}f}"
    unit, letter = (1e6, "M") if abs(number) >= 1e6 else (1e3, "k") if abs(number) >= 1e4 else (1.0, "")
    return f"{number / unit:,.{_places(step / unit)}f}{letter}"


def axis(form: Form, low: float, high: float) -> dict[str, Any]:
    """The upright axis of a figure on the screen: its range, and the round numbers beside it.

    >>> axis("difference", -0.06, 0.06)
    {'range': [-0.06, 0.06], 'tickvals': [-0.05, 0.0, 0.05], 'ticktext': ['−5 pt', '0 pt', '+5 pt']}
    """
    numbers = round_values(low, high)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1.0
    return {"range": [low, high], "tickvals": numbers, "ticktext": [label(form, number, step) for number in numbers]}


def around(numbers: Sequence[float]) -> tuple[float, float]:
    """From below the lowest to above the highest of some numbers; not below zero where none of them is.

    >>> around([10.0, 20.0]), around([-1.0, 1.0]), around([0.0, 0.0]), around([])
    ((9.4, 20.6), (-1.12, 1.12), (0.0, 1.0), (0.0, 1.06))
    """
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    more = ROOM * (high - low) or abs(high) * 0.1 or 1.0
    return max(low - more, 0.0) if low >= 0 else low - more, high + more


def _places(step: float) -> int:
    """Decimals that tell such steps apart."""
    return max(-floor(log10(step) + 1e-9), 0)


def apart(places: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """The places in the order given, moved so that no two are nearer than `least` and none leaves the range.

    >>> apart([50.0, 52.0], 14, 0, 100), apart([99.0, 100.0], 14, 0, 100)
    ([50.0, 64.0], [86, 100])
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    found, at = list(places), low - least
    for i in order:
        found[i] = at = max(places[i], at + least)
    edge = high + least
    for i in reversed(order):
        found[i] = edge = min(found[i], edge - least)
    return found
