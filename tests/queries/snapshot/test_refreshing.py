"""What a refresh reads, one at a time, and what is left when it is killed or the disk is full."""

import errno
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries import config, snapshot
from queries.access import LOCAL_OWNER
from queries.calendar import day_number
from queries.errors import SnapshotError
from queries.snapshot import disk, extract, history, lock, refreshing, steps
from queries.snapshot.__main__ import main
from queries.snapshot.manifest import LeftOut
from queries.snapshot.steps import Step
from queries.warehouse import Stop
from tests import examples, products

pytestmark = pytest.mark.slow

FIRST = date(2024, 9, 2)
NOW = datetime(2024, 11, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product of three users, each day of nine weeks, with a data folder of its own."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "data"))
    products.write(tmp_path, products.daily(3, FIRST, 63))
    return tmp_path


def at(day: date, user: str = "u0", name: str = "open") -> tuple[str, datetime, str]:
    return user, datetime(day.year, day.month, day.day, 9), name


def last() -> history.Refreshed:
    return snapshot.history_of_refreshes()[-1]


def left_out() -> tuple[LeftOut, ...]:
    return snapshot.manifest().left_out


# What is read --------------------------------------------------------------------------------------------------------


def test_the_first_refresh_reads_all_and_the_next_one_the_last_days(folder: Path) -> None:
    snapshot.refresh(NOW)
    products.write(folder, products.daily(3, FIRST, 64))
    snapshot.refresh(NOW + DAY)

    first, second = snapshot.history_of_refreshes()
    assert (first.why_full, first.first_read) == ("there was none before", day_number(FIRST))
    assert (second.why_full, second.first_read) == ("", day_number(date(2024, 11, 1)))
    assert (second.as_of, second.events, second.users, second.rows) == (day_number(date(2024, 11, 4)), 192, 3, 6)
    assert second.bytes == sum(path.stat().st_size for path in snapshot.snapshots()[0].folder.iterdir())
    assert list(second.seconds) == [
        "Looking at the tables", "Finding the first and the last day", "Reading who used what",
        "Reading users and accounts", "Putting it together", "Writing the snapshot",
    ]  # fmt: skip


def test_an_increment_writes_only_what_it_adds_to_what_was_put_together_before(folder: Path) -> None:
    for days in (0, 1, 2):
        new = [at(FIRST + 63 * DAY, "new")] if days else []
        products.write(folder, [*products.daily(3, FIRST, 63 + days), *new])
        snapshot.refresh(NOW + days * DAY)

    newest = snapshot.snapshots()[0].folder
    tables = {path.name.removesuffix(".parquet"): path.stat().st_nlink for path in newest.glob("*.parquet")}
    shared = {"rows": 3, "account_rows": 3, "raw": 1, "seen": 1}  # older snapshots are not begun from
    assert {name: tables[name] for name in shared} == shared
    assert pl.read_parquet(newest / "added_rows.parquet").height == 2 * 4
    loaded = snapshot.load(LOCAL_OWNER)
    snapshot.refresh(NOW + 2 * DAY, full=True)
    assert_frame_equal(loaded.rows, snapshot.load(LOCAL_OWNER).rows)


@pytest.mark.parametrize("table", ["rows", "raw", "seen", "later"])
def test_what_an_increment_would_add_to_is_looked_at_and_read_again_where_it_is_damaged(table: str) -> None:
    snapshot.refresh(NOW)
    path = snapshot.snapshots()[0].folder / f"{table}.parquet"
    data = bytearray(path.read_bytes())
    data[9] ^= 1
    path.write_bytes(data)

    snapshot.refresh(NOW + DAY)

    assert last().why_full == "what was read before cannot be read"
    assert snapshot.load(LOCAL_OWNER).everyone.height == 3


def change_what_is_counted(folder: Path) -> None:
    with (folder / "product.toml").open("a") as file:
        file.write("active = false\n")


def begin_earlier(folder: Path) -> None:
    products.write(folder, [at(FIRST - DAY), *products.daily(3, FIRST, 63)])


def go_back(folder: Path) -> None:
    products.write(folder, products.daily(3, FIRST, 61))


def lose_what_was_read(_: Path) -> None:
    (snapshot.snapshots()[0].folder / "raw.parquet").write_bytes(b"PAR1")


def an_older_format(_: Path) -> None:
    path = snapshot.snapshots()[0].folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 2}))


