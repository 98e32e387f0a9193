"""What the events are like, by day and event name: how many there are, how many can be counted, and why the others not.

Facts stand by day so that reading some days again replaces what was known of them. From them come the days that a
snapshot covers and what is said of the events that are left out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self, cast
from zoneinfo import ZoneInfo

import polars as pl

from queries.calendar import Calendar, day_number, to_date
from queries.errors import DataError
from queries.product import Product
from queries.snapshot.increments import Gone
from queries.snapshot.manifest import LeftOut
from queries.snapshot.people import in_words

USEFUL = pl.col("events") - pl.col("no_user") - pl.col("no_name")


@dataclass(frozen=True)
class Reached:
    """How far the data can go: today, and the day on which its files were last written, if they are files (numbers)."""

    today: int
    written: int | None = None

    @classmethod
    def at(cls, now: datetime, written: datetime | None, timezone: str) -> Self:
        zone = ZoneInfo(timezone)
        today = day_number(now.astimezone(zone).date())
        return cls(today, day_number(written.astimezone(zone).date()) if written else None)

    def last_full(self, last: int | None) -> int | None:
        """The last full day. last: the last with an event; it is not full if it was not over when it was written.

        A file that is older than its events was given another time, which says nothing.
        """
        return last - 1 if last is not None and last in (self.today, self.written) else last


def until(product: Product, today: int) -> int:
    """The last day (a number) that an event can truly be of. Raises DataError where `as_of` is not over yet."""
    if product.as_of is None:
        return today
    if day_number(product.as_of) >= today:
        raise DataError(f"`as_of` is {product.as_of}, a day that is not over yet; give an earlier day or leave it out.")
    return day_number(product.as_of)


def first_day(product: Product, facts: pl.DataFrame, until: int) -> int | None:
    """The first day with an event that can be counted."""
    return cast(int | None, _countable(product, facts, until)["day"].min())


def span(product: Product, facts: pl.DataFrame, reached: Reached) -> Calendar:
    """The days from the first event to the last day fully loaded. Raises DataError where there is none."""
    end = until(product, reached.today)
    first = first_day(product, facts, end)
    as_of = end if product.as_of else _last_full_day(product, facts, reached)
    if first is None or as_of is None or first > as_of:
        raise DataError(f"The events table {product.events.table!r} has no event that can be counted "
                        f"({facts['events'].sum():,} rows). {_reasons(product, facts, first, end)}")  # fmt: skip
    return Calendar(to_date(first), to_date(as_of), product.week_start)


def _countable(product: Product, facts: pl.DataFrame, until: int) -> pl.DataFrame:
    return facts.filter(pl.col("day").is_between(day_number(product.events.since), until), USEFUL > 0)


def _last_full_day(product: Product, facts: pl.DataFrame, reached: Reached) -> int | None:
    loaded = cast(int | None, facts["loaded_day"].max())
    if loaded is not None:
        return min(loaded, reached.today) - 1
    return reached.last_full(cast(int | None, _countable(product, facts, reached.today)["day"].max()))


def _reasons(product: Product, facts: pl.DataFrame, first: int | None, until: int) -> str:
    if first is not None:
        return f"The first day with events, {in_words(to_date(first))}, is not fully loaded yet."
    said = [f"{row.n:,} of {row.of:,} {row.what}" for row in left_out(product, facts, until)]
    return f"Why: {'; '.join(said)}." if said else "Load some events, or name another table in the product file."


def left_out(product: Product, facts: pl.DataFrame, until: int) -> list[LeftOut]:
    """The events that cannot be counted, by the first reason that holds."""
    day, total = pl.col("day"), int(facts["events"].sum())
    reasons = {
        "events had no user": pl.col("no_user"),
        "events had no time": pl.when(day.is_null()).then(pl.col("events") - pl.col("no_user")),
        "events had no name": pl.when(day.is_not_null()).then("no_name"),
        f"events were dated before {in_words(product.events.since)}":
            pl.when(day < day_number(product.events.since)).then(USEFUL),
        f"events were dated {beyond(product)}": pl.when(day > until).then(USEFUL),
    }  # fmt: skip
    counts = facts.select(count.sum().alias(what) for what, count in reasons.items()).row(0, named=True)
    return [LeftOut(n, total, what) for what, n in counts.items() if n]


def beyond(product: Product) -> str:
    """When what cannot have happened yet is dated."""
    return f"after {in_words(product.as_of)}" if product.as_of else "in the future"


def replaced(facts: pl.DataFrame, later: pl.DataFrame, first: int) -> pl.DataFrame:
    """The facts with those of the days from `first` on, and of no day, read again."""
    return pl.concat([facts.filter(pl.col("day") < first), later.drop("total")])


def gone(users: Gone) -> list[LeftOut]:
    """What to say of users who are gone from days that were read again, until everything is."""
    days = f"{in_words(to_date(users.first))} to {in_words(to_date(users.last))}"
    what = (f"users of {days} are gone from these days; what else of them was deleted or got another id shows at the "
            "next full refresh")  # fmt: skip
    return [LeftOut(users.n, users.of, what)] if users.n else []


def unseen(facts: pl.DataFrame, total: int, first: int) -> list[LeftOut]:
    """What came to, or went from, the days before `first` since they were read: the whole table's number tells."""
    known = int(facts["events"].sum())
    n = total - known
    before = in_words(to_date(first) - timedelta(days=1))
    if n == 0:
        return []
    what = "events came late, for days up to {}, and count from the next full refresh" if n > 0 else (
        "events of days up to {} were deleted and count until the next full refresh")  # fmt: skip
    return [LeftOut(abs(n), max(known, known + n), what.format(before))]
