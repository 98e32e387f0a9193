"""A meeting over a cycle, as it is taken away: the board as who takes it sees it, what was noted, and how it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from queries.okr.results import Board
from queries.review import Mark


@dataclass(frozen=True)
class MeetingNote:
    """What a meeting said of a key result."""

    day: date
    author: str
    text: str


@dataclass(frozen=True)
class Ending:
    """How a cycle was closed. grades: by the id of a key result, None for one without a value."""

    day: date
    by: str
    grades: Mapping[str, float | None]


@dataclass(frozen=True)
class Meeting:
    """All that is said of a cycle on a day. as_of: the day of the data; notes: the last of each key result, by its id.

    marks: what is known to have happened.
    """

    product: str
    as_of: date
    board: Board
    notes: Mapping[str, MeetingNote] = field(default_factory=dict)
    ending: Ending | None = None
    marks: tuple[Mark, ...] = ()
