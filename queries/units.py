"""Users and accounts as a snapshot holds them, since when one counts, and how an account is made of its users."""

from dataclasses import dataclass
from itertools import product

import polars as pl

from queries.bits import merge
from queries.calendar import Calendar, day_number

LEFT_EDGE_DAYS = 28  # without a sign-up date, a unit first seen in the first 28 days of history has an unknown start


@dataclass(frozen=True, eq=False)
class Tables:
    """What a snapshot holds, before anybody has picked anything.

    users: unit, id, account, signup_day, first_event_day, ended_day, segment_*, can_* (meets a feature's rule).
    accounts: unit, id, segment_*. rows, account_rows: unit, feature, first_day, d0 ..., sorted by feature and unit.
    member_rows: user, account, feature, first_day, d0 ...; members: user, account, first_event_day; both only where
    events name an account, because then a user may act for several. event_rows: user, account, feature, segment_* (of
    events), first_day, d0 ...; only where the product names attributes of events.
    """

    users: pl.DataFrame
    accounts: pl.DataFrame
    rows: pl.DataFrame
    account_rows: pl.DataFrame
    members: pl.DataFrame | None = None
    member_rows: pl.DataFrame | None = None
    event_rows: pl.DataFrame | None = None


def restricted(tables: Tables, users: pl.Series, accounts: pl.Series) -> Tables:
    """The tables as they would be if there were only some users, and what they did for some accounts; numbered anew.

    users, accounts: a boolean for each of them. An account without any of these users is gone too.
    """
    if users.all() and accounts.all():
        return tables
    whole = tables.users.select("account", user="unit") if tables.members is None else tables.members
    peopled = whole.filter(users.gather(whole["user"]))["account"].drop_nulls().unique()
    accounts = accounts & pl.repeat(False, accounts.len(), eager=True).scatter(peopled, True)
    user, account = _numbered_anew(users), _numbered_anew(accounts)
    people = _renumbered(tables.users, unit=user, account=account).drop_nulls("unit")
    rows = _renumbered(tables.rows, unit=user).drop_nulls("unit")
    members, member_rows, event_rows = (
        None if found is None else _renumbered(found, user=user, account=account).drop_nulls("user")
        for found in (tables.members, tables.member_rows, tables.event_rows)
    )
    if members is None or member_rows is None:
        by_account = rows.with_columns(unit=people["account"].gather(rows["unit"]))
    else:
        members, member_rows = members.drop_nulls("account"), member_rows.drop_nulls("account")
        by_account = member_rows.rename({"account": "unit"})
    return Tables(people, _renumbered(tables.accounts, unit=account).drop_nulls("unit"), rows,
                  merge(by_account.drop_nulls("unit"), "unit"), members, member_rows, event_rows)  # fmt: skip


def too_small(groups: pl.Series, least: int) -> list[str]:
    """The groups to show as one, because some have fewer units than `least`; none where none has.

    groups: the name of each unit's group. The next larger ones join them until together they have as many, or a small
    one would be what the others lack of the total.

    >>> too_small(pl.Series(["a"] * 9 + ["b"] * 6 + ["c"] * 7 + ["d"] * 2), 5)
    ['d', 'b']
    """
    sizes = groups.cast(pl.String).alias("group").value_counts().sort("count", "group")
    before = sizes["count"].cum_sum() - sizes["count"]
    is_small = sizes["count"] < least
    return sizes.filter(is_small | (before < least))["group"].to_list() if is_small.any() else []


def pairs(first: pl.Series, second: pl.Series, between: str) -> list[str]:
    """Every pair of labels as one label; a no-break space tells apart the odd two that would read the same."""
    found: dict[str, None] = {}
    for parts in product(first, second):
        name = between.join(parts)
        while name in found:
            name += "\N{NO-BREAK SPACE}"
        found[name] = None
    return list(found)


def _numbered_anew(kept: pl.Series) -> pl.Series:
    """For each unit its number among those kept; null for the others."""
    return pl.select(pl.when(kept).then(kept.cast(pl.UInt32).cum_sum() - 1).cast(pl.UInt32)).to_series()


def _renumbered(rows: pl.DataFrame, **numbers: pl.Series) -> pl.DataFrame:
    """Rows with the numbers in some columns replaced by others, null for those that are gone."""
    return rows.with_columns(numbers[name].gather(rows[name]).alias(name) for name in numbers)


def entry(calendar: Calendar) -> list[pl.Expr]:
    """entry_day: the earlier of sign-up and first event. signup_day: the sign-up, or else the first event."""
    edge = day_number(calendar.first_day) + LEFT_EDGE_DAYS
    return [
        pl.min_horizontal("signup_day", "first_event_day").alias("entry_day"),
        pl.coalesce("signup_day", "first_event_day").alias("signup_day"),
        pl.col("signup_day").is_not_null().or_(pl.col("first_event_day").ge(edge).fill_null(False)).alias("known_start"),
    ]


def made_of_users(
    accounts: pl.DataFrame, members: pl.DataFrame, users: pl.DataFrame, calendar: Calendar
) -> pl.DataFrame:
    """Accounts as their remaining users make them.

    A user enters an account at sign-up, if it is the user's own, or with the first event for it, whichever is earlier.
    An account's entry is the earliest of these, and known unless it is one of unknown start. Ended when all users have;
    may use a feature when one of them may. users: as the tables have them, with no sign-up made of an event.
    """
    flags = [name for name in users.columns if name.startswith("can_")]
    people = members.with_columns(
        users[column].gather(members["user"]).alias("home" if column == "account" else column)
        for column in ("account", "signup_day", "ended_day", *flags)
    )
    own_signup = pl.when(pl.col("account") == pl.col("home")).then("signup_day").alias("signup_day")
    people = people.with_columns(own_signup).with_columns(*entry(calendar))
    entered, is_known = pl.col("entry_day"), pl.col("known_start")
    known, unknown = entered.filter(is_known).min(), entered.filter(~is_known).min()
    made = people.group_by("account").agg(
        entered.min(),
        pl.col("signup_day").min(),
        ended_day=pl.when(pl.col("ended_day").null_count() == 0).then(pl.col("ended_day").max()),
        known_start=(known.is_not_null() & (unknown.is_null() | (known < unknown))),
        **{flag: pl.col(flag).any() for flag in flags},
    )
    joined = accounts.join(made, left_on="unit", right_on="account", how="left", maintain_order="left")
    return joined.with_columns(
        kept=pl.col("known_start").is_not_null(), known_start=pl.col("known_start").fill_null(False)
    )
