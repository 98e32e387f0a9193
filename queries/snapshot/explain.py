"""What a refresh would do, said before it does it: how much it reads and keeps, and what it asks of the warehouse."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from queries import warehouse
from queries.bits import Words
from queries.calendar import Calendar, day_number
from queries.errors import DataError
from queries.product import Product
from queries.snapshot import estimate, facts, history, place
from queries.warehouse import activity_table, selects
from queries.warehouse.selects import Select


def explain(product: Product, now: datetime) -> str:
    """What a full refresh would read, keep and ask, as of a moment. now: with a zone.

    Raises InsightsError where the product file or the warehouse cannot be used.
    """
    today = now.astimezone(ZoneInfo(product.timezone)).date()
    with warehouse.Warehouse(product) as source:
        dialect = source.backend.dialect
        if product.events.is_kept_activity:
            until = facts.until(product, day_number(today))
            asked = [("blocks", activity_table.blocks(product, source.sections, until))]
            return _asked_words(asked + _people(source, product), dialect)
        found, first, last = estimate.asked(source, product, day_number(today))
        calendar = Calendar(first, min(last, max(first, today - timedelta(days=1))), product.week_start)
        until = facts.until(product, day_number(today))
        asked = _of_events(source, product, calendar, until) + _people(source, product)
    allowed = estimate.budget(product)
    lines = [str(found), f"Allowed: {estimate.size(allowed)} of memory.", estimate.refusal(found, allowed),
             _time(), "", _asked_words(asked, dialect)]  # fmt: skip
    return "\n".join(line for i, line in enumerate(lines) if line or i == len(lines) - 2)


def print_sql(product: Product) -> str:
    """The statements that make and keep the activity in the warehouse itself. Raises InsightsError as `explain`."""
    if product.events.is_kept_activity:
        raise DataError("The product file names an activity table already. Name the events themselves, with their "
                        "time, to print the statements that make one.")  # fmt: skip
    with warehouse.Warehouse(product) as source:
        dialect = source.backend.dialect
        return _readable(activity_table.statements(product, source.sections["events"], dialect), dialect)


def _of_events(
    source: warehouse.Warehouse, product: Product, calendar: Calendar, until: int
) -> list[tuple[str, Select]]:
    first, last = day_number(calendar.first_day), day_number(calendar.as_of)
    origin = Words.covering(calendar).origin
    return [
        ("facts", selects.facts(product, source.sections, until)),
        ("activity", selects.activity(product, source.sections, origin, first, last)),
    ]


def _people(source: warehouse.Warehouse, product: Product) -> list[tuple[str, Select]]:
    asked = [("identity", selects.identity, product.identity), ("users", selects.users, product.users),
             ("accounts", selects.accounts, product.accounts)]  # fmt: skip
    return [(name, select(product, source.sections)) for name, select, part in asked if part]


def _asked_words(asked: list[tuple[str, Select]], dialect: Dialect) -> str:
    """The statements as a person reads them, with their values in place."""
    said = ["Asked of the warehouse, after a look at the columns of each table:"]
    said += [f"-- {name}\n{_text(select, dialect)};" for name, select in asked]
    return "\n\n".join(said)


def _text(select: sa.ClauseElement, dialect: Dialect) -> str:
    return _readable(str(select.compile(dialect=dialect, compile_kwargs={"literal_binds": True})), dialect)


def _readable(text: str, dialect: Dialect) -> str:
    """Without the second % that some clients need."""
    return text.replace("%%", "%") if dialect.paramstyle in ("pyformat", "format") else text


def _time() -> str:
    full = [done for done in history.past(place.home()) if done.why_full]
    if not full:
        return "Time: the first refresh tells."
    seconds = sum(full[-1].seconds.values())
    return f"Time: the last full refresh took {seconds:.0f} s, of {full[-1].events:,} events."
