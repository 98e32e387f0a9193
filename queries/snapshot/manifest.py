"""What a snapshot is: facts, tables, and what the next one can begin from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from queries.calendar import Calendar, to_date
from queries.snapshot.increments import NOBODY, Carried, Gone, Reading
from queries.units import Tables

FORMAT = 5  # of the tables; a snapshot of an older one is made again


@dataclass(frozen=True)
class LeftOut:
    """Something that is counted nowhere, said on screen. n of `of`; of is 0 where there is no total to name."""

    n: int
    of: int
    what: str


@dataclass(frozen=True)
class Manifest:
    """The facts of a snapshot. Days are day numbers. features: keys in the order of their codes 1, 2, ...

    refreshed_at, full_at: when it was made, and when all events were last read for it; ISO text with a zone. files:
    what tells the files that were read from others. columns: what each column of the events held.
    gone: users that are gone from days read again. again_from: the first day that increments read again.
    """

    format: int
    definition: str
    product: str
    first_day: int
    as_of: int
    week_start: int
    refreshed_at: str
    features: tuple[str, ...]
    events: int
    users: int
    accounts: int
    left_out: tuple[LeftOut, ...] = ()
    full_at: str = ""
    files: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    gone: Gone = NOBODY
    again_from: int = 0

    @property
    def calendar(self) -> Calendar:
        return Calendar(to_date(self.first_day), to_date(self.as_of), self.week_start)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A manifest and the tables it speaks of.

    carried: how the base is carried on; then rows, account_rows and member_rows are what is added to those of the base.
    raw: all rows that were read, where everything was put together. reading: what the next increment begins from.
    first_read: from which day (a number) on the events were read; why_full: why that was all of them, or empty.
    """

    manifest: Manifest
    tables: Tables
    carried: Carried | None = None
    raw: pl.DataFrame | None = None
    reading: Reading | None = None
    first_read: int = 0
    why_full: str = ""
