"""Our copy on disk: what is written is what is loaded, it is put in place whole, and damage is said, never counted."""

import errno
import gc
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries import config, demo, snapshot
from queries.access import LOCAL_OWNER, Viewer
from queries.errors import DataError, InsightsError, ProductError, SnapshotError, WarehouseError
from queries.snapshot import disk, extract, lock, serving
from queries.snapshot.__main__ import main
from tests import examples

pytestmark = pytest.mark.slow

NOW = datetime(2024, 11, 21, 12, tzinfo=UTC)
PRODUCT = """
name = "Example"
[warehouse.files]
events = "events.parquet"
users = "users.parquet"
[events]
table = "events"
user = "user"
time = "at"
name = "name"
account = "account"
[events.segments.device]
[users]
table = "users"
id = "id"
signup = "signup"
account = "home"
[users.segments.plan]
[features.open]
[features.export]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product with two users, three events and a data folder of its own."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "data"))
    (tmp_path / "product.toml").write_text(PRODUCT)
    events(tmp_path, ("ann", 1, "open"), ("ann", 2, "export"), ("bo", 2, "open"))
    users = {"id": ["ann", "bo"], "signup": [date(2024, 11, 1), None], "plan": ["Pro", None], "home": ["acme", "bolt"]}
    pl.DataFrame(users).write_parquet(tmp_path / "users.parquet")
    return tmp_path


def events(folder: Path, *rows: tuple[str, int, str]) -> None:
    """Write events: user, day of November 2024, name; all of them done for the account acme."""
    table = [(user, datetime(2024, 11, day, 9), name, "acme", "ios") for user, day, name in rows]
    schema = {"user": pl.String(), "at": pl.Datetime("us"), "name": pl.String(), "account": pl.String(),
              "device": pl.String()}  # fmt: skip
    pl.DataFrame(table, schema=schema, orient="row").write_parquet(folder / "events.parquet")


def in_place() -> list[str]:
    """The snapshots on disk and what lies beside them."""
    return sorted(path.name for path in snapshot.home().iterdir() if path.is_dir())


def in_use() -> Path:
    found = disk.current(snapshot.home())
    assert found is not None
    return found


def later(hours: int) -> datetime:
    return NOW + timedelta(hours=hours)


# There and back -----------------------------------------------------------------------------------------------------


def test_what_is_loaded_is_what_was_read_from_the_warehouse() -> None:
    read = extract.read(snapshot.product(), NOW)

    manifest = snapshot.refresh(NOW)
    loaded = snapshot.load(LOCAL_OWNER)

    assert snapshot.manifest() == manifest == replace(read.manifest, files=manifest.files)
    assert loaded.tables is not None
    for name in disk.TABLES:
        assert getattr(read.tables, name).height > 0
        assert_frame_equal(getattr(loaded.tables, name), getattr(read.tables, name))
    expected = examples.of(read, snapshot.product())
    assert_frame_equal(loaded.everyone, expected.everyone)
    assert_frame_equal(loaded.rows, expected.rows)
    assert (loaded.codes, loaded.features, loaded.calendar) == (expected.codes, expected.features, expected.calendar)


def test_without_features_in_the_product_file_they_are_those_of_the_snapshot(folder: Path) -> None:
    (folder / "product.toml").write_text(PRODUCT.partition("[features.")[0])
    snapshot.refresh(NOW)

    assert [feature.key for feature in snapshot.load(LOCAL_OWNER).features] == ["open", "export"]


def test_the_activity_is_held_once_for_all_who_may_see_the_same() -> None:
    snapshot.refresh(NOW)

    assert snapshot.load(LOCAL_OWNER) is snapshot.load(Viewer("dana@example.com", "viewer"))
    assert snapshot.load(LOCAL_OWNER) is not snapshot.load(Viewer("dana@example.com", "viewer", least=5))
    assert snapshot.load(Viewer("a stranger")).units.height == 0


def test_the_old_activity_goes_with_its_snapshot_though_a_run_that_has_ended_holds_it_in_a_circle() -> None:
    snapshot.refresh(NOW)
    run: dict[str, object] = {"activity": snapshot.load(LOCAL_OWNER)}
    run["circle"], old = run, weakref.ref(run["activity"])
    del run

    gc.disable()  # else it may happen to look just then
    try:
        snapshot.refresh(later(1))
        snapshot.load(LOCAL_OWNER)
    finally:
        gc.enable()

    assert old() is None


def test_words_about_a_feature_change_at_once_without_a_refresh(folder: Path) -> None:
    snapshot.refresh(NOW)
    before = snapshot.load(LOCAL_OWNER)

    (folder / "product.toml").write_text(PRODUCT + 'label = "Send away"\n')
    after = snapshot.load(LOCAL_OWNER)

    assert [feature.label for feature in after.features] == ["Open", "Send away"]
    assert after.key != before.key
    assert_frame_equal(after.rows, before.rows)


# In place, whole ----------------------------------------------------------------------------------------------------


def test_a_refresh_puts_a_new_snapshot_in_use_and_loads_it_from_then_on(folder: Path) -> None:
    snapshot.refresh(NOW)
    first, before = in_use(), snapshot.load(LOCAL_OWNER)
    events(folder, ("ann", 1, "open"), ("cy", 3, "open"))

    snapshot.refresh(later(1))
    after = snapshot.load(LOCAL_OWNER)

    assert in_use() != first
    assert before.everyone["id"].to_list() == ["ann", "bo"]
    assert after.everyone["id"].to_list() == ["ann", "bo", "cy"]
    assert before.key != after.key


def test_the_newest_snapshot_of_each_of_the_last_eight_days_stays(folder: Path) -> None:
    for day in range(2, 12):
        events(folder, ("ann", 1, "open"), *(("bo", n, "open") for n in range(2, day + 1)))
        snapshot.refresh(later(24 * day))
        snapshot.refresh(later(24 * day + 1))

    kept = snapshot.snapshots()
    assert [one.as_of for one in kept] == [date(2024, 11, day) for day in range(11, 3, -1)]
    assert [one.refreshed_at for one in kept] == [later(24 * day + 1) for day in range(11, 3, -1)]
    assert sorted(one.folder.name for one in kept) == in_place()
    assert kept[0].folder == in_use()


def test_an_earlier_day_is_shown_as_it_was(folder: Path) -> None:
    snapshot.refresh(NOW)
    was = snapshot.load(LOCAL_OWNER)
    events(folder, ("ann", 1, "open"), ("cy", 3, "open"))
    snapshot.refresh(later(1))

    again = snapshot.load(LOCAL_OWNER, as_of=date(2024, 11, 2))

    assert_frame_equal(again.everyone, was.everyone)
    assert_frame_equal(again.rows, was.rows)
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo", "cy"]
    with pytest.raises(SnapshotError, match="as of 2024-11-01; those kept are as of 2024-11-03, 2024-11-02"):
        snapshot.load(LOCAL_OWNER, as_of=date(2024, 11, 1))


def test_a_table_that_is_as_it_was_shares_the_room_on_disk(folder: Path) -> None:
    snapshot.refresh(NOW)
    first = in_use()
    events(folder, ("ann", 1, "open"), ("ann", 2, "export"), ("bo", 2, "open"), ("bo", 3, "open"))
    snapshot.refresh(later(1))

    shared = {path.name for path in in_use().iterdir() if path.stat().st_nlink == 2}
    assert shared == {"users.parquet", "accounts.parquet", "members.parquet"}
    assert {path.name for path in first.iterdir()} == {path.name for path in in_use().iterdir()} - {
        "raw.parquet", "seen.parquet", "later.parquet", "facts.parquet"
    }  # fmt: skip


def test_what_a_crash_left_behind_goes() -> None:
    snapshot.refresh(NOW)
    (snapshot.home() / ".20241121T110000000000").mkdir()
    (snapshot.home() / ".current-20241121T110000000000").touch()

    snapshot.refresh(later(1))

    assert in_place() == ["20241121T130000000000"]
    assert sorted(path.name for path in snapshot.home().iterdir()) == [
        "20241121T130000000000", "current", "lock", "refreshes.jsonl"
    ]  # fmt: skip


def test_a_clock_that_was_set_back_does_not_remove_the_new_snapshot() -> None:
    for hour in (5, 6, 7, 0):
        snapshot.refresh(later(hour))

    assert in_use().name == "20241121T120000000000"
    assert in_place() == ["20241121T120000000000"]


def test_two_products_keep_their_snapshots_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot.refresh(NOW)
    (folder / "other").mkdir()
    shutil.copy(folder / "product.toml", folder / "other")
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(folder / "other" / "product.toml"))

    assert snapshot.need_to_refresh() == "There is no snapshot yet. Refresh to read the warehouse."


def test_readers_never_see_half_a_snapshot_while_others_are_put_in_place(folder: Path) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                activity = snapshot.load(LOCAL_OWNER)
                assert activity.everyone.height in (2, 12, 22, 32, 42)
                assert activity.everyone.height == activity.rows_of(None).height
            except BaseException as error:
                failures.append(error)
                return

    snapshot.refresh(NOW)
    reader = threading.Thread(target=read)
    reader.start()
    for hour in (1, 2, 3, 4):
        events(folder, *((f"u{n}", 1, "open") for n in range(10 * hour)), ("ann", 2, "open"), ("bo", 2, "open"))
        snapshot.refresh(later(hour))
    done.set()
    reader.join()

    assert not failures


# Damage -------------------------------------------------------------------------------------------------------------

NONE = "There is no snapshot yet. Refresh to read the warehouse."
DAMAGED = "The snapshot on disk is damaged. Refresh to read the warehouse again."


def said() -> str:
    with pytest.raises(SnapshotError) as caught:
        snapshot.load(LOCAL_OWNER)
    return str(caught.value)


def test_before_the_first_refresh_there_is_no_snapshot() -> None:
    assert snapshot.snapshots() == []
    assert snapshot.need_to_refresh() == said() == NONE


@pytest.mark.parametrize(
    "pointer", [b"", b"gone", b"../..", b"\xff\xfe", b"a\0b", b"x" * 5000], ids=lambda pointer: repr(pointer[:6])
)
def test_with_a_pointer_to_nowhere_the_newest_snapshot_serves(pointer: bytes) -> None:
    made = snapshot.refresh(NOW)
    (snapshot.home() / "current").write_bytes(pointer)

    assert snapshot.need_to_refresh() is None
    assert snapshot.manifest() == made
    assert snapshot.load(LOCAL_OWNER).everyone.height == 2


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"format": 5}', "\x00"])
def test_a_damaged_manifest_is_said_and_mended_by_a_refresh(content: str) -> None:
    snapshot.refresh(NOW)
    (in_use() / "manifest.json").write_text(content)

    assert snapshot.need_to_refresh() == said() == DAMAGED
    snapshot.refresh(later(1))
    assert snapshot.need_to_refresh() is None


@pytest.mark.parametrize("table", ["users", "rows", "account_rows", "members"])
@pytest.mark.parametrize(
    "harm",
    [lambda data: b"", lambda data: data[: len(data) // 2], lambda _: b"text", lambda data: data[:-9] + b"\0" * 9],
    ids=["empty", "half", "text", "no end"],
)
def test_a_damaged_table_is_said_and_mended_by_a_refresh(table: str, harm: Callable[[bytes], bytes]) -> None:
    snapshot.refresh(NOW)
    path = in_use() / f"{table}.parquet"
    path.write_bytes(harm(path.read_bytes()))

    assert said() == DAMAGED
    snapshot.refresh(later(1))
    assert snapshot.load(LOCAL_OWNER).everyone.height == 2


@pytest.mark.parametrize("table", ["users", "rows", "account_rows", "members", "event_rows"])
def test_one_bit_that_flipped_is_damage_and_the_last_good_numbers_serve(folder: Path, table: str) -> None:
    snapshot.refresh(NOW)
    events(folder, ("ann", 1, "open"), ("cy", 3, "open"))
    snapshot.refresh(later(1))
    path = in_use() / f"{table}.parquet"
    data = bytearray(path.read_bytes())
    data[4] ^= 1
    path.unlink()  # another snapshot may share it
    path.write_bytes(data)

    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo"]
    assert snapshot.older_shown() == DAMAGED


def test_an_increment_does_not_begin_from_what_is_damaged() -> None:
    snapshot.refresh(NOW)
    path = in_use() / "raw.parquet"
    data = bytearray(path.read_bytes())
    data[4] ^= 1
    path.write_bytes(data)

    assert disk.reading(in_use()) is None


@pytest.mark.parametrize("number", [errno.EMFILE, errno.EACCES])
def test_what_cannot_be_read_for_a_moment_is_read_a_minute_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    snapshot.refresh(NOW)
    events(folder, ("ann", 1, "open"), ("cy", 3, "open"))
    snapshot.refresh(later(1))
    newest, read = in_use(), disk._hash

    def refused(path: Path) -> str:
        if path.parent == newest:
            raise OSError(number, os.strerror(number))
        return read(path)

    with monkeypatch.context() as trouble:
        trouble.setattr(disk, "_hash", refused)
        assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo"]
    said = f"The snapshot on disk cannot be read just now: {os.strerror(number)}. Try again in a minute."
    assert snapshot.older_shown() == said
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo"]

    monkeypatch.setattr(serving, "AGAIN_S", 0.0)

    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo", "cy"]
    assert snapshot.older_shown() is None


def test_a_table_that_is_gone_is_damage() -> None:
    snapshot.refresh(NOW)
    (in_use() / "rows.parquet").unlink()

    assert said() == DAMAGED


def test_a_snapshot_of_another_version_is_not_read() -> None:
    snapshot.refresh(NOW)
    path = in_use() / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 0, "a key of old": 1}))

    assert snapshot.need_to_refresh() == said() == "The snapshot on disk was made by another version of Sightline."


@pytest.mark.parametrize("table", ["users.parquet", "rows.parquet", "manifest.json"])
def test_where_the_newest_snapshot_is_damaged_the_last_good_one_serves_and_says_so(folder: Path, table: str) -> None:
    snapshot.refresh(NOW)
    events(folder, ("ann", 1, "open"), ("cy", 3, "open"))
    snapshot.refresh(later(1))
    (in_use() / table).write_text("no such thing")

    assert snapshot.need_to_refresh() is None
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo"]
    assert snapshot.older_shown() == DAMAGED
    snapshot.refresh(later(2))
    assert snapshot.load(LOCAL_OWNER).everyone["id"].to_list() == ["ann", "bo", "cy"]
    assert snapshot.older_shown() is None


# When to refresh ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", None),
        ('owner = "Ann"\nlabel = "Send"\n', None),
        ("[features.new]\n", "The product file has changed what is counted."),
        ("active = false\n", "The product file has changed what is counted."),
    ],
)
def test_a_change_of_what_is_counted_needs_a_refresh_and_is_not_served_before(
    folder: Path, more: str, reason: str | None
) -> None:
    snapshot.refresh(NOW)

    (folder / "product.toml").write_text(PRODUCT + more)

    assert snapshot.need_to_refresh() == reason
    if reason:
        assert said() == reason


def test_a_product_file_that_breaks_is_said_with_its_mistakes(folder: Path) -> None:
    snapshot.refresh(NOW)
    (folder / "product.toml").write_text(PRODUCT + "cor = true\n")

    with pytest.raises(ProductError, match=r"`features.export.cor`: unknown key, did you mean `core`\?"):
        snapshot.need_to_refresh()


def test_a_sql_file_that_disappears_is_said(folder: Path) -> None:
    (folder / "events.sql").write_text("SELECT * FROM events")
    (folder / "product.toml").write_text(PRODUCT.replace('table = "events"', 'table = "events.sql"'))
    snapshot.refresh(NOW)
    assert snapshot.need_to_refresh() is None

    (folder / "events.sql").unlink()

    with pytest.raises(ProductError, match=r"there is no file 'events.sql' beside the product file"):
        snapshot.need_to_refresh()


# A refresh that fails -----------------------------------------------------------------------------------------------


def no_events(folder: Path) -> None:
    events(folder)


def no_file(folder: Path) -> None:
    (folder / "events.parquet").unlink()


def no_product(folder: Path) -> None:
    (folder / "product.toml").unlink()


def no_warehouse(folder: Path) -> None:
    text = PRODUCT.replace("[warehouse.files]", "[warehouse]\nurl = 'duckdb:///gone.duckdb'\n[none]")
    text = text.replace('[none]\nevents = "events.parquet"\nusers = "users.parquet"\n', "")
    (folder / "product.toml").write_text(text)


@pytest.mark.parametrize(
    ("harm", "kind"),
    [(no_events, DataError), (no_file, ProductError), (no_product, ProductError), (no_warehouse, WarehouseError)],
    ids=["no events", "no file", "no product file", "no warehouse"],
)
def test_a_refresh_that_fails_leaves_the_old_snapshot_in_use(
    folder: Path, harm: Callable[[Path], None], kind: type[InsightsError]
) -> None:
    snapshot.refresh(NOW)
    before, place = snapshot.manifest(), in_use()
    harm(folder)

    with pytest.raises(kind):
        snapshot.refresh(later(1))

    assert disk.read_manifest(in_use()) == before
    assert in_place() == [place.name]


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_disk_as_polars_says_it(*_: object, **__: object) -> None:
    raise pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)")


@pytest.mark.parametrize(
    ("target", "name", "fails"),
    [
        (pl.DataFrame, "write_parquet", full_disk_as_polars_says_it),
        (pl.DataFrame, "write_parquet", full_disk),
        (disk, "_to_disk", full_disk),
        (Path, "rename", full_disk),
        (Path, "replace", full_disk),
    ],
    ids=["polars", "writing", "syncing", "renaming", "pointing"],
)
def test_a_full_disk_is_said_and_the_old_snapshot_serves(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, fails: Callable[..., None]
) -> None:
    snapshot.refresh(NOW)
    place = in_use()
    monkeypatch.setattr(target, name, fails)

    with pytest.raises(SnapshotError, match=r"could not be written to .*No space left .* set SIGHTLINE_DATA") as caught:
        snapshot.refresh(later(1))

    assert str(snapshot.home()) in str(caught.value)
    assert in_use() == place
    assert not [left for left in in_place() if left.startswith(".2")]


def test_a_data_folder_that_cannot_be_made_is_said(folder: Path) -> None:
    (folder / "data").write_text("a file where the folder should be")

    with pytest.raises(SnapshotError, match="set SIGHTLINE_DATA to another folder"):
        snapshot.refresh(NOW)


# The command line ---------------------------------------------------------------------------------------------------


@pytest.fixture
def aged(folder: Path) -> Path:
    """The product's folder, with files that were written long ago."""
    for path in folder.glob("*.parquet"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def test_the_command_says_each_step_and_what_it_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    out, err = capsys.readouterr()
    steps = [line.partition(" s  ")[2] for line in out.splitlines()]
    assert steps == [
        "Looking at the tables ...",
        "Finding the first and the last day ...",
        "Reading who used what, 1 Nov 2024 to 2 Nov 2024 ...",
        "Reading users and accounts, 3 rows of activity so far ...",
        "Putting it together, 2 users ...",
        "Writing the snapshot ...",
        "Ready: 3 events, 2 users, complete to Sat 2 Nov 2024.",
    ]
    assert err == ""


def test_the_command_fails_with_the_mistakes_of_the_product_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "product.toml").write_text(PRODUCT + "cor = true\n")

    assert main([]) == 1

    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"Sightline cannot read {folder}/product.toml:\nproduct.toml has one mistake to mend:\n"
        "- `features.export.cor`: unknown key, did you mean `core`?\n"
    )


