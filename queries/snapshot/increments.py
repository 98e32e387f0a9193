"""Reading the last days again instead of all: what is kept for it, and how it is put together.

Kept is what was read of the events, as it was read: before an anonymous id becomes a user, anybody is excluded or
numbered, because all of that may be otherwise tomorrow. An increment clears the days that are read again and sets them
anew, so that events which came late, twice or were taken back within these days count as in a full refresh. What was
read of all days stays as it is (`raw`); what the last ones say since then stands beside it (`later`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from queries.bits import Words
from queries.calendar import WORD_DAYS


@dataclass(frozen=True)
class Gone:
    """Users who were on the days first..last (numbers) and are on none of them now that these were read again: n of."""

    n: int
    of: int
    first: int
    last: int


NOBODY = Gone(0, 0, 0, 0)
Raw = Callable[[pl.Expr], pl.DataFrame]


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of the events, by the ids in them.

    raw: the rows for which something holds, of all days when everything was last put together, as the select `activity`
    returns them; seen: who was in them, and whom they were taken for (`people.People.seen`); later: the same rows of
    the days from again_from (a number) on, as they were last read. facts: as the select `facts` returns it, of all
    days. as_of: the last day (a number) read. full_at: when all days were last read, as ISO text with a zone. origin:
    where the words of the tables begin; features: keys in the order of their codes there. columns: what each column
    held (`Warehouse.columns_of_events`). gone: the most that were, since full_at.
    """

    raw: Raw
    seen: pl.DataFrame
    later: pl.DataFrame
    again_from: int
    facts: pl.DataFrame
    as_of: int
    full_at: str
    origin: int
    features: tuple[str, ...]
    columns: Mapping[str, str] = field(default_factory=dict)
    gone: Gone = NOBODY


@dataclass(frozen=True, eq=False)
class Carried:
    """How the base is carried on. users_now, accounts_now: by their numbers in the base, their numbers now.

    Null for whom all is told anew by what is added, and who did nothing before the days read again. anew: whose rows
    (ids in the events) are added for that.
    """

    users_now: pl.Series
    accounts_now: pl.Series
    anew: pl.Series


def word_of(words: Words, day: int) -> int:
    """Which word holds a day (a number)."""
    return (day - words.origin) // WORD_DAYS


def read_again(reading: Reading, found: pl.DataFrame, words: Words, first: int) -> Reading:
    """What was read before with the days from `first` on as they were found now, in words of now."""
    later = merged(reading.later, found, words, first)
    return replace(reading, later=later, again_from=min(first, reading.again_from))


def wide(found: pl.DataFrame, words: Words, first: int) -> pl.DataFrame:
    """Rows whose first word is the one that holds the day `first`, in all of the words."""
    at = word_of(words, first)
    kept = [name for name in found.columns if not name.removeprefix("d").isdigit()]
    days = [pl.col(f"d{i - at}").alias(name) if i >= at else pl.lit(0, pl.Int64).alias(name)
            for i, name in enumerate(words.names)]  # fmt: skip
    return found.select(*kept, *days)


def merged(raw: pl.DataFrame, later: pl.DataFrame, words: Words, first: int) -> pl.DataFrame:
    """The rows of `raw` with the days from `first` on as `later` has them. words: those of the result and of later."""
    kept = raw.filter(pl.col("first_day") < first)
    if kept.is_empty():
        return later
    kept = kept.with_columns(before(raw, words, first)).select(later.columns)
    keys = [name for name in kept.columns if name not in ("first_day", *words.names)]
    came = pl.col("user").is_in(later["user"].unique().implode())  # all others' rows stay as they are
    rows = pl.concat([kept.filter(came), later]).lazy().group_by(keys)
    grouped = rows.agg(pl.col("first_day").min(), pl.col(words.names).bitwise_or()).collect(engine="streaming")
    return pl.concat([kept.filter(~came), grouped.select(kept.columns)])


def since(raw: pl.DataFrame, words: Words, first: int) -> pl.DataFrame:
    """What the rows say of the days from `first` on alone."""
    masks = dict(words.masks(first, words.origin + WORD_DAYS * words.count - 1))
    days = [pl.col(name).cast(pl.UInt64) & pl.lit(masks.get(name, 0), pl.UInt64) for name in words.names]
    some = raw.filter(pl.any_horizontal(pl.col(name) & pl.lit(mask, pl.Int64) != 0 for name, mask in masks.items()))
    first_day = words.first_in(first, words.origin + WORD_DAYS * words.count - 1)
    return some.with_columns(days).with_columns(first_day=first_day).cast(pl.Schema(raw.schema))


def gone(reading: Reading, found: pl.DataFrame, words: Words, first: int) -> Gone:
    """How many users of the days read again, to the last one read before, are on none of them now.

    found: as `wide` returns it. These days are a sample of those before them, which are not read again.
    """
    first = max(first, reading.again_from)
    were = _users(reading.later, words, first, reading.as_of)
    are = _users(found, words, first, reading.as_of)
    return Gone(int((~were.is_in(are.implode())).sum()), were.len(), first, reading.as_of)


def _users(raw: pl.DataFrame, words: Words, first: int, last: int) -> pl.Series:
    """Who did anything on any of the days."""
    days = [pl.col(name) & pl.lit(mask, pl.Int64) != 0 for name, mask in words.masks(first, last)]
    return raw.filter(pl.any_horizontal(days))["user"].unique()


def before(raw: pl.DataFrame, words: Words, first: int) -> list[pl.Expr]:
    """The words with their days before `first` alone; a word that is new is empty."""
    masks = dict(words.masks(words.origin, first - 1))
    return [pl.col(name) & pl.lit(masks[name], pl.Int64) if name in masks and name in raw.columns
            else pl.lit(0, pl.Int64).alias(name) for name in words.names]  # fmt: skip
