"""What the measures should say, found the slow way: plain Python looks at every event, one by one.

It is written from the definitions, not from the measures, and shares nothing with `queries` but the words a product
file is made of (`Feature`, `Segment`). There are no tables, bits or masks here: a unit is a list of (day, event name),
and each question is asked of each unit anew. Where an answer is a list of rows, it is in the order of the screen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from itertools import product
from zoneinfo import ZoneInfo

from queries.product import Behaviour, Feature, Segment

LEFT_EDGE = timedelta(days=28)
ROLLING = {"day": 1, "week": 7, "month": 30}
Where = tuple[tuple[str, tuple[str, ...]], ...]
Span = tuple[date, date]  # first and last day, both included
Cell = tuple[str, date, int, int | None, int, bool, date]  # segment, cohort, interval, n, of, complete, completes


@dataclass(frozen=True)
class Event:
    """One row of the events table; `at` is in UTC."""

    user: str | None
    at: datetime
    name: str
    account: str | None = None
    device: str | None = None


@dataclass(frozen=True)
class Person:
    """One row of the users table. attributes: segment key -> value in the warehouse."""

    id: str
    account: str | None = None
    signup: date | None = None
    ended: date | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    excluded: bool = False


@dataclass(frozen=True)
class World:
    """A warehouse and the product file that describes it. companies: the accounts table, id -> attributes."""

    events: tuple[Event, ...]
    people: tuple[Person, ...] = ()
    companies: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    features: tuple[Feature, ...] = ()
    segments: tuple[Segment, ...] = ()
    timezone: str = "UTC"
    week_start: int = 0
    as_of: date | None = None
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def day_of(self, at: datetime) -> date:
        """The calendar date in the reporting time zone."""
        return at.astimezone(ZoneInfo(self.timezone)).date()

    @cached_property
    def last_loaded(self) -> date:
        """as_of as the product file says, or the last day with an event, less one where that day is not over."""
        if self.as_of is not None:
            return self.as_of
        last = max(self.day_of(event.at) for event in self.events if event.user is not None)
        return last - timedelta(days=1) if last == self.day_of(self.now) else last

    @cached_property
    def first_day(self) -> date:
        """The day on which history begins: the first event of somebody who counts."""
        return min(day for _, _, day, _ in self.counted)

    @cached_property
    def counted(self) -> tuple[tuple[str, str | None, date, str], ...]:
        """(user, account, day, name) of the events that count: somebody's, nobody's who is excluded, and loaded."""
        out, last = {person.id for person in self.people if person.excluded}, self.last_loaded
        found = [(e.user, e.account, self.day_of(e.at), e.name) for e in self.events if e.user and e.user not in out]
        return tuple(event for event in found if event[2] <= last)


@dataclass(frozen=True)
class Unit:
    """A user or an account. entry: the earlier of sign-up and first event. start: sign-up, else first event."""

    id: str
    entry: date | None
    start: date | None
    known: bool
    ended: date | None
    labels: Mapping[str, str]
    may_use: frozenset[str]
    acts: tuple[tuple[date, str], ...]

    def did(self, names: Iterable[str], span: Span) -> bool:
        """Whether there is an event of one of the names in a span."""
        return any(name in names and span[0] <= day <= span[1] for day, name in self.acts)

    def first(self, names: Iterable[str]) -> date | None:
        """The day of the first event of one of the names, in all history."""
        return min((day for day, name in self.acts if name in names), default=None)


@cache
def span_of(day: date, grain: str, week_start: int) -> Span:
    """The calendar day, week or month that a day falls in, found by walking to its ends."""

    def begins(at: date) -> bool:
        return {"day": True, "week": at.weekday() == week_start, "month": at.day == 1}[grain]

    first = day
    while not begins(first):
        first -= timedelta(days=1)
    last = day
    while not begins(last + timedelta(days=1)):
        last += timedelta(days=1)
    return first, last


def complete_spans(world: World, grain: str) -> list[Span]:
    """All calendar periods that end on or before as_of, from the one in which history begins."""
    first, last = world.first_day, world.last_loaded
    days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
    spans = [span_of(day, grain, world.week_start) for day in days]
    return [span for span in dict.fromkeys(spans) if span[1] <= last]


class Oracle:
    """The units of a world that a selection leaves, and what they did."""

    def __init__(self, world: World, unit: str = "user", where: Where = ()) -> None:
        self.world, self.unit, self.as_of, self.edge = world, unit, world.last_loaded, world.first_day + LEFT_EDGE
        self.events = world.counted
        self.people = {person.id: person for person in world.people if not person.excluded}
        self.users = sorted({*self.people, *(user for user, *_ in self.events)})
        self.home = {user: self._home(user) for user in self.users}
        named = {account for _, account, _, _ in self.events}
        self.accounts = sorted({a for a in (*named, *(p.account for p in self.people.values())) if a is not None})
        self.raw_labels = {segment.key: self._raw_labels(segment) for segment in world.segments}
        self.shown = {segment.key: self._shown(segment) for segment in world.segments}
        self.units = self._users(where) if unit == "user" else self._accounts(where)

    # Who is who ---------------------------------------------------------------------------------------------------

    def _home(self, user: str) -> str | None:
        """The user's account: by the users table, or else the first it acted for."""
        person = self.people.get(user)
        if person and person.account:
            return person.account
        acted = [(day, account) for who, account, day, _ in self.events if who == user and account is not None]
        return min(acted)[1] if acted else None

    def _account_of(self, event: tuple[str, str | None, date, str]) -> str | None:
        """The account is the user's unless the event names one."""
        return event[1] if event[1] is not None else self.home[event[0]]

    def _raw_labels(self, segment: Segment) -> dict[str, str]:
        """The label of each user or account in a segment, before small values become `Other`."""
        words = dict(segment.labels)
        if segment.of == "account":
            values = {account: self.world.companies.get(account, {}).get(segment.key) for account in self.accounts}
        else:
            values = {user: self._attribute(user, segment.key) for user in self.users}
        return {who: "(unknown)" if value is None else words.get(value, value) for who, value in values.items()}

    def _attribute(self, user: str, key: str) -> str | None:
        person = self.people.get(user)
        return person.attributes.get(key) if person else None

    def _shown(self, segment: Segment) -> list[str]:
        """Labels in the order of the screen: as declared, then by size and name, the 20 first; then the rest."""
        labels = list(self.raw_labels[segment.key].values())
        by_size = sorted({*labels} - {"Other", "(unknown)"}, key=lambda label: (-labels.count(label), label))
        declared = [label for _, label in segment.labels if label in labels]
        largest = list(dict.fromkeys([*declared, *by_size]))[:20]
        return [*largest, "Other", "(unknown)"]

    def label(self, key: str, who: str | None) -> str:
        """The label of a user or account in one of its own segments."""
        raw = "(unknown)" if who is None else self.raw_labels[key][who]
        return raw if raw in self.shown[key] else "Other"

    def _labels(self, user: str) -> dict[str, str]:
        """All labels of a user, those of its account among them."""
        return {s.key: self.label(s.key, user if s.of == "user" else self.home[user]) for s in self.world.segments}

    def _may_use(self, user: str) -> frozenset[str]:
        """The features whose `eligible` rule a user meets, by the labels of the user and of the user's account."""
        of = {s.key: s.of for s in self.world.segments}

        def meets(key: str, allowed: tuple[str, ...]) -> bool:
            who = user if of[key] == "user" else self.home[user]
            return ("(unknown)" if who is None else self.raw_labels[key][who]) in allowed

        return frozenset(f.key for f in self.world.features if all(meets(*rule) for rule in f.eligible))

    # Units --------------------------------------------------------------------------------------------------------

    def _is_known(self, signup: date | None, first: date | None) -> bool:
        """Left edge: without a sign-up date, whoever is first seen in the first 28 days has an unknown start."""
        return signup is not None or (first is not None and first >= self.edge)

    def _users(self, where: Where) -> list[Unit]:
        units = []
        for user in self.users:
            person, labels = self.people.get(user, Person(user)), self._labels(user)
            acts = tuple((day, name) for who, _, day, name in self.events if who == user)
            first = min((day for day, _ in acts), default=None)
            entry = min((day for day in (person.signup, first) if day), default=None)
            unit = Unit(user, entry, person.signup or first, self._is_known(person.signup, first), person.ended,
                        labels, self._may_use(user), acts)  # fmt: skip
            if all(labels[key] in kept for key, kept in where):
                units.append(unit)
        return units

    def _accounts(self, where: Where) -> list[Unit]:
        """Attributes of users filter the users first, those of accounts filter the accounts."""
        of = {s.key: s.of for s in self.world.segments}
        users = [u for u in self.users
                 if all(self.label(key, u) in kept for key, kept in where if of[key] == "user")]  # fmt: skip
        units = []
        for account in self.accounts:
            labels = {s.key: self.label(s.key, account) for s in self.world.segments if s.of == "account"}
            members = [user for user in users if self.home[user] == account or self._acts(user, account)]
            if members and all(labels[key] in kept for key, kept in where if of[key] == "account"):
                units.append(self._account(account, members, labels))
        return units

    def _acts(self, user: str, account: str) -> list[tuple[date, str]]:
        """What a user did for an account."""
        return [(e[2], e[3]) for e in self.events if e[0] == user and self._account_of(e) == account]

    def _account(self, account: str, members: list[str], labels: Mapping[str, str]) -> Unit:
        """An account does what its users do.

        It enters with the first of them, at a known time if all who entered on that day did; it ends with the last of
        them and may use what one of them may. A sign-up belongs to the user's own account only.
        """
        entries: list[tuple[date, bool]] = []
        starts, acts = [], []
        for user in members:
            did = self._acts(user, account)
            signup = self.people[user].signup if user in self.people and self.home[user] == account else None
            first = min((day for day, _ in did), default=None)
            acts += did
            if signup or first:
                entries.append((min(day for day in (signup, first) if day), self._is_known(signup, first)))
                starts.append(signup or first)
        entry = min((day for day, _ in entries), default=None)
        known = bool(entries) and all(is_known for day, is_known in entries if day == entry)
        ends = [self.people[user].ended if user in self.people else None for user in members]
        ended = max(day for day in ends if day) if all(ends) else None
        may_use = frozenset().union(*(self._may_use(user) for user in members))
        start = min((day for day in starts if day), default=None)
        return Unit(account, entry, start, known, ended, labels, may_use, tuple(acts))

    def did(self, unit: Unit, behaviour: Behaviour) -> bool | None:
        """Whether a unit did what a behaviour says; None where that cannot be told."""
        days = timedelta(days=behaviour.days - 1)
        if unit.entry is None:
            return None
        if behaviour.kind != "adopted":
            there = unit.did(self.names(behaviour.feature), (self.as_of - days, self.as_of))
            return there != (behaviour.kind == "inactive")
        adopted = unit.first(self.names(behaviour.feature)) in [
            unit.entry + timedelta(days=i) for i in range(behaviour.days)
        ]
        settled = adopted or unit.entry + days <= self.as_of
        return adopted if unit.known and settled else None

    # What counts --------------------------------------------------------------------------------------------------

    def names(self, feature: str | None) -> set[str]:
        """The event names of a feature, or of all features marked active."""
        return {name for f in self.world.features for name in f.events
                if (f.active if feature is None else f.key == feature)}  # fmt: skip

    def is_in(self, unit: Unit, span: Span) -> bool:
        """Entered on or before the last day, not ended before the first."""
        entered = unit.entry is not None and unit.entry <= span[1]
        return entered and not (unit.ended is not None and unit.ended < span[0])

    def is_counted(self, unit: Unit, feature: str, span: Span, of: str) -> bool:
        """Whether a unit is in the denominator."""
        if of == "active":
            return unit.did(self.names(None), span)
        return self.is_in(unit, span) and (of == "all" or feature in unit.may_use)

    def segments(self, by: tuple[str, ...]) -> list[tuple[str, list[Unit]]]:
        """Each segment that has units, with them, in the order of the screen; without `by` one, of everyone."""
        if not by:
            return [("everyone", self.units)]
        found = []
        for labels in product(*(self.shown[key] for key in by)):
            wanted = dict(zip(by, labels, strict=True))
            units = [unit for unit in self.units if all(unit.labels[key] == wanted[key] for key in by)]
            found.append((" · ".join(labels), units))
        return [(label, units) for label, units in found if units]

    # The measures -------------------------------------------------------------------------------------------------

    def observed(self, span: Span) -> bool:
        """Whether all of a span lies in history, and is loaded."""
        return self.world.first_day <= span[0] and span[1] <= self.as_of

    def adoption(
        self, spans: Iterable[Span], by: tuple[str, ...] = (), of: str = "eligible"
    ) -> list[tuple[str, str, date, int, int, int, bool]]:
        """feature, segment, period, n, of, outside, complete."""
        found = []
        for feature in self.world.features:
            for label, units in self.segments(by):
                for span in spans:
                    users = [unit for unit in units if unit.did(feature.events, span)]
                    counted = [unit for unit in units if self.is_counted(unit, feature.key, span, of)]
                    n = len([unit for unit in users if unit in counted])
                    row = (feature.key, label, span[1], n, len(counted), len(users) - n, self.observed(span))
                    found.append(row)
        return found

    def new_adopters(
        self, spans: Iterable[Span], by: tuple[str, ...] = ()
    ) -> list[tuple[str, str, date, int, int, bool]]:
        """feature, segment, period, n, of, complete: n is a subset of the eligible."""
        found = []
        for feature in self.world.features:
            for label, units in self.segments(by):
                for span in spans:
                    counted = [unit for unit in units if self.is_counted(unit, feature.key, span, "eligible")]
                    n = len([unit for unit in counted if self._is_new(unit, feature, span)])
                    found.append((feature.key, label, span[1], n, len(counted), self.observed(span)))
        return found

    def _is_new(self, unit: Unit, feature: Feature, span: Span) -> bool:
        first = unit.first(feature.events)
        return unit.known and first is not None and span[0] <= first <= span[1]

    def reach(self, span: Span) -> tuple[date, int, int, int, bool]:
        """period, n, of, adopted, complete."""
        inside = [unit for unit in self.units if self.is_in(unit, span)]
        n = len([unit for unit in inside if unit.did(self.names(None), span)])
        adopted = [u for u in inside if any(self._is_new(u, feature, span) for feature in self.world.features)]
        return span[1], n, len(inside), len(adopted), self.observed(span)

    def breadth(self, span: Span) -> list[tuple[int, int, int]]:
        """features, n, of: the active units by the number of distinct features they used."""
        active = [unit for unit in self.units if unit.did(self.names(None), span)]
        used = [sum(unit.did(feature.events, span) for feature in self.world.features) for unit in active]
        return [(number, used.count(number), len(active)) for number in sorted(set(used))]

    def retention(
        self, start: str, feature: str | None, back: str | None, grain: str, count: str, windows: str,
        cohorts: int, intervals: int, by: tuple[str, ...] = (), at_least: int = 1,
        brackets: tuple[tuple[int, int], ...] = (),
    ) -> list[Cell]:  # fmt: skip
        """A row a segment, cohort and interval; of a bracket its first."""
        runs = [(0, 0), *brackets] if brackets else [(k, k) for k in range(intervals)]
        spans = complete_spans(self.world, grain)
        found: list[Cell] = []
        for label, units in self.segments(by):
            for cohort in spans[-cohorts:]:
                began = [(unit, day) for unit in units for day in self._started(unit, start, feature, cohort)]
                for k, end in runs:
                    came = 0
                    for unit, day in began:
                        start_of = (day, day) if windows == "rolling" else cohort
                        came += self.is_back(unit, start_of, (k, end), back, grain, count, windows, at_least)
                    _, completes = self._interval(cohort, cohort[1], end, grain, windows)
                    complete = completes <= self.as_of
                    n = came if complete else None
                    found.append((label, cohort[1], k, n, len(began), complete, completes))
        return found

    def is_back(
        self, unit: Unit, start: Span, run: tuple[int, int], back: str | None, grain: str, count: str, windows: str,
        at_least: int,
    ) -> bool:  # fmt: skip
        """Whether a unit that started in a cohort (or, rolling, on its first day) was back in any interval of a run."""
        spans = [self._interval(start, start[0], k, grain, windows) for k in range(run[0], run[1] + 1)]
        if count == "on_or_after":
            complete = complete_spans(self.world, grain)
            horizon = self.as_of if windows == "rolling" or not complete else complete[-1][1]
            spans = [(first, horizon) for first, _ in spans]
        return run[0] == 0 or any(self._days(unit, back, span) >= at_least for span in spans)

    def _days(self, unit: Unit, feature: str | None, span: Span) -> int:
        """On how many days of a span a unit used a feature."""
        return len({day for day, name in unit.acts if name in self.names(feature) and span[0] <= day <= span[1]})

    def _started(self, unit: Unit, start: str, feature: str | None, cohort: Span) -> list[date]:
        """The day on which a unit started within a cohort's period: one or none."""
        if start == "any_use":  # recurring: in the cohort of every period in which it was used
            days = [day for day, name in unit.acts if name in self.names(feature) and cohort[0] <= day <= cohort[1]]
            return [min(days)] if days else []
        first = {"signup": unit.start, "first_active": unit.first(self.names(None)),
                 "first_use": unit.first(self.names(feature))}[start]  # fmt: skip
        return [first] if unit.known and first is not None and cohort[0] <= first <= cohort[1] else []

    def _interval(self, cohort: Span, day: date, k: int, grain: str, windows: str) -> Span:
        """The k-th interval of a unit of the cohort that started on a day."""
        if windows == "rolling":
            length = timedelta(days=ROLLING[grain])
            return day + k * length, day + (k + 1) * length - timedelta(days=1)
        span = cohort
        for _ in range(k):
            span = span_of(span[1] + timedelta(days=1), grain, self.world.week_start)
        return span


def pooled(cells: Iterable[Cell]) -> list[tuple[str, int, int, int, int]]:
    """segment, interval, n, of, cohorts: summed over the cohorts (of somebody) whose interval is complete."""
    found: dict[tuple[int, str], tuple[int, int, int]] = {}
    for segment, _, interval, n, of, complete, _ in cells:
        if complete and of and n is not None:
            before = found.get((interval, segment), (0, 0, 0))
            found[interval, segment] = (before[0] + n, before[1] + of, before[2] + 1)
    order = sorted(found, key=lambda key: key[0])  # stable: segments stay in the order of the screen
    return [(segment, interval, *found[interval, segment]) for interval, segment in order]
