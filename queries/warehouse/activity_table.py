"""The activity kept by the warehouse itself: the SQL that makes it, and the SELECTs that read it.

Where the events are too many to be read here, the warehouse can keep who used what on which days, in its own table and
on its own schedule: a row a user (and account, event name and attribute) and block of eight weeks, with a bit a day.
Block n begins on day 56 n - 3 (the Monday of a week, counted from 1970-01-01) and bit i of `mask` is its i-th day. OR
is idempotent: late, repeated and re-sent days change nothing that is there. Deleted events need the table made anew.

A product file names that table in place of the events, with `block` and `mask` in place of `time`.
"""

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from queries.calendar import WORD_DAYS, day_number
from queries.errors import DataError
from queries.product import Product
from queries.warehouse import selects, sql
from queries.warehouse.selects import Columns, Select

BEFORE = 3  # days from the Monday of block 0 to 1970-01-01
NAME = "sightline_activity"
DAY = "sightline_day"  # no column of anybody's own
ONCE = "-- Once: the table, empty."
OFTEN = """-- As often as you like: days are only ever added, so it may run twice. To read less each time, give the
-- events inside a condition on their time that goes a few days further back than the last run."""
THEN = """-- Then, in the product file under [events]: table = "{}", block = "block", mask = "mask",
-- the other columns as they are, and neither `time` nor `loaded_at`."""
INSTEAD = """-- Or instead of both, kept by Snowflake. NOT TESTED on a real account: that its refresh is incremental
-- is what Snowflake documents for GROUP BY, and it fails rather than read everything each time."""


def from_events(product: Product, columns: Columns) -> Select:
    """The activity of all events since `events.since`: their own columns for whom and what, then block and mask.

    columns: of the events table. Days are those of the product's zone, for events to come too, so the zone's rules are
    the warehouse's own.
    """
    part = product.events
    table = selects.source(product, part.table, columns)
    day = sql.local_day(table.c[part.time], cast(sql.TimeKind, columns[part.time]), product.timezone)
    names = _kept_columns(product)
    days = sa.select(*(table.c[name] for name in names), (day + BEFORE).label(DAY)).subquery("e")
    block = sa.cast(sa.func.floor(days.c[DAY] / WORD_DAYS), sa.Integer).label("block")
    since = days.c[DAY] >= day_number(part.since) + BEFORE
    blocks = sa.select(*(days.c[name] for name in names), days.c[DAY], block).where(since).subquery("b")
    keys = [blocks.c[name] for name in (*names, "block")]
    mask = sql.bit_or_agg(sql.bit(blocks.c[DAY] - WORD_DAYS * blocks.c.block))
    return sa.select(*keys, mask.label("mask")).group_by(*keys)


def _kept_columns(product: Product) -> list[str]:
    """The columns of the events that say who did what, each once."""
    part = product.events
    attributes = [segment.column for segment in product.segments if segment.of == "event"]
    named = (part.user, part.anonymous, part.account, part.name, *attributes)
    return list(dict.fromkeys(name for name in named if name))


def statements(product: Product, columns: Columns, dialect: Dialect, name: str = NAME) -> str:
    """The SQL that makes the table `name` and brings it up to date, to be run on a schedule of one's own.

    columns: of the events table. It is for people to read and to change: values are literals in it. Raises DataError
    where a column of the events has a name that the table needs.
    """
    taken = {name.lower() for name in _kept_columns(product)} & {"block", "mask"}
    if taken:
        raise DataError(f"The events have a column `{min(taken)}`, which the activity table needs for itself. Give it "
                        "another name with a SELECT in a .sql file, and name that as the table.")  # fmt: skip
    quote, keys = dialect.identifier_preparer.quote, [*_kept_columns(product), "block"]
    compiled = from_events(product, columns).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    query, table = str(compiled), quote(name)
    fields = ", ".join(map(quote, [*keys, "mask"]))
    same = "\n  AND ".join(f"t.{quote(key)} IS NOT DISTINCT FROM s.{quote(key)}" for key in keys)
    both = "BITOR(t.mask, s.mask)" if dialect.name == "snowflake" else "t.mask | s.mask"
    values = ", ".join(f"s.{quote(key)}" for key in [*keys, "mask"])
    made = [
        f"{ONCE}\nCREATE TABLE IF NOT EXISTS {table} AS\nSELECT * FROM (\n{query}\n) AS s WHERE 1 = 0;",
        f"{OFTEN}\nMERGE INTO {table} AS t USING (\n{query}\n) AS s\n  ON {same}\n"
        f"WHEN MATCHED THEN UPDATE SET mask = {both}\nWHEN NOT MATCHED THEN INSERT ({fields}) VALUES ({values});",
    ]
    if dialect.name == "snowflake":
        made.append(f"{INSTEAD}\nCREATE DYNAMIC TABLE {table} TARGET_LAG = '1 hour' WAREHOUSE = your_warehouse\n"
                    f"  REFRESH_MODE = INCREMENTAL AS\n{query};")  # fmt: skip
    return "\n\n".join([*made, THEN.format(name)]) + "\n"


