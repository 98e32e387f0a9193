"""An increment gives what reading everything would give, whatever came late, twice, or was taken back.

Also upon other increments, and after a way over the disk.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest
from hypothesis import strategies as st

from queries.errors import DataError
from queries.product import Connection, Identity, Product, Refresh
from queries.snapshot import base, disk, extract
from queries.snapshot.increments import NOBODY
from queries.snapshot.manifest import LeftOut, Snapshot
from tests import examples, products, strategies
from tests.oracle import Event
from tests.strategies import DICE, Case, check, worlds


def attempt(*args: Any) -> Snapshot | str:
    try:
        return extract.read(*args)
    except DataError as error:
        return str(error)


class Warehouse:
    """A warehouse that lives: from one refresh to the next everything may change but the events of settled days."""

    def __init__(self, case: Case, dice: Random, folder: Path) -> None:
        self.case, self.dice, self.folder = case, dice, folder
        self.settled: list[Event] = []
        self.late_days = dice.choice((1, 2, 3, 9))
        self.has_identity, self.listed = dice.random() < 0.4, dice.random() < 0.8
        self.settled_to: date | None = None

    def changed(self, now: datetime) -> Product:
        """The product on a warehouse as it stands at a moment."""
        dice, world = self.dice, self.case.world
        loose = [e for e in world.events if self.settled_to is None or world.day_of(e.at) > self.settled_to]
        visible = [*self.settled, *(e for e in loose for _ in range(dice.choice((0, 0, 1, 1, 1, 1, 2)))
                                    if e.at < now or dice.random() < 0.02)]  # fmt: skip
        dice.shuffle(visible)
        self.visible = visible
        people = tuple(replace(p, excluded=p.excluded != (dice.random() < 0.1)) for p in world.people
                       if dice.random() < 0.9)  # fmt: skip
        features = world.features if self.listed else ()
        changed = replace(world, events=tuple(visible), people=people, features=features)
        made = strategies.write(replace(self.case, world=changed), self.folder)
        made = replace(made, refresh=Refresh(late_days=self.late_days))
        return self._identified(made) if self.has_identity else made

    def _identified(self, made: Product) -> Product:
        ids = self.dice.sample(strategies.USERS, 2)
        known = [(anonymous, self.dice.choice(("ann", "bo", "zed", None))) for anonymous in ids]
        table = pl.DataFrame(known, schema={"a": pl.String, "u": pl.String}, orient="row")
        table.write_parquet(self.folder / "i.parquet")
        files = (*made.connection.files, ("known", ("i.parquet",)))
        return replace(made, connection=replace(made.connection, files=files), identity=Identity("known", "a", "u"))

    def settle(self, made: Snapshot) -> None:
        """Days so long before the last one loaded that nothing of them comes any more."""
        self.settled_to = made.manifest.calendar.as_of - timedelta(days=self.late_days)
        self.settled = [e for e in self.visible if self.case.world.day_of(e.at) <= self.settled_to]


def moments(case: Case, dice: Random) -> Iterator[datetime]:
    """Some moments of the history of a case, in order, often a day apart, the last one after its end."""
    first, last, zone = case.world.first_day, case.world.last_loaded, ZoneInfo(case.world.timezone)
    days = {dice.randint(0, (last - first).days + 3) for _ in range(dice.choice((1, 2, 3)))}
    for day in sorted({d + n for d in days for n in range(dice.choice((1, 2, 3)))}):
        at = datetime.combine(first + timedelta(days=day), dice.choice((time(1), time(12))), zone).astimezone(UTC)
        yield max(at, case.world.now) if case.world.as_of else at


@pytest.mark.slow
def test_any_order_of_increments_equals_reading_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_ANEW", 1.0)
    increments: list[str] = []

    @check(st.one_of(worlds(), worlds(accounts=True)), DICE, examples=20)
    def property(case: Case, dice: Random) -> None:
        case = replace(case, devices=dice.random() < 0.1)
        with TemporaryDirectory() as name:
            warehouse, home, folder = Warehouse(case, dice, Path(name)), Path(name) / "snapshots", None
            for now in moments(case, dice):
                made = warehouse.changed(now)
                before = disk.reading(folder) if folder else None
                assert (before is None) == (folder is None)
                expected, found = attempt(made, now), attempt(made, now, lambda _: None, before)
                if isinstance(found, str) or isinstance(expected, str):
                    assert found == expected
                    continue
                disk.write(home, found, now)
                folder = disk.current(home)
                assert folder is not None
                loaded = replace(without_gone(found), tables=disk.tables(folder))
                examples.assert_same(loaded, expected, full_at="", again_from=0)
                increments.append("read" if found.why_full else "put together" if found.raw is not None else "added")
                warehouse.settle(found)

    property()

    assert increments.count("added") > len(increments) / 4


def without_gone(found: Snapshot) -> Snapshot:
    """Without what is said of users who are gone from days that were read again: reading everything never knew them."""
    said = tuple(row for row in found.manifest.left_out if "gone from these days" not in row.what)
    return replace(found, manifest=replace(found.manifest, left_out=said, gone=NOBODY))


ODD = ("NULL", "'infinity'", "'-infinity'", "'0044-03-15 (BC)'", "'1999-12-31'", "'2026-11-22'", "'2099-01-01'")


@pytest.mark.parametrize("kind", ["TIMESTAMP", "TIMESTAMPTZ", "DATE"])
@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland"])
def test_events_of_no_time_or_an_absurd_one_are_left_out_alike(tmp_path: Path, kind: str, zone: str) -> None:
    history = [f"'2026-10-{day:02}'" for day in range(1, 32)]

    def more(*times: str) -> None:
        with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
            connection.execute(f'CREATE TABLE IF NOT EXISTS events ("user" TEXT, "at" {kind}, "name" TEXT)')
            for user, name in (("'ann'", "'open'"), ("NULL", "'open'"), ("'bo'", "' '"), ("'bo'", "'ping'")):
                connection.execute(f"INSERT INTO events VALUES {', '.join(f'({user}, {t}, {name})' for t in times)}")

    made = examples.product(tmp_path, timezone=zone, connection=Connection("duckdb:///w.duckdb"))
    more(*history, *ODD)
    before = extract.read(made, datetime(2026, 11, 1, 12, tzinfo=UTC)).reading
    more("'2026-11-01'", "'2026-11-02'", "'2026-10-31'", "NULL", "'infinity'", "'-infinity'", "'2026-11-23'")

    found = extract.read(made, datetime(2026, 11, 23, 12, tzinfo=UTC), before=before)

    assert found.why_full == ""
    examples.assert_same(found, extract.read(made, datetime(2026, 11, 23, 12, tzinfo=UTC)), full_at="")


@pytest.mark.parametrize(("ids", "now"), [(["007", "8", "x9"], "text"), ([7.0, 8.0, 9.5], "decimals")])
def test_once_a_column_of_ids_holds_something_else_everything_is_read_again(
    tmp_path: Path, ids: list[Any], now: str
) -> None:
    def write(users: list[Any], days: int) -> None:
        moments = [datetime(2026, 9, 7, 9) + timedelta(days=n) for n in range(days)]
        rows = pl.DataFrame({"user": users}).join(pl.DataFrame({"at": moments}), how="cross")
        rows.with_columns(name=pl.lit("open")).write_parquet(tmp_path / "events.parquet")

    made, told = examples.product(tmp_path), list[str]()
    write([7, 8, 9], 60)
    before = extract.read(made, examples.NOW).reading
    write(ids, 61)

    found = extract.read(made, examples.NOW, lambda step: told.append(str(step)), before)

    assert found.why_full == f"`user` of the events holds {now} now and held whole numbers before"
    assert f"Reading who used what, 7 Sep 2026 to 6 Nov 2026, because {found.why_full}" in told
    examples.assert_same(found, extract.read(made, examples.NOW), full_at="")


@pytest.mark.parametrize(("others", "why", "said"), [
    (21, "most users of the last days have other ids than before", ()),
    (20, "", (LeftOut(20, 40, "users of 3 Nov 2026 to 5 Nov 2026 are gone from these days; what else of them was "
                              "deleted or got another id shows at the next full refresh"),)),
    (0, "", ()),
])  # fmt: skip
def test_users_who_got_another_id_are_told_by_the_days_read_again(
    tmp_path: Path, others: int, why: str, said: tuple[LeftOut, ...]
) -> None:
    made = examples.product(tmp_path)
    examples.write(tmp_path, products.daily(40, date(2026, 9, 7), 60))
    before = extract.read(made, examples.NOW).reading
    renamed = {f"u{n}": f"renamed {n}" for n in range(others)}
    events = [(renamed.get(user, user), at, name) for user, at, name in products.daily(40, date(2026, 9, 7), 61)]
    examples.write(tmp_path, events)

    found = extract.read(made, examples.NOW, before=before)

    assert (found.why_full, found.manifest.left_out) == (why, said)
    assert found.manifest.users == (40 if why or not others else 60)
