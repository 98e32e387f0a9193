"""Days, weeks and months of one product.

A day is a calendar date in the product's own time zone. A week starts on the product's `week_start` and is named by its
last day. A month is a calendar month. A period is *complete* when its last day is on or before `as_of`, the last day
fully loaded; otherwise it is *open* and enters no rate, difference or verdict.
"""

import zoneinfo
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

# Zones as the locked tzdata package knows them, not as this machine happens to: what it has may be years old
zoneinfo.reset_tzpath(())
ZoneInfo.clear_cache()

Grain = Literal["day", "week", "month"]
EPOCH = date(1970, 1, 1)
WORD_DAYS = 56  # days to a word of bits: eight weeks, so that a week never straddles two words
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def day_number(day: date) -> int:
    """Whole days since 1970-01-01.

    >>> day_number(date(1970, 1, 8))
    7
    """
    return (day - EPOCH).days


def to_date(number: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=number)


def clock_changes(timezone: str, first: date, last: date) -> list[tuple[datetime, int]]:
    """When the clocks of a zone stand how far from UTC: (from this moment in UTC, naive; seconds to add), oldest first.

    The first entry is where the zone stands at the start of `first`; every change up to the end of `last` follows.

    >>> clock_changes("Europe/Berlin", date(2026, 10, 1), date(2026, 11, 1))
    [(datetime.datetime(2026, 10, 1, 0, 0), 7200), (datetime.datetime(2026, 10, 25, 1, 0), 3600)]
    """
    at = datetime(first.year, first.month, first.day)
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)
    found = [change for year in range(first.year, end.year + 1) for change in _changes_in(timezone, year)]
    return [(at, _offset(ZoneInfo(timezone), at)), *((moment, s) for moment, s in found if at < moment <= end)]


@lru_cache(maxsize=1024)
def _changes_in(timezone: str, year: int) -> tuple[tuple[datetime, int], ...]:
    """The changes of a year in UTC, as `clock_changes` has them; to find them takes a look at each of its days."""
    zone, day = ZoneInfo(timezone), timedelta(days=1)
    at, end, found = datetime(year, 1, 1), datetime(year + 1, 1, 1), []
    before = _offset(zone, at)
    while at < end:
        low, at = at, at + day
        if _offset(zone, at) != before:
            high = at
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
            before = _offset(zone, high)
            found.append((high, before))
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    """Seconds from UTC at a moment in UTC."""
    return int(moment.replace(tzinfo=UTC).astimezone(zone).utcoffset().total_seconds())  # type: ignore[union-attr]


@dataclass(frozen=True, order=True)
class Period:
    """A run of days, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def shifted(self, days: int) -> "Period":
        """The same length of time, so many days later (earlier when negative)."""
        return Period(self.first + timedelta(days=days), self.last + timedelta(days=days))


@dataclass(frozen=True)
class Calendar:
    """The time a snapshot covers.

    first_day: the first day with an event; history begins there. as_of: the last day fully loaded.
    week_start: 0 Monday ... 6 Sunday.
    """

    first_day: date
    as_of: date
    week_start: int = 0

    def period_of(self, day: date, grain: Grain) -> Period:
        """The calendar period that a day falls in.

        >>> Calendar(date(2026, 1, 1), date(2026, 11, 18)).period_of(date(2026, 11, 18), "week")
        Period(first=datetime.date(2026, 11, 16), last=datetime.date(2026, 11, 22))
        """
        if grain == "day":
            return Period(day, day)
        if grain == "week":
            first = day - timedelta(days=(day.weekday() - self.week_start) % 7)
            return Period(first, first + timedelta(days=6))
        first = day.replace(day=1)
        return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))

    def is_complete(self, period: Period) -> bool:
        """Whether every day of the period is loaded."""
        return period.last <= self.as_of

    def is_observed(self, period: Period) -> bool:
        """Whether every day of the period is within history and loaded."""
        return self.first_day <= period.first and period.last <= self.as_of

    def periods(self, grain: Grain, count: int | None = None, *, with_open: bool = False) -> tuple[Period, ...]:
        """The last `count` complete periods since history began (all of them when None), oldest first.

        The period in which history begins is the first. with_open: the open period follows, if one has begun.

        >>> weeks = Calendar(date(2026, 1, 1), date(2026, 11, 18)).periods("week", 2, with_open=True)
        >>> [str(week.last) for week in weeks]
        ['2026-11-08', '2026-11-15', '2026-11-22']
        """
        return _periods(self, grain, count, with_open)

    def last_weeks(self, count: int) -> Period:
        """The span of the last `count` complete weeks, also where history is shorter.

        >>> Calendar(date(2026, 1, 1), date(2026, 11, 18)).last_weeks(4)
        Period(first=datetime.date(2026, 10, 19), last=datetime.date(2026, 11, 15))
        """
        week = self.period_of(self.as_of + timedelta(days=1), "week")
        last = week.first - timedelta(days=1)
        return Period(last - timedelta(days=7 * count - 1), last)


@lru_cache(maxsize=256)  # asked for many times a click
def _periods(calendar: Calendar, grain: Grain, count: int | None, with_open: bool) -> tuple[Period, ...]:
    found: list[Period] = []
    period = calendar.period_of(calendar.as_of + timedelta(days=1), grain)
    if period.first > calendar.as_of:  # a period that has not begun is not open
        period = calendar.period_of(calendar.as_of, grain)
    opened = [] if calendar.is_complete(period) else [period]
    period = calendar.period_of(period.first - timedelta(days=1), grain) if opened else period
    while period.last >= calendar.first_day and (count is None or len(found) < count):
        found.append(period)
        period = calendar.period_of(period.first - timedelta(days=1), grain)
    return (*reversed(found), *(opened if with_open else ()))
