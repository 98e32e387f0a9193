"""A refresh behind the pages: told of, stopped, and its failure said, while the last good numbers stay."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from queries import snapshot
from queries.access import LOCAL_OWNER
from queries.errors import WarehouseError
from queries.snapshot import background, extract, history, refreshing, steps
from queries.snapshot.background import Running
from queries.snapshot.steps import Step
from queries.warehouse import Stop
from tests import products

pytestmark = pytest.mark.slow

NOW = datetime(2024, 11, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A product with a snapshot of files that were written before it."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "data"))
    products.write(tmp_path, products.daily(3, date(2024, 9, 2), 63))
    written(tmp_path, NOW - timedelta(hours=1))
    snapshot.refresh(NOW)
    yield tmp_path
    background.stop()
    background.wait()


def written(folder: Path, at: datetime) -> None:
    os.utime(folder / "events.parquet", (at.timestamp(), at.timestamp()))


def clock(hours: float) -> background.Clock:
    return lambda: NOW + timedelta(hours=hours)


def made() -> list[str]:
    """The hours since the first refresh at which there were others."""
    times = [datetime.fromisoformat(one.at) - NOW for one in snapshot.history_of_refreshes()[1:]]
    return [str(time) for time in times]


class Gate:
    """Holds a refresh at a step until it is opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, held_at: str) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        begin = refreshing._Watch.begin

        def held(watch: refreshing._Watch, step: Step) -> None:
            begin(watch, step)
            if step.name == held_at:
                self.reached.set()
                self.opened.wait()

        monkeypatch.setattr(refreshing._Watch, "begin", held)


def test_it_refreshes_only_when_the_warehouse_may_hold_more_and_not_at_once_again(folder: Path) -> None:
    for hours, changed in ((1.0, None), (2.0, 1.5), (2.1, 2.1), (3.0, None)):
        if changed:
            written(folder, clock(changed)())
        background.begin_if_stale(clock(hours))
        background.wait()

    assert made() == ["2:00:00", "3:00:00"]


@pytest.mark.parametrize(("every", "expected"), [("", []), ("[refresh]\nevery_hours = 6\n", ["6:00:00", "12:00:00"])])
def test_it_keeps_up_every_so_many_hours_where_the_product_file_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch, every: str, expected: list[str]
) -> None:
    begin_if_due = background.begin_if_due
    monkeypatch.setattr(background, "begin_if_due", lambda _: None)  # the app of another test may keep up still
    with (folder / "product.toml").open("a") as file:
        file.write(every)

    for hours in (1, 5.9, 6, 6.1, 11.9, 12):
        begin_if_due(clock(hours))
        background.wait()

    assert made() == expected


def test_while_it_runs_the_old_numbers_are_served_and_its_step_and_time_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot.load(LOCAL_OWNER)
    products.write(folder, products.daily(5, date(2024, 9, 2), 63))
    gate = Gate(monkeypatch, steps.READ)
    monkeypatch.setattr(background, "monotonic", lambda: 100.0)
    monkeypatch.setattr(background, "_usual", lambda full: {steps.FIND: 1.0, steps.READ: 5.0, steps.WRITE: 2.0})

    background.begin(clock(1), full=True)
    background.begin(clock(2))
    gate.reached.wait()

    assert background.running() == Running(Step(steps.READ, "2 Sep 2024 to 3 Nov 2024"), 0.0, 7.0)
    assert snapshot.load(LOCAL_OWNER) is before
    gate.opened.set()
    background.wait()
    assert (background.running(), background.last_failure(), made()) == (None, None, ["1:00:00"])
    assert snapshot.load(LOCAL_OWNER).everyone.height == 5


def test_stopping_it_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, steps.PEOPLE)
    background.begin(clock(1))
    gate.reached.wait()

    background.stop()
    gate.opened.set()
    background.wait()

    assert (background.last_failure(), made()) == (None, [])


def asked_for_everything_meanwhile(gate: Gate) -> None:
    background.begin(clock(1))
    gate.reached.wait()
    background.begin(clock(2), full=True)


def reasons() -> list[str]:
    return [one.why_full for one in snapshot.history_of_refreshes()[1:]]


def test_everything_is_read_after_a_refresh_during_which_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, steps.READ)

    asked_for_everything_meanwhile(gate)

    going = background.running()
    assert going is not None
    assert (going.then_all, going.stopping) == (True, False)
    gate.opened.set()
    background.wait()
    assert reasons() == ["", "it was asked for"]
    assert background.running() is None


def test_stopping_it_also_stops_what_was_to_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(monkeypatch, steps.READ)
    asked_for_everything_meanwhile(gate)

    background.stop()

    going = background.running()
    assert going is not None
    assert going.stopping
    gate.opened.set()
    background.wait()
    assert reasons() == []


def test_stopping_interrupts_the_statement_that_runs(folder: Path) -> None:
    endless = "SELECT 'a' AS \"user\", TIMESTAMP '2024-11-01' AS \"at\", 'open' AS name FROM range(10_000_000_000_000)"
    (folder / "endless.sql").write_text(endless)
    text = (folder / "product.toml").read_text().replace("table = 'events'", "table = 'endless.sql'")
    (folder / "product.toml").write_text(text)
    stop = Stop()

    def soon(step: Step) -> None:
        if step.name == steps.FIND:
            threading.Timer(0.2, stop.ask).start()

    with pytest.raises(refreshing.Stopped, match="The refresh was stopped"):
        refreshing.refresh(NOW, soon, stop=stop)


def test_why_it_failed_is_said_until_one_succeeds(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise WarehouseError("unreachable", "The warehouse says: no. Try later.")

    with monkeypatch.context() as broken:
        broken.setattr(extract, "read", unreachable)
        background.begin(clock(1))
        background.wait()

    assert background.last_failure() == "The warehouse says: no. Try later."
    assert snapshot.load(LOCAL_OWNER).everyone.height == 3
    background.begin(clock(2))
    background.wait()
    assert background.last_failure() is None


def test_how_long_it_takes_is_known_from_the_last_one_of_its_kind(folder: Path) -> None:
    usual = {False: {"a": 1.0}, True: {"a": 9.0}}
    for kind in ("it was asked for", "", "", "it was asked for"):
        one = history.Refreshed("", kind, 0, 0, 0, 0, 0, 0, usual[bool(kind)])
        history.append(snapshot.home(), one)

    assert {full: background._usual(full) for full in (False, True)} == usual