@pytest.mark.parametrize(
    ("change", "days", "more", "why"),
    [
        (lambda _: None, 1, {}, ""),
        (lambda _: None, 1, {"full": True}, "it was asked for"),
        (lambda _: None, 7, {}, "the last full one was 7 days ago"),
        (change_what_is_counted, 1, {}, "the product file has changed what is counted"),
        (begin_earlier, 1, {}, "history begins on another day than before"),
        (go_back, 1, {}, "the last day loaded is earlier than before"),
        (lose_what_was_read, 1, {}, "what was read before cannot be read"),
        (an_older_format, 1, {}, "the last snapshot cannot be read"),
    ],
)
def test_everything_is_read_again_when_there_is_a_reason(
    folder: Path, change: Callable[[Path], None], days: int, more: dict[str, Any], why: str
) -> None:
    snapshot.refresh(NOW)
    change(folder)

    snapshot.refresh(NOW + days * DAY, **more)

    assert last().why_full == why
    assert (snapshot.manifest().full_at == snapshot.manifest().refreshed_at) == bool(why)


def test_events_that_come_later_than_the_late_days_are_said_and_count_from_the_next_full_refresh(folder: Path) -> None:
    snapshot.refresh(NOW)
    products.write(folder, [*products.daily(3, FIRST, 64), at(FIRST + 9 * DAY, "late"), at(FIRST + 62 * DAY, "new")])
    snapshot.refresh(NOW + DAY)
    late = "events came late, for days up to 31 Oct 2024, and count from the next full refresh"
    assert left_out() == (LeftOut(1, 194, late),)
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["new", "u0", "u1", "u2"]

    snapshot.refresh(NOW + DAY, full=True)

    assert left_out() == ()
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["late", "new", "u0", "u1", "u2"]


def test_events_that_come_late_are_said_though_none_is_of_the_days_read_again(tmp_path: Path) -> None:
    quiet = [(user, datetime(2026, 9, day, 12), "open") for user in ("ann", "bo") for day in (1, 15)]
    made = examples.product(tmp_path, as_of=date(2026, 10, 25))
    examples.write(tmp_path, quiet)
    before = extract.read(made, examples.NOW).reading
    late = [("late", datetime(2026, 9, 2, 12), "open"), ("late", datetime(2026, 9, 3, 12), "open")]
    examples.write(tmp_path, [*quiet, *late])

    found = extract.read(made, examples.NOW, before=before)

    said = "events came late, for days up to 22 Oct 2026, and count from the next full refresh"
    assert found.manifest.left_out == (LeftOut(2, 6, said),)


def test_users_who_are_gone_from_days_read_again_are_said_until_the_next_full_refresh(folder: Path) -> None:
    snapshot.refresh(NOW)
    renamed = [("another" if user == "u0" else user, at, name) for user, at, name in products.daily(3, FIRST, 66)]
    what = ("users of 1 Nov 2024 to 3 Nov 2024 are gone from these days; what else of them was deleted or got another "
            "id shows at the next full refresh")  # fmt: skip
    said = []
    for days, full in ((1, False), (2, False), (3, True)):
        products.write(folder, [event for event in renamed if event[1].date() < (NOW + days * DAY).date()])
        snapshot.refresh(NOW + days * DAY, full=full)
        said.append(left_out())

    assert said == [(LeftOut(1, 3, what),), (LeftOut(1, 3, what),), ()]


def test_events_that_were_deleted_long_after_their_day_are_said(folder: Path) -> None:
    snapshot.refresh(NOW)
    products.write(folder, products.daily(3, FIRST, 64)[3:])

    snapshot.refresh(NOW + DAY)

    gone = "events of days up to 31 Oct 2024 were deleted and count until the next full refresh"
    assert left_out() == (LeftOut(3, 192, gone),)


@pytest.mark.parametrize(
    ("written", "as_of"),
    [("2024-11-03T22:59:59", 2), ("2024-11-03T23:00:00", 3), ("2024-11-09T12:00:00", 3), ("2024-11-02T12:00:00", 3)],
    ids=["before the day was over", "as it was over", "long after", "before its own events, which cannot be"],
)
@pytest.mark.parametrize("table", ["events", "events.sql"])
def test_the_last_day_of_a_file_is_complete_when_it_was_written_after_it(
    folder: Path, written: str, as_of: int, table: str
) -> None:
    product = (folder / "product.toml").read_text().replace("table = 'events'", f"table = '{table}'")
    (folder / "product.toml").write_text('timezone = "Europe/Berlin"\n' + product)
    (folder / "events.sql").write_text("SELECT * FROM events")
    stamp = datetime.fromisoformat(written).replace(tzinfo=UTC).timestamp()
    os.utime(folder / "events.parquet", (stamp, stamp))

    assert snapshot.refresh(NOW + 9 * DAY).calendar.as_of == date(2024, 11, as_of)


