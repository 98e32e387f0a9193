"""Every SELECT we send to the warehouse: facts about the events, the activity, users, accounts, identities.

Values are bind parameters. Columns are told apart by what the warehouse says they hold, so a date, a naive timestamp
(taken as UTC) and one with a zone land on the right day of the product's own time zone. The text of a select depends
on nothing but the product file and the days asked for, so a warehouse that remembers results can serve them again.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

import sqlalchemy as sa

from queries.calendar import WORD_DAYS, day_number, to_date
from queries.product import Exclusion, Product, Segment
from queries.warehouse import sql

Select = sa.Select[*tuple[Any, ...]]
SQL_TOKENS = re.compile(r"""(?P<aside>\s+|--[^\n]*|/\*.*?\*/)|(?P<semicolon>;)|'[^']*'|"[^"]*"|[^\s'";/-]+|.""", re.S)
Columns = Mapping[str, str]  # column name -> date, naive, zoned, text, whole, decimal, flag or other


def source(product: Product, table: str, columns: Columns | None = None) -> sa.FromClause:
    """A table of the product to select from: its name, or the SELECT in its `.sql` file as it stands there."""
    named: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns or ()]
    if not table.endswith(".sql"):
        *schema, name = table.split(".")
        return sa.table(name, *named, schema=".".join(schema) or None)
    statement = _without_end(product.statement(table)).strip() + "\n"  # its last line may be a remark
    return sa.text(statement.replace(":", r"\:")).columns(*named).subquery("team_sql")


def _without_end(statement: str) -> str:
    r"""A statement without the semicolon that ends it, and what remarks follow that.

    >>> _without_end("SELECT ';' -- all; of it\n; -- until 2026\n")
    "SELECT ';' -- all; of it\n"
    """
    end: int | None = None
    for token in SQL_TOKENS.finditer(statement):
        if token["semicolon"]:
            end = token.start() if end is None else end
        elif not token["aside"]:
            end = None
    return statement[:end]


def look(product: Product, table: str) -> Select:
    """No row of a table, but all its columns."""
    return sa.select(sa.text("*")).select_from(source(product, table)).limit(0).execution_options(job="look")


def tables() -> Select:
    """The tables and views there are: schema, name, and here, whether it is found by its name alone."""
    columns = (sa.column("table_schema", sa.String), sa.column("table_name", sa.String))
    known = sa.table("tables", *columns, schema="information_schema").alias("t")
    schema, here = known.c.table_schema, known.c.table_schema == sa.func.current_schema()
    listed = sa.select(schema.label("schema"), known.c.table_name.label("name"), here.label("here"))
    ours = listed.where(sa.func.lower(schema).not_in(["information_schema", "pg_catalog"]))
    return ours.execution_options(job="tables")


def events(
    product: Product, sections: Mapping[str, Columns], first: date, last: date, since: date | None = None
) -> sa.Subquery:
    """The events as they stand: user, anonymous, account and name in their own types, and day (a day number).

    first, last: the days that matter; the day of a row outside them may be one off, but never within them. since: rows
    of days before it may be missing, so that the warehouse need not read them.
    """
    part, columns = product.events, sections["events"]
    table = source(product, part.table, columns)
    named = {"user": part.user, "anonymous": part.anonymous, "account": part.account, "name": part.name}
    kept = [table.c[column].label(name) for name, column in named.items() if column]
    kept += [table.c[segment.column].label(f"segment_{segment.key}") for segment in _of_events(product)]
    kind = cast(sql.TimeKind, columns[part.time])
    day = sql.local_day_within(table.c[part.time], kind, product.timezone, first, last)
    loaded = table.c[part.loaded_at].label("loaded_at") if part.loaded_at else sa.null().label("loaded_at")
    rows = sa.select(*kept, loaded, day.label("day"))
    return (rows.where(sql.not_before(table.c[part.time], kind, since)) if since else rows).subquery("e")


def said(product: Product, sections: Mapping[str, Columns], rows: sa.Subquery, name: str) -> sa.ColumnElement[str]:
    """A column of `events` as text; null where the product names no such column."""
    column = getattr(product.events, name)
    return sql.text(rows.c[name], sections["events"][column]) if column else sa.cast(sa.null(), sa.String)


