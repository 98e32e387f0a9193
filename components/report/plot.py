"""What the figures of a report have in common: a frame, numbers at the left, days below, names at the right ends.

They hold no colours: `report.css` gives them by class, for light, dark and paper. A figure is 360 wide, which is a
telephone and half a sheet of paper, so its letters are never small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from components.marks import SIGNS
from components.scale import Scale, apart, around, axis
from components.theme import day
from queries.metrics import Form
from queries.review import Mark

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 44, 298, 20, 186  # of what is plotted; names of lines stand to the right of it
DATES = 5  # named below, at most


@dataclass(frozen=True)
class Plot:
    """Where days and values lie."""

    days: Scale
    values: Scale

    def x(self, when: date) -> float:
        return min(max(self.days(when.toordinal()), LEFT), RIGHT)

    def y(self, number: float) -> float:
        return self.values(number)

    def path(self, points: Sequence[tuple[date, float]]) -> str:
        return "M" + "L".join(f"{self.x(when):.1f},{self.y(number):.1f}" for when, number in points)


def room(first: date, last: date, numbers: Sequence[float]) -> Plot:
    """Room for some days and values; none below 0 where no value is."""
    return Plot(Scale(first.toordinal(), last.toordinal(), LEFT, RIGHT), Scale(*around(numbers), BOTTOM, TOP))


def figure(height: int, told: str, inside: Markup) -> Markup:
    """A figure with what it says for those who do not see it."""
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(WIDTH, height, told, inside)


def grid(form: Form, at: Plot) -> Markup:
    """Round numbers, each with its line."""
    beside = axis(form, at.values.low, at.values.high)
    made = Markup(f'<path class="grid" d="M{LEFT},{{y:.1f}}H{RIGHT}"/>'
                  f'<text class="tick" x="{LEFT - 6}" y="{{base:.1f}}" text-anchor="end">{{name}}</text>')  # fmt: skip
    return Markup("").join(
        made.format(y=at.y(number), base=at.y(number) + 4, name=name)
        for number, name in zip(beside["tickvals"], beside["ticktext"], strict=True)
    )


def dates(days: Sequence[date], at: Plot) -> Markup:
    """Every so many of some days, counted back from the latest."""
    every = max(-(-len(days) // DATES), 1)
    made = Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
    return Markup("").join(made.format(at.x(when), BOTTOM + 18, day(when)) for when in list(days)[::-1][::every])


def path(kind: str, d: str) -> Markup:
    """A line or an area of a class."""
    return Markup('<path class="{}" d="{}"/>').format(kind, d)


def names(found: Sequence[tuple[float, str, str]]) -> Markup:
    """What lines are, at their right ends: height, class and text; moved apart where they would cover each other."""
    places = apart([y for y, _, _ in found], 14, TOP, BOTTOM)
    made = Markup('<text class="name {}" x="{}" y="{:.1f}">{}</text>')
    placed = zip(places, found, strict=True)
    return Markup("").join(made.format(kind, RIGHT + 8, y + 4, text) for y, (_, kind, text) in placed)


def marks(marks: Sequence[Mark], at: Plot) -> list[Markup]:
    """What happened: an upright line a day, its kind as a sign."""
    found = []
    for mark in marks:
        x, to = at.x(mark.day), at.x(mark.until or mark.day)
        if to > x:
            made = Markup('<rect class="while" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>')
            found.append(made.format(x, TOP, to - x, BOTTOM - TOP))
        made = Markup('<path class="mark{}" d="M{:.1f},{}V{}"/><text class="sign" x="{:.1f}" y="{}" '
                      'text-anchor="middle">{}</text>')  # fmt: skip
        divides = " divides" if mark.divides else ""
        found.append(made.format(divides, x, TOP - 4, BOTTOM, x, TOP - 8, SIGNS.get(mark.kind, "●")))
    return found


def seen(marks: Sequence[Mark], first: date, last: date) -> list[Mark]:
    """The marks that fall within some days, the latest first."""
    within = [mark for mark in marks if mark.day <= last and (mark.until or mark.day) >= first]
    return sorted(within, key=lambda mark: mark.day, reverse=True)
