"""What a refresh would cost, before anything is read: rows, memory, disk and time, and the budget for the memory.

The rows are units that used a feature: the warehouse is asked once how many there are, to a few percent. All else
follows from them by what was measured (`make bench`), and is said to be about so much.
"""

import os
from dataclasses import dataclass

from queries import warehouse
from queries.calendar import WORD_DAYS
from queries.errors import DataError
from queries.product import Product
from queries.warehouse import selects

BESIDE = 10  # bytes of a row besides its words: unit, feature and first day
PEAK = 6.0  # times what is kept, while a refresh puts it together
ON_DISK = 0.35  # of what is kept in memory, with what the next increment begins from
EVENTS_A_SECOND = 4_000_000  # read from a DuckDB file by two cores
GIGA = 1e9


@dataclass(frozen=True)
class Estimate:
    """About how large a snapshot gets. rows: of units and features. Bytes: kept in memory, at the peak, on disk."""

    events: int
    users: int
    rows: int
    words: int
    memory: float
    peak: float
    disk: float

    def __str__(self) -> str:
        of = f"{self.events:,} events of about {self.users:,} users make about {self.rows:,} rows"
        return (f"{of} of a user and a feature, {self.words * 8 + BESIDE} bytes each.\n"
                f"Memory: about {self.memory / GIGA:.1f} GB kept, about {self.peak / GIGA:.1f} GB while it is put "
                f"together. Disk: about {self.disk / GIGA:.1f} GB a snapshot.")  # fmt: skip


def of(source: warehouse.Warehouse, product: Product, until: int) -> Estimate:
    """What to expect of a warehouse; it is asked one question, which looks at every event once.

    until: the last day (a number) that can be true.
    """
    size = source.fetch(selects.size(product, source.sections, until)).row(0, named=True)
    return expected(product, size["events"], size["users"], size["pairs"], size["days"] or 1)


def expected(product: Product, events: int, users: int, pairs: int, days: int) -> Estimate:
    """What so many events make. pairs: of a user and a feature's event name. days: from the first event to the last."""
    words = days // WORD_DAYS + 2  # history begins within a word and ends within one
    copies = 1 + product.has_accounts + (product.events.account is not None) + any(
        segment.of == "event" for segment in product.segments)  # by user, by account, by both, by value  # fmt: skip
    rows = pairs + users  # one more a user, of any feature
    memory = float(rows * copies * (BESIDE + 8 * words))
    return Estimate(events, users, rows, words, memory, PEAK * memory, ON_DISK * memory)


def budget(product: Product) -> float:
    """How many bytes a refresh may take: `refresh.max_memory_gb`, or half of this machine's."""
    if product.refresh.max_memory_gb:
        return product.refresh.max_memory_gb * GIGA
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2


def check(found: Estimate, allowed: float) -> None:
    """Raises DataError with what to do where a refresh would take more memory than it may."""
    if found.peak > allowed:
        raise DataError(
            f"About {found.rows:,} rows of users and features would take about {found.peak / GIGA:.1f} GB of memory, "
            f"and {allowed / GIGA:.1f} GB are allowed. List fewer features, begin later (`events.since`), use a larger "
            "machine, or raise `refresh.max_memory_gb` in the product file."
        )


def may_be_too_large(product: Product, events: int, days: int, allowed: float) -> bool:
    """Whether so many events could take more than is allowed if each were of another user and feature."""
    return expected(product, events, 0, events, days).peak > allowed