def _who(product: Product, sections: Mapping[str, Columns], rows: sa.Subquery) -> sa.ColumnElement[str]:
    user = said(product, sections, rows, "user")
    return sa.func.coalesce(user, said(product, sections, rows, "anonymous")) if product.events.anonymous else user


def absent(
    product: Product, sections: Mapping[str, Columns], rows: sa.Subquery
) -> Iterator[sa.ColumnElement[bool]]:
    """That each column which could say who it was does not; only text can be blank, and casts of numbers cost."""
    for name in ("user", "anonymous") if product.events.anonymous else ("user",):
        kind = sections["events"][getattr(product.events, name)]
        yield sql.blank(rows.c[name]) if kind == "text" else rows.c[name].is_(None)


def _day(product: Product, table: sa.FromClause, columns: Columns, column: str) -> sa.ColumnElement[int]:
    return sql.local_day(table.c[column], cast(sql.TimeKind, columns[column]), product.timezone)


def facts(product: Product, sections: Mapping[str, Columns], until: int, first: int | None = None) -> Select:
    """What the events are like, one row a day and event name: how many (events), how many of no use (no_user, no_name).

    until: the last day number that can be true. first: read this day and those after it alone, and events of no day.
    day: null where there is no time; all days before `events.since` are one, and so are all after `until`. name: null
    where it belongs to no feature. no_name: of those with a user. loaded_day: of the newest arrival. total: how many
    events the whole table has now, where only some days are read.
    """
    read_from = None if first is None else to_date(first)
    rows = events(product, sections, read_from or product.events.since, to_date(until), read_from)
    since, day = day_number(product.events.since), rows.c.day
    bucket = sa.case((day < since, since - 1), (day > until, until + 1), else_=day)
    nobody = sa.case((sa.and_(*absent(product, sections, rows)), 1))
    told = sa.select(bucket.label("day"), rows.c.name, nobody.label("nobody"), rows.c.loaded_at)
    if first is not None:
        told = told.where(sa.or_(day.is_(None), day >= first))
    grouped = told.subquery("t")
    by = (grouped.c.day, grouped.c.name)  # the names of millions of events become text only once they are few
    few = sa.select(*by, sa.func.count().label("events"), sa.func.count(grouped.c.nobody).label("no_user"),
                    sa.func.max(grouped.c.loaded_at).label("loaded_at")).group_by(*by).subquery("g")  # fmt: skip
    return _facts_by_name(product, sections, few, total=first is not None)


def _facts_by_name(product: Product, sections: Mapping[str, Columns], rows: sa.Subquery, *, total: bool) -> Select:
    """Grouped facts with names as text, and names of no feature as null."""
    name, c = said(product, sections, rows, "name"), rows.c
    nameless = sa.case((name.is_(None), c.events - c.no_user), else_=0)
    named = sa.select(c.day, _of_features(product, name).label("name"), c.events, c.no_user, nameless.label("no_name"),
                      c.loaded_at).subquery("p")  # fmt: skip
    everything = sa.select(sa.func.count()).select_from(source(product, product.events.table))
    summed = ("events", "no_user", "no_name")
    counts = [sa.cast(sa.func.sum(named.c[count]), sa.BigInteger).label(count) for count in summed]
    return sa.select(
        named.c.day, named.c.name, *counts, _loaded_day(product, sections, named).label("loaded_day"),
        (everything.scalar_subquery() if total else _no_day()).label("total"),
    ).group_by(named.c.day, named.c.name).execution_options(job="facts")  # fmt: skip


def event_count(product: Product) -> Select:
    """How many events the whole table has."""
    counted = sa.select(sa.func.count().label("total")).select_from(source(product, product.events.table))
    return counted.execution_options(job="event_count")


