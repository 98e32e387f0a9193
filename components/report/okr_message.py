"""A meeting over objectives as a message for a chat: where each key result stands, and what its owner says."""

from components import okr_words as words
from components.report.okr_page import grades
from components.report.text import chat, cut, tame
from components.theme import day
from components.words import md
from queries.okr.meeting import Meeting
from queries.okr.results import Aim, Result

NAME = 60  # letters of a name


def markdown(meeting: Meeting) -> str:
    """The meeting in short, as Markdown that a chat shows as it is meant; names are shown, not obeyed."""
    meeting = tame(meeting)
    board = meeting.board
    title = f"**{md(cut(meeting.product, NAME))}, check-in of {day(board.today, year=True)}: {md(board.cycle)}**"
    ending = meeting.ending
    closed = [f"Closed on {day(ending.day, year=True)} by {md(ending.by)}:"] if ending else []
    blocks = [
        "\n\n".join(map(chat, (title, words.answer(board)))),
        "\n- ".join(map(chat, [*closed, *grades(meeting)])),
        *(_objective(aim, meeting) for aim in board.aims),
        f"{words.span(board)}. As of {day(meeting.as_of, year=True)}.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _objective(aim: Aim, meeting: Meeting) -> str:
    return "\n".join([chat(words.objective(aim)), *(_key_result(found, meeting) for found in aim.results)])


def _key_result(found: Result, meeting: Meeting) -> str:
    last, note = found.last, meeting.notes.get(found.asked.id)
    said = [f"{words.check_in_head(last, found)}", *words.check_in_lines(last)] if last else []
    owes = [f"{md(found.asked.owner)} owes a check-in."] if found.stale else []
    noted = [f"Note: {md(note.text)}"] if note else []
    return "\n".join([f"- {chat(words.sentence(found))}", *(f"  {chat(line)}  " for line in [*said, *owes, *noted])])