def test_the_facts_of_each_day_and_event_name_are_kept(folder: Path) -> None:
    products.write(folder, [*products.daily(3, FIRST, 63), at(FIRST, name="ping"), at(FIRST, name="ping")])
    snapshot.refresh(NOW)

    found = snapshot.facts_of_events().filter(pl.col("day") == day_number(FIRST)).sort("name", nulls_last=True)

    assert found.select("name", "events", "no_user", "no_name").rows() == [("open", 3, 0, 0), (None, 2, 0, 0)]
    assert snapshot.facts_of_events()["events"].sum() == 191


def test_a_line_of_the_history_that_was_not_written_whole_is_left_out_and_the_last_500_stay() -> None:
    snapshot.refresh(NOW)
    path = snapshot.home() / "refreshes.jsonl"
    path.write_text(path.read_text() * 600 + '{"at": "2024-')

    snapshot.refresh(NOW + DAY)

    assert len(path.read_text().splitlines()) == 500
    assert last().at == "2024-11-05T12:00:00.000+00:00"


# One at a time -------------------------------------------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from queries.snapshot import lock
with lock.alone(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def another_process() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(snapshot.home())]
    other = subprocess.Popen(command, cwd=config.HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_while_another_process_refreshes_the_last_snapshot_stays_in_use(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot.refresh(NOW)
    os.utime(folder / "events.parquet")
    with another_process() as other:
        with pytest.raises(lock.Busy, match="Another refresh is running"):
            snapshot.refresh(NOW + DAY, wait=False)
        assert main(["--if-stale"]) == 0
        other.kill()

    assert capsys.readouterr().out == "Another refresh is running; the last snapshot stays in use until it is done.\n"
    assert len(snapshot.history_of_refreshes()) == 1


def test_a_refresh_waits_for_another_and_goes_on_when_that_is_killed() -> None:
    made: list[str] = []
    with another_process() as other:
        waiting = threading.Thread(target=lambda: made.append(snapshot.refresh(NOW).refreshed_at))
        waiting.start()
        waiting.join(0.3)
        assert made == []
        other.kill()
        waiting.join()

    assert made == ["2024-11-04T12:00:00.000+00:00"]


def test_a_refresh_that_waits_for_another_says_so_and_can_be_stopped() -> None:
    stop, told = Stop(), list[str]()

    def tell(step: Step) -> None:
        told.append(str(step))
        threading.Timer(0.2, stop.ask).start()

    with another_process() as other:
        with pytest.raises(refreshing.Stopped):
            snapshot.refresh(NOW, tell, stop=stop)
        other.kill()

    assert told == ["Waiting for another refresh to end"]


def test_of_many_at_once_who_need_a_snapshot_one_reads_the_warehouse() -> None:
    threads = [threading.Thread(target=snapshot.refresh, args=(NOW,), kwargs={"if_needed": True}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(snapshot.history_of_refreshes()) == 1


def test_a_refresh_that_is_stopped_leaves_the_last_snapshot() -> None:
    snapshot.refresh(NOW)
    for name in (steps.LOOK, steps.FIND, steps.READ, steps.PEOPLE, steps.ASSEMBLE):
        stop = Stop()

        def ask(step: Step, stop: Stop = stop, name: str = name) -> None:
            if step.name == name:
                stop.ask()

        with pytest.raises(refreshing.Stopped):
            snapshot.refresh(NOW + DAY, ask, stop=stop)

    assert len(snapshot.history_of_refreshes()) == 1
    assert snapshot.manifest().refreshed_at == "2024-11-04T12:00:00.000+00:00"


# The command line ----------------------------------------------------------------------------------------------------


def test_the_command_reads_the_last_days_everything_or_nothing_as_asked(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["--if-needed"], ["--if-needed"], [], ["--full"]):
        assert main(arguments) == 0

    reasons = [one.why_full for one in snapshot.history_of_refreshes()]
    assert reasons == ["there was none before", "", "it was asked for"]
    assert capsys.readouterr().out.count("Ready: 189 events, 3 users, complete to Sun 3 Nov 2024.") == 3


def test_the_command_fails_and_the_last_snapshot_stays_when_the_warehouse_is_gone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot.refresh(NOW)
    (folder / "events.parquet").unlink()

    assert main(["--full"]) == 1

    assert "no file matches events.parquet" in capsys.readouterr().err
    assert snapshot.load(LOCAL_OWNER).everyone.height == 3


def test_the_help_says_what_the_exit_status_means(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    said = capsys.readouterr().out
    assert "The exit status is 1 where it failed" in said
    assert all(option in said for option in ("--full", "--if-stale", "--if-needed"))


# Killed, and a full disk ---------------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from datetime import datetime
from queries import snapshot
home, count = str(snapshot.home()), [int(sys.argv[2])]
def watch(event, args):
    if event in ("open", "os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir") and str(args[0]).startswith(home):
        count[0] -= 1
        if count[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
snapshot.refresh(datetime.fromisoformat(sys.argv[1]))
print("done")
"""


def test_a_refresh_that_is_killed_at_any_moment_leaves_a_snapshot_that_serves(folder: Path) -> None:
    """Each time it dies at a later touch of its files; what is there afterwards is whole, and is built upon."""
    made, touches, done = snapshot.refresh(NOW), 0, False
    while not done:
        touches += 3
        now = datetime.fromisoformat(made.refreshed_at) + timedelta(minutes=1)
        products.write(folder, [*products.daily(3, FIRST, 63), at(date(2024, 11, 3), f"new {touches}")])
        command = [sys.executable, "-c", KILLED, now.isoformat(), str(touches)]
        ended = subprocess.run(command, cwd=config.HOME, capture_output=True, text=True, check=False)
        done = ended.stdout == "done\n"
        assert done or ended.returncode == -9, ended.stderr

        activity, found = snapshot.load(LOCAL_OWNER), snapshot.manifest()
        new = f"new {touches}" in activity.everyone["id"]
        assert new == (found.refreshed_at == now.isoformat(timespec="milliseconds"))
        assert new or found == made
        assert snapshot.older_shown() is None
        made = snapshot.refresh(now + timedelta(seconds=30))
        assert f"new {touches}" in snapshot.load(LOCAL_OWNER).everyone["id"]

    assert touches > 15


def test_a_disk_that_is_full_at_any_write_leaves_the_last_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    made, left, writes, said = snapshot.refresh(NOW), 0, 0, set[str]()
    real = {(target, name): getattr(target, name) for target, name in (
        (os, "fsync"), (os, "link"), (Path, "rename"), (Path, "replace"), (Path, "mkdir"), (Path, "write_text"),
        (pl.DataFrame, "write_parquet"),
    )}  # fmt: skip

    def full(do: Callable[..., Any]) -> Callable[..., Any]:
        def attempt(*args: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return do(*args, **more)

        return attempt

    for (target, name), do in real.items():
        monkeypatch.setattr(target, name, full(do))
    while True:
        left = writes
        try:
            snapshot.refresh(NOW + DAY)
            break
        except SnapshotError as error:
            said.add(str(error))
        assert disk.read_manifest(snapshot.snapshots()[0].folder) in (made, snapshot.manifest())
        assert snapshot.need_to_refresh() is None
        writes += 1

    assert writes > 15
    assert said == {f"The snapshot could not be written to {snapshot.home()}: No space left on device. "
                    "Free some room or set SIGHTLINE_DATA to another folder."}  # fmt: skip
    assert snapshot.manifest().refreshed_at == "2024-11-05T12:00:00.000+00:00"


# Clocks, files and damage --------------------------------------------------------------------------------------------


def test_a_file_put_back_with_an_older_date_is_news(folder: Path) -> None:
    snapshot.refresh(NOW)
    assert not snapshot.stale(NOW)

    os.utime(folder / "events.parquet", (1_600_000_000, 1_600_000_000))

    assert snapshot.stale(NOW)


def test_once_the_clock_was_ahead_everything_is_read_again(folder: Path) -> None:
    snapshot.refresh(NOW + timedelta(days=3650))
    assert snapshot.stale(NOW)

    snapshot.refresh(NOW)

    assert snapshot.history_of_refreshes()[-1].why_full == "the clock was ahead when everything was last read"
    assert not snapshot.stale(NOW)


@pytest.mark.parametrize("broken", [{"refreshed_at": ""}, {"full_at": "2024-11-04T12:00:00"}, {"as_of": "x"},
                                    {"as_of": 10**9}, {"first_day": 10**6}, {"left_out": 5}])  # fmt: skip
def test_a_manifest_that_makes_no_sense_is_damage(folder: Path, broken: dict[str, Any]) -> None:
    snapshot.refresh(NOW)
    path = snapshot.snapshots()[0].folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **broken}))
    disk.manifest.cache_clear()

    assert snapshot.need_to_refresh() == disk.DAMAGED
    assert main([]) == 0
    assert snapshot.need_to_refresh() is None


def test_where_files_cannot_be_linked_they_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    snapshot.refresh(NOW)
    monkeypatch.setattr(os, "link", refused)

    snapshot.refresh(NOW + DAY)

    assert len(snapshot.history_of_refreshes()) == 2
    assert snapshot.need_to_refresh() is None
