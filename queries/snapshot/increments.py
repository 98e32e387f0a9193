"""Reading the last days again instead of all: what is kept for it, and how it is put together.

Kept is what was read of the events, as it was read: before an anonymous id becomes a user, anybody is excluded or
numbered, because all of that may be otherwise tomorrow. An increment clears the days that are read again and sets them
anew, so that events which came late, twice or were taken back within these days count as in a full refresh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of the events.

    raw: as the select `activity` returns it, by the ids in the events. facts: as the select `facts` returns it, of all
    days. as_of: the last day (a number) in raw. full_at: when all days were last read, as ISO text with a zone.
    columns: what each column held (`Warehouse.columns_of_events`). gone: the most that were, since full_at.
    """

    raw: pl.DataFrame
    facts: pl.DataFrame
    as_of: int
    full_at: str
    columns: Mapping[str, str] = field(default_factory=dict)
    gone: Gone = NOBODY


def word_of(words: Words, day: int) -> int:
    """Which word holds a day (a number)."""
    return (day - words.origin) // WORD_DAYS


def merged(raw: pl.DataFrame, later: pl.DataFrame, words: Words, first: int) -> pl.DataFrame:
    """The rows of `raw` with the days from `first` on read again.

    words: those of the result; raw may have fewer. later: rows whose first word is the one that holds `first`.
    """
    at = word_of(words, first)
    kept = raw.filter(pl.col("first_day") < first).with_columns(_before(raw, words, first))
    renamed = later.rename({f"d{i}": f"d{i + at}" for i in range(words.count - at)})
    again = renamed.with_columns(pl.lit(0, pl.Int64).alias(name) for name in words.names[:at]).select(kept.columns)
    keys = [name for name in kept.columns if name not in ("first_day", *words.names)]
    came = pl.col("user").is_in(later["user"].unique().implode())  # all others' rows stay as they are
    rows = pl.concat([kept.filter(came), again]).lazy().group_by(keys)
    grouped = rows.agg(pl.col("first_day").min(), pl.col(words.names).bitwise_or()).collect(engine="streaming")
    return pl.concat([kept.filter(~came), grouped.select(kept.columns)])


def gone(before: Reading, later: pl.DataFrame, words: Words, first: int) -> Gone:
    """How many users of the days from `first` to the last one read before are on none of them now.

    words, later: as in `merged`. These days are a sample of those before them, which are not read again.
    """
    at = word_of(words, first)
    were = _users(before.raw, words, first, before.as_of)
    are = _users(later, Words(words.origin + WORD_DAYS * at, words.count - at), first, before.as_of)
    return Gone(int((~were.is_in(are.implode())).sum()), were.len(), first, before.as_of)


def _users(raw: pl.DataFrame, words: Words, first: int, last: int) -> pl.Series:
    """Who did anything on any of the days."""
    days = [pl.col(name) & pl.lit(mask, pl.Int64) != 0 for name, mask in words.masks(first, last)]
    return raw.filter(pl.any_horizontal(days))["user"].unique()


def _before(raw: pl.DataFrame, words: Words, first: int) -> list[pl.Expr]:
    """The words with their days before `first` alone; a word that is new is empty."""
    masks = dict(words.masks(words.origin, first - 1))
    return [pl.col(name) & pl.lit(masks[name], pl.Int64) if name in masks and name in raw.columns
            else pl.lit(0, pl.Int64).alias(name) for name in words.names]  # fmt: skip


def resolved(raw: pl.DataFrame, identity: pl.DataFrame) -> pl.DataFrame:
    """The rows by the users that the identity table names. identity: anonymous, user."""
    known = identity.select(pl.col("anonymous").alias("user"), pl.col("user").alias("known"))
    rows = raw.join(known, on="user", how="left")
    return rows.with_columns(user=pl.coalesce("known", "user")).drop("known").select(raw.columns)
