"""From the warehouse to a snapshot: which days there are, who used what on them, and who exists."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import cast

import polars as pl

from queries import warehouse
from queries.bits import Words
from queries.calendar import WORD_DAYS, Calendar, day_number, to_date
from queries.errors import DataError
from queries.product import Product
from queries.snapshot import estimate, facts, increments, kept, steps
from queries.snapshot.assemble import assemble, in_words, some_of
from queries.snapshot.facts import Reached
from queries.snapshot.increments import NOBODY, Gone, Reading
from queries.snapshot.manifest import LeftOut, Snapshot
from queries.snapshot.steps import Progress, Step
from queries.warehouse import Stop, selects
from queries.warehouse.selects import Columns

FIRST, ASKED = "there was none before", "it was asked for"
SHORT = "history is shorter than the days that are read again"
MOVED = "history begins on another day than before"
KEPT = "the warehouse keeps the activity itself"
BACK = "the last day loaded is earlier than before"
OTHERS = "most users of the last days have other ids than before"
ENOUGH = 30  # users, to tell so
HOLDS = {"text": "text", "whole": "whole numbers", "decimal": "decimals", "flag": "true or false", "date": "dates",
         "naive": "times without a zone", "zoned": "times with a zone", "other": "something else"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Span:
    """The days of a snapshot. first_read: from where on the events are read. why: why that is all of them, or empty.

    besides: what is to be said of the events besides the facts of each day; gone: and of users on days read again.
    """

    facts: pl.DataFrame
    calendar: Calendar
    first_read: int
    why: str
    besides: tuple[LeftOut, ...] = ()
    gone: Gone = NOBODY


def read(
    product: Product, now: datetime, progress: Progress = steps.quietly, before: Reading | None = None, *,
    why: str = "", stop: Stop | None = None, written: datetime | None = None,
) -> Snapshot:  # fmt: skip
    """Everything we keep of a warehouse, read as of a moment.

    now: with a zone; days that are not over in the product's zone are not read. before: what was read of the events
    last time: then only its last days and those after it are read, if that can be right. why: why there is no `before`.
    written: when the files of the events were last written to; that day is not complete in them.
    Raises ProductError, WarehouseError, or DataError where the data cannot be counted.
    """
    reached = Reached.at(now, written, product.timezone)
    with warehouse.Warehouse(product, stop) as source:
        progress(Step(steps.LOOK))
        known, columns = _identity(source, product), source.columns_of_events
        if product.events.is_kept_activity:
            progress(Step(steps.READ, "as the warehouse keeps it"))
            calendar, raw, found, odd = kept.read(source, product, reached)
            days = Span(found, calendar, day_number(calendar.first_day), KEPT, tuple(odd))
        else:
            days, raw = _events(source, product, reached, before, why, progress)
        progress(Step(steps.PEOPLE, f"{raw.height:,} rows of activity so far"))
        users = source.fetch(selects.users(product, source.sections)) if product.users else _no_users(product)
        accounts = source.fetch(selects.accounts(product, source.sections)) if product.accounts else None
    progress(Step(steps.ASSEMBLE, f"{users.height:,} users"))
    left_out = [*facts.left_out(product, days.facts, facts.until(product, reached.today)), *days.besides]
    left_out += facts.gone(days.gone)
    full_at = before.full_at if before and not days.why else now.astimezone(UTC).isoformat(timespec="milliseconds")
    made = assemble(product, now, days.calendar, int(days.facts["events"].sum()), left_out,
                    raw if known is None else increments.resolved(raw, known), users, accounts)  # fmt: skip
    reading = Reading(raw, days.facts, day_number(days.calendar.as_of), full_at, columns, days.gone)
    manifest = replace(made.manifest, full_at=full_at, columns=columns, gone=days.gone)
    return replace(made, manifest=manifest, reading=reading, first_read=days.first_read, why_full=days.why)


def _events(
    source: warehouse.Warehouse, product: Product, reached: Reached, before: Reading | None, why: str,
    progress: Progress,
) -> tuple[Span, pl.DataFrame]:  # fmt: skip
    """The days of the snapshot and who used what on them, by the ids in the events."""
    progress(Step(steps.FIND))
    days = _span(source, product, reached, before, why)
    words, last = Words.covering(days.calendar), day_number(days.calendar.as_of)
    because = f", because {days.why}" if days.why not in ("", FIRST, ASKED) else ""
    if days.why:
        estimate.check(source, product, int(days.facts["events"].sum()), days.calendar.first_day, days.calendar.as_of)
    progress(Step(steps.READ, f"{in_words(to_date(days.first_read))} to {in_words(days.calendar.as_of)}{because}"))
    if before is None or days.why:
        return days, source.fetch(selects.activity(product, source.sections, words.origin, days.first_read, last))
    start = words.origin + WORD_DAYS * increments.word_of(words, days.first_read)
    later = source.fetch(selects.activity(product, source.sections, start, days.first_read, last, later=True))
    gone = increments.gone(before, later, words, days.first_read)
    if gone.of >= ENOUGH and gone.n > gone.of / 2:
        return _events(source, product, reached, None, OTHERS, progress)
    gone = max(before.gone, gone, key=lambda one: one.n)
    return replace(days, gone=gone), increments.merged(before.raw, later, words, days.first_read)


def _identity(source: warehouse.Warehouse, product: Product) -> pl.DataFrame | None:
    if product.identity is None:
        return None
    known = source.fetch(selects.identity(product, source.sections))
    twice = known.filter(pl.col("users") > 1)
    if twice.height:
        ids = some_of(twice["anonymous"].sort())
        raise DataError(f"`identity`: {ids} stands for more than one user; name one each.")
    return known


def _span(source: warehouse.Warehouse, product: Product, reached: Reached, before: Reading | None, why: str) -> Span:
    """The days to read: the last ones where all before them are known, else all."""
    end = facts.until(product, reached.today)
    if before is None:
        found = source.fetch(selects.facts(product, source.sections, end)).drop("total")
        calendar = facts.span(product, found, reached)
        return Span(found, calendar, day_number(calendar.first_day), why or FIRST)
    if other := _other_columns(before.columns, source.columns_of_events):
        return _span(source, product, reached, None, other)
    started = facts.first_day(product, before.facts, end)
    first = before.as_of + 1 - product.refresh.late_days
    if started is None or first <= started:
        return _span(source, product, reached, None, SHORT)
    later = source.fetch(selects.facts(product, source.sections, end, first))
    found = facts.replaced(before.facts, later, first)
    calendar, unseen = facts.span(product, found, reached), facts.unseen(found, _total(source, product, later), first)
    if unseen and _earliest(source, product, end) != _first_said(product, found):
        return _span(source, product, reached, None, MOVED)
    if day_number(calendar.as_of) < before.as_of:
        return _span(source, product, reached, None, BACK)
    return Span(found, calendar, first, "", tuple(unseen))


def _other_columns(before: Columns, now: Columns) -> str:
    """What a column of the events holds that it did not hold before: ids of numbers and of text are not the same."""
    found = [f"`{name}` of the events holds {HOLDS[kind]} now and held {HOLDS[before.get(name, 'other')]} before"
             for name, kind in now.items() if before.get(name) != kind]  # fmt: skip
    return "; ".join(found)


def _total(source: warehouse.Warehouse, product: Product, later: pl.DataFrame) -> int:
    """How many events the whole table has now; asked by itself where none was read again to say it."""
    rows = later if later.height else source.fetch(selects.event_count(product))
    return cast(int, rows["total"].max())


def _earliest(source: warehouse.Warehouse, product: Product, until: int) -> int | None:
    found: int | None = source.fetch(selects.first_day(product, source.sections, until)).item()
    return found


def _first_said(product: Product, found: pl.DataFrame) -> int | None:
    return cast(int | None, found.filter(pl.col("day") >= day_number(product.events.since))["day"].min())


def _no_users(product: Product) -> pl.DataFrame:
    days = dict.fromkeys(("signup_day", "ended_day", "excluded"), pl.Int64)
    segments = {f"segment_{s.key}": pl.String for s in product.segments if s.of == "user"}
    return pl.DataFrame(schema={"id": pl.String, "account": pl.String, **days, **segments})
