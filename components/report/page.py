"""A review as one HTML file that needs nothing else: to read on a telephone, to send, to print."""

from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from components import marks, review_notes, review_words
from components.report import drawing, plot, sheet
from components.report.text import rich, tame
from queries.review import Line, Mark, Review, Task
from queries.review.lines import ranked

WEEKS = 6  # in the table of all metrics


@dataclass(frozen=True)
class Finding:
    """What the page tells of a line that changed. tone: better, worse or neither. about: marks that are drawn."""

    line: Line
    verdict: str
    tone: str
    said: Markup
    why: Markup
    swing: Markup
    steps: Markup
    about: list[Mark]
    notes: list[str]
    tasks: list[Task]


def html(review: Review, closed_by: str = "") -> str:
    """The review as a page. closed_by: who closed it, where somebody has."""
    review = tame(review)
    return sheet.rendered(
        "review.html.jinja", review=review, closed_by=closed_by, answer=rich(review_words.answer(review)),
        earlier=[(task, rich(review_notes.about(review, task))) for task in still_open(review)],
        findings=[_finding(line, review) for line in changed(review)],
        general=[note.text for note in review.notes if not note.metric], others=_others(review),
        lasts=_lasts(review), months=_months(review), labels=labels(review), w=review_words,
    )  # fmt: skip


def changed(review: Review) -> list[Line]:
    """The lines that are told one by one: what is real, what goes on, what to watch."""
    return [line for line in ranked(review.lines) if line.verdict in ("real", "watch")]


def still_open(review: Review) -> list[Task]:
    """What was decided in earlier weeks and is not done, the first due first."""
    earlier = [task for task in review.tasks if task.week < review.week and task.status == "open"]
    return sorted(earlier, key=lambda task: task.due or date.max)


def labels(review: Review) -> dict[str, str]:
    """The id of a line -> what people call it."""
    return {line.id: review_words.name(line) for line in review.lines}


def _finding(line: Line, review: Review) -> Finding:
    days = line.weeks[-drawing.WEEKS:]
    concerned = marks.concerning(review.marks, line.key, line.feature)
    about = plot.seen(concerned, days[0].last, days[-1].last)
    tone = "" if line.verdict != "real" else "better" if line.better else "worse"
    return Finding(
        line, review_words.verdict(line, review.week), tone,
        rich(review_words.sentence(line, review.week)), rich(review_words.why(line, review.week)),
        drawing.swing(line, about), drawing.steps(line, line.why[0]) if line.why else Markup(""), about,
        [note.text for note in review.notes if note.metric == line.id],
        [task for task in review.tasks if task.metric == line.id and task.week == review.week],
    )  # fmt: skip


def _others(review: Review) -> list[tuple[str, str | Task]]:
    """Notes and actions of this week about what did not change: the metric, and what was said or decided."""
    told, names = {line.id for line in changed(review)}, labels(review)
    notes = [note for note in review.notes if note.metric and note.metric not in told]
    tasks = [task for task in review.tasks if task.week == review.week and task.metric not in told]
    said = [(names.get(note.metric, note.metric), note.text) for note in notes]
    return [*said, *((names.get(task.metric, task.metric), task) for task in tasks)]


def _lasts(review: Review) -> list[date]:
    """The last days of the weeks in the table, the oldest first."""
    return sorted({week.last for line in review.lines for week in line.weeks[-WEEKS:]})[-WEEKS:]


def _months(review: Review) -> list[date]:
    """The first days of the months that any line has, the oldest first; the last twelve."""
    return sorted({span.first for line in review.lines for span in line.months})[-12:]
