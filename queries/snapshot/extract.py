"""From the warehouse to a snapshot: which days there are, who used what on them, and who exists."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from queries import warehouse
from queries.bits import Words
from queries.calendar import Calendar, day_number, to_date
from queries.errors import DataError
from queries.product import Product
from queries.snapshot.assemble import LeftOut, Snapshot, assemble, in_words, some_of
from queries.warehouse import selects

Progress = Callable[[str], None]
Facts = dict[str, Any]


def read(product: Product, now: datetime, progress: Progress = lambda _: None) -> Snapshot:
    """Everything we keep of a warehouse, read as of a moment.

    now: with a zone; days that are not over in the product's zone are not read.
    Raises ProductError, WarehouseError, or DataError where the data cannot be counted.
    """
    today = day_number(now.astimezone(ZoneInfo(product.timezone)).date())
    with warehouse.Warehouse(product) as source:
        progress("Looking at the tables")
        sections = source.sections
        _check_identity(source, product)
        progress("Finding the first and the last day")
        facts, calendar = _span(source, product, today)
        progress(f"Reading who used what, {in_words(calendar.first_day)} to {in_words(calendar.as_of)}")
        origin = Words.covering(calendar).origin
        days = (day_number(calendar.first_day), day_number(calendar.as_of))
        raw = source.fetch(selects.activity(product, sections, origin, *days))
        progress("Reading users and accounts")
        users = source.fetch(selects.users(product, sections)) if product.users else _no_users(product)
        accounts = source.fetch(selects.accounts(product, sections)) if product.accounts else None
    progress("Putting it together")
    left_out = _left_out_events(facts, product)
    return assemble(product, now, calendar, facts["events"], left_out, raw, users, accounts)


def _check_identity(source: warehouse.Warehouse, product: Product) -> None:
    if product.identity is None:
        return
    twice = source.fetch(selects.ambiguous(product, source.sections))
    if twice.height:
        raise DataError(f"`identity`: {some_of(twice['anonymous'])} stands for more than one user; name one each.")


def _span(source: warehouse.Warehouse, product: Product, today: int) -> tuple[Facts, Calendar]:
    """Facts about the events, and the days from the first event to the last day fully loaded."""
    fixed = day_number(product.as_of) if product.as_of else None
    if fixed is not None and fixed >= today:
        raise DataError(f"`as_of` is {product.as_of}, a day that is not over yet; give an earlier day or leave it out.")
    until = today if fixed is None else fixed
    facts = source.fetch(selects.facts(product, source.sections, until)).row(0, named=True)
    first, last, loaded = facts["first_day"], facts["last_day"], facts["loaded_day"]
    if fixed is None and loaded is not None:
        last = min(loaded, today) - 1
    elif fixed is None and last is not None:
        last = last - 1 if last == today else last
    as_of = last if fixed is None else fixed
    if first is None or as_of is None or first > as_of:
        raise DataError(f"The events table {product.events.table!r} has no event that can be counted "
                        f"({facts['events']:,} rows). {_reasons(facts, product)}")  # fmt: skip
    return facts, Calendar(to_date(first), to_date(as_of), product.week_start)


def _reasons(facts: Facts, product: Product) -> str:
    if facts["first_day"] is not None:
        return f"The first day with events, {in_words(to_date(facts['first_day']))}, is not fully loaded yet."
    said = [f"{row.n:,} of {row.of:,} {row.what}" for row in _left_out_events(facts, product)]
    return f"Why: {'; '.join(said)}." if said else "Load some events, or name another table in the product file."


def _left_out_events(facts: Facts, product: Product) -> list[LeftOut]:
    end = f"after {in_words(product.as_of)}" if product.as_of else "in the future"
    since = f"before {in_words(product.events.since)}"
    whats = {"no_user": "events had no user", "no_time": "events had no time", "no_name": "events had no name",
             "too_early": f"events were dated {since}", "too_late": f"events were dated {end}"}  # fmt: skip
    return [LeftOut(facts[key], facts["events"], what) for key, what in whats.items() if facts[key]]


def _no_users(product: Product) -> pl.DataFrame:
    days = dict.fromkeys(("signup_day", "ended_day", "excluded"), pl.Int64)
    segments = {f"segment_{s.key}": pl.String for s in product.segments if s.of == "user"}
    return pl.DataFrame(schema={"id": pl.String, "account": pl.String, **days, **segments})
