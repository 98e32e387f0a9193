"""What a refresh would cost, before anything is read: rows, memory and disk, and the budget for the memory.

The rows are units that used a feature: the warehouse is asked once how many there are, to a few percent. All else
follows from them by what was measured (`make bench`), and is said to be about so much.
"""

import os
from dataclasses import dataclass
from datetime import date

from queries import warehouse
from queries.calendar import WORD_DAYS, day_number, to_date
from queries.errors import DataError
from queries.product import Product
from queries.warehouse import selects

BESIDE = 10  # bytes of a row besides its words: unit, feature and first day
PEAK = 8.0  # times what is kept, while a refresh puts it together
ON_DISK = 0.5  # of what is kept in memory, with what increments begin from; they share most of it
GIGA = 1e9


@dataclass(frozen=True)
class Estimate:
    """About how large a snapshot gets. rows: of users and features. Bytes: kept in memory, at the peak, on disk."""

    events: int
    users: int
    rows: int
    row_bytes: int
    memory: float
    peak: float
    disk: float

    def __str__(self) -> str:
        return (f"{self.events:,} events of about {self.users:,} users make about {self.rows:,} rows of a user and a "
                f"feature, {self.row_bytes} bytes each.\n"
                f"Memory: about {size(self.memory)} kept, about {size(self.peak)} while it is put together. "
                f"Disk: about {size(self.disk)} a snapshot.")  # fmt: skip


def size(number: float) -> str:
    """So many bytes, as people say it.

    >>> size(12.34e9), size(5.2e6)
    ('12.3 GB', '5 MB')
    """
    return f"{number / GIGA:.1f} GB" if number >= GIGA else f"{number / 1e6:.0f} MB"


def asked(source: warehouse.Warehouse, product: Product, until: int) -> tuple[Estimate, date, date]:
    """What to expect of a warehouse, and the days from its first to its last event; one look at every event.

    until: the last day (a number) that can be true. Raises DataError where there is no event.
    """
    counts = source.fetch(selects.size(product, source.sections, until)).row(0, named=True)
    first, last = counts["first_day"], counts["last_day"]
    if first is None:
        raise DataError(f"The events table {product.events.table!r} has no event that can be counted.")
    found = expected(product, counts["events"], counts["users"], counts["pairs"], last - first + 1)
    return found, to_date(first), to_date(last)


def expected(product: Product, events: int, users: int, pairs: int, days: int) -> Estimate:
    """What so many events make. pairs: of a user and a feature's event name. days: from the first event to the last."""
    row_bytes = BESIDE + 8 * (days // WORD_DAYS + 2)  # history begins within a word and ends within one
    copies = 1 + product.has_accounts + (product.events.account is not None) + any(
        segment.of == "event" for segment in product.segments)  # by user, by account, by both, by value  # fmt: skip
    rows = pairs + users  # one more a user, of any feature
    memory = float(rows * copies * row_bytes)
    return Estimate(events, users, rows, row_bytes, memory, PEAK * memory, ON_DISK * memory)


def budget(product: Product) -> float:
    """How many bytes a refresh may take: `refresh.max_memory_gb`, or half of this machine's."""
    if product.refresh.max_memory_gb:
        return product.refresh.max_memory_gb * GIGA
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2


def refusal(found: Estimate, allowed: float) -> str:
    """What to do where a refresh would take more memory than it may; empty where it would not."""
    if found.peak <= allowed:
        return ""
    return (f"About {found.rows:,} rows of users and features would take about {size(found.peak)} of memory, and "
            f"{size(allowed)} are allowed. List fewer features, begin later (`events.since`), use a larger machine, or "
            "raise `refresh.max_memory_gb` in the product file.")  # fmt: skip


def check(source: warehouse.Warehouse, product: Product, events: int, first: date, last: date) -> None:
    """Refuse what would take too much memory; the warehouse is asked only where so many events could.

    events: as counted. Raises DataError with what to do.
    """
    allowed, days = budget(product), (last - first).days + 1
    if expected(product, events, 0, events, days).peak > allowed:  # were each of another user and feature
        found, *_ = asked(source, product, day_number(last))
        why = refusal(found, allowed)
        if why:
            raise DataError(why)
