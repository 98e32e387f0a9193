"""Days as bits: 56 to a word of 64, so that a calendar week never straddles two words.

Bit i of `d3` stands for day i of the fourth word. A question about time is then a mask and a comparison: exact, with no
join and no distinct. Everything that knows about bits is in this file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from queries.calendar import WORD_DAYS, Calendar, day_number

FULL = (1 << WORD_DAYS) - 1  # a word with all of its days


@dataclass(frozen=True)
class Words:
    """Where the bits are. origin: the day number of bit 0 of the first word, the first day of a week."""

    origin: int
    count: int

    @staticmethod
    def covering(calendar: Calendar) -> "Words":
        """The words that hold a calendar's days."""
        origin = day_number(calendar.period_of(calendar.first_day, "week").first)
        return Words(origin, (day_number(calendar.as_of) - origin) // WORD_DAYS + 1)

    @property
    def names(self) -> list[str]:
        return [f"d{i}" for i in range(self.count)]

    def masks(self, first: int, last: int) -> list[tuple[str, int]]:
        """The words that hold some of the days first..last (day numbers, both included), each with those days' bits.

        >>> Words(0, 3).masks(55, 57)
        [('d0', 36028797018963968), ('d1', 3)]
        """
        found = []
        for i in range(max(0, (first - self.origin) // WORD_DAYS), self.count):
            start = self.origin + i * WORD_DAYS
            low, high = max(first - start, 0), min(last - start, WORD_DAYS - 1)
            if high < low:
                break
            found.append((f"d{i}", ((1 << (high - low + 1)) - 1) << low))
        return found

    def active(self, first: int, last: int, prefix: str = "") -> pl.Expr:
        """Whether any of the days is set (day numbers, both included), in words whose names begin with prefix."""
        parts = [pl.col(prefix + name) & pl.lit(mask, pl.UInt64) for name, mask in self.masks(first, last)]
        return reduce(or_, parts) != 0 if parts else pl.lit(False)

    def days(self, first: int, last: int) -> pl.Expr:
        """How many of the days are set."""
        parts = [pl.col(name) & pl.lit(mask, pl.UInt64) for name, mask in self.masks(first, last)]
        counts = [part.bitwise_count_ones() for part in parts]
        return pl.sum_horizontal(counts) if counts else pl.lit(0, pl.UInt32)

    def days_set(self, row: pl.DataFrame) -> list[int]:
        """The day numbers of the bits that are set in a single row, in order; none where there is no row.

        >>> Words(100, 2).days_set(pl.DataFrame({"d0": [5], "d1": [1]}))
        [100, 102, 156]
        """
        words = [word or 0 for name in self.names for word in row[name]]
        return [self.origin + WORD_DAYS * i + bit for i, word in enumerate(words) for bit in range(WORD_DAYS)
                if word >> bit & 1]  # fmt: skip

    def first_in(self, first: int, last: int) -> pl.Expr:
        """The first of the days that is set, as a day number; null where none is."""
        found: pl.Expr = pl.lit(None, pl.Int32)
        for name, mask in reversed(self.masks(first, last)):
            bits = pl.col(name) & pl.lit(mask, pl.UInt64)
            day = self.origin + WORD_DAYS * int(name[1:]) + bits.bitwise_trailing_zeros().cast(pl.Int32)
            found = pl.when(bits != 0).then(day).otherwise(found)
        return found

    def aligned(self, rows: pl.DataFrame, start: str) -> tuple["Words", pl.DataFrame]:
        """The same bits counted from each row's own start: day 0 of the new words is the day number in column `start`.

        Bits before the start are dropped.
        """
        offset = rows[start].to_numpy().astype(np.int64) - self.origin
        word, shift = offset // WORD_DAYS, (offset % WORD_DAYS).astype(np.uint64)
        before = max(0, -int(word.min())) if rows.height else 0  # a start may lie before the first word
        word = word + before
        bits = np.zeros((rows.height, 2 * (before + self.count) + 1), np.uint64)
        bits[:, before : before + self.count] = rows.select(self.names).to_numpy()
        at, full = np.arange(rows.height), np.uint64((1 << WORD_DAYS) - 1)
        columns, high = {}, bits[at, word]
        for i in range(self.count + before):
            low, high = high, bits[at, word + i + 1]
            columns[f"d{i}"] = (low >> shift | high << (np.uint64(WORD_DAYS) - shift)) & full
        words = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.UInt64))
        kept = rows.select(pl.exclude(self.names))
        return Words(0, self.count + before), kept.hstack(words)


def merge(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """One row for each keys and feature, sorted by feature: the earliest first day and the days of all its rows."""
    merged = rows.lazy().group_by(*keys, "feature").agg(pl.col("first_day").min(), pl.col("^d[0-9]+$").bitwise_or())
    return merged.collect(engine="streaming").sort("feature", *keys)  # streaming, bitwise_or is five times faster


def merge_all(rows: pl.DataFrame) -> pl.DataFrame:
    """`merge` by unit where most rows are the only one of theirs, as those of a whole snapshot are.

    Feature and unit are one number, by which sorting is then several times faster than grouping.
    """
    names = rows.select("first_day", pl.col("^d[0-9]+$")).columns
    code = rows.select(pl.col("feature").cast(pl.UInt64) * 2**32 + pl.col("unit")).to_series()
    order = code.arg_sort()
    code = code.gather(order)
    begins = (code != code.shift(1)).fill_null(True).arg_true()
    merged = rows.select(pl.col("unit", "feature").gather(order.gather(begins)))
    if begins.len() == rows.height:
        return merged.with_columns(rows[name].gather(order) for name in names)
    at = begins.to_numpy()
    first, *days = (rows[name].gather(order).to_numpy() for name in names)
    columns = [np.minimum.reduceat(first, at), *(np.bitwise_or.reduceat(word, at) for word in days)]
    return merged.with_columns(pl.Series(name, column) for name, column in zip(names, columns, strict=True))


def merge_units(rows: pl.DataFrame, units: int) -> pl.DataFrame:
    """One row a unit: the earliest first day and the days of all its rows; feature is left out.

    rows: sorted by feature, with at most one row a unit and feature. units: how many there are, numbered from 0.
    Several times faster than to group, because the rows of one feature are of different units and set at once.

    >>> rows = pl.DataFrame({"unit": [0, 2, 2], "feature": [1, 1, 2], "first_day": [5, 9, 7], "d0": [1, 2, 4]})
    >>> merge_units(rows.cast({"d0": pl.UInt64}), 3).rows()
    [(0, 5, 1), (2, 7, 6)]
    """
    names = [name for name in rows.columns if name not in ("unit", "feature", "first_day")]
    first, days = np.full(units, np.iinfo(np.int32).max, np.int32), {name: np.zeros(units, np.uint64) for name in names}
    sizes = rows["feature"].rle().struct.field("len")
    for start, size in zip(sizes.cum_sum() - sizes, sizes, strict=True):
        part = rows.slice(start, size)
        at = part["unit"].to_numpy()
        first[at] = np.minimum(first[at], part["first_day"].to_numpy())
        for name in names:
            days[name][at] |= part[name].to_numpy()
    found = pl.DataFrame({"first_day": first, **days}).with_row_index("unit")
    return found.filter(pl.col("first_day") < np.iinfo(np.int32).max)


def by_feature(rows: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """The rows of each feature, which lie together."""
    runs = rows.select(pl.col("feature").rle()).unnest("feature")
    starts = runs["len"].cum_sum().alias("start") - runs["len"]
    runs = runs.select("value", starts, size="len")
    return {feature: rows.slice(start, size) for feature, start, size in runs.rows()}


def together(
    rows: pl.DataFrame, word: Callable[[str], pl.Series], more: pl.DataFrame, words: Words, until: int
) -> pl.DataFrame:  # fmt: skip
    """One row for each keys: the days of `rows` before `until` (a number), and all of `more`.

    rows: feature, first_day and keys of rows of one feature, whose words `word` reads; more: of the same feature.
    Both are sorted by keys. words: those of more. A row with a null key, or whose first day is not before `until`,
    goes. Many times faster than to group: where a row goes is found by halving.
    """
    keys = [name for name in rows.columns if name not in ("feature", "first_day")]
    stay = rows.select(pl.all_horizontal(pl.col("first_day") < until, pl.col(keys).is_not_null()).arg_true())
    rows = rows.with_columns(pl.col(keys).fill_null(0))
    source, goes, into, is_new = _places(stay.to_series(), rows, more, keys)
    masks, columns = dict(words.masks(words.origin, until - 1)), []
    for name, kind in more.schema.items():
        adds = more[name].to_numpy()
        if name in masks or name in rows.columns:
            column = word(name) if name in masks else rows[name]
            values = np.take(column.to_numpy(), source)
        else:
            values = np.zeros(source.size, adds.dtype)
        if masks.get(name, FULL) != FULL:
            values &= np.uint64(masks[name])
        values[goes] = adds[is_new]
        if name == "first_day":
            values[into] = np.minimum(values[into], adds[~is_new])
        elif name in words.names and adds.any():
            values[into] |= adds[~is_new]
        columns.append(pl.Series(name, values, kind))
    return pl.DataFrame(columns)


def _places(
    stay: pl.Series, rows: pl.DataFrame, more: pl.DataFrame, keys: list[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """For each row of the result the row it is taken from, where new ones go and the others are added, which are new.

    stay: the numbers of the rows that stay.
    """
    at = stay.to_numpy().astype(np.intp)
    codes = [_code(frame, keys, (rows, more)) for frame in (rows, more)]
    ours, theirs = codes[0][at], codes[1]
    place = np.searchsorted(ours, theirs)
    is_new = place == ours.size
    is_new[~is_new] = ours[place[~is_new]] != theirs[~is_new]
    goes = place[is_new] + np.arange(np.count_nonzero(is_new))
    is_old = np.ones(at.size + goes.size, bool)
    is_old[goes] = False
    source = np.zeros(is_old.size, np.intp)
    source[is_old] = at
    into = place[~is_new] + np.searchsorted(place[is_new], place[~is_new], side="right")
    return source, goes, into, is_new


def _code(rows: pl.DataFrame, keys: list[str], both: tuple[pl.DataFrame, ...]) -> NDArray[np.uint64]:
    """The keys of each row as one number, in their order."""
    code = rows[keys[0]]
    for key in keys[1:]:
        size = 1 + max(cast(int, frame[key].max() or 0) for frame in both)
        code = code.cast(pl.UInt64) * size + rows[key]
    return code.to_numpy()
