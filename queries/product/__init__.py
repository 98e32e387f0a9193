"""The product in its team's own words: where its events are, who its users are, what it calls a feature.

These are values; `product_file` reads them from product.toml. A table is a name in the warehouse, or a `.sql` file of
the team's own with one SELECT, so that joins, unions and odd shapes need no feature of ours.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

from queries import config
from queries.calendar import WEEKDAYS
from queries.errors import Mistake, ProductError
from queries.product.metrics import Governed
from queries.product.people import People
from queries.product.review import Reviewed

Unit = Literal["user", "account"]
MOST_DAYS = 366  # that a behaviour looks at
SNOWFLAKE_PLACE = ("account", "database", "host", "role", "schema")  # what tells one Snowflake from another
UNKNOWN, OTHER, EVERYONE = "(unknown)", "Other", "everyone"
FEW = "(too few)"  # the groups together that are too small for who looks


@dataclass(frozen=True)
class Connection:
    """Where the warehouse is, in one of three ways. timeout_s: the most seconds that a statement may take.

    url: an SQLAlchemy URL. files: view name -> paths, read by an embedded DuckDB. snowflake: the name of a connection
    that this machine knows, or the parameters of Snowflake's own client. Secrets may be among them.
    """

    url: str | None = field(default=None, repr=False)
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    timeout_s: int = 300
    snowflake: str | tuple[tuple[str, Any], ...] | None = field(default=None, repr=False)

    @property
    def place(self) -> tuple[object, ...]:
        """What tells one warehouse from another, and no secret: a new password is no new warehouse.

        >>> Connection("postgresql://me:secret@host/db").place
        ('postgresql://host/db', (), None, ())
        """
        url = self.url and re.sub(r"password=[^&]*", "", re.sub(r"//[^/]*@", "//", self.url))
        named = self.snowflake if isinstance(self.snowflake, str) else None
        given = config.named_connection(named).items() if named else cast(Any, self.snowflake or ())
        return url, self.files, named, tuple(sorted((k, str(v)) for k, v in given if k in SNOWFLAKE_PLACE))


@dataclass(frozen=True)
class Events:
    """The events table, a column name each. loaded_at: when the row arrived; says what day is fully loaded.

    anonymous: an id used where `user` is empty (and looked up in the identity table, if there is one).
    since: events before this day are taken for mistakes, left out and counted.
    block, mask: instead of `time`, where the table is the activity that the warehouse keeps (`activity_table`).
    """

    table: str
    user: str
    time: str
    name: str
    account: str | None = None
    anonymous: str | None = None
    loaded_at: str | None = None
    since: date = date(2000, 1, 1)
    block: str | None = None
    mask: str | None = None

    @property
    def is_kept_activity(self) -> bool:
        return self.mask is not None


@dataclass(frozen=True)
class Exclusion:
    """Users who count nowhere: those whose column is one of `values`, or ends with, or contains `text`."""

    column: str
    how: Literal["in", "ends_with", "contains"]
    values: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Users:
    """The users table: id, and optionally account, sign-up, end and the rules of who is left out."""

    table: str
    id: str
    account: str | None = None
    signup: str | None = None
    ended: str | None = None
    exclude: tuple[Exclusion, ...] = ()


@dataclass(frozen=True)
class Accounts:
    """The accounts table."""

    table: str
    id: str


@dataclass(frozen=True)
class Identity:
    """Which anonymous id is which user; events are attributed to the user."""

    table: str
    anonymous: str
    user: str


@dataclass(frozen=True)
class Behaviour:
    """What a unit did, seen from the last day loaded.

    used: used `feature` on any of the last `days` days. adopted: first used it on one of the first `days` days after
    entry, the day of entry among them. inactive: used no active feature on any of the last `days` days.
    """

    kind: Literal["used", "adopted", "inactive"]
    days: int
    feature: str | None = None


@dataclass(frozen=True)
class Segment:
    """An attribute of users or accounts, by its latest value; or what they did, and then column and `of` say nothing.

    An attribute of events (`of` is event) may hold a unit in several values: such segments overlap, and never enter a
    comparison of values or a sum. labels: raw value -> words, in screen order; of a behaviour those of the units that
    did, then of the others.
    """

    key: str
    label: str
    column: str
    of: Literal["user", "account", "event"]
    labels: tuple[tuple[str, str], ...] = ()
    behaviour: Behaviour | None = None


def behavioural(did: Behaviour, feature: str = "", key: str = "", label: str = "") -> Segment:
    """What units did as a segment that can be filtered by and split by. feature: its label.

    >>> [words for _, words in behavioural(Behaviour("used", 28, "export"), "Export").labels]
    ['used Export in the last 28 days', 'did not use Export in the last 28 days']
    """
    span = f"in the last {did.days} days" if did.days > 1 else "on the last day"
    within = f"within {did.days} days" if did.days > 1 else "on the first day"
    name, yes, no = {
        "used": (f"Used {feature}, {did.days} d", f"used {feature} {span}", f"did not use {feature} {span}"),
        "adopted": (f"Adopted {feature}, {did.days} d", f"adopted {feature} {within}",
                    f"did not adopt {feature} {within}"),
        "inactive": (f"Inactive, {did.days} d", f"were not active {span}", f"were active {span}"),
    }[did.kind]  # fmt: skip
    made = ".".join(part for part in (did.kind, did.feature, str(did.days)) if part)
    return Segment(key or made, label or name, "", "user", (("yes", yes), ("no", no)), did)


def behaviour(key: str) -> Behaviour | None:
    """The behaviour that a key made by `behavioural` stands for; None where it is no such key.

    >>> behaviour("used.export.28")
    Behaviour(kind='used', days=28, feature='export')
    """
    kind, _, rest = key.partition(".")
    feature, _, days = rest.rpartition(".")
    if kind not in ("used", "adopted", "inactive") or not days.isascii() or not days.isdigit() or len(days) > 3:
        return None
    fits = bool(feature) != (kind == "inactive") and 1 <= int(days) <= MOST_DAYS
    return Behaviour(kind, int(days), feature or None) if fits else None  # type: ignore[arg-type]


@dataclass(frozen=True)
class Feature:
    """One thing users can do, and the event names that show it.

    eligible: segment key -> labels that may use it; empty means everyone. active: whether using it makes a user active.
    target: the share of the eligible (0..1) that should use it in four weeks.
    """

    key: str
    label: str
    events: tuple[str, ...]
    area: str | None = None
    owner: str | None = None
    launched: date | None = None
    eligible: tuple[tuple[str, tuple[str, ...]], ...] = ()
    core: bool = False
    active: bool = True
    target: float | None = None


@dataclass(frozen=True)
class Refresh:
    """How our copy is kept up to date.

    late_days: how many days before the last one loaded are read again, because events come late. full_every_days: after
    how many days everything is read again, because events are deleted or come later still. every_hours: how often the
    app refreshes by itself while it is up; None for only when there is news and somebody looks. max_memory_gb: a
    refresh that would take more is refused; None for half of the machine's.
    """

    late_days: int = 3
    full_every_days: int = 7
    every_hours: int | None = None
    max_memory_gb: int | None = None


@dataclass(frozen=True)
class Product:
    """All of product.toml. features is empty when none is listed: then each event name is a feature.

    activation: the features (keys) whose first use means that a new unit has arrived; empty means the core ones.
    """

    name: str
    timezone: str
    week_start: int
    connection: Connection
    events: Events
    users: Users | None = None
    accounts: Accounts | None = None
    identity: Identity | None = None
    segments: tuple[Segment, ...] = ()
    features: tuple[Feature, ...] = ()
    behaviours: tuple[Segment, ...] = ()
    activation: tuple[str, ...] = ()
    as_of: date | None = None
    refresh: Refresh = Refresh()
    metrics: tuple[Governed, ...] = ()
    review: tuple[Reviewed, ...] = ()
    people: People = field(default_factory=People)
    folder: Path = field(default=Path(), compare=False)
    file: str = field(default="The product file", compare=False)

    @property
    def week_start_name(self) -> str:
        return WEEKDAYS[self.week_start]

    @property
    def has_accounts(self) -> bool:
        return self.accounts is not None or self.events.account is not None or bool(self.users and self.users.account)

    @property
    def tables(self) -> tuple[tuple[str, str], ...]:
        """Every table named, as (section of the file, table)."""
        parts = {"events": self.events, "users": self.users, "accounts": self.accounts, "identity": self.identity}
        return tuple((section, part.table) for section, part in parts.items() if part)

    def statement(self, file: str) -> str:
        """The text of a `.sql` file of the team's. Raises ProductError where it is not there or cannot be read."""
        try:
            return (self.folder / file).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            what = f"there is no file {file!r:.120} beside the product file."
        except UnicodeDecodeError:
            what = f"{file!r} is not UTF-8 text; save it as UTF-8."
        except (OSError, ValueError) as error:
            what = f"{file!r:.120} cannot be read: {getattr(error, 'strerror', None) or error}."
        raise ProductError(self.file, [Mistake(file, what)])

    def definition_hash(self) -> str:
        """Changes when anything that is counted changes: a rule here, or the text of a `.sql` file of the team's.

        Names, owners, areas, launch dates, targets, activation and the order of features are words about the counts,
        and change nothing in them.
        """
        texts = [self.statement(table) for _, table in self.tables if table.endswith(".sql")]
        return hashlib.sha256(f"({self._rules}, {texts!r})".encode()).hexdigest()[:16]

    @cached_property
    def _rules(self) -> str:
        counted = sorted((f.key, f.events, f.eligible, f.active) for f in self.features)
        rules = (self.timezone, self.week_start, self.connection.place, self.events, self.users,
                 self.accounts, self.identity, self.segments, self.as_of)  # fmt: skip
        return f"{rules!r}, {counted!r}"


@dataclass(frozen=True)
class Selection:
    """What a person picked, shared by all pages.

    where: segment key -> the labels kept; a segment that is not named is not filtered. weeks: how far back to look.
    compare: the four weeks before, or the same weeks a year (364 days) earlier. behaviours: segments by what units did,
    defined on the spot.
    """

    unit: Unit = "user"
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    weeks: int = 12
    compare: Literal["previous", "year"] = "previous"
    behaviours: tuple[Segment, ...] = ()
