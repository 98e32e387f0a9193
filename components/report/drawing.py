"""The figures of a report as SVG inside its page: a metric within its usual swing, and what carries its change.

They hold no colours: `review.css` gives them by class, for light, dark and paper. A figure is 360 wide, which is a
telephone and half a sheet of paper, so its letters are never small.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from markupsafe import Markup

from components.marks import SIGNS
from components.report.scale import Scale, apart, label, round_values
from components.report.text import cut
from components.review_charts import drawn
from components.review_words import carried, name, value
from components.theme import day
from queries.review import Line, Mark, Part, Week, Why

WIDTH, HEIGHT = 360, 210
LEFT, RIGHT, TOP, BOTTOM = 44, 298, 20, 186  # of what is plotted; names of lines stand to the right of it
WEEKS = 26  # drawn
DATES = 5  # named below
ROW, BARS, ENDS = 22, (128, 296), 2  # of the steps: their height, where bars lie, how thin one may be
NAME = 18  # letters of a segment beside its step


def swing(line: Line, marks: Sequence[Mark] = ()) -> Markup:
    """A metric week by week within its usual swing; the weeks of a signal point to their side."""
    weeks = line.weeks[-WEEKS:]
    at = _scales(line, weeks)
    parts = [_grid(line, at), _dates(weeks, at), *_marks(marks, at), *_band(weeks, at), _target(line, at),
             _values(weeks, at), *(_point(line, week, at) for week in weeks), _names(line, at)]  # fmt: skip
    return _figure(HEIGHT, _told(line, weeks), Markup("").join(parts))


def seen(marks: Sequence[Mark], line: Line) -> list[Mark]:
    """The marks that fall within the weeks that are drawn, the latest first."""
    first, last = line.weeks[-WEEKS:][0].last, line.now.last
    within = [mark for mark in marks if mark.day <= last and (mark.until or mark.day) >= first]
    return sorted(within, key=lambda mark: mark.day, reverse=True)


def steps(line: Line, why: Why) -> Markup:
    """What each segment carries of a change, one below the other, each beginning where the one above it ends."""
    parts, at = drawn(why), 0.0
    spans = [(at, at := at + part.carried) for part in parts] + [(0.0, why.change)]
    ends = [end for span in spans for end in span]
    across = Scale(min(ends), max(ends), *BARS)
    rows = [_step(line, part, span, i, across) for i, (part, span) in enumerate(zip(parts, spans, strict=False))]
    rows.append(_row("All", carried(line.form, why.change), "all", spans[-1], len(parts), across))
    zero = Markup('<path class="axis" d="M{0:.1f},2V{1}"/>').format(across(0.0), ROW * len(rows))
    told = f"{why.dimension}: " + ", ".join(f"{part.segment} {carried(line.form, part.carried)}" for part in parts)
    return _figure(ROW * len(rows) + 4, told, zero + Markup("").join(rows))


def _figure(height: int, told: str, inside: Markup) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(WIDTH, height, told, inside)


# A metric within its usual swing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _At:
    """Where days and values lie."""

    days: Scale
    values: Scale

    def x(self, when: date) -> float:
        return min(max(self.days(when.toordinal()), LEFT), RIGHT)

    def y(self, number: float) -> float:
        return self.values(number)

    def path(self, points: Sequence[tuple[date, float]]) -> str:
        return "M" + "L".join(f"{self.x(when):.1f},{self.y(number):.1f}" for when, number in points)


def _scales(line: Line, weeks: Sequence[Week]) -> _At:
    numbers = [n for week in weeks for n in (week.value, week.lower, week.upper) if n is not None]
    numbers += [line.target] if line.target is not None else []
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 1.0)
    room = 0.06 * (high - low) or abs(high) * 0.1 or 1.0
    low = max(low - room, 0.0) if low >= 0 else low - room
    days = Scale(weeks[0].last.toordinal(), weeks[-1].last.toordinal(), LEFT, RIGHT)
    return _At(days, Scale(low, high + room, BOTTOM, TOP))


def _grid(line: Line, at: _At) -> Markup:
    numbers = round_values(at.values.low, at.values.high)
    step = numbers[1] - numbers[0] if len(numbers) > 1 else 1.0
    made = Markup(f'<path class="grid" d="M{LEFT},{{y:.1f}}H{RIGHT}"/>'
                  f'<text class="tick" x="{LEFT - 6}" y="{{base:.1f}}" text-anchor="end">{{name}}</text>')  # fmt: skip
    return Markup("").join(
        made.format(y=at.y(number), base=at.y(number) + 4, name=label(line.form, number, step)) for number in numbers
    )


def _dates(weeks: Sequence[Week], at: _At) -> Markup:
    """Every so many weeks, counted back from the latest."""
    every = max(-(-len(weeks) // DATES), 1)
    named = list(weeks)[::-1][::every]
    made = Markup('<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>')
    return Markup("").join(made.format(at.x(week.last), BOTTOM + 18, day(week.last)) for week in named)


def _marks(marks: Sequence[Mark], at: _At) -> list[Markup]:
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


def _band(weeks: Sequence[Week], at: _At) -> list[Markup]:
    """The usual swing and its middle, over each run of weeks that have one."""
    found = []
    for known, run in groupby(weeks, key=lambda week: week.upper is not None and week.lower is not None):
        if known:
            inside = list(run)
            upper = [(week.last, week.upper or 0.0) for week in inside]
            lower = [(week.last, week.lower or 0.0) for week in reversed(inside)]
            centre = [(week.last, week.centre) for week in inside if week.centre is not None]
            found.append(Markup('<path class="band" d="{}Z"/>').format(at.path([*upper, *lower])))
            found.append(Markup('<path class="centre" d="{}"/>').format(at.path(centre)))
    return found


def _values(weeks: Sequence[Week], at: _At) -> Markup:
    """The line through the values; weeks without one leave a gap."""
    runs = [[(week.last, week.value) for week in run if week.value is not None]
            for known, run in groupby(weeks, key=lambda week: week.value is not None) if known]  # fmt: skip
    return Markup('<path class="value" d="{}"/>').format(" ".join(map(at.path, runs))) if runs else Markup("")


def _point(line: Line, week: Week, at: _At) -> Markup:
    """One week: a dot, hollow where it is not judged, a triangle to its side where it is of a signal."""
    if week.value is None:
        return Markup("")
    x, y, told = at.x(week.last), at.y(week.value), _said(line, week)
    if not week.signal or week.ignored:
        size = 3 if week is line.now or week.ignored else 2
        made = Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>')
        return made.format("left-out" if week.ignored else "dot", x, y, size, told)
    is_up = week.value >= (week.centre or 0.0)
    tone = "better" if is_up == (line.good == "better") else "worse"
    shape = f"M{x:.1f},{y - 5:.1f}l4.5,8h-9Z" if is_up else f"M{x:.1f},{y + 5:.1f}l4.5,-8h-9Z"
    return Markup('<path class="{}" d="{}"><title>{}</title></path>').format(f"signal {tone}", shape, told)


def _said(line: Line, week: Week) -> str:
    said = f"w/e {day(week.last, year=True)}: {value(line.form, week.value, week.of)}"
    if week.lower is not None and week.upper is not None:
        said += f", usually {value(line.form, week.lower, 1000)} to {value(line.form, week.upper, 1000)}"
    return said + (", a planned date: not judged" if week.ignored else "")


def _target(line: Line, at: _At) -> Markup:
    made = Markup('<path class="target" d="M{},{:.1f}H{}"/>')
    return Markup("") if line.target is None else made.format(LEFT, at.y(line.target), RIGHT)


def _names(line: Line, at: _At) -> Markup:
    """What the lines are, at their right ends; moved apart where they would cover each other."""
    now = line.now
    found = [] if now.value is None else [(at.y(now.value), "now", value(line.form, now.value, now.of))]
    if now.upper is not None and now.lower is not None:
        edges = (now.upper, now.lower)
        edge = edges[0] if now.value is None else max(edges, key=lambda edge: abs(edge - (now.value or 0.0)))
        found.append((at.y(edge), "usual", "usual"))
    if line.target is not None:
        found.append((at.y(line.target), "target", "target"))
    places = apart([y for y, _, _ in found], 14, TOP, BOTTOM)
    made = Markup('<text class="name {}" x="{}" y="{:.1f}">{}</text>')
    placed = zip(places, found, strict=True)
    return Markup("").join(made.format(kind, RIGHT + 8, y + 4, text) for y, (_, kind, text) in placed)


def _told(line: Line, weeks: Sequence[Week]) -> str:
    """The figure in words, for those who do not see it."""
    signals = sum(week.signal for week in weeks)
    first = f"{name(line)}, {len(weeks)} weeks to {day(line.now.last, year=True)}. {_said(line, line.now)}."
    return f"{first} Weeks of a signal: {signals}."


# What carries a change ------------------------------------------------------------------------------------------------


def _step(line: Line, part: Part, span: tuple[float, float], number: int, across: Scale) -> Markup:
    tone = "chance" if not part.sure else "better" if (part.carried > 0) == (line.good == "better") else "worse"
    return _row(part.segment, carried(line.form, part.carried), tone, span, number, across)


def _row(name: str, number: str, tone: str, span: tuple[float, float], place: int, across: Scale) -> Markup:
    x, to = sorted(map(across, span))
    made = Markup('<g class="step {tone}"><title>{whole} {number}</title><text x="0" y="{text}">{name}</text>'
                  '<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{height}"/>'
                  '<text x="{right}" y="{text}" text-anchor="end">{number}</text></g>')  # fmt: skip
    return made.format(tone=tone, whole=name, number=number, name=cut(name, NAME), x=x, top=place * ROW + 5,
                       width=max(to - x, ENDS), height=ROW - 8, text=place * ROW + 16, right=WIDTH)  # fmt: skip