def blocks(product: Product, sections: Mapping[str, Columns], until: int) -> Select:
    """One row a reason why rows of the kept table cannot be counted: odd (null: they can), rows, first and last block.

    odd: no_user, no_name, block, mask (they are no whole numbers that can be), early or late; the first that holds.
    until: the last day number that can be true; the first is that of `events.since`. Blocks are null for odd rows.
    """
    rows = _rows(product, sections)
    block, since = rows.c.block, block_of(day_number(product.events.since))
    odd = sa.case(
        (sa.and_(*selects.absent(product, sections, rows)), "no_user"),
        (selects.said(product, sections, rows, "name").is_(None), "no_name"),
        *((wrong, name) for name, wrong in _unreadable(product, sections, rows).items()),
        (block < since, "early"), (block > block_of(until), "late"),
    )  # fmt: skip
    told = sa.select(odd.label("odd"), block).subquery("o")
    possible = sa.case((told.c.odd.is_(None), sa.cast(told.c.block, sa.Integer)))
    ends = sa.func.min(possible).label("first"), sa.func.max(possible).label("last")
    counted = sa.select(told.c.odd, sa.func.count().label("rows"), *ends).group_by(told.c.odd)
    return counted.execution_options(job="kept_blocks")


def _unreadable(
    product: Product, sections: Mapping[str, Columns], rows: sa.Subquery
) -> dict[str, sa.ColumnElement[bool]]:
    """For block and mask, that a row says no whole number that can be one."""
    block, mask, columns = rows.c.block, rows.c.mask, sections["events"]
    outside = sa.or_(mask < 0, mask >= sa.literal(1 << WORD_DAYS, sa.BigInteger))
    wrong = {"block": block.is_(None), "mask": sa.or_(mask.is_(None), outside)}
    for name, column in (("block", product.events.block), ("mask", product.events.mask)):
        if columns[_need(column)] != "whole":
            wrong[name] = sa.or_(wrong[name], rows.c[name] != sa.func.floor(rows.c[name]))
    return wrong


def block_of(day: int) -> int:
    """The block that holds a day (a number)."""
    return (day + BEFORE) // WORD_DAYS


def activity(product: Product, sections: Mapping[str, Columns], first: int, last: int) -> Select:
    """As `selects.activity`, read from the kept table: d0 is block `first`; first_day is left null.

    first, last: the blocks read, both included.
    """
    rows = _rows(product, sections)
    keys = [column for column in rows.c if column.name not in ("block", "mask")]
    mask = sa.cast(rows.c.mask, sa.BigInteger)
    inside = [sa.case((rows.c.block == number, mask)) for number in range(first, last + 1)]
    days = [sql.bit_or_agg(word).label(f"d{i}") for i, word in enumerate(inside)]
    grouped = sa.select(*keys, sa.cast(sa.null(), sa.Integer).label("first_day"), *days).group_by(*keys)
    readable = grouped.where(sa.not_(sa.or_(*_unreadable(product, sections, rows).values()))).subquery("g")
    return selects.regrouped(product, sections, readable, len(days)).execution_options(job="kept_activity")


def _rows(product: Product, sections: Mapping[str, Columns]) -> sa.Subquery:
    """The rows as they stand: whom and what as in `selects.events`, block and mask."""
    part = product.events
    table: Any = selects.source(product, part.table, sections["events"])
    named = {"user": part.user, "anonymous": part.anonymous, "account": part.account, "name": part.name}
    named |= {f"segment_{s.key}": s.column for s in product.segments if s.of == "event"}
    named |= {"block": part.block, "mask": part.mask}
    return sa.select(*(table.c[column].label(name) for name, column in named.items() if column)).subquery("k")


def _need(column: str | None) -> str:
    assert column is not None  # asked only where the product file names a kept table
    return column
