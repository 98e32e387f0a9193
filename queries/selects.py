"""Every SELECT we send to the warehouse: facts about the events, the activity, users, accounts, identities.

Values are bind parameters. Columns are told apart by what the warehouse says they hold, so a date, a naive timestamp
(taken as UTC) and one with a zone land on the right day of the product's own time zone. The text of a select depends
on nothing but the product file and the days asked for, so a warehouse that remembers results can serve them again.
"""

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa

from queries import sql
from queries.calendar import WORD_DAYS
from queries.product import Exclusion, Product

Select = sa.Select[*tuple[Any, ...]]
Columns = Mapping[str, str]  # column name -> date, naive, zoned, text or other


def source(product: Product, table: str, columns: Columns | None = None) -> sa.FromClause:
    """A table of the product to select from: its name, or the SELECT in its `.sql` file as it stands there."""
    named: list[sa.ColumnClause[Any]] = [sa.column(name) for name in columns or ()]
    if not table.endswith(".sql"):
        *schema, name = table.split(".")
        return sa.table(name, *named, schema=".".join(schema) or None)
    statement = product.statement(table).strip().rstrip(";") + "\n"  # its last line may be a remark
    return sa.text(statement.replace(":", r"\:")).columns(*named).subquery("team_sql")


def events(product: Product, sections: Mapping[str, Columns]) -> sa.Subquery:
    """The events as we count them: user, account, name (texts), day and loaded_day (day numbers), one row each.

    The user is the one that the identity table names for the id, or the id itself.
    """
    part, columns = product.events, sections["events"]
    table = source(product, part.table, columns)
    user = sql.text(table.c[part.user])
    if part.anonymous:
        user = sa.func.coalesce(user, sql.text(table.c[part.anonymous]))
    origin: sa.FromClause = table
    if product.identity:
        known = identity(product, sections).subquery("identity")
        origin = table.outerjoin(known, known.c.anonymous == user)
        user = sa.func.coalesce(known.c.user, user)
    fields: list[sa.ColumnElement[Any]] = [
        user.label("user"),
        (sql.text(table.c[part.account]) if part.account else sa.cast(sa.null(), sa.String)).label("account"),
        sql.text(table.c[part.name]).label("name"),
        _day(product, table, columns, part.time).label("day"),
        (_day(product, table, columns, part.loaded_at) if part.loaded_at else _no_day()).label("loaded_day"),
    ]
    return sa.select(*fields).select_from(origin).subquery("e")


def _day(product: Product, table: sa.FromClause, columns: Columns, column: str) -> sa.ColumnElement[int]:
    return sql.local_day(table.c[column], cast(sql.TimeKind, columns[column]), product.timezone)


def facts(product: Product, sections: Mapping[str, Columns], until: int) -> Select:
    """One row about the events: how many, how many of no use and why, the first and the last day of the useful ones.

    until: the last day number that can be true. The reasons are disjoint, in this order: no_user, no_time, no_name,
    too_early (before `events.since`), too_late (after `until`). loaded_day: the day of the newest arrival.
    """
    e = events(product, sections).c
    since = sql.day_number(sa.cast(sa.literal(product.events.since, sa.Date), sa.Date))
    whole = sa.and_(e.user.is_not(None), e.day.is_not(None), e.name.is_not(None))
    useful = sa.and_(whole, e.day >= since, e.day <= until)
    return sa.select(
        sa.func.count().label("events"),
        sql.count_if(e.user.is_(None)).label("no_user"),
        sql.count_if(sa.and_(e.user.is_not(None), e.day.is_(None))).label("no_time"),
        sql.count_if(sa.and_(e.user.is_not(None), e.day.is_not(None), e.name.is_(None))).label("no_name"),
        sql.count_if(sa.and_(whole, e.day < since)).label("too_early"),
        sql.count_if(sa.and_(whole, e.day > until)).label("too_late"),
        sa.func.min(sa.case((useful, e.day))).label("first_day"),
        sa.func.max(sa.case((useful, e.day))).label("last_day"),
        sa.func.max(e.loaded_day).label("loaded_day"),
    )


def activity(product: Product, sections: Mapping[str, Columns], origin: int, first: int, last: int) -> Select:
    """Who used what on which days: one row a user, account and event name, with first_day and a word of bits a 56 days.

    origin: day number of bit 0 of d0. first, last: the day numbers read, both included. Event names that belong to no
    feature share a row with a null name: they tell when a user was first seen.
    """
    e = events(product, sections).c
    names = sorted({name for feature in product.features for name in feature.events})
    name = sa.case((e.name.in_(names), e.name)) if names else e.name
    day = sa.select(
        e.user, e.account, name.label("name"), e.day,
        ((e.day - origin) // WORD_DAYS).label("word"), sql.bit((e.day - origin) % WORD_DAYS).label("bit"),
    ).where(e.user.is_not(None), e.name.is_not(None), e.day.between(first, last)).subquery("d").c  # fmt: skip
    words = [
        sa.func.coalesce(sql.bit_or_agg(sa.case((day.word == i, day.bit))), 0).label(f"d{i}")
        for i in range((last - origin) // WORD_DAYS + 1)
    ]
    keys = (day.user, day.account, day.name)
    return sa.select(*keys, sa.func.min(day.day).label("first_day"), *words).group_by(*keys)


def identity(product: Product, sections: Mapping[str, Columns]) -> Select:
    """Which anonymous id is which user, one row an id; users: how many it is said to be, which must be one."""
    part = product.identity
    assert part is not None  # the caller asks only where there is one
    table = source(product, part.table, sections["identity"])
    anonymous, user = sql.text(table.c[part.anonymous]), sql.text(table.c[part.user])
    fields = [anonymous.label("anonymous"), sa.func.min(user).label("user")]
    counted = sa.select(*fields, sa.func.count(user.distinct()).label("users"))
    return counted.where(anonymous.is_not(None)).group_by(anonymous)


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
    )


def accounts(product: Product, sections: Mapping[str, Columns]) -> Select:
    """The accounts table: id and each attribute."""
    assert product.accounts is not None  # the caller asks only where there is one
    table = source(product, product.accounts.table, sections["accounts"])
    return sa.select(sql.text(table.c[product.accounts.id]).label("id"), *_attributes(product, table, "account"))


def _no_day() -> sa.ColumnElement[Any]:
    return sa.cast(sa.null(), sa.Integer)


def _attributes(product: Product, table: sa.FromClause, of: str) -> list[sa.ColumnElement[Any]]:
    return [sql.text(table.c[s.column]).label(f"segment_{s.key}") for s in product.segments if s.of == of]


def _matching(table: sa.FromClause, rule: Exclusion) -> sa.ColumnElement[bool]:
    column = sa.func.lower(sql.text(table.c[rule.column]))
    values = [value.lower() for value in rule.values]
    if rule.how == "in":
        return column.in_(values)
    tests = [column.endswith(v, autoescape=True) if rule.how == "ends_with" else column.contains(v, autoescape=True)
             for v in values]  # fmt: skip
    return sa.or_(*tests)
