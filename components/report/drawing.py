"""The figures of a report as SVG inside its page: a metric within its usual swing, and what carries its change."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from components.report import plot
from components.report.plot import Plot
from components.report.text import cut
from components.review_charts import drawn
from components.review_words import carried, name, value
from components.scale import Scale
from components.theme import day
from queries.review import Line, Mark, Part, Week, Why

WEEKS = 26  # drawn
ROW, BARS, ENDS = 22, (128, 296), 2  # of the steps: their height, where bars lie, how thin one may be
NAME = 18  # letters of a segment beside its step


def swing(line: Line, marks: Sequence[Mark] = ()) -> Markup:
    """A metric week by week within its usual swing; the weeks of a signal point to their side."""
    weeks = line.weeks[-WEEKS:]
    at = plot.room(weeks[0].last, weeks[-1].last, _numbers(line, weeks))
    parts = [plot.grid(line.form, at), plot.dates([week.last for week in weeks], at), *plot.marks(marks, at),
             *_band(weeks, at), _target(line, at), _values(weeks, at), *(_point(line, week, at) for week in weeks),
             _names(line, at)]  # fmt: skip
    return plot.figure(plot.HEIGHT, _told(line, weeks), Markup("").join(parts))


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
    return plot.figure(ROW * len(rows) + 4, told, zero + Markup("").join(rows))


# A metric within its usual swing --------------------------------------------------------------------------------------


def _numbers(line: Line, weeks: Sequence[Week]) -> list[float]:
    found = [n for week in weeks for n in (week.value, week.lower, week.upper) if n is not None]
    return found if line.target is None else [*found, line.target]


def _band(weeks: Sequence[Week], at: Plot) -> list[Markup]:
    """The usual swing and its middle, over each run of weeks that have one."""
    found = []
    for known, run in groupby(weeks, key=lambda week: week.upper is not None and week.lower is not None):
        if known:
            inside = list(run)
            upper = [(week.last, week.upper or 0.0) for week in inside]
            lower = [(week.last, week.lower or 0.0) for week in reversed(inside)]
            centre = [(week.last, week.centre) for week in inside if week.centre is not None]
            found += [plot.path("band", f"{at.path([*upper, *lower])}Z"), plot.path("centre", at.path(centre))]
    return found


def _values(weeks: Sequence[Week], at: Plot) -> Markup:
    """The line through the values; weeks without one leave a gap."""
    runs = [[(week.last, week.value) for week in run if week.value is not None]
            for known, run in groupby(weeks, key=lambda week: week.value is not None) if known]  # fmt: skip
    return plot.path("value", " ".join(map(at.path, runs))) if runs else Markup("")


def _point(line: Line, week: Week, at: Plot) -> Markup:
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


def _target(line: Line, at: Plot) -> Markup:
    across = "" if line.target is None else f"M{plot.LEFT},{at.y(line.target):.1f}H{plot.RIGHT}"
    return plot.path("target", across) if across else Markup("")


def _names(line: Line, at: Plot) -> Markup:
    now = line.now
    found = [] if now.value is None else [(at.y(now.value), "now", value(line.form, now.value, now.of))]
    if now.upper is not None and now.lower is not None:
        edges = (now.upper, now.lower)
        edge = edges[0] if now.value is None else max(edges, key=lambda edge: abs(edge - (now.value or 0.0)))
        found.append((at.y(edge), "usual", "usual"))
    if line.target is not None:
        found.append((at.y(line.target), "target", "target"))
    return plot.names(found)


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
                       width=max(to - x, ENDS), height=ROW - 8, text=place * ROW + 16, right=plot.WIDTH)  # fmt: skip
