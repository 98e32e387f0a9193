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
from queries.snapshot import assemble, base, estimate, facts, increments, kept, steps
from queries.snapshot.facts import Reached
from queries.snapshot.increments import NOBODY, Carried, Gone, Reading
from queries.snapshot.manifest import FORMAT, LeftOut, Manifest, Snapshot
from queries.snapshot.people import People, in_words, people, seen_in, some_of
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


@dataclass(frozen=True, eq=False)
class Found:
    """What the warehouse said: of which days, who used what on those that were read, and who there is.

    raw: by the ids in the events; known: which anonymous id is which user; columns: what each column holds.
    """

    days: Span
    raw: pl.DataFrame
    known: pl.DataFrame | None
    users: pl.DataFrame
    accounts: pl.DataFrame | None
    columns: Columns

    @property
    def words(self) -> Words:
        return Words.covering(self.days.calendar)


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
    found = _found(product, reached, before, why, progress, stop)
    progress(Step(steps.ASSEMBLE, f"{found.users.height:,} users"))
    left_out = [*facts.left_out(product, found.days.facts, facts.until(product, reached.today)), *found.days.besides]
    left_out += facts.gone(found.days.gone)
    at, who = now.astimezone(UTC).isoformat(timespec="milliseconds"), (found.known, found.users, found.accounts)
    if before is None or found.days.why:
        there = people(product, found.days.calendar, left_out, seen_in(found.raw), *who)
        return _everything(product, at, found, left_out, there, found.raw, at)
    reading = increments.read_again(before, found.raw, found.words, found.days.first_read)
    there = people(product, found.days.calendar, left_out, base.seen_now(reading), *who)
    carried = base.carried(product, reading, there)
    if carried is None:
        raw = increments.merged(reading.raw(pl.lit(True)), reading.later, found.words, reading.again_from)
        return _everything(product, at, found, left_out, there, raw, before.full_at)
    return _carried_on(product, at, found, left_out, there, reading, carried)


def _found(
    product: Product, reached: Reached, before: Reading | None, why: str, progress: Progress, stop: Stop | None
) -> Found:
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
    return Found(days, raw, known, users, accounts, columns)


def _everything(
    product: Product, now: str, found: Found, left_out: list[LeftOut], there: People, raw: pl.DataFrame, full_at: str
) -> Snapshot:
    """A snapshot of which everything is put together, for increments to carry on. raw: all there is."""
    rows = assemble.numbered(raw, there, found.days.calendar)
    features = assemble.features(product, rows)
    last = day_number(found.days.calendar.as_of)
    again_from = last + 1 - product.refresh.late_days
    reading = Reading(
        raw.filter, there.seen, increments.since(raw, found.words, again_from), again_from, found.days.facts, last,
        full_at, Words.covering(there.calendar).origin, tuple(f.key for f in features), found.columns, found.days.gone,
    )  # fmt: skip
    tables = assemble.tables(product, features, there, rows)
    made = _manifest(product, now, found, left_out, there, reading)
    return Snapshot(made, tables, None, raw, reading, found.days.first_read, found.days.why)


def _carried_on(
    product: Product, now: str, found: Found, left_out: list[LeftOut], there: People, reading: Reading, carried: Carried
) -> Snapshot:
    """A snapshot that adds to the base."""
    raw = base.added(reading, carried, found.words)
    features = tuple(feature for key in reading.features for feature in product.features if feature.key == key)
    tables = assemble.tables(product, features, there, assemble.numbered(raw, there, found.days.calendar))
    last = day_number(found.days.calendar.as_of)
    reading = replace(reading, facts=found.days.facts, as_of=last, gone=found.days.gone)
    made = _manifest(product, now, found, left_out, there, reading)
    return Snapshot(made, tables, carried, None, reading, found.days.first_read)


def _manifest(
    product: Product, now: str, found: Found, left_out: list[LeftOut], there: People, reading: Reading
) -> Manifest:
    calendar = there.calendar
    return Manifest(
        FORMAT, product.definition_hash(), product.name, day_number(calendar.first_day), day_number(calendar.as_of),
        calendar.week_start, now, reading.features, int(found.days.facts["events"].sum()), there.users.height,
        there.accounts.height, tuple(left_out), reading.full_at, columns=found.columns, gone=found.days.gone,
        again_from=reading.again_from,
    )  # fmt: skip


def _events(
    source: warehouse.Warehouse, product: Product, reached: Reached, before: Reading | None, why: str,
    progress: Progress,
) -> tuple[Span, pl.DataFrame]:  # fmt: skip
    """The days of the snapshot and who used what on those that are read, by the ids in the events."""
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
    found = source.fetch(selects.activity(product, source.sections, start, days.first_read, last, later=True))
    found = increments.wide(found, words, days.first_read)
    gone = increments.gone(before, found, words, days.first_read)
    if gone.of >= ENOUGH and gone.n > gone.of / 2:
        return _events(source, product, reached, None, OTHERS, progress)
    return replace(days, gone=max(before.gone, gone, key=lambda one: one.n)), found


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
