"""From what was read of a warehouse to the tables we keep: who used what on which days.

The same holds for all that happened and for the days read again alone, which are added to what was put together before
(`base`): OR may be done twice without harm.
"""

import polars as pl

from queries.activity import ANY
from queries.bits import Words, merge, merge_all, merge_units
from queries.calendar import Calendar
from queries.errors import DataError
from queries.product import Feature, Product
from queries.snapshot.people import People, label, largest
from queries.units import Tables

MOST_NAMES = 1000  # of events taken for features, where none is listed


def numbered(raw: pl.DataFrame, there: People, calendar: Calendar) -> pl.DataFrame:
    """What those who count did, by their numbers and those of accounts, in the words of the days that count.

    raw: as the select `activity` returns it, in words that cover a calendar.
    """
    who = there.seen.drop_nulls("unit")
    on = ["user"] if who["account"].null_count() == who.height else ["user", "account"]
    raw = raw.join(who.select(*on, "unit", "acted"), on=on, nulls_equal=True).drop("user", "account")
    words, kept = Words.covering(calendar), Words.covering(there.calendar)
    raw = raw.rename({"acted": "account"})
    if kept.origin == words.origin:
        return raw
    _, shifted = words.aligned(raw.with_columns(origin=pl.lit(kept.origin)), "origin")
    return shifted.drop("origin", *shifted.select(pl.col("^d[0-9]+$")).columns[kept.count :])


def features(product: Product, raw: pl.DataFrame) -> tuple[Feature, ...]:
    """The features listed; where none is, one for each event name, most users first. raw: `numbered`."""
    if product.features:
        return product.features
    users = raw.drop_nulls("name").group_by("name").agg(pl.col("unit").n_unique())
    if users.height > MOST_NAMES:
        raise DataError(f"The events have {users.height:,} different names, too many to be a feature each. List your "
                        "features, each with its event names, as [features.name] in the product file.")  # fmt: skip
    return unlisted(tuple(users.sort("unit", "name", descending=[True, False])["name"]))


def unlisted(names: tuple[str, ...]) -> tuple[Feature, ...]:
    """A feature for each event name."""
    return tuple(Feature(name, name, (name,)) for name in names)


def tables(product: Product, features: tuple[Feature, ...], there: People, raw: pl.DataFrame) -> Tables:
    """The tables of what was done. features: in the order of their codes; raw: `numbered`."""
    rows = _feature_rows(features, raw.drop_nulls("name"))
    by_account = rows.drop_nulls("account").drop("unit").rename({"account": "unit"})
    by_user = _by_unit(features, rows, there.users.height)
    by_account = _by_unit(features, by_account, there.accounts.height)
    acted = product.events.account is not None
    if any(segment.of == "event" for segment in product.segments) or acted:
        rows = pl.concat([rows, _of_active(features, rows).with_columns(feature=pl.lit(ANY, pl.UInt16))])
    member_rows = merge(rows.drop_nulls("account").rename({"unit": "user"}), "user", "account") if acted else None
    return Tables(there.users, there.accounts, by_user, by_account, there.members, member_rows,
                  _by_value(product, rows))  # fmt: skip


def _feature_rows(features: tuple[Feature, ...], raw: pl.DataFrame) -> pl.DataFrame:
    """The rows by the codes of features instead of event names."""
    codes = pl.DataFrame(
        [(name, i) for i, f in enumerate(features, start=1) for name in dict.fromkeys(f.events)],
        schema={"name": pl.String, "feature": pl.UInt16}, orient="row",
    )  # fmt: skip
    return raw.join(codes, on="name").drop("name").with_columns(
        pl.col("first_day").cast(pl.Int32), pl.col("^d[0-9]+$").cast(pl.UInt64)
    )


def _of_active(features: tuple[Feature, ...], rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("feature").is_in([i for i, f in enumerate(features, start=1) if f.active]))


def _by_unit(features: tuple[Feature, ...], rows: pl.DataFrame, units: int) -> pl.DataFrame:
    """One row a unit and feature, and a unit and any active feature (code 0), sorted by feature and unit."""
    merged = merge_all(rows.select("unit", "feature", "first_day", pl.col("^d[0-9]+$")))
    anything = merge_units(_of_active(features, merged), units).with_columns(feature=pl.lit(ANY, pl.UInt16))
    return pl.concat([anything.select(merged.columns), merged])


def _by_value(product: Product, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The rows once more, one for each value of the attributes of events; None where the product names none."""
    of_events = [segment for segment in product.segments if segment.of == "event"]
    if not of_events:
        return None
    rows = rows.rename({"unit": "user"}).with_columns(label(segment) for segment in of_events)
    for segment in of_events:
        people = rows.select("user", f"segment_{segment.key}").unique()
        rows = rows.with_columns(largest(segment, people[f"segment_{segment.key}"]))
    return merge(rows, "user", "account", *(f"segment_{segment.key}" for segment in of_events))
