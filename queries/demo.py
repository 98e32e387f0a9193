"""The demo product: Quillboard, a workspace for plans and reports that the fictional Northbeam sells to companies.

Every number is made up, and made up on purpose: what happens in the data is known (`TRUTHS`), so that one can see
whether the dashboard finds it. The same seed gives the same warehouse, to the last row.

The data come about as they do in life, a step at a time:

    accounts   companies, with a plan, a region and a size
    users      who they are, when they sign up, when they stop coming, when their seat is closed
    weeks      the weeks in which each of them is at work with the product
    visits     the sittings of such a week, in the working hours of their region
    events     what they do in a sitting; `HABITS` says which features people take to

Two levels are held from the first week to the last, and chances are fitted to them: the share of open seats that are at
work (`AT_WORK`), and the share of eligible users who use each feature (its reach). What moves is noise, or a truth.

A moment is a number of seconds on the Berlin clock since `FIRST_DAY`, a week a number of weeks since then; both are
negative before history begins. Nobody works between midnight and three, when clocks change.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import product
from pathlib import Path
from typing import TypeAlias

import duckdb
import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]

SEED = 3  # of five tried, the one where chance alone gives no steady feature a signal in the last four weeks
TIMEZONE = "Europe/Berlin"
FIRST_DAY = date(2024, 10, 7)  # a Monday; history begins
LAST_COMPLETE_DAY = date(2026, 11, 15)  # the Sunday that ends the last complete week, the 110th
LAST_DAY = date(2026, 11, 18)  # the Wednesday of the open week; history ends
WEEKS = 111
WEEKS_BEFORE = 52  # users have signed up for a year when history begins

ACCOUNTS = 3_000
USERS = 20_000  # drawn; the few who would sign up after LAST_DAY are dropped
BOTS = 6
EVENTS_PER_BOT = 15_000
EVENTS_WITHOUT_USER = 400
AT_WORK = 0.58


@dataclass(frozen=True)
class Truths:
    """What is planted, for the dashboard to find and the tests to look for."""

    #: Enterprise takes to this feature twice as much as each other plan.
    enterprise_feature: str = "audit_log"
    enterprise_times: float = 2.0
    #: A launch that takes: reach grows in a straight line for sixteen weeks, then stays.
    ramp_feature: str = "ai_summaries"
    ramp_launch: date = date(2026, 6, 1)
    ramp_weeks: int = 16
    #: A launch that is tried and dropped: two big weeks, then a fast fall to a small base.
    spike_feature: str = "whiteboard"
    spike_launch: date = date(2026, 8, 10)
    spike_weeks: int = 2
    #: Small companies that sign up in the week that ends on this day, or later: week 4 retention halves, to about 25 %.
    drop_company_size: str = "1-50"
    drop_from_week_ending: date = date(2026, 8, 2)
    #: No event at all on these days, and every day before and after.
    silent_feature: str = "attachments"
    silent_days: tuple[date, ...] = (date(2026, 10, 6), date(2026, 10, 7), date(2026, 10, 8))
    #: Only these plans are eligible, yet a few others use it.
    gated_feature: str = "sso"
    gated_plans: tuple[str, ...] = ("business", "enterprise")


TRUTHS = Truths()


@dataclass(frozen=True)
class Habit:
    """How users take to one feature: `reach` is the share of the eligible who use it in a week."""

    events: tuple[str, ...]
    reach: float
    #: Plans or roles that are eligible; none named, all are.
    only: tuple[str, ...] = ()
    #: Plans or roles that use it so many times as much.
    lean: Mapping[str, float] = field(default_factory=dict)
    #: Uses in a week of use, beyond the first.
    often: float = 0.2


HABITS = {
    "boards": Habit(("board_view", "board_edit"), 0.49, often=1.6),
    "cards": Habit(("card_create", "card_move", "card_close"), 0.40, often=1.4),
    "search": Habit(("search_run",), 0.27, often=0.9),
    "calendar": Habit(("calendar_view",), 0.12, often=1.0),
    "timeline": Habit(("timeline_view", "timeline_edit"), 0.08, often=1.2),
    "templates": Habit(("template_use",), 0.04),
    "whiteboard": Habit(("whiteboard_open", "whiteboard_draw"), 0.03),
    "comments": Habit(("comment_add", "comment_reply"), 0.30, often=0.9),
    "mentions": Habit(("mention_send",), 0.15, often=0.5),
    "attachments": Habit(("file_upload", "file_download"), 0.18, often=0.4),
    "share_links": Habit(("link_create", "link_open"), 0.09),
    "dashboards": Habit(("dashboard_view", "dashboard_edit"), 0.14, lean={"manager": 1.6}),
    "export": Habit(("export_csv", "export_pdf"), 0.11),
    "saved_filters": Habit(("filter_save", "filter_apply"), 0.07),
    "scheduled_reports": Habit(("report_schedule", "report_open"), 0.05, lean={"manager": 1.6}),
    "rules": Habit(("rule_create", "rule_edit"), 0.06, often=0.05),
    "forms": Habit(("form_create", "form_submit"), 0.05),
    "ai_summaries": Habit(("ai_summary_create", "ai_summary_accept"), 0.20, often=0.7),
    "chat_integration": Habit(("chat_message_send", "chat_card_create"), 0.10, often=1.8),
    "api": Habit(("api_key_create", "api_call"), 0.02, often=2.0),
    "audit_log": Habit(("audit_log_view", "audit_log_export"), 0.07, lean={"enterprise": TRUTHS.enterprise_times}),
    "sso": Habit(("sso_login",), 0.25, only=TRUTHS.gated_plans),
    "permissions": Habit(("permission_change",), 0.04, lean={"admin": 4.0}),
    "billing": Habit(("billing_view", "invoice_download"), 0.15, only=("admin",)),
}

#: Events of no feature, and in what share of visits they are sent.
BACKGROUND = {"session_start": 1.0, "heartbeat": 0.05, "app_error": 0.01, "tour_dismiss": 0.005, "banner_view": 0.02}

EVENT_NAMES = (*BACKGROUND, *(name for habit in HABITS.values() for name in habit.events))
PLANS = ("free", "team", "business", "enterprise")
#: Company size: share of accounts, seats for one of the smallest, and how its accounts spread over PLANS.
SIZES = {
    "1-50": (0.73, 1.0, (0.40, 0.45, 0.13, 0.02)),
    "51-200": (0.16, 1.6, (0.15, 0.45, 0.33, 0.07)),
    "201-1000": (0.08, 3.0, (0.05, 0.20, 0.50, 0.25)),
    "1000+": (0.03, 7.0, (0.00, 0.05, 0.35, 0.60)),
}
REGIONS = {"emea": 0.50, "amer": 0.35, "apac": 0.15}
OPENING = {"emea": 8.0, "amer": 14.0, "apac": 3.0}  # hour in Berlin when work begins there
ROLES = {"admin": 0.10, "manager": 0.20, "member": 0.50, "viewer": 0.185, None: 0.015}
PLATFORMS = {"web": 0.55, "desktop": 0.25, "ios": 0.12, "android": 0.08}
WEEKDAYS = (0.20, 0.205, 0.205, 0.195, 0.155, 0.015, 0.025)
EMPLOYER = "Northbeam"  # account 0; its people are the makers of the product

DAY = 86_400
WEEK = 7 * DAY
END = ((LAST_DAY - FIRST_DAY).days + 1) * DAY
NEVER = 10_000  # a week that does not come


def write(path: Path) -> None:
    """Write the demo warehouse as a DuckDB file with tables `events`, `users` and `accounts`; whole or not at all."""
    rng = np.random.default_rng(SEED)
    accounts = _accounts(rng)
    users = _users(rng, accounts)
    tables = {"events": _events(rng, users), "users": _users_table(users), "accounts": _accounts_table(accounts, users)}
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as workshop:
        unfinished = Path(workshop) / path.name
        with duckdb.connect(str(unfinished)) as connection:
            connection.execute("SET enable_progress_bar = false")
            for name, frame in tables.items():
                connection.register("frame", frame.to_arrow())
                connection.execute(f"CREATE TABLE {name} AS FROM frame")
        unfinished.replace(path)


# Who


def _accounts(rng: Generator) -> pl.DataFrame:
    shares, _, plans = zip(*SIZES.values(), strict=True)
    size = rng.choice(len(SIZES), ACCOUNTS, p=shares)
    plan = (rng.random(ACCOUNTS)[:, None] > np.cumsum(plans, axis=1)[size]).sum(axis=1).clip(max=3)
    plan[rng.choice(ACCOUNTS, 20, replace=False)] = len(PLANS)  # the plan of a few is not known
    size[0], plan[0] = list(SIZES).index("51-200"), PLANS.index("enterprise")  # the employer
    return pl.DataFrame(
        {
            "account_id": [f"a_{i:04d}" for i in range(ACCOUNTS)],
            "name": [EMPLOYER, *_company_names(rng, ACCOUNTS - 1)],
            "plan": pl.Series([*PLANS, None]).gather(plan),
            "region": _draw(rng, REGIONS, ACCOUNTS),
            "company_size": pl.Series(list(SIZES)).gather(size),
        }
    )


def _company_names(rng: Generator, count: int) -> list[str]:
    colours = "Amber Ash Bright Cobalt Copper Coral Dark Golden Green Indigo Ivory Jade Pearl Rowan Silver"
    places = "Bay Bridge Brook Cliff Field Ford Gate Harbor Hill Lake Meadow Ridge River Stone Wood"
    trades = "Analytics Bank Builders Care Design Energy Foods Freight Health Labs Legal Media Motors Retail Studios"
    names = [" ".join(words) for words in product(colours.split(), places.split(), trades.split())]
    return [names[i] for i in rng.permutation(len(names))[:count]]


def _users(rng: Generator, accounts: pl.DataFrame) -> pl.DataFrame:
    """One row per user: who they are and the life they lead (`entry`, `gone`, `closed` in weeks, `signup` a moment)."""
    week = np.arange(-WEEKS_BEFORE, WEEKS)
    growth = np.linspace(1.0, 1.7, len(week))
    entry = np.sort(rng.choice(week, USERS, p=growth / growth.sum()))
    users = accounts[_joined(rng, accounts)].with_columns(
        user_id=pl.Series([f"u_{i:06d}" for i in range(USERS)]),
        role=_draw(rng, ROLES, USERS),
        platform=_draw(rng, PLATFORMS, USERS),
        is_bot=pl.Series(np.isin(np.arange(USERS), rng.choice(USERS // 4, BOTS, replace=False))),
        entry=pl.Series(entry),
    )
    users = users.with_columns(opening=pl.col("region").replace_strict(OPENING))
    signup = _moments(rng, entry, users["opening"].to_numpy())
    return _lives(rng, users.with_columns(signup=pl.Series(signup))).filter(pl.col("signup") < END)


def _joined(rng: Generator, accounts: pl.DataFrame) -> Ints:
    """The account of each user, in the order of their sign-ups: some open one, the others join one that is there."""
    seats = accounts["company_size"].replace_strict({size: seats for size, (_, seats, _) in SIZES.items()}).to_numpy()
    seats = np.where(accounts["name"] == EMPLOYER, 4.0, seats)
    opened = np.concatenate([[0], 1 + rng.permutation(ACCOUNTS - 1)])  # in this order; the employer's before all
    opens = np.isin(np.arange(USERS), np.concatenate([[0], 1 + rng.choice(USERS - 1, ACCOUNTS - 1, replace=False)]))
    there = np.cumsum(opens)  # accounts that each user finds
    weight = np.cumsum(seats[opened])
    joins = np.searchsorted(weight, rng.random(USERS) * weight[there - 1], side="right")
    return opened[np.where(opens, there - 1, joins)]


def _lives(rng: Generator, users: pl.DataFrame) -> pl.DataFrame:
    """Some stop within weeks, others stay for years; the seat of nearly all who stopped is closed a little later."""
    entry = users["entry"].to_numpy()
    drop = _week_of(TRUTHS.drop_from_week_ending)
    dropped = (users["company_size"] == TRUTHS.drop_company_size).to_numpy() & (entry >= drop)
    soon = rng.random(len(entry)) < np.where(dropped, 0.84, 0.38)
    gone = entry + np.floor(rng.exponential(np.where(soon, 3.0, 150.0))).astype(np.int64)
    closed = gone + 2 + rng.geometric(0.25, len(entry))
    forgotten = users["is_bot"].to_numpy() | (rng.random(len(entry)) < 0.05)
    return users.with_columns(gone=pl.Series(gone), closed=pl.Series(np.where(forgotten, NEVER, closed)))


# When


@dataclass(frozen=True)
class Work:
    """The weeks users work, a row each, and the sittings of those weeks, a visit each."""

    user: Ints
    week: Ints
    first_visit: Ints  # where the visits of this row begin
    visits: Ints  # how many they are
    visitor: Ints  # per visit: its user
    start: Ints  # per visit: its moment


def _work(rng: Generator, users: pl.DataFrame, seats: Bools) -> Work:
    user, week = _weeks_at_work(rng, users, seats)
    visits = 1 + rng.poisson(1.4, len(user))
    visitor = np.repeat(user, visits)
    start = _moments(rng, np.repeat(week, visits), users["opening"].to_numpy()[visitor])
    start = np.maximum(start, users["signup"].to_numpy()[visitor])
    return Work(user, week, np.cumsum(visits) - visits, visits, visitor, start)


def _weeks_at_work(rng: Generator, users: pl.DataFrame, seats: Bools) -> tuple[Ints, Ints]:
    """Pairs of user and week: the week of sign-up nearly always, later ones as the user is keen."""
    entry, gone = (users[name].to_numpy()[:, None] for name in ("entry", "gone"))
    week = np.arange(WEEKS)
    first = 0.95 * (week == entry)
    later = ((week > entry) & (week <= gone)) * rng.beta(1.8, 0.9, len(users))[:, None]
    wanted = AT_WORK * rng.normal(1.0, 0.012, WEEKS) * seats.sum(axis=0)
    fit = (wanted - first.sum(axis=0)) / later.sum(axis=0)
    user, worked = np.nonzero(rng.random(later.shape) < first + later * fit)
    return user, worked


def _moments(rng: Generator, week: Ints, opening: Floats) -> Ints:
    """A moment in each of these weeks: mostly on a weekday, within nine and a half hours from opening."""
    day = 7 * week + rng.choice(7, len(week), p=WEEKDAYS)
    hour = opening + 9.5 * rng.beta(2.0, 2.0, len(week))
    return day * DAY + (hour * 3600).astype(np.int64)


# What


def _events(rng: Generator, users: pl.DataFrame) -> pl.DataFrame:
    """All events, in order of time; `seats` are the weeks from a sign-up until the seat is closed."""
    week = np.arange(WEEKS)
    seats = (users["entry"].to_numpy()[:, None] <= week) & (week <= users["closed"].to_numpy()[:, None])
    work = _work(rng, users, seats)
    visit, name = _actions(rng, users, seats, work)
    pause = np.minimum(rng.exponential(400.0, len(visit)), 1500.0).astype(np.int64)
    moment = work.start[visit] + np.where(name == 0, 0, pause)  # name 0 is session_start
    bot, bot_name, bot_moment = _bots(rng, users)
    user = np.concatenate([work.visitor[visit], bot])
    name = np.concatenate([name, bot_name])
    moment = np.concatenate([moment, bot_moment])
    kept = np.flatnonzero((moment < END) & ~_silent(name, moment))
    kept = kept[np.argsort(moment[kept], kind="stable")]
    return _events_table(rng, users, user[kept], name[kept], moment[kept])


def _actions(rng: Generator, users: pl.DataFrame, seats: Bools, work: Work) -> tuple[Ints, Ints]:
    """Pairs of visit and event name (its place in EVENT_NAMES): the background first, then feature by feature."""
    visits, names = [], []
    for place, share in enumerate(BACKGROUND.values()):
        visit = np.flatnonzero(rng.random(len(work.visitor)) < share)
        visits.append(visit)
        names.append(np.full(len(visit), place))
    for feature, habit in HABITS.items():
        row = _weeks_of_use(rng, feature, users, seats, work)
        row = np.repeat(row, 1 + rng.poisson(habit.often, len(row)))
        visits.append(work.first_visit[row] + (rng.random(len(row)) * work.visits[row]).astype(np.int64))
        choice = (rng.random(len(row)) ** 1.5 * len(habit.events)).astype(np.int64)  # the first name is the usual one
        names.append(EVENT_NAMES.index(habit.events[0]) + choice)
    return np.concatenate(visits), np.concatenate(names)


def _weeks_of_use(rng: Generator, feature: str, users: pl.DataFrame, seats: Bools, work: Work) -> Ints:
    """The rows of `work` in which the feature is used: by those who took to it, so often that reach is as wanted."""
    habit = HABITS[feature]
    eligible = _one_of(users, habit.only) if habit.only else np.ones(len(users), dtype=np.bool_)
    able = eligible | (rng.random(len(users)) < 0.01)  # a few get in though they should not
    reach = habit.reach * _launch(feature) * rng.normal(1.0, 0.012, WEEKS)
    taste = _taste(rng, habit, users, reach.max()) * able
    keen = taste[work.user] * (_started(rng, feature, users)[work.user] <= work.week)
    supply = np.bincount(work.week, keen * eligible[work.user], minlength=WEEKS)
    fit = reach * seats[eligible].sum(axis=0) / np.maximum(supply, 1.0)
    return np.flatnonzero(rng.random(len(keen)) < keen * fit[work.week])


def _launch(feature: str) -> Floats:
    """Of a feature's reach, how much there is in each week: all of it, unless it was launched within history."""
    week = np.arange(WEEKS)
    if feature == TRUTHS.ramp_feature:
        return ((week - _week_of(TRUTHS.ramp_launch) + 1) / TRUTHS.ramp_weeks).clip(0.0, 1.0)
    if feature == TRUTHS.spike_feature:
        since = week - _week_of(TRUTHS.spike_launch)
        return np.where(since < 0, 0.0, 1.0 + 7.0 * np.exp(-np.maximum(since - TRUTHS.spike_weeks + 1, 0) / 2.0))
    return np.ones(WEEKS)


