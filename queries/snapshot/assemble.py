"""From what was read of a warehouse to the tables we keep: who counts, where history begins, who is in which segment.

What is wrong with the data is either refused in one sentence (a user who stands twice) or left out and counted
(`manifest.LeftOut`), never dropped in silence. Users are numbered in the order of their ids, so the same data always
gives the same tables.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import cast

import polars as pl

from queries.activity import ANY
from queries.bits import Words, merge, merge_all, merge_units
from queries.calendar import Calendar, day_number, to_date
from queries.errors import DataError, did_you_mean
from queries.product import OTHER, UNKNOWN, Feature, Product, Segment
from queries.snapshot.manifest import FORMAT, LeftOut, Manifest, Snapshot
from queries.units import Tables

MOST_NAMES = 1000  # of events taken for features, where none is listed
MOST_VALUES = 20  # of a segment; the rest are `Other`
STRAY_GAP, STRAY_SHARE = 56, 0.01  # days without anybody new after at most so many of all users: these look stray


def assemble(
    product: Product, now: datetime, calendar: Calendar, events: int, left_out: list[LeftOut],
    raw: pl.DataFrame, users: pl.DataFrame, accounts: pl.DataFrame | None,
) -> Snapshot:  # fmt: skip
    """The snapshot of what was read: raw, users and accounts as the selects of these names return them.

    calendar: from the first event of anybody. events: how many were read; left_out: what the selects left out.
    Raises DataError where the data cannot be counted.
    """
    left_out = list(left_out)
    users, raw = _exclude(product, users, raw, left_out)
    calendar, raw = _history(calendar, raw)
    ids = pl.concat([users["id"], raw["user"]]).unique().sort()
    homes = pl.concat([users["account"].drop_nulls(), raw["account"].drop_nulls()]).unique().sort()
    numbers = {"unit": _numbers(raw["user"], ids), "home": _numbers(raw["account"], homes)}
    raw = raw.drop("user", "account").with_columns(**numbers)
    seen = _seen(raw)
    left_out += _stray(seen)
    users = _user_table(users, seen, ids, homes, left_out, known=product.users is not None)
    raw = raw.with_columns(account=pl.coalesce("home", users["account"].gather(raw["unit"]))).drop("home")
    accounts, users = _segmented(product, accounts, users, homes, left_out)
    features = _features(product, raw)
    tables = _tables(product, users, accounts, features, raw)
    manifest = Manifest(
        FORMAT, product.definition_hash(), product.name, day_number(calendar.first_day), day_number(calendar.as_of),
        calendar.week_start, now.astimezone(UTC).isoformat(timespec="milliseconds"),
        tuple(f.key for f in features), events, users.height, accounts.height, tuple(left_out),
    )  # fmt: skip
    return Snapshot(manifest, tables)


def _exclude(
    product: Product, users: pl.DataFrame, raw: pl.DataFrame, left_out: list[LeftOut]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drop users by rule, rows without an id, and what the excluded did; refuse an id that stands twice."""
    nameless = users["id"].null_count()
    if nameless:
        left_out.append(LeftOut(nameless, users.height, "rows of the users table had no id"))
    users = users.drop_nulls("id")
    _refuse_twice(users, "user")
    for i, rule in enumerate(product.users.exclude if product.users else ()):
        n = int((users["excluded"] == i).sum())
        if n:
            left_out.append(LeftOut(n, users.height, f"users are excluded ({rule.why})"))
    out = users.filter(pl.col("excluded").is_not_null())
    if out.is_empty():
        return users, raw
    return users.filter(pl.col("excluded").is_null()), raw.join(out, left_on="user", right_on="id", how="anti")


def _refuse_twice(rows: pl.DataFrame, unit: str) -> None:
    twice = rows.filter(pl.col("id").is_duplicated())["id"].unique(maintain_order=True)
    if twice.len():
        ids = f"{twice.len():,} {'id stands' if twice.len() == 1 else 'ids stand'}"
        raise DataError(f"`{unit}s`: {ids} more than once ({some_of(twice)}); give each {unit} one row.")


def _history(calendar: Calendar, raw: pl.DataFrame) -> tuple[Calendar, pl.DataFrame]:
    """History begins with the first event of somebody who counts; the words of bits begin with that week."""
    if raw.is_empty():
        raise DataError("Every event is of a user whom `users.exclude` leaves out; check these rules.")
    words, counted = Words.covering(calendar), replace(calendar, first_day=to_date(cast(int, raw["first_day"].min())))
    kept = Words.covering(counted)
    if kept.origin == words.origin:
        return counted, raw
    _, shifted = words.aligned(raw.with_columns(origin=pl.lit(kept.origin)), "origin")
    return counted, shifted.drop("origin", *shifted.select(pl.col("^d[0-9]+$")).columns[kept.count :])


