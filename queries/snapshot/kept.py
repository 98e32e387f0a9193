"""Reading the activity that the warehouse itself keeps (see `warehouse.activity_table`) instead of the events."""


import polars as pl

from queries import warehouse
from queries.bits import Words
from queries.calendar import WORD_DAYS, Calendar, day_number, to_date
from queries.errors import DataError
from queries.product import Product
from queries.snapshot import facts
from queries.snapshot.facts import Reached
from queries.snapshot.manifest import LeftOut
from queries.snapshot.people import in_words
from queries.warehouse import activity_table

FACTS = {"day": pl.Int64, "name": pl.String, "events": pl.Int64, "no_user": pl.Int64, "no_name": pl.Int64,
         "loaded_day": pl.Int64}  # fmt: skip
ODD = {
    "no_user": "rows of activity had no user",
    "no_name": "rows of activity had no name",
    "block": "rows of activity had a block that is no whole number",
    "mask": "rows of activity had a mask that is no whole number from 0 to 2^56 - 1",
    "early": "rows of activity were dated before {}",
    "late": "rows of activity were dated {}",
}


def read(
    source: warehouse.Warehouse, product: Product, reached: Reached
) -> tuple[Calendar, pl.DataFrame, pl.DataFrame, list[LeftOut]]:
    """The days from the first to the last full one, the activity of these days, facts (how many rows), and odd rows.

    With no `as_of` in the product file, a last day that is today, or on which the file was written, is not full yet.
    Activity and facts are as the selects of these names return them, but an anonymous id stays what it is, and facts
    are all of the first day: a row of activity does not say how many events there were. Raises DataError where there is
    no day.
    """
    found = source.fetch(activity_table.blocks(product, source.sections, facts.until(product, reached.today)))
    odd, blocks = _odd(product, found), found.drop_nulls("first")
    if blocks.is_empty():
        why = f"Why: {'; '.join(f'{row.n:,} of {row.of:,} {row.what}' for row in odd)}. " if odd else ""
        raise DataError(f"The activity table {product.events.table!r} has no day that can be counted. {why}Run the "
                        "statements that fill it (`python -m queries.snapshot --print-sql`, with the events "
                        "named).")  # fmt: skip
    first, last = blocks.select("first", "last").row(0)
    raw = source.fetch(activity_table.activity(product, source.sections, first, last))
    words = Words(WORD_DAYS * first - activity_table.BEFORE, last - first + 1)
    raw = raw.with_columns(pl.col(words.names).cast(pl.UInt64))
    calendar = _calendar(product, words.days_set(raw.select(pl.col(words.names).bitwise_or())), reached)
    said = [(day_number(calendar.first_day), None, found["rows"].sum(), 0, 0, None)]
    return calendar, _cut(raw, words, calendar), pl.DataFrame(said, schema=FACTS, orient="row"), odd


def _odd(product: Product, found: pl.DataFrame) -> list[LeftOut]:
    """The rows that cannot be counted, by reason."""
    counts, total = dict(found.select("odd", "rows").rows()), int(found["rows"].sum())
    end = facts.beyond(product)
    days = {"early": in_words(product.events.since), "late": end}
    return [LeftOut(counts[odd], total, what.format(days.get(odd))) for odd, what in ODD.items() if odd in counts]


def _calendar(product: Product, days: list[int], reached: Reached) -> Calendar:
    """From the first of the days to the last full one. days: on which anybody did anything."""
    since, until = day_number(product.events.since), facts.until(product, reached.today)
    inside = [day for day in days if since <= day <= until]
    last = max(inside, default=None)
    as_of = until if product.as_of else reached.last_full(last)
    if last is None or as_of is None or inside[0] > as_of:
        raise DataError(f"The activity table {product.events.table!r} has no full day yet.")
    return Calendar(to_date(inside[0]), to_date(as_of), product.week_start)


def _cut(raw: pl.DataFrame, words: Words, calendar: Calendar) -> pl.DataFrame:
    """The rows with the words that hold a calendar's days, no other day in them, and the first of the days."""
    first, last, kept = day_number(calendar.first_day), day_number(calendar.as_of), Words.covering(calendar)
    _, shifted = words.aligned(raw.with_columns(start=pl.lit(kept.origin)), "start")
    none = [pl.lit(0, pl.UInt64).alias(name) for name in kept.names if name not in shifted.columns]
    bits = shifted.with_columns(none).with_columns(pl.col(n) & pl.lit(m, pl.UInt64) for n, m in kept.masks(first, last))
    rows = bits.with_columns(first_day=kept.first_in(first, last)).drop_nulls("first_day")
    rows = rows.with_columns(pl.col("first_day", *kept.names).cast(pl.Int64))
    others = [name for name in raw.columns if name not in words.names]
    return rows.select(*others, *kept.names)