def _taste(rng: Generator, habit: Habit, users: pl.DataFrame, reach: float) -> Floats:
    """How much each user likes a feature: nothing for most, about the same for those who took to it."""
    share = np.full(len(users), min(1.0, 1.6 * reach / AT_WORK))
    for value, times in habit.lean.items():
        share[_one_of(users, (value,))] *= times
    return (rng.random(len(users)) < share) * rng.uniform(0.4, 1.0, len(users))


def _started(rng: Generator, feature: str, users: pl.DataFrame) -> Ints:
    """The week from which each user may use a feature: what few use is found late."""
    wait = 1.0 + 6.0 * max(0.0, 1.0 - HABITS[feature].reach / 0.3)
    found = users["entry"].to_numpy() + rng.geometric(1.0 / wait, len(users)) - 1
    if feature != TRUTHS.ramp_feature:
        return found
    return np.maximum(found, _week_of(TRUTHS.ramp_launch) + rng.integers(TRUTHS.ramp_weeks, size=len(users)))


def _bots(rng: Generator, users: pl.DataFrame) -> tuple[Ints, Ints, Ints]:
    """User, event name and moment of what bots do: the same two things, on any day and nearly at any hour."""
    bot = np.repeat(np.flatnonzero(users["is_bot"].to_numpy()), EVENTS_PER_BOT)
    name = rng.choice([EVENT_NAMES.index("board_view"), EVENT_NAMES.index("search_run")], len(bot))
    day = rng.integers(END // DAY, size=len(bot))
    return bot, name, day * DAY + rng.integers(3 * 3600, DAY, len(bot))


def _silent(name: Ints, moment: Ints) -> Bools:
    names = [EVENT_NAMES.index(event) for event in HABITS[TRUTHS.silent_feature].events]
    days = [(day - FIRST_DAY).days for day in TRUTHS.silent_days]
    return np.isin(name, names) & np.isin(moment // DAY, days)


# As found in a warehouse


def _events_table(rng: Generator, users: pl.DataFrame, user: Ints, name: Ints, moment: Ints) -> pl.DataFrame:
    device = np.where(rng.random(len(user)) < 0.1, rng.permutation(user), user)  # now and then on somebody else's
    lost = rng.choice(len(user), EVENTS_WITHOUT_USER, replace=False)
    return pl.DataFrame(
        {
            "event_id": np.arange(1, len(user) + 1),
            "user_id": users["user_id"].gather(user).scatter(lost, None),
            "event_name": pl.Series(EVENT_NAMES).gather(name),
            "occurred_at": moment,
            "platform": users["platform"].gather(device),
        }
    ).with_columns(_utc("occurred_at"))


def _users_table(users: pl.DataFrame) -> pl.DataFrame:
    host = pl.col("name").str.to_lowercase().str.replace_all(" ", "-")
    closed = pl.col("closed") * WEEK + pl.col("signup") % WEEK  # at the weekday and hour of sign-up
    ended = pl.when((closed < END) & ~pl.col("is_bot")).then(closed)
    return users.with_columns(deactivated_at=ended).select(
        "user_id",
        "account_id",
        pl.format("{}@{}.example", "user_id", host).alias("email"),
        "role",
        "platform",
        _utc("signup").alias("created_at"),
        _utc("deactivated_at"),
        "is_bot",
    )


def _accounts_table(accounts: pl.DataFrame, users: pl.DataFrame) -> pl.DataFrame:
    """An account is opened when the first of its users signs up."""
    opened = users.group_by("account_id").agg(_utc("signup").min().alias("created_at"))
    return accounts.join(opened, on="account_id", maintain_order="left")


def _utc(column: str) -> pl.Expr:
    midnight = pl.lit(datetime.combine(FIRST_DAY, time()))
    local = (midnight + pl.duration(seconds=column)).dt.replace_time_zone(TIMEZONE)
    return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None).alias(column)


def _one_of(users: pl.DataFrame, values: tuple[str, ...]) -> Bools:
    """Users whose plan or role is one of these."""
    known = users.select(pl.col("plan").is_in(values).fill_null(False) | pl.col("role").is_in(values).fill_null(False))
    return known.to_series().to_numpy()


def _draw(rng: Generator, shares: Mapping[str, float] | Mapping[str | None, float], count: int) -> pl.Series:
    return pl.Series(list(shares)).gather(rng.choice(len(shares), count, p=list(shares.values())))


def _week_of(day: date) -> int:
    return (day - FIRST_DAY).days // 7
