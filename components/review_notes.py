"""What people wrote in the weekly review, in words; and what has changed since a review was closed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from components.review_words import change, definition, name, target, value, verdict
from components.theme import day
from components.words import md
from queries.review import Line, Mark, Review, Said, Task


def with_words(counted: Review, marks: Sequence[Mark], tasks: Sequence[Task], notes: Sequence[Said]) -> Review:
    """The review with what people wrote: all that is known to have happened by the end of its week."""
    return replace(counted, marks=tuple(mark for mark in marks if mark.day <= counted.week), tasks=tuple(tasks),
                   notes=tuple(notes))  # fmt: skip


def task(one: Task, about: str = "") -> str:
    """An action in a line: who, what, until when; about: what became of its metric."""
    due = f", due {day(one.due)}" if one.due else ""
    return f"**{md(one.owner)}**: {md(one.text)}{due}, {one.status}{f' ({about})' if about else ''}"


def decided(review: Review, line: Line) -> str:
    """The actions of this review about a line, in a few words."""
    mine = [one for one in review.tasks if (one.week, one.metric) == (review.week, line.id)]
    return "; ".join(f"{one.owner}: {one.text}" + (f", due {day(one.due)}" if one.due else "") for one in mine)


def about(review: Review, one: Task) -> str:
    """What an action is about: its metric, how far that moved since the week of the action, and how it reads now."""
    line = next((line for line in review.lines if line.id == one.metric), None)
    if line is None:
        return md(one.metric)
    then = next((week.value for week in line.weeks if week.last == one.week), None)
    moved = change(line.form, line.now.value, then, line.now.of)
    since = f" {moved} since then, now {verdict(line, review.week)}" if moved else ""
    return f"{md(name(line))}{since}"


def since_closed(was: Review, now: Review) -> list[str]:
    """What differs from a closed review: numbers (late data), verdicts, definitions, metrics, and what was written."""
    found = ["What is counted has been defined anew since."] if was.definitions != now.definitions else []
    today = {line.id: line for line in now.lines}
    for line in was.lines:
        other = today.pop(line.id, None)
        if other is None:
            found.append(f"{md(name(line))} is no longer reviewed.")
        else:
            found += [f"{md(name(line))} {said}" for said in _of_line(line, other)]
    new = [f"{md(name(line))} is reviewed now, and was not." for line in today.values()]
    return [*found, *new, *_written(was, now)]


def _of_line(was: Line, now: Line) -> Iterator[str]:
    pairs = [(value(line.form, line.now.value, line.now.of), verdict(line, line.now.last)) for line in (was, now)]
    for before, after in zip(*pairs, strict=True):
        if before != after:
            yield f"was {before} and is {after} now."
    earlier = {week.last: value(was.form, week.value, week.of) for week in was.weeks[:-1]}
    other = {week.last: value(now.form, week.value, week.of) for week in now.weeks[:-1]}
    if changed := sum(earlier.get(last) != other.get(last) for last in earlier.keys() | other.keys()):
        yield f"has other numbers now in {changed} earlier {'week' if changed == 1 else 'weeks'}."
    if was.target != now.target:
        yield f"had the target {target(was) or 'none'}, and has {target(now) or 'none'} now."
    if was.definition != now.definition:
        yield f"is defined anew: {md(definition(now))}"


def _written(was: Review, now: Review) -> Iterator[str]:
    """What people wrote since."""
    each = (("Notes", was.notes, now.notes), ("Actions", was.tasks, now.tasks), ("Marks", was.marks, now.marks))
    for what, before, after in each:
        if set(before) != set(after):
            yield f"{what} have been written, changed or removed."
