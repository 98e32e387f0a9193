"""A review as a message for a chat: what changed and why, and what is still to do."""

from components import review_words
from components.report.page import changed, labels, still_open
from components.report.text import chat, cut, tame
from components.theme import day
from components.words import md
from queries.review import Line, Review, Task

LONG, NAME = 140, 60  # letters of an action and of a metric


def markdown(review: Review) -> str:
    """The review in short, as Markdown that a chat shows as it is meant; names from the data are shown, not obeyed."""
    review = tame(review)
    title = f"**{md(review.product)}, week to {day(review.week, year=True)}**"
    lines = [title, review_words.answer(review)]
    real = [line for line in changed(review) if line.verdict == "real"]
    tasks, older = still_open(review), ", ".join(_since(line, review) for line in real if not line.is_news)
    blocks = [
        "\n\n".join(map(chat, lines)),
        "\n".join(f"- {chat(_change(line, review))}" for line in real if line.is_news),
        chat(f"Continuing: {older}." if older else ""),
        "\n".join(["Still to do:" if tasks else "", *(f"- {chat(_task(task, review))}" for task in tasks)]),
        f"As of {day(review.as_of, year=True)}.",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _change(line: Line, review: Review) -> str:
    owner = f" ({md(line.owner)})" if line.owner else ""
    return f"{review_words.sentence(line, review.week)}{owner} {review_words.why(line, review.week)}"


def _since(line: Line, review: Review) -> str:
    now = review_words.value(line.form, line.now.value, line.now.of)
    return f"**{md(cut(review_words.name(line), NAME))}** {now} {review_words.verdict(line, review.week)}"


def _task(task: Task, review: Review) -> str:
    due = f", due {day(task.due, now=review.week)}" if task.due else ""
    about = cut(labels(review).get(task.metric, task.metric), NAME)
    return f"{md(cut(task.text, LONG))} ({md(cut(task.owner, NAME))}{due}{'; ' if about else ''}{md(about)})"
