"""Who there is: users and accounts, numbered in the order of their ids, since when, and in which segments.

What is wrong with the data is either refused in one sentence (a user who stands twice) or left out and counted
(`manifest.LeftOut`), never dropped in silence. All of it is told anew at each refresh, from who was seen in the events
(`seen`) and from the tables of users and accounts; what they did is put together in `assemble`.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import cast

import polars as pl

from queries.calendar import Calendar, to_date
from queries.errors import DataError, did_you_mean
from queries.product import OTHER, UNKNOWN, Feature, Product, Segment
from queries.snapshot.manifest import LeftOut

MOST_VALUES = 20  # of a segment; the rest are `Other`
STRAY_GAP, STRAY_SHARE = 56, 0.01  # days without anybody new after at most so many of all users: these look stray


@dataclass(frozen=True, eq=False)
class People:
    """Users and accounts as the tables have them (`units.Tables`), and the days from the first event of who counts.

    seen: who was in the events, one row an id and account there (user, account, first_day), and whom these were taken
    for: id and unit (null where left out by rule), and acted_for and acted, the account that this counts for.
    members: only where events name an account.
    """

    users: pl.DataFrame
    accounts: pl.DataFrame
    members: pl.DataFrame | None
    seen: pl.DataFrame
    calendar: Calendar


def seen_in(raw: pl.DataFrame) -> pl.DataFrame:
    """Who was in the events, one row an id and account there, and since when. raw: as the select `activity`."""
    return raw.lazy().group_by("user", "account").agg(pl.col("first_day").min()).collect(engine="streaming")


def people(
    product: Product, calendar: Calendar, left_out: list[LeftOut], seen: pl.DataFrame, known: pl.DataFrame | None,
    users: pl.DataFrame, accounts: pl.DataFrame | None,
) -> People:  # fmt: skip
    """Who there is. known: which anonymous id is which user; users, accounts: as the selects of these names.

    calendar: from the first event of anybody. left_out: is added to. Raises DataError where the data cannot be counted.
    """
    seen = _resolved(seen.select("user", "account", "first_day"), known)
    users, seen = _exclude(product, users, seen, left_out)
    counted = seen.drop_nulls("id")
    if counted.is_empty():
        raise DataError("Every event is of a user whom `users.exclude` leaves out; check these rules.")
    ids = pl.concat([users["id"], counted["id"]]).unique().sort()
    homes = pl.concat([users["account"].drop_nulls(), counted["account"].drop_nulls()]).unique().sort()
    seen = seen.with_columns(unit=_numbers(seen["id"], ids), home=_numbers(seen["account"], homes))
    first_seen = _first_seen(seen.drop_nulls("unit"))
    left_out += _stray(first_seen)
    users = _user_table(users, first_seen, ids, homes, left_out, known=product.users is not None)
    acted = pl.coalesce("home", users["account"].gather(seen["unit"]))
    seen = seen.with_columns(acted=pl.when(pl.col("unit").is_not_null()).then(acted)).drop("home")
    seen = seen.with_columns(acted_for=homes.gather(seen["acted"]))
    accounts, users = _segmented(product, accounts, users, homes, left_out)
    first = to_date(cast(int, counted["first_day"].min()))
    members = _members(users, seen) if product.events.account else None
    return People(users, accounts, members, seen, replace(calendar, first_day=first))


def _resolved(seen: pl.DataFrame, known: pl.DataFrame | None) -> pl.DataFrame:
    """With the id of the user that each id in the events stands for. known: anonymous, user."""
    if known is None:
        return seen.with_columns(id="user")
    named = known.select(pl.col("anonymous").alias("user"), pl.col("user").alias("id"))
    return seen.join(named, on="user", how="left", maintain_order="left").with_columns(id=pl.coalesce("id", "user"))


def _members(users: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Who acted for which account since when, and who belongs to one without an event for it."""
    acted = seen.drop_nulls("unit").group_by(user="unit", account="acted").agg(
        pl.col("first_day").min().cast(pl.Int32).alias("first_event_day"))  # fmt: skip
    at_home = users.select(pl.col("unit").alias("user"), "account").join(acted, on=["user", "account"], how="anti")
    members = pl.concat([acted, at_home.with_columns(first_event_day=pl.lit(None, pl.Int32))])
    return members.drop_nulls("account").sort("user", "account")


