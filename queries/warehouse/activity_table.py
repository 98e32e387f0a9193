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
    """One row: the first and the last block of the kept table that can be true, and how many rows it has.

    until: the last day number that can be true; the first is that of `events.since`.
    """
    table = _table(product, sections)
    block = sa.cast(table.c[_need(product.events.block)], sa.Integer)
    possible = block.between(block_of(day_number(product.events.since)), block_of(until))
    inside = sa.case((possible, block))
    ends = sa.func.min(inside).label("first"), sa.func.max(inside).label("last")
    counted = sa.select(*ends, sa.func.count().label("rows")).select_from(table)
    return counted.execution_options(job="kept_blocks")


def block_of(day: int) -> int:
    """The block that holds a day (a number)."""
    return (day + BEFORE) // WORD_DAYS


def activity(product: Product, sections: Mapping[str, Columns], first: int, last: int) -> Select:
    """As `selects.activity`, read from the kept table: d0 is block `first`; first_day is left null.

    first, last: the blocks read, both included.
    """
    part, table = product.events, _table(product, sections)
    named = {"user": part.user, "anonymous": part.anonymous, "account": part.account, "name": part.name}
    named |= {f"segment_{s.key}": s.column for s in product.segments if s.of == "event"}
    keys = [table.c[column].label(name) for name, column in named.items() if column]
    block, mask = table.c[_need(part.block)], sa.cast(table.c[_need(part.mask)], sa.BigInteger)
    inside = [sa.case((block == number, mask)) for number in range(first, last + 1)]
    days = [sql.bit_or_agg(word).label(f"d{i}") for i, word in enumerate(inside)]
    grouped = sa.select(*keys, sa.cast(sa.null(), sa.Integer).label("first_day"), *days)
    rows = grouped.group_by(*(table.c[column] for column in dict.fromkeys(filter(None, named.values())))).subquery("g")
    return selects.regrouped(product, sections, rows, len(days)).execution_options(job="kept_activity")


def _table(product: Product, sections: Mapping[str, Columns]) -> Any:
    return selects.source(product, product.events.table, sections["events"])


def _need(column: str | None) -> str:
    assert column is not None  # asked only where the product file names a kept table
    return column
