"""Which table is events, users or accounts, and which column says who, when and what.

A column is chosen by what it is called (a list of names for each role, the likeliest first) and by what it holds: a
time must be one, an event name must repeat, a user's id must be unique among users and must be that of those who did
something. What else might have been meant is kept beside what was chosen.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from queries.draft.looking import Column, Newest, Table

Sure = Literal["sure", "likely", "a guess"]
ShareKnown = Callable[[Table, str, Sequence[str]], float]  # of some ids, those in a column of a table

TIME = ("occurred_at", "occurred", "event_time", "event_timestamp", "event_at", "derived_tstamp", "happened_at",
        "timestamp", "time", "ts", "created_at", "event_date", "collector_tstamp", "date", "day", "created",
        "started_at", "sent_at", "original_timestamp", "received_at")  # fmt: skip
LOADED = ("loaded_at", "received_at", "uuid_ts", "load_tstamp", "etl_tstamp", "server_upload_time", "ingested_at",
          "fivetran_synced", "synced_at", "inserted_at")  # fmt: skip
USER = ("user_id", "userid", "person_id", "customer_id", "member_id", "profile_id", "distinct_id", "student_id",
        "subscriber_id", "contact_id", "actor_id", "uid", "user", "user_uuid", "amplitude_id")  # fmt: skip
ANONYMOUS = ("anonymous_id", "user_pseudo_id", "domain_userid", "device_id", "visitor_id", "client_id", "cookie_id")
NAME = ("event_name", "event", "event_type", "action", "activity", "activity_type", "event_text", "name", "verb",
        "action_name", "type", "feature")  # fmt: skip
ACCOUNT = ("account_id", "company_id", "organization_id", "organisation_id", "org_id", "workspace_id", "tenant_id",
           "team_id", "group_id", "school_id")  # fmt: skip
SIGNUP = ("signed_up_at", "signup_at", "signup_date", "sign_up_date", "signup", "registered_at", "registration_date",
          "registered", "joined_at", "date_joined", "created_at", "created", "creation_time", "user_creation_time",
          "first_seen_at", "first_seen", "inserted_at")  # fmt: skip
ENDED = ("deactivated_at", "ended_at", "churned_at", "cancelled_at", "canceled_at", "deleted_at", "closed_at",
         "archived_at", "disabled_at", "end_date")  # fmt: skip
OF_EVENTS = {"event", "events", "track", "tracks", "activity", "activities", "action", "actions", "log", "logs"}
OF_USERS = {"user", "users", "person", "persons", "people", "customer", "customers", "member", "members", "profile",
            "profiles", "student", "students", "contact", "contacts", "subscriber", "subscribers"}  # fmt: skip
OF_ACCOUNTS = {"account", "accounts", "company", "companies", "organization", "organizations", "organisation",
               "organisations", "org", "orgs", "workspace", "workspaces", "tenant", "tenants", "team", "teams", "group",
               "groups", "school", "schools"}  # fmt: skip
TIMES = ("date", "naive", "zoned")
UNIQUE = 0.98  # of the rows have an id of their own
HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")  # where a new word begins in camelCase
WORD = re.compile(r"[^\W\d_]+|\d+")


@dataclass(frozen=True)
class Choice:
    """What was chosen, how sure that is, and what else it might have been."""

    chosen: str
    sure: Sure
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventsPart:
    """The events: their table, and who, when and what."""

    table: Table
    sure: Sure
    user: Choice
    time: Choice
    name: Choice
    anonymous: str | None = None
    loaded_at: str | None = None
    account: str | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnitsPart:
    """The users or accounts. known: the share of the ids of those who did something (or of users' accounts) in it."""

    table: Table
    id: str
    sure: Sure
    known: float
    account: str | None = None
    signup: Choice | None = None
    ended: Choice | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Roles:
    """Who is who among the tables."""

    events: EventsPart
    users: UnitsPart | None = None
    accounts: UnitsPart | None = None


def words(name: str) -> tuple[str, ...]:
    """The words of a name in small letters.

    >>> words("createdAt"), words("raw.prod_USERS2")
    (('created', 'at'), ('raw', 'prod', 'users', '2'))
    """
    return tuple(word.lower() for word in WORD.findall(HUMP.sub(" ", name)))


def pick(columns: Iterable[Column], hints: tuple[str, ...], fits: Callable[[Column], bool]) -> Choice | None:
    """The column that fits and whose name is likeliest; None where none is called like it."""
    ranked: list[tuple[float, str]] = []
    for column in columns:
        name = "_".join(words(column.name))
        ends = [place for place, hint in enumerate(hints) if name.endswith(f"_{hint}")]
        place = float(hints.index(name)) if name in hints else ends[0] + len(hints) if ends else None
        if place is not None and fits(column):
            ranked.append((place, column.name))
    if not ranked:
        return None
    ranked.sort()
    is_exact = ranked[0][0] < len(hints)
    others = tuple(name for _, name in ranked[1:4])
    return Choice(ranked[0][1], "a guess" if not is_exact else "likely" if others else "sure", others)


def tell(tables: Sequence[Table]) -> Roles | None:
    """The events among the tables; None where no table has who, when and what."""
    parts = sorted(((_score(part), part.table.name, part) for table in tables if (part := _events(table))),
                   key=lambda found: (-found[0], found[1]))  # fmt: skip
    if not parts:
        return None
    (best, _, chosen), *rest = parts
    close = [score for score, _, _ in rest if score > best - 1]
    sure: Sure = "a guess" if best < 1 else "likely" if close else "sure"
    return Roles(replace(chosen, sure=sure, others=tuple(name for _, name, _ in rest[:3])))


def _events(table: Table) -> EventsPart | None:
    time = pick(table.columns, TIME, lambda c: c.kind in TIMES and c.filled > 0.5)
    user = pick(table.columns, USER, _is_id) or pick(table.columns, ANONYMOUS, _is_id)
    name = pick(table.columns, NAME, lambda c: _is_name(c, table.sample.height))
    if not (time and user and name):
        return None
    loaded = pick(table.columns, LOADED, lambda c: c.kind in TIMES and c.filled > 0.9 and c.name != time.chosen)
    account = pick(table.columns, ACCOUNT, _is_id)
    anonymous = pick(table.columns, ANONYMOUS, lambda c: _is_id(c) and c.name != user.chosen)
    is_gappy = table.column(user.chosen).filled < 1
    return EventsPart(table, "a guess", user, time, name, anonymous.chosen if anonymous and is_gappy else None,
                      loaded.chosen if loaded else None, account.chosen if account else None)  # fmt: skip


def _is_id(column: Column) -> bool:
    return column.kind in ("text", "whole", "other") and column.distinct > 0 and not column.name.startswith("is_")


def _is_name(column: Column, rows: int) -> bool:
    """Whether values repeat as names of events do: each row its own text is a title or an id."""
    few = max(20, rows // 5)
    return column.kind == "text" and 0 < column.distinct <= few and column.emails < 0.1


def _score(part: EventsPart) -> float:
    """How much a table looks like events: by its name, by its columns' names, and by people coming back in it."""
    known = {"sure": 1.0, "likely": 0.7, "a guess": 0.3}
    by_name = 2.0 if OF_EVENTS & {*words(part.table.name)} else -1.0 if OF_USERS & {*words(part.table.name)} else 0.0
    comes_back = 0.5 if part.table.column(part.user.chosen).repeats else -1.0
    prefers = 0.5 if "_".join(words(part.name.chosen)) in NAME[:3] else 0.0
    return by_name + comes_back + prefers + sum(known[c.sure] for c in (part.user, part.time, part.name)) / 3


def with_others(found: Roles, tables: Sequence[Table], newest: Newest, share_known: ShareKnown) -> Roles:
    """The roles with users and accounts, where tables have the ids of those who did something."""
    rest = [table for table in tables if table.name != found.events.table.name]
    user = found.events.user.chosen
    users = _units(rest, (user, *USER, "id"), OF_USERS, newest.users, share_known)
    if users:
        columns = [column for column in users.table.columns if column.name != users.id]
        account = pick(columns, ACCOUNT, _is_id)
        users = replace(_with_days(users), account=account.chosen if account else None)
        rest = [table for table in rest if table.name != users.table.name]
    holder, column = found.events.table, found.events.account
    if users and users.account:
        holder, column = users.table, users.account
    if column is None:
        return replace(found, users=users)
    ids = tuple(holder.sample[column].drop_nulls().unique(maintain_order=True).head(50))
    accounts = _units(rest, (column, *ACCOUNT, "id"), OF_ACCOUNTS, ids, share_known)
    return replace(found, users=users, accounts=accounts)


def _units(
    tables: Sequence[Table], hints: tuple[str, ...], named: set[str], ids: Sequence[str], share_known: ShareKnown
) -> UnitsPart | None:
    """The table whose unique column holds most of the ids; of two alike the one whose name says so."""
    hints = tuple("_".join(words(hint)) for hint in hints)
    found: list[tuple[float, str, UnitsPart]] = []
    for table in tables:
        key = pick(table.columns, hints, lambda c: _is_id(c) and not c.repeats and c.filled >= UNIQUE)
        says_so = bool(named & {*words(table.name)})
        if key is None or (key.chosen.lower() == "id" and not says_so):
            continue
        known = share_known(table, key.chosen, ids)
        if known > 0:
            sure: Sure = "sure" if known >= 0.9 and says_so else "likely" if known >= 0.5 else "a guess"
            found.append((known + 0.5 * says_so, table.name, UnitsPart(table, key.chosen, sure, known)))
    if not found:
        return None
    (_, _, best), *rest = sorted(found, key=lambda each: (-each[0], each[1]))
    return replace(best, others=tuple(name for _, name, _ in rest[:3]))


def _with_days(users: UnitsPart) -> UnitsPart:
    signup = pick(users.table.columns, SIGNUP, lambda c: c.kind in TIMES and c.filled >= 0.5)
    ended = pick(users.table.columns, ENDED, lambda c: c.kind in TIMES)
    return replace(users, signup=signup, ended=ended)


def none_found(tables: Sequence[Table]) -> str:
    """Why no table is taken for events, and what to do."""
    if not tables:
        return "There is no table to look at; check the address, and that whoever reads may see the tables."
    near = [table for table in tables if pick(table.columns, USER, _is_id) or pick(table.columns, ANONYMOUS, _is_id)]
    for table in near:
        late = pick(table.columns, TIME, lambda c: c.kind in ("text", "whole", "decimal"))
        if late and not pick(table.columns, TIME, lambda c: c.kind in TIMES):
            return (f"{table.name} may hold events, but {late.chosen} holds no date or timestamp. Make it one with "
                    "CAST in a .sql file, as in examples/mixpanel, and name that file as the table.")  # fmt: skip
    names = ", ".join(table.name for table in tables[:8]) + (", ..." if len(tables) > 8 else "")
    return (f"No table looks like events: of {names} none has a column each for who, when and what. Describe it by "
            "hand, with a .sql file where the shape needs one; examples/ has some of each.")  # fmt: skip
