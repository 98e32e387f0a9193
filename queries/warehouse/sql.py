"""The few SQL constructs that SQLAlchemy lacks, each one expression on every dialect we speak.

Zones and dates stay bind parameters; only a dialect's keywords are rendered as text. Weeks are never asked of the
database (a session setting could change their start): a day travels as a whole number and Python knows the weeks.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from queries.calendar import clock_changes

TimeKind = Literal["date", "naive", "zoned"]


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> Sequence[str]:
    return [compiler.process(clause, **kw) for clause in element.clauses]


class to_local(FunctionElement[Any]):
    """to_local(utc, zone): a naive timestamp in UTC as the wall clock time of a zone."""

    inherit_cache, name, type = True, "to_local", sa.DateTime()


@compiles(to_local)
def _to_local(element: to_local, compiler: SQLCompiler, **kw: Any) -> str:  # DuckDB and Postgres agree
    utc, zone = _parts(element, compiler, **kw)
    return f"timezone({zone}, timezone('UTC', {utc}))"


@compiles(to_local, "snowflake")
def _to_local_snowflake(element: to_local, compiler: SQLCompiler, **kw: Any) -> str:
    utc, zone = _parts(element, compiler, **kw)
    return f"CONVERT_TIMEZONE('UTC', {zone}, {utc})"


class zoned_to_local(FunctionElement[Any]):
    """zoned_to_local(instant, zone): a timestamp that carries its zone as the wall clock time of another."""

    inherit_cache, name, type = True, "zoned_to_local", sa.DateTime()


@compiles(zoned_to_local)
def _zoned_to_local(element: zoned_to_local, compiler: SQLCompiler, **kw: Any) -> str:
    instant, zone = _parts(element, compiler, **kw)
    return f"timezone({zone}, {instant})"


@compiles(zoned_to_local, "snowflake")
def _zoned_to_local_snowflake(element: zoned_to_local, compiler: SQLCompiler, **kw: Any) -> str:
    instant, zone = _parts(element, compiler, **kw)
    return f"CONVERT_TIMEZONE({zone}, {instant})"


class day_number(FunctionElement[Any]):
    """day_number(date or timestamp): whole days since 1970-01-01, as an integer; null for infinity."""

    inherit_cache, name, type = True, "day_number", sa.Integer()


@compiles(day_number)
def _day_number(element: day_number, compiler: SQLCompiler, **kw: Any) -> str:
    """For Postgres: date - date is an integer, and refused where one is infinite."""
    (moment,) = _parts(element, compiler, **kw)
    return f"CASE WHEN isfinite({moment}) THEN CAST({moment} AS DATE) - DATE '1970-01-01' END"


@compiles(day_number, "duckdb")
def _day_number_duckdb(element: day_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"date_diff('day', DATE '1970-01-01', CAST({_parts(element, compiler, **kw)[0]} AS DATE))"


@compiles(day_number, "snowflake")
def _day_number_snowflake(element: day_number, compiler: SQLCompiler, **kw: Any) -> str:
    return f"DATEDIFF('day', '1970-01-01'::DATE, CAST({_parts(element, compiler, **kw)[0]} AS DATE))"


class bit(FunctionElement[Any]):
    """bit(n): the integer with bit n set, n from 0 to 62."""

    inherit_cache, name, type = True, "bit", sa.BigInteger()


@compiles(bit)
def _bit(element: bit, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(CAST(1 AS BIGINT) << CAST({_parts(element, compiler, **kw)[0]} AS INTEGER))"


@compiles(bit, "snowflake")
def _bit_snowflake(element: bit, compiler: SQLCompiler, **kw: Any) -> str:
    return f"BITSHIFTLEFT(1, {_parts(element, compiler, **kw)[0]})"


class bit_or_agg(FunctionElement[Any]):
    """bit_or_agg(x): the bits set in any row of the group; null rows are ignored."""

    inherit_cache, name, type = True, "bit_or_agg", sa.BigInteger()


@compiles(bit_or_agg)
def _bit_or_agg(element: bit_or_agg, compiler: SQLCompiler, **kw: Any) -> str:
    return f"bit_or({_parts(element, compiler, **kw)[0]})"


@compiles(bit_or_agg, "snowflake")
def _bit_or_agg_snowflake(element: bit_or_agg, compiler: SQLCompiler, **kw: Any) -> str:
    return f"BITOR_AGG({_parts(element, compiler, **kw)[0]})"


class blank(FunctionElement[Any]):
    """blank(column): whether `text` takes a column of text for absent."""

    inherit_cache, name, type = True, "blank", sa.Boolean()


@compiles(blank)
def _blank(element: blank, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(text(*element.clauses).is_(None), **kw)


@compiles(blank, "duckdb")
def _blank_duckdb(element: blank, compiler: SQLCompiler, **kw: Any) -> str:
    """To trim millions of ids takes longer than to count them; nearly every one begins with a letter or a digit."""
    said = f"CAST({_parts(element, compiler, **kw)[0]} AS VARCHAR)"
    return f"CASE WHEN {said} >= '!' AND {said} < chr(127) THEN FALSE ELSE {_blank(element, compiler, **kw)} END"


class about_distinct(FunctionElement[Any]):
    """about_distinct(x): how many different values, to a few percent where the warehouse can tell that faster."""

    inherit_cache, name, type = True, "about_distinct", sa.Integer()


@compiles(about_distinct)
def _about_distinct(element: about_distinct, compiler: SQLCompiler, **kw: Any) -> str:
    return f"count(DISTINCT {_parts(element, compiler, **kw)[0]})"


@compiles(about_distinct, "duckdb")
@compiles(about_distinct, "snowflake")
def _about_distinct_fast(element: about_distinct, compiler: SQLCompiler, **kw: Any) -> str:
    return f"approx_count_distinct({_parts(element, compiler, **kw)[0]})"


class add_seconds(FunctionElement[Any]):
    """add_seconds(timestamp, n): so many seconds later."""

    inherit_cache, name, type = True, "add_seconds", sa.DateTime()


@compiles(add_seconds)
def _add_seconds(element: add_seconds, compiler: SQLCompiler, **kw: Any) -> str:
    moment, seconds = _parts(element, compiler, **kw)
    return f"({moment} + {seconds} * INTERVAL '1 second')"


@compiles(add_seconds, "duckdb")
def _add_seconds_duckdb(element: add_seconds, compiler: SQLCompiler, **kw: Any) -> str:
    moment, seconds = _parts(element, compiler, **kw)
    return f"({moment} + to_seconds({seconds}))"


@compiles(add_seconds, "snowflake")
def _add_seconds_snowflake(element: add_seconds, compiler: SQLCompiler, **kw: Any) -> str:
    moment, seconds = _parts(element, compiler, **kw)
    return f"DATEADD('second', {seconds}, {moment})"


class in_utc(FunctionElement[Any]):
    """in_utc(instant): a timestamp that carries its zone as the naive time in UTC."""

    inherit_cache, name, type = True, "in_utc", sa.DateTime()


@compiles(in_utc)
def _in_utc(element: in_utc, compiler: SQLCompiler, **kw: Any) -> str:
    return f"timezone('UTC', {_parts(element, compiler, **kw)[0]})"


@compiles(in_utc, "duckdb")
def _in_utc_duckdb(element: in_utc, compiler: SQLCompiler, **kw: Any) -> str:
    return f"make_timestamp(epoch_us({_parts(element, compiler, **kw)[0]}))"


@compiles(in_utc, "snowflake")
def _in_utc_snowflake(element: in_utc, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CONVERT_TIMEZONE('UTC', {_parts(element, compiler, **kw)[0]})::TIMESTAMP_NTZ"


def local_day(column: sa.ColumnElement[Any], kind: TimeKind, timezone: str) -> sa.ColumnElement[int]:
    """The day number of a time column in a zone: a naive timestamp is UTC, a zoned one is converted, a date is kept."""
    if kind == "naive":
        column = to_local(column, timezone)
    elif kind == "zoned":
        column = zoned_to_local(column, timezone)
    return day_number(column)


def local_day_within(
    column: sa.ColumnElement[Any], kind: TimeKind, timezone: str, first: date, last: date
) -> sa.ColumnElement[int]:
    """As `local_day` for the days first..last, and many times faster over a large table.

    The zone's clock changes are looked up here and sent along, instead of converting row by row. A row outside those
    days gets a day outside them, which may be one off.
    """
    if kind == "date":
        return day_number(column)
    moment = in_utc(column) if kind == "zoned" else column
    margin = timedelta(days=2)
    changes = clock_changes(timezone, first - margin, last + margin)
    if not any(seconds for _, seconds in changes):
        return day_number(moment)
    end = datetime(last.year, last.month, last.day) + margin
    steps = [(moment >= sa.literal(at, sa.DateTime), seconds) for at, seconds in reversed(changes)]
    return day_number(add_seconds(moment, sa.case((moment >= sa.literal(end, sa.DateTime), 0), *steps, else_=0)))


def not_before(column: sa.ColumnElement[Any], kind: TimeKind, first: date) -> sa.ColumnElement[bool]:
    """Whether a row may be of a day or later in any zone, or of no day at all (no time, or an infinite one).

    The column stands alone in it, so a warehouse knows from its statistics what it can leave unread.
    """
    if kind == "date":
        ancient, at = sa.literal(date(1, 1, 2), sa.Date), sa.literal(first, sa.Date)
        return sa.or_(column.is_(None), column < ancient, column >= at)
    begun = datetime(first.year, first.month, first.day) - timedelta(days=2)
    ancient, at = sa.literal(datetime(1, 1, 2), sa.DateTime), sa.literal(begun, sa.DateTime)
    return sa.or_(column.is_(None), column < ancient, column >= at)


def text(column: sa.ColumnElement[Any], kind: str = "text") -> sa.ColumnElement[str]:
    """A column of any type as text, blank taken as absent, so that ids compare alike everywhere."""
    if kind != "text":  # a number or a UUID is never blank, and to look costs
        return sa.cast(column, sa.String)
    return sa.func.nullif(sa.func.trim(sa.cast(column, sa.String)), "", type_=sa.String)


def count_if(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """Rows where the condition holds; CASE, because Snowflake has no FILTER clause."""
    return sa.func.count(sa.case((condition, 1)))