def _of_features(product: Product, name: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """A name that belongs to a feature; else null."""
    names = sorted({event for feature in product.features for event in feature.events})
    return sa.case((name.in_(names), name)) if names else name


def size(product: Product, sections: Mapping[str, Columns], until: int) -> Select:
    """One row of how much there is, to know what a refresh costs: events, users, pairs, first_day and last_day.

    pairs: of a user and an event name of a feature; users and pairs are right to a few percent. The days (numbers, in
    UTC) are those of the first and the last event that can be true. until: the last day number that can be.
    """
    part, columns = product.events, sections["events"]
    table = source(product, part.table, columns)
    day = sql.day_number(table.c[part.time])
    possible = sa.case((day.between(day_number(part.since), until), day))
    who: sa.ColumnElement[Any] = table.c[part.user]  # as it stands: text of millions of ids costs most of all
    if part.anonymous:
        who = sa.func.coalesce(*(sql.text(table.c[name], columns[name]) for name in (part.user, part.anonymous)))
    users, name = sql.about_distinct(who).label("users"), table.c[part.name]
    by_name = sa.select(
        name.label("name"), sa.func.count().label("events"), users, sa.func.min(possible).label("first_day"),
        sa.func.max(possible).label("last_day"),
    ).group_by(name).subquery("g").c  # fmt: skip
    of_feature = _of_features(product, sql.text(by_name.name, columns[part.name])).is_not(None)
    sums = {"events": by_name.events, "pairs": sa.case((of_feature, by_name.users), else_=0)}
    events, pairs = (sa.cast(sa.func.coalesce(sa.func.sum(n), 0), sa.BigInteger).label(k) for k, n in sums.items())
    everybody = sa.select(users).select_from(table).scalar_subquery().label("users")
    days = [sa.func.min(by_name.first_day).label("first_day"), sa.func.max(by_name.last_day).label("last_day")]
    return sa.select(events, everybody, pairs, *days).execution_options(job="size")


def first_day(product: Product, sections: Mapping[str, Columns], until: int) -> Select:
    """The first day (a number) that any event says, from `events.since` to `until`; null where none does."""
    rows = events(product, sections, product.events.since, to_date(until))
    possible = rows.c.day.between(day_number(product.events.since), until)
    return sa.select(sa.func.min(rows.c.day).label("first_day")).where(possible).execution_options(job="first_day")


def _loaded_day(product: Product, sections: Mapping[str, Columns], rows: sa.Subquery) -> sa.ColumnElement[int]:
    """The day of the newest arrival."""
    if not product.events.loaded_at:
        return _no_day()
    kind = cast(sql.TimeKind, sections["events"][product.events.loaded_at])
    return sql.local_day(sa.func.max(rows.c.loaded_at), kind, product.timezone)


def activity(
    product: Product, sections: Mapping[str, Columns], origin: int, first: int, last: int, *, later: bool = False
) -> Select:
    """Who used what on which days: one row a user, account, event name and value of each attribute of events.

    Beside them first_day, and a word of bits a 56 days.

    origin: day number of bit 0 of d0. first, last: the day numbers read, both included. Event names that belong to no
    feature share a row with a null name: they tell when a user was first seen. later: there are many earlier days,
    which the warehouse need not read.
    """
    rows = events(product, sections, to_date(first), to_date(last), to_date(first) if later else None)
    starts = range(origin, last + 1, WORD_DAYS)
    inside = [rows.c.day.between(start, start + WORD_DAYS - 1) for start in starts]
    days = [sql.bit_or_agg(sa.case((there, sql.bit(rows.c.day - start)))).label(f"d{i}")
            for i, (start, there) in enumerate(zip(starts, inside, strict=True))]  # fmt: skip
    # Grouped as they stand first: the ids of millions of events become text only once they are thousands of rows
    attributes = [f"segment_{segment.key}" for segment in _of_events(product)]
    keys = [rows.c[key] for key in ("user", "anonymous", "account", "name", *attributes) if key in rows.c]
    few = sa.select(*keys, sa.func.min(rows.c.day).label("first_day"), *days)
    few_rows = few.where(rows.c.day.between(first, last)).group_by(*keys).subquery("g")
    return regrouped(product, sections, few_rows, len(days))


def regrouped(product: Product, sections: Mapping[str, Columns], rows: sa.Subquery, words: int) -> Select:
    """Grouped events with ids as text, as the events have them, and names of no feature as null."""
    user, name = _who(product, sections, rows), said(product, sections, rows, "name")
    people = sa.select(
        user.label("user"), said(product, sections, rows, "account").label("account"),
        _of_features(product, name).label("name"),
        *(sql.text(rows.c[f"segment_{s.key}"], sections["events"][s.column]).label(f"segment_{s.key}")
          for s in _of_events(product)), rows.c.first_day, *(rows.c[f"d{i}"] for i in range(words)),
    ).where(_once_grouped(rows, sa.and_(user.is_not(None), name.is_not(None)))).subquery("p").c  # fmt: skip
    days = [sa.func.coalesce(sql.bit_or_agg(people[f"d{i}"]), 0).label(f"d{i}") for i in range(words)]
    keys = (people.user, people.account, people.name, *(people[f"segment_{s.key}"] for s in _of_events(product)))
    grouped = sa.select(*keys, sa.func.min(people.first_day).label("first_day"), *days).group_by(*keys)
    return grouped.execution_options(job="activity")


def _once_grouped(rows: sa.Subquery, holds: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Whether something holds of grouped events, made to hang on a word of theirs, which is never negative.

    What hangs on keys alone a warehouse asks before it groups: of each of millions of events instead of each group.
    """
    return sa.case((sa.func.coalesce(rows.c.d0, 0) >= 0, holds))


def _of_events(product: Product) -> list[Segment]:
    """Segments by attributes of events."""
    return [segment for segment in product.segments if segment.of == "event"]


def identity(product: Product, sections: Mapping[str, Columns]) -> Select:
    """Which anonymous id is which user, one row an id; users: how many it is said to be, which must be one."""
    part = product.identity
    assert part is not None  # the caller asks only where there is one
    table = source(product, part.table, sections["identity"])
    anonymous, user = sql.text(table.c[part.anonymous]), sql.text(table.c[part.user])
    fields = [anonymous.label("anonymous"), sa.func.min(user).label("user")]
    counted = sa.select(*fields, sa.func.count(user.distinct()).label("users"))
    return counted.where(anonymous.is_not(None)).group_by(anonymous).execution_options(job="identity")


def users(product: Product, sections: Mapping[str, Columns]) -> Select:
    """The users table: id, account, signup_day, ended_day, excluded (which rule, null for none), and each attribute."""
    part, columns = product.users, sections["users"]
    assert part is not None  # the caller asks only where there is one
    table = source(product, part.table, columns)
    rules = [(_matching(table, rule), i) for i, rule in enumerate(part.exclude)]
    return sa.select(
        sql.text(table.c[part.id]).label("id"),
        (sql.text(table.c[part.account]) if part.account else sa.cast(sa.null(), sa.String)).label("account"),
        (_day(product, table, columns, part.signup) if part.signup else _no_day()).label("signup_day"),
        (_day(product, table, columns, part.ended) if part.ended else _no_day()).label("ended_day"),
        (sa.case(*rules) if rules else _no_day()).label("excluded"),
        *_attributes(product, table, "user"),
    ).execution_options(job="users")


def accounts(product: Product, sections: Mapping[str, Columns]) -> Select:
    """The accounts table: id and each attribute."""
    assert product.accounts is not None  # the caller asks only where there is one
    table = source(product, product.accounts.table, sections["accounts"])
    listed = sa.select(sql.text(table.c[product.accounts.id]).label("id"), *_attributes(product, table, "account"))
    return listed.execution_options(job="accounts")


def _no_day() -> sa.ColumnElement[Any]:
    return sa.cast(sa.null(), sa.Integer)


def _attributes(product: Product, table: sa.FromClause, of: str) -> list[sa.ColumnElement[Any]]:
    return [sql.text(table.c[s.column]).label(f"segment_{s.key}") for s in product.segments if s.of == of]


def _matching(table: sa.FromClause, rule: Exclusion) -> sa.ColumnElement[bool]:
    column = sa.func.lower(sql.text(table.c[rule.column]))
    values = sorted({value.lower() for value in rule.values})
    if rule.how == "in":
        return column.in_(values)
    tests = [column.endswith(v, autoescape=True) if rule.how == "ends_with" else column.contains(v, autoescape=True)
             for v in values]  # fmt: skip
    return sa.or_(*tests)