def _exclude(
    product: Product, users: pl.DataFrame, seen: pl.DataFrame, left_out: list[LeftOut]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Drop users by rule and rows without an id, and the id of whom a rule leaves out; refuse one that stands twice."""
    nameless = users["id"].null_count()
    if nameless:
        left_out.append(LeftOut(nameless, users.height, "rows of the users table had no id"))
    users = users.drop_nulls("id")
    _refuse_twice(users, "user")
    for i, rule in enumerate(product.users.exclude if product.users else ()):
        n = int((users["excluded"] == i).sum())
        if n:
            left_out.append(LeftOut(n, users.height, f"users are excluded ({rule.why})"))
    out = users.filter(pl.col("excluded").is_not_null())["id"]
    if out.is_empty():
        return users, seen
    taken = pl.when(~pl.col("id").is_in(out.implode())).then("id").alias("id")
    return users.filter(pl.col("excluded").is_null()), seen.with_columns(taken)


def _refuse_twice(rows: pl.DataFrame, unit: str) -> None:
    if rows["id"].n_unique() < rows.height:
        twice = rows.filter(pl.col("id").is_duplicated())["id"].unique(maintain_order=True)
        ids = f"{twice.len():,} {'id stands' if twice.len() == 1 else 'ids stand'}"
        raise DataError(f"`{unit}s`: {ids} more than once ({some_of(twice)}); give each {unit} one row.")


def _first_seen(seen: pl.DataFrame) -> pl.DataFrame:
    """One row a unit with an event: first_event_day, and acted_for, the first account in its events."""
    first = pl.col("first_day").min().alias("first_event_day")
    if seen["home"].null_count() == seen.height:
        return seen.group_by("unit").agg(first).with_columns(acted_for=pl.lit(None, pl.UInt32))
    return seen.group_by("unit").agg(
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
    table = table.with_columns(label(s) for s in of_account)
    users = users.with_columns(label(s) for s in product.segments if s.of == "user")
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


def label(segment: Segment) -> pl.Expr:
    """The values of a segment as they are shown."""
    column = pl.col(f"segment_{segment.key}")
    return column.replace(dict(segment.labels)).fill_null(UNKNOWN)


def _bounded(segment: Segment, accounts: pl.DataFrame, users: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The segment's values in the order of the screen: as declared, then by size; beyond the largest, `Other`."""
    name = f"segment_{segment.key}"
    keep = largest(segment, (users if segment.of == "user" else accounts)[name])
    if segment.of == "account":
        accounts = accounts.with_columns(keep)
    return accounts, users.with_columns(keep)


def largest(segment: Segment, counted: pl.Series) -> pl.Expr:
    """The column of a segment with its largest values alone, in the order of the screen. counted: a value a unit."""
    name = f"segment_{segment.key}"
    sizes = counted.value_counts(sort=False).sort("count", name, descending=[True, False])[name].to_list()
    declared = [label for _, label in segment.labels if label in sizes]
    ordered = dict.fromkeys(v for v in [*declared, *sizes] if v not in (OTHER, UNKNOWN))
    shown = list(ordered)[:MOST_VALUES]
    values = pl.Enum([*shown, OTHER, UNKNOWN])
    return pl.when(pl.col(name).is_in([*shown, UNKNOWN])).then(name).otherwise(pl.lit(OTHER)).cast(values).alias(name)


def some_of(ids: pl.Series) -> str:
    """The first few of some ids, for a sentence."""
    return ", ".join(repr(v)[:60] for v in ids.head(5).to_list()) + (" ..." if ids.len() > 5 else "")


def in_words(day: date) -> str:
    """A day in a sentence."""
    return f"{day:%-d %b %Y}"
