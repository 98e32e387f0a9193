"""The story of a key result as SVG inside a page: its values, what was due, where it leads, and the check-ins."""

from collections.abc import Sequence
from datetime import timedelta

from markupsafe import Markup

from components import okr_story
from components.okr_definition_words import until
from components.okr_story import Story, is_share
from components.okr_words import sentence, value
from components.report import plot
from components.report.plot import Plot
from components.theme import day
from components.words import spoken
from queries.metrics import Form
from queries.okr.results import Result
from queries.review import Mark

STEP = timedelta(days=7)  # between the days that may be named


def story(found: Result, marks: Sequence[Mark] = ()) -> Markup:
    """The values as a strong line, what was due as a thin one, the forecast dashed in its band, check-ins as diamonds.

    Nothing where there is no value.
    """
    told = okr_story.story(found)
    if not told.points:
        return Markup("")
    first, last = told.days[0], told.days[-1]
    at = plot.room(first, last, told.values)
    days = [last - STEP * back for back in range((last - first) // STEP + 1)][::-1]
    seen = plot.seen(marks, first, last)
    parts = [plot.grid(_form(found), at), plot.dates(days, at), *plot.marks(seen, at), *_ahead(found, told, at),
             _line("required", [(one.day, one.value) for one in told.required], at),
             _line("value", [(one.day, one.value) for one in told.points], at), *_points(found, told, at),
             *_check_ins(found, told, at), plot.names(_names(found, told, at))]  # fmt: skip
    return plot.figure(plot.HEIGHT, spoken(sentence(found)), Markup("").join(parts))


def _form(found: Result) -> Form:
    return "rate" if is_share(found) else found.series.form or "level"


def _line(kind: str, points: Sequence[tuple[object, float]], at: Plot) -> Markup:
    return plot.path(kind, at.path(points)) if points else Markup("")  # type: ignore[arg-type]


def _ahead(found: Result, told: Story, at: Plot) -> list[Markup]:
    if not told.ahead:
        return []
    high = [(one.day, one.forecast.high) for one in told.ahead]
    low = [(one.day, one.forecast.low) for one in reversed(told.ahead)]
    lead = [(told.points[-1].day, told.points[-1].value), *((one.day, one.forecast.value) for one in told.ahead)]
    return [plot.path("band", f"{at.path([*high, *low])}Z"), _line("lead", lead, at)]


def _points(found: Result, told: Story, at: Plot) -> list[Markup]:
    made = Markup('<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>')
    return [made.format(at.x(one.day), at.y(one.value), 3 if one is told.points[-1] else 2,
                        f"{until(found, one.day)}: {value(found, one.value, 1000, str)}")
            for one in told.points]  # fmt: skip


def _check_ins(found: Result, told: Story, at: Plot) -> list[Markup]:
    made = Markup('<path class="said" d="M{:.1f},{:.1f}l5,5l-5,5l-5,-5Z"><title>{}</title></path>')
    return [made.format(at.x(said.day), at.y(known) - 5, f"check-in {day(said.day, year=True)}")
            for said, known in told.check_ins]  # fmt: skip


def _names(found: Result, told: Story, at: Plot) -> list[tuple[float, str, str]]:
    """What stands at the right: the value, the target, and where it leads."""
    now, lead = told.points[-1], found.judged.forecast
    names = [(at.y(now.value), "now", value(found, now.value, found.series.of, str))]
    if told.required:
        names.append((at.y(told.required[-1].value), "target", value(found, told.required[-1].value, 1000, str)))
    if lead:
        names.append((at.y(lead.value), "usual", f"→ {value(found, lead.value, 1000, str)}"))
    return names
