"""A meeting over objectives as pages for a talk: one over all key results, then one for each, furthest behind first."""

from datetime import date
from typing import Any

from pptx.enum.dml import MSO_LINE

from components import okr_definition_words as definition_words
from components import okr_story, okr_tables
from components import okr_words as words
from components.report import deck
from components.report.deck import Drawn
from components.report.okr_page import grades
from components.report.text import cut, tame, width
from components.theme import LIGHT, day
from components.words import spoken
from queries.okr.meeting import Meeting
from queries.okr.pace import due
from queries.okr.results import Result

ROWS = 12  # key results in the table
NAME, OUTLOOK = 60, 330  # letters of a name, and of where it leads
LETTERS, SAID = 46, 92  # in a line beside a chart, and of what was said there; the notes have all of it
COLUMNS = {"Key result": 3.2, "Base → now → target": 2.6, "Pace": 0.9, "Status": 1.2, "Forecast": 1.9,
           "Confidence": 1.1, "Owner": 1.2}  # fmt: skip
TEXTS = (0, 3, 6)


def pptx(meeting: Meeting) -> bytes:
    """The meeting as pages of 16:9, each key result with a native chart of its story."""
    meeting, made = tame(meeting), deck.begun()
    _all(made, meeting)
    for found in meeting.board.results:
        _one(made, meeting, found)
    return deck.content(made)


def _all(made: Any, meeting: Meeting) -> None:
    board = meeting.board
    said = [spoken(text) for text in (words.answer(board), *map(words.objective, board.aims), *grades(meeting))]
    page = deck.page(made, _head(meeting), spoken(words.answer(board)), "\n".join(said))
    if board.results:
        rows = okr_tables.key_results(board.results, board.today).select(list(COLUMNS)).rows()
        more = [[f"and {len(rows) - ROWS} more", *[""] * (len(COLUMNS) - 1)]] if len(rows) > ROWS else []
        cells = [[cut(str(cell), NAME) for cell in row] for row in rows[:ROWS]]
        deck.table(page, "Key results", [list(COLUMNS), *cells, *more], list(COLUMNS.values()), TEXTS)
    deck.footnote(page, f"{words.span(board)}. {_foot(meeting)}")


def _one(made: Any, meeting: Meeting, found: Result) -> None:
    aim = next(aim for aim in meeting.board.aims if found in aim.results)
    note = meeting.notes.get(found.asked.id)
    said = [line for one in found.asked.said[::-1]
            for line in (words.check_in_head(one, found), *words.check_in_lines(one))]  # fmt: skip
    notes = "\n".join([*map(spoken, said), *([note.text] if note else [])])
    page = deck.page(made, f"{_head(meeting)} · {cut(aim.title, NAME)}", spoken(words.stands(found)), notes)
    _chart(page, found)
    top = 2.0
    for text, size, color in _beside(found, note.text if note else ""):
        deck.text(page, top, text, size, color, left=deck.MIDDLE)
        top += 0.26 * -(-width(text) // LETTERS) + 0.12
    deck.text(page, 5.95, cut(spoken(words.outlook(found)), OUTLOOK), 14, LIGHT.ink)
    deck.footnote(page, " ".join(filter(None, (spoken(definition_words.definition(found)), _foot(meeting)))))


def _chart(page: Any, found: Result) -> None:
    told = okr_story.story(found)
    if not told.points:
        return
    days, form = list(told.days), "rate" if okr_story.is_share(found) else found.series.form or "typed"
    deck.chart(page, days, lines(found, days), form, spoken(words.sentence(found)), bridges=True)


def lines(found: Result, days: list[date]) -> list[Drawn]:
    """What is drawn on some days: the values, what was due, and where it leads with its range."""
    told, goal, main = okr_story.story(found), found.asked.goal, LIGHT.categorical[0]
    known = {point.day: point.value for point in told.points}
    first = told.required[0].day if told.required else goal.first
    asked = [None if on < first else goal.target if goal.stays else due(goal, on) for on in days]
    made = [Drawn(found.asked.title, [known.get(on) for on in days], main, points=True),
            Drawn("Due", asked if told.required else [None] * len(days), LIGHT.ink)]  # fmt: skip
    if not told.ahead:
        return made
    ahead, now = {one.day: one.forecast for one in told.ahead}, told.points[-1]
    lead = {now.day: now.value, **{on: one.value for on, one in ahead.items()}}
    return [*made, Drawn("Forecast", [lead.get(on) for on in days], main, dash=MSO_LINE.DASH),
            Drawn("19 of 20 above", [ahead[on].low if on in ahead else None for on in days], LIGHT.context),
            Drawn("19 of 20 below", [ahead[on].high if on in ahead else None for on in days],
                  LIGHT.context)]  # fmt: skip


def _beside(found: Result, note: str) -> list[tuple[str, int, str]]:
    """What the owner and the meeting say: text, size and colour."""
    last = found.last
    said = [spoken(line) for line in words.check_in_lines(last)] if last else []
    head = f"Last check-in: {spoken(words.check_in_head(last, found))}" if last else "Nobody has checked in yet."
    return [(cut(head, SAID), 12, LIGHT.muted), *((cut(line, SAID), 14, LIGHT.ink) for line in said),
            *([(f"Note: {cut(note, SAID)}", 12, LIGHT.muted)] if note else [])]  # fmt: skip


def _head(meeting: Meeting) -> str:
    return f"{cut(meeting.board.cycle, NAME)} · {words.head(meeting.board)}"


def _foot(meeting: Meeting) -> str:
    on = day(meeting.board.today, year=True)
    return f"{cut(meeting.product, NAME)}, check-in of {on}, data to {day(meeting.as_of, year=True)}."
