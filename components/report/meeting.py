"""The meeting over a cycle, as the page shows it and as it is taken away: the board, and what people wrote."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from typing import cast
from zoneinfo import ZoneInfo

from components import okr_kept
from components.okr_kept import Written
from queries import access, config, metrics, snapshot, store
from queries.access import Right, Viewer
from queries.activity import Activity
from queries.errors import InsightsError, did_you_mean
from queries.okr import board
from queries.okr.meeting import Ending, Meeting, MeetingNote
from queries.okr.results import Board
from queries.product import Product
from queries.review import Mark
from queries.store import Cycle, Kept
from queries.store import MeetingNote as KeptNote

NO_CYCLE = "There is no cycle yet; an admin adds one on the page OKRs."


def made(viewer: Viewer, name: str | None, now: datetime) -> Meeting:
    """The meeting over a cycle, by default over that of today, with no group too small for others to see.

    Raises InsightsError where there is no such cycle, and where data or store cannot be read.
    """
    product = snapshot.product()
    activity = snapshot.load(access.sharing(viewer, product))
    today = now.astimezone(ZoneInfo(product.timezone)).date()
    opened = store.connect(config.store())
    kept = opened.used_by(viewer.name, lambda right: access.check(viewer, cast(Right, right)))
    try:
        found = okr_kept.read(kept, product.name)
        cycle = _cycle(found, name or okr_kept.latest(found.cycles, today))
        seen = [Mark(**asdict(one.content)) for one in kept.annotations.list(product.name)]
        return of(product, activity, found, cycle, counted(product, activity, found, cycle, today),
                  kept.meeting_notes.list(product.name), seen)  # fmt: skip
    finally:
        opened.close()


def counted(product: Product, activity: Activity, found: Written, cycle: Kept[Cycle], today: date) -> Board:
    """A cycle on a day, from the data as far as a viewer may see it. activity: of all units they may see."""
    known = metrics.catalogue(activity, product.activation)

    def defined(key: str) -> str:
        return metrics.definition_hash(known[key], product) if key in known else ""

    return board.board(okr_kept.gathered(found, cycle, defined), activity, known, today)


def of(
    product: Product, activity: Activity, found: Written, cycle: Kept[Cycle], made: Board,
    notes: Iterable[Kept[KeptNote]], seen: Iterable[Mark],
) -> Meeting:  # fmt: skip
    """The meeting over a board. notes: of all days, the oldest first; seen: what is known to have happened."""
    ids = {result.asked.id for result in made.results}
    last = {kept.content.key_result: MeetingNote(kept.content.day, kept.changed_by, kept.content.text)
            for kept in notes if kept.content.key_result in ids}  # fmt: skip
    return Meeting(product.name, activity.calendar.as_of, made, last, _ending(found, cycle, ids), tuple(seen))


def _ending(found: Written, cycle: Kept[Cycle], ids: set[str]) -> Ending | None:
    if cycle.content.closed is None:
        return None
    grades = {kept.content.key_result: kept.content.grade for kept in found.grades if kept.content.key_result in ids}
    return Ending(cycle.content.closed, cycle.changed_by, grades)


def _cycle(found: Written, name: str) -> Kept[Cycle]:
    cycle = found.cycle(name)
    if cycle is None and found.cycles:
        names = [kept.content.name for kept in found.cycles]
        raise InsightsError(f"There is no cycle “{name}”; {did_you_mean(name, names)}")
    if cycle is None:
        raise InsightsError(NO_CYCLE)
    return cycle
