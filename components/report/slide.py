"""A review as one page for a talk: the finding as its title, a chart to edit, what changed, and how it is made."""

from dataclasses import replace
from datetime import date
from typing import Any

from pptx.enum.chart import XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE

from components import review_words
from components.report import deck
from components.report.deck import Drawn
from components.report.page import changed
from components.report.text import cut, tame
from components.theme import LIGHT, day
from components.words import spoken
from queries.review import Line, Review, Week

WEEKS = 26  # drawn
ROWS, NAME = 6, 60  # of what changed; letters of a metric
WIDTHS = (1.55, 0.62, 0.72, 0.74, 0.85)  # inches of the columns of what changed


def pptx(review: Review) -> bytes:
    """The review as a page of 16:9 with a native chart of the first real change, or else of the first line."""
    review = tame(review)
    made, line = deck.begun(), told(review)
    head = review_words.head(review)
    finding = spoken(review_words.sentence(line, review.week)) if line else head
    page = deck.page(made, head, finding, _notes(review))
    if line:
        _chart(page, line)
        deck.table(page, "What changed", _rows(review), WIDTHS, texts=(0, 4))
        if line.verdict in ("real", "watch"):
            deck.text(page, 5.95, cut(spoken(review_words.why(line, review.week)), 230), 14, LIGHT.ink)
    deck.footnote(page, footnote(review, line))
    return deck.content(made)


def told(review: Review) -> Line | None:
    """The line that the page is about: the first real change, else the first of all."""
    real = [line for line in changed(review) if line.verdict == "real"]
    found = next(iter([*real, *review.lines]), None)
    return found and replace(found, label=cut(found.label, NAME))  # or a long one would leave no room for the finding


def footnote(review: Review, line: Line | None) -> str:
    """Which product, week and state of the data, what is counted, and how the limits are made."""
    said = f"{cut(review.product, NAME)}, week to {day(review.week, year=True)}, as of {day(review.as_of, year=True)}."
    if line is None:
        return said
    limits = f"Limits: the mean ± 2.66 × the mean moving range{', along its trend' if line.trended else ''}."
    return f"{said} {review_words.name(line)}: {review_words.definition(line)} {limits}"


def _notes(review: Review) -> str:
    """What to say: every change in words, and what was noted of it."""
    said = [review_words.answer(review)]
    for line in changed(review):
        said.append(f"{review_words.sentence(line, review.week)} {review_words.why(line, review.week)}")
    return "\n".join([spoken(text) for text in said] + [note.text for note in review.notes])


def _chart(page: Any, line: Line) -> None:
    weeks = line.weeks[-WEEKS:]
    told = spoken(review_words.sentence(line, line.now.last))
    chart = deck.chart(page, [week.last for week in weeks], lines(line, weeks), line.form, told)
    _signals(chart.plots[0].series[0], line, weeks)


def lines(line: Line, weeks: tuple[Week, ...]) -> list[Drawn]:
    """What is drawn: the metric, the limits and middle of its usual swing, and its target where it has one."""
    found = [
        Drawn(review_words.name(line), [week.value for week in weeks], LIGHT.categorical[0], points=True),
        Drawn("Upper limit", [week.upper for week in weeks], LIGHT.context),
        Drawn("Middle", [week.centre for week in weeks], LIGHT.context, dash=MSO_LINE.ROUND_DOT),
        Drawn("Lower limit", [week.lower for week in weeks], LIGHT.context),
    ]
    return found if line.target is None else [*found, Drawn("Target", [line.target] * len(weeks), LIGHT.ink)]


def _signals(drawn: Any, line: Line, weeks: tuple[Week, ...]) -> None:
    for place, week in enumerate(weeks):
        if week.signal and not week.ignored and week.value is not None:
            is_up = week.value >= (week.centre or 0.0)
            marker = drawn.points[place].marker
            marker.style, marker.size = XL_MARKER_STYLE.TRIANGLE if is_up else XL_MARKER_STYLE.DIAMOND, 8
            deck.fill(marker, LIGHT.better if is_up == (line.good == "better") else LIGHT.worse)


def _rows(review: Review) -> list[list[str]]:
    """What changed, or the first lines where nothing did; its head first."""
    lines = changed(review) or list(review.lines)
    more = [[f"and {len(lines) - ROWS} more", "", "", "", ""]] if len(lines) > ROWS else []
    return [["Metric", day(review.week), "WoW", "YoY", "Verdict"],
            *(_row(line, review.week) for line in lines[:ROWS]), *more]  # fmt: skip


def _row(line: Line, now: date) -> list[str]:
    shown = review_words.value(line.form, line.now.value, line.now.of)
    return [cut(review_words.name(line), 40), shown, review_words.against(line, 1), review_words.against(line, 52),
            review_words.verdict(line, now).replace(" since ", " ")]  # fmt: skip
