"""Small warehouses for property tests: drawn by hypothesis, written as Parquet, read by the real path.

`worlds` draws what is known to go wrong: days around a change of the clocks, the ends of words (56 days) and years, the
left edge, users who are missing somewhere, act for several accounts or ended. `load` makes the activity of one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from queries.activity import Activity, By
from queries.product import Accounts, Connection, Events, Exclusion, Feature, Product, Segment, Selection, Unit, Users
from tests import examples
from tests.oracle import Event, Person, Where, World

Schema = dict[str, Any]

TURNS = {  # days near which a day has 23 or 25 hours, and a year ends
    "America/New_York": (date(2026, 3, 8), date(2025, 11, 2), date(2025, 12, 31)),
    "Pacific/Auckland": (date(2026, 4, 5), date(2025, 9, 28), date(2025, 12, 31)),
    "Europe/Berlin": (date(2026, 3, 29), date(2025, 10, 26), date(2026, 1, 1)),
    "UTC": (date(2024, 2, 29), date(2026, 1, 1)),
}
SPANS = (1, 8, 30, 56, 57, 64, 80, 100, 113, 130, 170, 370)  # days of history
WALL = (time(0, 0), time(23, 59, 59, 999999), time(1, 30), time(2, 30), time(2, 30, fold=1), time(12, 0))
NAMES = ("csv", "pdf", "share", "open", "peek", "ping")  # ping belongs to no feature
USERS = ("ann", "bo", "cy", "di", "ed", "flo")
ACCOUNTS = (None, "acme", "bolt", "coda")
PLANS = ("pro", "free", None)
ROLE = Segment("role", "Role", "role", "user", (("admin", "Admin"), ("nobody", "Nobody"), ("member", "Member")))
PLAN = Segment("plan", "Plan", "plan", "account", (("pro", "Pro"),))
DEVICE = Segment("device", "Device", "device", "event", (("ios", "iOS"),))
DICE = st.randoms(use_true_random=True)  # dealt evenly, where hypothesis itself prefers small and equal draws
FILTERS: tuple[Where, ...] = (
    (), (("role", ("Admin",)),), (("role", ("Member", "(unknown)")),), (("plan", ("Pro",)),),
    (("plan", ("free", "(unknown)")), ("role", ("Admin", "Member", "guest"))), (("role", ("no such label",)),),
)  # fmt: skip
WHERE = DICE.map(lambda dice: dice.choice(((), (), (), (), *FILTERS)))


def check(*drawn: SearchStrategy[Any], examples: int = 60) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test on so many draws, the same ones each time."""
    fixed = settings(deadline=None, derandomize=True, database=None, max_examples=examples,
                     suppress_health_check=[HealthCheck.too_slow])  # fmt: skip
    return lambda test: fixed(given(*drawn)(test))


@dataclass(frozen=True)
class Case:
    """A world, and how it is kept in the warehouse."""

    world: World
    has_users: bool = True
    user_accounts: bool = True
    event_accounts: bool = False
    zoned: bool = False  # event times carry a zone
    stamps: bool = False  # sign-ups are times at midnight in the reporting zone, not dates
    devices: bool = False  # events say on which device they happened

    def by(self, unit: Unit) -> list[By]:
        """Everything that units can be split by: nothing, one segment, or two."""
        keys = [s.key for s in self.world.segments if unit in ("user", s.of)]
        return [(), *((key,) for key in keys), *permutations(keys, 2)]

    def with_loner(self) -> "Case":
        """The case with one more user, of role "nobody", who belongs to no account and does nothing."""
        loner = Person("zoe", attributes={"role": "nobody"})
        segments = self.world.segments if self.has_users else (ROLE, *self.world.segments)
        world = replace(self.world, people=(*self.world.people, loner), segments=segments)
        return replace(self, world=world, has_users=True)

    def can(self, where: Where) -> Where:
        """The part of a filter that speaks of segments there are."""
        known = {segment.key for segment in self.world.segments}
        return tuple((key, labels) for key, labels in where if key in known)


# Drawing -------------------------------------------------------------------------------------------------------------


