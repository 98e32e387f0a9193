"""The base: the tables as they were when everything was last put together. An increment adds to it, never rewrites it.

Whoever opens a snapshot puts both together (`bits.together`): what the base says of the days before those read again,
by the numbers that users and accounts have now, and what is added. Added is what the days read again say, and all that
was known of whom is taken for another now: left out or in by rule, moved to another account, known by another id.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import polars as pl

from queries import bits
from queries.bits import Words, by_feature
from queries.product import Product
from queries.snapshot.increments import Carried, Reading, before
from queries.snapshot.people import People, seen_in

NUMBERED = {"rows": {"unit": "users_now"}, "account_rows": {"unit": "accounts_now"},
            "member_rows": {"user": "users_now", "account": "accounts_now"}}  # fmt: skip
MOST_ANEW = 0.2  # of those who were seen; with more of them everything is put together again


def seen_now(reading: Reading) -> pl.DataFrame:
    """Who was in the events, since when: first all who were before the days read again, as `reading.seen` has them."""
    earlier = _earlier(reading).select("user", "account", "first_day")
    new = seen_in(reading.later).join(earlier, on=["user", "account"], how="anti", nulls_equal=True)
    return pl.concat([earlier, new])


def _earlier(reading: Reading) -> pl.DataFrame:
    return reading.seen.filter(pl.col("first_day") < reading.again_from)


def carried(product: Product, reading: Reading, there: People) -> Carried | None:
    """How the base is carried on; None where everything has to be put together again. there: with `seen_now`.

    That is so where the words begin on another day, and where the order of values hangs on how many users have each.
    """
    if Words.covering(there.calendar).origin != reading.origin or not product.features:
        return None
    if any(segment.of == "event" for segment in product.segments):
        return None
    was = _earlier(reading)
    now = there.seen.head(was.height).select(pl.col("id", "unit", "acted_for", "acted").name.suffix("_now"))
    both = was.hstack(now).with_columns(
        other=pl.col("id").ne_missing(pl.col("id_now")) | pl.col("acted_for").ne_missing(pl.col("acted_for_now")))
    lost = both.filter("other")
    both = both.with_columns(pl.col(name).is_in(lost[name].drop_nulls().unique().implode()).fill_null(False)
                             .alias(f"{name}_lost") for name in ("unit", "acted"))  # fmt: skip
    anew = both.filter(pl.col("other") | pl.col("unit_lost") | pl.col("acted_lost"))["user"].unique()
    if anew.len() > MOST_ANEW * both.height:
        return None
    return Carried(_now(both, "unit", reading.seen), _now(both, "acted", reading.seen), anew)


def _now(both: pl.DataFrame, name: str, seen: pl.DataFrame) -> pl.Series:
    """For each of the numbers in the base the one now."""
    stay = both.filter(~pl.col(f"{name}_lost")).select(name, f"{name}_now").drop_nulls()
    most = cast(int | None, seen[name].max())
    nobody = pl.repeat(None, 0 if most is None else most + 1, dtype=pl.UInt32, eager=True)
    return nobody.scatter(stay[name], stay[f"{name}_now"])


def added(reading: Reading, carry: Carried, words: Words) -> pl.DataFrame:
    """What is to be added, as the select `activity` returns it."""
    if carry.anew.is_empty():
        return reading.later
    told = reading.raw(pl.col("user").is_in(carry.anew.implode()) & (pl.col("first_day") < reading.again_from))
    told = told.with_columns(before(told, words, reading.again_from))
    return pl.concat([told.select(reading.later.columns), reading.later])


def together(
    name: str, rows: pl.DataFrame, more: pl.DataFrame, numbers: Mapping[str, pl.Series], words: Words, until: int
) -> pl.DataFrame:
    """A table of the base with what is added to it. until: `again_from`; words: those of what is added.

    One feature after the other, two at a time, so that the copies on the way take little memory.
    """
    theirs = by_feature(more)

    def one(code: int, ours: pl.DataFrame) -> pl.DataFrame:
        keys = {key: numbers[of].gather(ours[key]) for key, of in NUMBERED[name].items()}
        kept = ours.select("feature", "first_day").with_columns(**keys)
        return bits.together(kept, ours.get_column, theirs.get(code, more.clear()), words, until)

    parts = by_feature(rows)
    with ThreadPoolExecutor(2) as pool:
        both = dict(zip(parts, pool.map(one, parts, parts.values()), strict=True))
    found = {**theirs, **{code: part for code, part in both.items() if part.height}}
    return pl.concat([more.clear(), *(found[code] for code in sorted(found))])