def test_the_command_says_a_full_disk_and_blames_no_product_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pl.DataFrame, "write_parquet", full_disk)

    assert main([]) == 1

    assert capsys.readouterr().err.startswith("The snapshot could not be written to ")


@pytest.mark.parametrize("arguments", [[], ["--explain"], ["--print-sql"]])
def test_the_command_says_that_its_output_cannot_be_written(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "queries.snapshot", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=config.HOME, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 1
    assert done.stderr == "The output could not be written: No space left on device. Send it elsewhere.\n"


def test_the_command_that_is_interrupted_says_so_in_one_sentence() -> None:
    with lock.alone(snapshot.home()):
        command = [sys.executable, "-m", "queries.snapshot"]
        with subprocess.Popen(command, cwd=config.HOME, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
            assert running.stdout is not None
            assert b"Waiting for another refresh to end" in running.stdout.readline()
            running.send_signal(signal.SIGINT)
            _, said = running.communicate()

    assert (running.returncode, said) == (130, b"Stopped; the last good snapshot stays in use.\n")


@pytest.mark.parametrize("harm", [no_events, no_file, no_product, no_warehouse])
@pytest.mark.parametrize("arguments", [[], ["--if-stale"]])
def test_the_command_fails_with_one_sentence_and_no_trace(
    folder: Path, capsys: pytest.CaptureFixture[str], harm: Callable[[Path], None], arguments: list[str]
) -> None:
    harm(folder)

    assert main(arguments) == 1

    err = capsys.readouterr().err
    assert err.startswith(f"Sightline cannot read {folder}/product.toml:\n")
    assert "Traceback" not in err


def test_if_stale_reads_the_first_time_and_then_only_when_there_is_need(
    aged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refreshed() -> bool:
        assert main(["--if-stale"]) == 0
        return "Ready" in capsys.readouterr().out

    assert refreshed()
    assert not refreshed()

    (aged / "product.toml").write_text(PRODUCT + "[features.new]\n")
    assert refreshed()
    assert not refreshed()

    soon = datetime.now(UTC).timestamp() + 60
    os.utime(aged / "users.parquet", (soon, soon))
    assert refreshed()


def test_if_stale_looks_at_a_duckdb_file_too(aged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = aged / "w.duckdb"
    make_duckdb(file, aged)
    (aged / "product.toml").write_text(
        PRODUCT.replace("[warehouse.files]\nevents = \"events.parquet\"\nusers = \"users.parquet\"",
                        "[warehouse]\nurl = 'duckdb:///w.duckdb'")
    )  # fmt: skip
    outputs = []
    for stamp in (1_700_000_000, 1_700_000_000, datetime.now(UTC).timestamp() + 60):
        os.utime(file, (stamp, stamp))
        assert main(["--if-stale"]) == 0
        outputs.append("Ready" in capsys.readouterr().out)

    assert outputs == [True, False, True]


def make_duckdb(path: Path, folder: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        for name in ("events", "users"):
            connection.execute(f"CREATE TABLE {name} AS FROM read_parquet('{folder}/{name}.parquet')")


def test_the_demo_is_written_only_for_the_demo_and_only_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    steps: list[object] = []
    monkeypatch.setattr(demo, "write", written.append)
    monkeypatch.setattr(config, "HOME", folder)

    snapshot.write_demo_if_missing(steps.append)
    assert written == []

    monkeypatch.setattr(config, "DEMO_PRODUCT", folder / "product.toml")
    snapshot.write_demo_if_missing(steps.append)
    assert written == [folder / ".sightline" / "demo.duckdb"]
    assert [str(step) for step in steps] == ["Writing the demo warehouse (once)"]

    (folder / ".sightline" / "demo.duckdb").touch()
    snapshot.write_demo_if_missing(steps.append)
    assert len(written) == 1


@pytest.mark.slow
def test_the_command_runs_as_it_is_documented(folder: Path) -> None:
    command = [sys.executable, "-m", "queries.snapshot", "--if-stale"]
    done = subprocess.run(command, cwd=config.HOME, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.rstrip().endswith("Ready: 3 events, 2 users, complete to Sat 2 Nov 2024.")