def _seen(raw: pl.DataFrame) -> pl.DataFrame:
    """One row a unit with an event: first_event_day, and acted_for, the first account in its events."""
    first = pl.col("first_day").min().alias("first_event_day")
    if raw["home"].null_count() == raw.height:
        return raw.group_by("unit").agg(first).with_columns(acted_for=pl.lit(None, pl.UInt32))
    return raw.group_by("unit").agg(
        first, acted_for=pl.col("home").sort_by("first_day", "home").drop_nulls().first()
    )


def _stray(seen: pl.DataFrame) -> list[LeftOut]:
    """Warn of a few users long before all others: their days would be taken for the start of history."""
    firsts = seen.select(first_day="first_event_day").sort("first_day").with_row_index("n", offset=1)
    gaps = firsts.with_columns(gap=pl.col("first_day").shift(-1) - pl.col("first_day"))
    found = gaps.filter((pl.col("gap") > STRAY_GAP) & (pl.col("n") <= max(1, STRAY_SHARE * firsts.height))).tail(1)
    return [
        LeftOut(n, firsts.height, f"{'user was' if n == 1 else 'users were'} first seen by {in_words(to_date(day))}, "
                f"the next {gap:,} days later, and history begins with them; if that is a mistake, set "
                f"`events.since = {to_date(day + gap)}`")
        for n, day, gap in found.select("n", "first_day", "gap").rows()
    ]  # fmt: skip


def _numbered(ids: pl.Series, name: str, number: str) -> pl.DataFrame:
    return pl.DataFrame({name: ids, number: pl.int_range(ids.len(), dtype=pl.UInt32, eager=True)})


def _numbers(values: pl.Series, ids: pl.Series) -> pl.Series:
    """The number of each value: where it stands in ids; null for none."""
    if values.null_count() == values.len():
        return pl.repeat(None, values.len(), dtype=pl.UInt32, eager=True)
    numbered = _numbered(ids, "id", "number")
    return values.to_frame("id").join(numbered, on="id", how="left", maintain_order="left")["number"]


def _user_table(
    users: pl.DataFrame, seen: pl.DataFrame, ids: pl.Series, homes: pl.Series, left_out: list[LeftOut], *, known: bool
) -> pl.DataFrame:
    """One row a user in the order of their numbers: who stands in the users table and who was only seen in events."""
    table = users.drop("excluded").join(_numbered(homes, "account", "home"), on="account", how="left").drop("account")
    table = _numbered(ids, "id", "unit").join(
        table.with_columns(listed=pl.lit(True)), on="id", how="left", maintain_order="left"
    )
    table = table.join(seen, on="unit", how="left", maintain_order="left")
    strangers = int(table["listed"].null_count())
    if known and strangers:
        left_out.append(LeftOut(strangers, ids.len(), "users have events but no row in the users table; "
                                "they count, their segments are (unknown)"))  # fmt: skip
    ghosts = int((table["signup_day"].is_null() & table["first_event_day"].is_null()).sum())
    if ghosts:
        left_out.append(LeftOut(ghosts, ids.len(), "users have neither a sign-up date nor an event and count nowhere"))
    days = pl.col("signup_day", "ended_day", "first_event_day").cast(pl.Int32)
    return table.with_columns(days, account=pl.coalesce("home", "acted_for")).drop("listed", "home", "acted_for")