@st.composite
def worlds(draw: DrawFn, accounts: bool = False) -> Case:
    """A case; with accounts always, or only at times; dealt, so that there is enough for somebody to come back."""
    dice = draw(DICE)
    zone, days = dice.choice(list(TURNS)), dice.choice(SPANS)
    first = dice.choice(TURNS[zone]) - timedelta(days=dice.choice((0, 1, 6, 27, 28, 55, 56)))
    kind = dice.choice(("both", "users", "events") if accounts else ("none", "users", "both"))
    has_users = dice.random() < 0.9
    in_users, in_events = has_users and kind in ("both", "users"), kind in ("both", "events")
    has_companies = (in_users or in_events) and dice.random() < 0.7
    segments = (ROLE,) * has_users + (PLAN,) * has_companies
    world = World(
        events=tuple(_events(dice, zone, first, days, ACCOUNTS if in_events else (None,))),
        people=tuple(_people_of(dice, first, days, ACCOUNTS if in_users else (None,))) if has_users else (),
        companies={name: {"plan": dice.choice(PLANS)} for name in ("acme", "bolt") if has_companies},
        features=_features(dice, segments), segments=segments, timezone=zone, week_start=dice.choice((0, 6, 2)),
    )  # fmt: skip
    if not world.counted:
        world = replace(world, people=())
    world = _dated(world, dice.choice((None, None, 0, 1, 9)), dice.random() < 0.5)
    return Case(world, has_users, in_users, in_events, dice.random() < 0.5, dice.random() < 0.5)


@st.composite
def launched(draw: DrawFn, accounts: bool = False) -> Case:
    """A case of which some features have a launch date (before, within or after history) and some are core."""
    case, dice = draw(worlds(accounts)), draw(DICE)
    first, last = case.world.first_day, case.world.last_loaded
    near = (first - timedelta(days=20), first, first + timedelta(days=9), first + (last - first) // 2, last,
            last + timedelta(days=3), None, None)  # fmt: skip
    features = tuple(replace(feature, launched=dice.choice(near), core=dice.random() < 0.3)
                     for feature in case.world.features)  # fmt: skip
    return replace(case, world=replace(case.world, features=features))


def _dated(world: World, back: int | None, in_use: bool) -> World:
    """The world as of so many days before its last event, or now: on the day of its last event, or days later."""
    first, last = world.first_day, max(world.day_of(event.at) for event in world.events if event.user)
    noon = datetime.combine(last, time(12), ZoneInfo(world.timezone)).astimezone(UTC)
    if back is not None:
        return replace(world, as_of=max(first, last - timedelta(days=back)), now=noon + timedelta(days=3))
    return replace(world, now=noon if in_use and last > first else noon + timedelta(days=2))


def _events(
    dice: Random, zone: str, first: date, days: int, accounts: tuple[str | None, ...]
) -> Iterator[Event]:
    """Habits: somebody does a thing every so many days, so many times; and at times an event of nobody."""
    for _ in range(dice.choice((1, 10, 40, 60, 80))):
        user, name, account = dice.choice(USERS), dice.choice(NAMES), dice.choice(accounts)
        begin, step, wall = dice.randrange(days), dice.choice((1, 3, 6, 7, 8, 28, 31)), dice.choice(WALL)
        for offset in range(begin, min(days, begin + step * dice.randint(1, 15)), step):
            at = datetime.combine(first + timedelta(days=offset), wall, ZoneInfo(zone)).astimezone(UTC)
            yield Event(user, at, name, account)
    if dice.random() < 0.5:
        yield Event(None, datetime.combine(first, WALL[0], UTC) - timedelta(days=9), "open")


def _people_of(dice: Random, first: date, days: int, accounts: tuple[str | None, ...]) -> Iterator[Person]:
    """A users table without some of the users, and with one who does nothing."""
    near = (-1, 0, 7, 27, 28, 56, *(dice.randrange(-40, days) for _ in range(12)))
    for name in (*USERS, "gus"):
        signup, ended = (first + timedelta(days=dice.choice(near)) for _ in range(2))
        if dice.random() < 0.85:
            yield Person(name, dice.choice(accounts), signup if dice.random() < 0.8 else None,
                         ended if dice.random() < 0.4 else None,
                         {"role": dice.choice(("admin", "member", "guest", None))}, dice.random() < 0.1)  # fmt: skip


def _features(dice: Random, segments: tuple[Segment, ...]) -> tuple[Feature, ...]:
    """Features that share event names, some not active, one perhaps with a rule of who may use it."""
    rules = {"role": ("role", ("Admin", "guest")), "plan": ("plan", ("Pro", "(unknown)"))}
    rule = tuple(rules[segment.key] for segment in segments if dice.random() < 0.5)
    return (
        Feature("export", "Export", ("csv", "pdf"), eligible=rule, active=dice.random() < 0.5),
        Feature("share", "Share", ("share", "pdf", "share"), active=dice.random() < 0.5),
        Feature("open", "Open", ("open",)),
        Feature("peek", "Peek", ("peek",), active=False),
    )


