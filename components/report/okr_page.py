"""A meeting over objectives as one HTML file that needs nothing else: to read on a telephone, to send, to print."""

from dataclasses import dataclass

from markupsafe import Markup

from components import marks, okr_bullet, okr_tables
from components import okr_definition_words as definition_words
from components import okr_words as words
from components.report import sheet
from components.report.story import story
from components.report.text import rich, tame
from queries.okr.meeting import Meeting, MeetingNote
from queries.okr.results import Aim, Result

CELLS = ("Base → now → target", "Pace", "Status", "Forecast", "Confidence", "Owner")


@dataclass(frozen=True)
class Part:
    """What the page tells of a key result. cells: what its row of the table says; tone: better, worse or neither."""

    found: Result
    cells: list[str]
    bullet: Markup
    tone: str
    status: str
    said: Markup
    story: Markup
    head: Markup
    lines: list[Markup]
    note: MeetingNote | None


@dataclass(frozen=True)
class Objective:
    """What the page tells of an objective."""

    title: str
    said: Markup
    parts: list[Part]


def html(meeting: Meeting) -> str:
    """The meeting as a page."""
    meeting = tame(meeting)
    board = meeting.board
    return sheet.rendered(
        "check_in.html.jinja", meeting=meeting, board=board, span=words.span(board), how=rich(definition_words.HOW),
        answer=rich(words.answer(board)), grades=[rich(said) for said in grades(meeting)], owed=board.owing,
        aims=[Objective(aim.title, rich(words.objective(aim)), _parts(aim, meeting)) for aim in board.aims],
        definitions=[rich(said) for said in definitions(meeting)],
    )  # fmt: skip


def grades(meeting: Meeting) -> list[str]:
    """How each key result of a closed cycle ended; nothing of one that is open."""
    given = meeting.ending.grades if meeting.ending else {}
    return [words.graded(found, given[found.asked.id]) for found in meeting.board.results if found.asked.id in given]


def definitions(meeting: Meeting) -> list[str]:
    """What each metric counts, once."""
    return list(dict.fromkeys(filter(None, map(definition_words.definition, meeting.board.results))))


def _parts(aim: Aim, meeting: Meeting) -> list[Part]:
    rows = okr_tables.key_results(aim.results, meeting.board.today).rows(named=True)
    return [_part(found, [row[name] for name in CELLS], meeting)
            for found, row in zip(aim.results, rows, strict=True)]  # fmt: skip


def _part(found: Result, cells: list[str], meeting: Meeting) -> Part:
    metric, bullet, last = found.asked.metric or "", okr_bullet.bullet(found), found.last
    concerned = marks.concerning(meeting.marks, metric, metric.partition(".")[2] or None)
    drawn = okr_bullet.svg(bullet, sheet.VARIABLES, cells[0]) if bullet else ""
    return Part(
        found, cells, Markup(drawn), bullet.tone if bullet else "", words.MARKS[found.judged.status],
        rich(words.sentence(found)), story(found, concerned), rich(words.check_in_head(last, found) if last else ""),
        [rich(line) for line in words.check_in_lines(last)] if last else [], meeting.notes.get(found.asked.id),
    )  # fmt: skip