def _segmented(
    product: Product, accounts: pl.DataFrame | None, users: pl.DataFrame, homes: pl.Series, left_out: list[LeftOut]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Accounts and users with their segments as labels, and for users whether they may use each gated feature."""
    table = _numbered(homes, "id", "unit")
    if accounts is not None:
        _refuse_twice(accounts.drop_nulls("id"), "account")
        table = table.join(accounts.drop_nulls("id"), on="id", how="left", maintain_order="left")
    of_account = [s for s in product.segments if s.of == "account"]
    table = table.with_columns(_label(s) for s in of_account)
    users = users.with_columns(_label(s) for s in product.segments if s.of == "user")
    homeless = int(users["account"].null_count())
    if product.has_accounts and homeless:
        left_out.append(LeftOut(homeless, users.height, "users belong to no account"))
    users = users.with_columns(
        table[f"segment_{s.key}"].gather(users["account"]).fill_null(UNKNOWN) for s in of_account
    )
    for feature in product.features:
        left_out += _labels_of_nobody(feature, users)
    users = users.with_columns(_may_use(f) for f in product.features if f.eligible)
    for segment in (s for s in product.segments if s.of != "event"):
        table, users = _bounded(segment, table, users)
    return table, users


def _labels_of_nobody(feature: Feature, users: pl.DataFrame) -> list[LeftOut]:
    """What a feature's rule names and no user has: a new plan, or a slip of the pen."""
    found = []
    for key, labels in feature.eligible:
        known = users[f"segment_{key}"].unique().sort().to_list()
        found += [
            LeftOut(0, users.height, f"users have {key} {label!r}, which `features.{feature.key}.eligible` names; "
                                     f"{did_you_mean(label, known)}")
            for label in labels if label not in known
        ]  # fmt: skip
    return found


def _may_use(feature: Feature) -> pl.Expr:
    rules = [pl.col(f"segment_{key}").is_in(list(labels)) for key, labels in feature.eligible]
    return pl.all_horizontal(rules).alias(f"can_{feature.key}")


def _label(segment: Segment) -> pl.Expr:
    column = pl.col(f"segment_{segment.key}")
    return column.replace(dict(segment.labels)).fill_null(UNKNOWN)


def _bounded(segment: Segment, accounts: pl.DataFrame, users: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The segment's values in the order of the screen: as declared, then by size; beyond the largest, `Other`."""
    name = f"segment_{segment.key}"
    keep = _largest(segment, (users if segment.of == "user" else accounts)[name])
    if segment.of == "account":
        accounts = accounts.with_columns(keep)
    return accounts, users.with_columns(keep)


def _largest(segment: Segment, counted: pl.Series) -> pl.Expr:
    """The column of a segment with its largest values alone, in the order of the screen. counted: a value a unit."""
    name = f"segment_{segment.key}"
    sizes = counted.value_counts(sort=False).sort("count", name, descending=[True, False])[name].to_list()
    declared = [label for _, label in segment.labels if label in sizes]
    ordered = dict.fromkeys(v for v in [*declared, *sizes] if v not in (OTHER, UNKNOWN))
    shown = list(ordered)[:MOST_VALUES]
    values = pl.Enum([*shown, OTHER, UNKNOWN])
    return pl.when(pl.col(name).is_in([*shown, UNKNOWN])).then(name).otherwise(pl.lit(OTHER)).cast(values).alias(name)


def _by_value(product: Product, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The rows once more, one for each value of the attributes of events; None where the product names none."""
    of_events = [segment for segment in product.segments if segment.of == "event"]
    if not of_events:
        return None
    rows = rows.rename({"unit": "user"}).with_columns(_label(segment) for segment in of_events)
    for segment in of_events:
        people = rows.select("user", f"segment_{segment.key}").unique()
        rows = rows.with_columns(_largest(segment, people[f"segment_{segment.key}"]))
    return merge(rows, "user", "account", *(f"segment_{segment.key}" for segment in of_events))


def _features(product: Product, raw: pl.DataFrame) -> tuple[Feature, ...]:
    """The features listed; where none is, one for each event name, most users first."""
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


def _tables(
    product: Product, users: pl.DataFrame, accounts: pl.DataFrame, features: tuple[Feature, ...], raw: pl.DataFrame
) -> Tables:
    rows = _feature_rows(features, raw.drop_nulls("name"))
    by_account = rows.drop_nulls("account").drop("unit").rename({"account": "unit"})
    tables = Tables(users, accounts, _by_unit(features, rows, users.height),
                    _by_unit(features, by_account, accounts.height))  # fmt: skip
    if any(segment.of == "event" for segment in product.segments) or product.events.account:
        rows = pl.concat([rows, _of_active(features, rows).with_columns(feature=pl.lit(ANY, pl.UInt16))])
    tables = replace(tables, event_rows=_by_value(product, rows))
    if product.events.account is None:
        return tables
    acted = raw.rename({"unit": "user"}).group_by("user", "account").agg(pl.col("first_day").min().cast(pl.Int32))
    at_home = users.select(pl.col("unit").alias("user"), "account").join(acted, on=["user", "account"], how="anti")
    members = pl.concat([acted, at_home.with_columns(first_day=pl.lit(None, pl.Int32))]).drop_nulls("account")
    member_rows = merge(rows.drop_nulls("account").rename({"unit": "user"}), "user", "account")
    return replace(tables, members=members.sort("user", "account").rename({"first_day": "first_event_day"}),
                   member_rows=member_rows)  # fmt: skip


def some_of(ids: pl.Series) -> str:
    """The first few of some ids, for a sentence."""
    return ", ".join(repr(v)[:60] for v in ids.head(5).to_list()) + (" ..." if ids.len() > 5 else "")


def in_words(day: date) -> str:
    """A day in a sentence."""
    return f"{day:%-d %b %Y}"
