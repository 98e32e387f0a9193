"""The database under the store: a file of SQLite, or Postgres. Many read; one writes at a time, in both.

A write that returned is on the disk itself: it survives a crash and a power failure. One that did not return may be
tried again. What was read from a file is told again for as long as nobody writes, here or elsewhere (`remembered`).
"""

import sqlite3
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing, contextmanager, suppress
from copy import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from queries.errors import AccessError, StoreError
from queries.store.failures import sentence

T = TypeVar("T")
Permit = Callable[[str], object]  # raises where somebody does not have a right
REMEMBERED = 1_000  # answers at most
WAIT_S = 10  # for the one who is writing, and for Postgres to answer
ONE_WRITER = 7_305_115_210_204  # the number of our lock among those of the Postgres
ADDRESS = ("Set SIGHTLINE_STORE to a file, or to an address like postgresql://user@host:5432/database; in a password "
           "@ is written %40, / is %2F and : is %3A.")  # fmt: skip
DRIVER = "Postgres needs its driver. Install it with: pip install 'psycopg[binary]'"


class Moment(sa.types.TypeDecorator[datetime]):
    """A moment, in UTC on the way in and on the way out; SQLite itself knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime:
        moment: datetime = value
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for one without a zone, which could be any."""
    if at.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return at.astimezone(UTC)


class Database:
    """An open database. place: the path of a SQLite file, which is made where there is none, or an address.

    Raises StoreError where it cannot be opened, and wherever it cannot be read or written.
    """

    def __init__(self, place: str) -> None:
        url = _url(place)
        self.is_file = url.get_backend_name() == "sqlite"
        self._secrets = [url.password, *(str(value) for name, value in url.query.items() if "password" in name)]
        public = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.name = str(url.database) if self.is_file else public.render_as_string()
        self._user: str | None = None
        self._permit: Permit = lambda right: None
        self._within: sa.Connection | None = None  # the write that all looks and writes are part of
        self._told: dict[Hashable, tuple[int, Any]] = {}  # what was found, and when; of all who use the database
        self._watch: _Watch | None = None
        with self._in_our_words():
            self._engine = _of_file(url) if self.is_file else _of_postgres(url)
            self._writing = self._engine.execution_options(writes=True)

    def used_by(self, name: str, permit: Permit) -> "Database":
        """The database as somebody uses it: `permit` is asked before each look and write; what they write is theirs."""
        theirs = copy(self)
        theirs._user, theirs._permit = name, permit
        return theirs

    @property
    def user(self) -> str | None:
        """Who uses it; None for Sightline itself."""
        return self._user

    def check(self, right: str, refusal: str) -> None:
        """Raise AccessError with our own words where who uses it does not have a right."""
        try:
            self._permit(right)
        except AccessError as error:
            raise AccessError(refusal) from error

    @contextmanager
    def read(self, right: str = "look") -> Iterator[sa.Connection]:
        """A look at the database as it is at this moment. right: what somebody needs for it."""
        self._permit(right)
        if self._within is not None:
            yield self._within
            return
        with self._in_our_words(), self._engine.connect() as connection:
            yield connection

    def remembered(self, question: Hashable, read: Callable[[sa.Connection], T], right: str = "look") -> T:
        """What `read` finds, or found the last time where nobody has written since; it must not be changed.

        question: what it depends on. right: as of `read`. Postgres is read each time: to ask it costs as much.
        """
        self._permit(right)
        since = self._watch.changes() if self._watch and self._within is None else None
        then, told = self._told.get(question, (None, None))
        if since is not None and then == since:
            return cast(T, told)
        with self.read(right) as connection:
            found = read(connection)
        if since is not None:  # what was written meanwhile is seen the next time: it counts as a change since
            if len(self._told) >= REMEMBERED:
                self._told.clear()
            self._told[question] = since, found
        return found

    @contextmanager
    def write(self, right: str = "write") -> Iterator[sa.Connection]:
        """All or nothing, and alone: whoever else writes waits. It is kept once the `with` is left without an error."""
        self._permit(right)
        if self._within is not None:
            yield self._within
            return
        with self._in_our_words(), self._writing.begin() as begun:
            connection = begun.execution_options(user=self._user)
            if not self.is_file:
                connection.execute(sa.select(sa.func.set_config("lock_timeout", f"{WAIT_S}s", True)))
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ONE_WRITER)))
            yield connection

    @contextmanager
    def at_once(self, right: str = "write") -> Iterator["Database"]:
        """The same database, on which all that is written is kept together, or none of it where there is an error."""
        with self.write(right) as connection:
            whole = copy(self)
            whole._within = connection
            yield whole

    def let_people_read_meanwhile(self) -> None:
        """Write ahead (WAL), so that nobody waits for a writer; where a file system cannot, SQLite goes on without."""
        if self.is_file:
            with suppress(sqlite3.OperationalError), closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA journal_mode = WAL")

    def watch(self) -> None:
        """From now on what was read from a file is told again until somebody writes."""
        if self.is_file:
            with self._in_our_words():
                self._watch = _Watch(self._engine)

    def close(self) -> None:
        """Give back all connections."""
        if self._watch:
            self._watch.close()
        self._engine.dispose()

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        try:
            yield
        except ImportError as error:
            raise StoreError(DRIVER) from error
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise StoreError(sentence(error, self.name, self._secrets)) from error


class _Watch:
    """Whether anybody wrote to a file of SQLite, which costs some millionths of a second to ask.

    It asks through a connection like all others: one that locks in another way would take a write under way for one
    that was given up.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._one_at_a_time, self._held = threading.Lock(), engine.raw_connection()
        self._connection = cast(sqlite3.Connection, self._held.driver_connection)
        self._held.detach()  # it is no longer lent to others, nor taken back
        self._connection.execute("PRAGMA busy_timeout = 0")

    def changes(self) -> int | None:
        """A number that is another after each write of any other connection; None where it cannot be told now."""
        with self._one_at_a_time, suppress(sqlite3.Error):
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        return None

    def close(self) -> None:
        with self._one_at_a_time:
            self._held.close()


def _url(place: str) -> sa.URL:
    if place in ("", ":memory:"):
        raise StoreError(f"The address of the store names no file. {ADDRESS}")
    if "://" not in place:
        return sa.URL.create("sqlite", database=place)
    try:
        url = sa.make_url(place)
        kind = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):  # what they say may hold a password
        raise StoreError(f"The address of the store cannot be read. {ADDRESS}") from None
    if "@" in (url.host or ""):
        raise StoreError(f"The address of the store has an @ too many. {ADDRESS}")
    if kind in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if kind != "sqlite":
        raise StoreError(f"What people write cannot be kept in {kind}. {ADDRESS}")
    if url.database in (None, "", ":memory:"):
        raise StoreError(f"The address of the store names no file. {ADDRESS}")
    return url


def _of_postgres(url: sa.URL) -> sa.Engine:
    url = url if "connect_timeout" in url.query else url.update_query_dict({"connect_timeout": str(WAIT_S)})
    return sa.create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")


def _of_file(url: sa.URL) -> sa.Engine:
    path = str(url.database)
    if not path.startswith("file:"):  # else SQLite's own kind of address, which says how it is to be opened
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": WAIT_S})
    sa.event.listen(engine, "connect", _settle)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _settle(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # Python begins none of its own: `_begin` does
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin(connection: sa.Connection) -> None:
    """Begin with the right to write: two that read first and write then would bar each other."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