# Building ------------------------------------------------------------------------------------------------------------


def load(case: Case) -> Activity:
    """The activity of a case, through DuckDB."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        return examples.load(write(case, folder), case.world.now)


def narrowed(case: Case, unit: Unit = "user", where: Where = ()) -> Activity:
    """The activity of a case, narrowed to a selection."""
    return load(case).within(Selection(unit, where=where))


def write(case: Case, folder: Path) -> Product:
    """Write the tables of a case into a folder; the product that describes them."""
    world, files = case.world, ["events"]
    rows = [(event.user, event.at, event.name, event.account) for event in world.events]
    schema: Schema = {"user": pl.String, "at": pl.Datetime("us", "UTC"), "name": pl.String, "account": pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    at = pl.col("at") if case.zoned else pl.col("at").dt.replace_time_zone(None)
    device = pl.Series("device", [event.device for event in world.events], dtype=pl.String)
    table.with_columns(at, device).write_parquet(folder / "events.parquet")
    if case.has_users:
        _people(case).write_parquet(folder / "users.parquet")
        files.append("users")
    if world.companies:
        companies = [(name, values["plan"]) for name, values in world.companies.items()]
        schema = {"id": pl.String, "plan": pl.String}
        pl.DataFrame(companies, schema=schema, orient="row").write_parquet(folder / "accounts.parquet")
        files.append("accounts")
    users = Users("users", "id", account="account" if case.user_accounts else None, signup="signup", ended="ended",
                  exclude=(Exclusion("bot", "in", ("true",), "bots"),))  # fmt: skip
    account = "account" if case.event_accounts else None
    return examples.product(
        folder,
        connection=Connection(files=tuple((name, (f"{name}.parquet",)) for name in files)),
        events=Events("events", user="user", time="at", name="name", account=account),
        users=users if case.has_users else None,
        accounts=Accounts("accounts", "id") if world.companies else None,
        timezone=world.timezone, week_start=world.week_start, as_of=world.as_of, features=world.features,
        segments=(*world.segments, *((DEVICE,) if case.devices else ())),
    )  # fmt: skip


def _people(case: Case) -> pl.DataFrame:
    schema: Schema = {"id": pl.String, "account": pl.String, "signup": pl.Date, "ended": pl.Date, "role": pl.String,
                      "bot": pl.Boolean}  # fmt: skip
    rows = [(p.id, p.account, p.signup, p.ended, p.attributes.get("role"), p.excluded) for p in case.world.people]
    table = pl.DataFrame(rows, schema=schema, orient="row")
    if not case.stamps:
        return table
    midnight = pl.col("signup").cast(pl.Datetime("us")).dt.replace_time_zone(case.world.timezone)
    return table.with_columns(midnight.dt.convert_time_zone("UTC").dt.replace_time_zone(None))


# Spelling ------------------------------------------------------------------------------------------------------------

MONDAY = date(2026, 6, 1)  # where spelled histories begin
EXPORT, OPEN = Feature("export", "Export", ("export",)), Feature("open", "Open", ("open",))


def days(spelled: str) -> list[date]:
    """The days of a spelled history, from MONDAY on: "1000001" is that Monday and the Sunday after it."""
    return [MONDAY + timedelta(days=i) for i, day in enumerate(spelled.replace(" ", "")) if day == "1"]


def did(user: str, name: str, spelled: str, account: str | None = None) -> list[Event]:
    """Somebody does something on the days spelled, at noon."""
    return [Event(user, datetime.combine(day, time(12), UTC), name, account) for day in days(spelled)]


def spelled(
    events: list[Event], people: list[Person] | None = None, *, weeks: int,
    companies: dict[str, str | None] | None = None, features: tuple[Feature, ...] = (EXPORT, OPEN), **parts: Any,
) -> Case:  # fmt: skip
    """A case of so many full weeks from MONDAY on. Somebody pings on that day, without using any feature."""
    first = Event("somebody", datetime.combine(MONDAY, time(12), UTC), "ping")
    segments = (ROLE,) * (people is not None) + (PLAN,) * (companies is not None)
    plans = {name: {"plan": plan} for name, plan in (companies or {}).items()}
    as_of = MONDAY + timedelta(days=7 * weeks - 1)
    world = World((first, *events), tuple(people or ()), plans, features, segments, as_of=as_of)
    named = any(event.account for event in events)
    return Case(replace(world, **parts), people is not None, event_accounts=named)
