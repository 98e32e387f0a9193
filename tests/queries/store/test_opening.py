"""Opening the store: made where there is none, brought up to date once, and left alone where it cannot be used."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from queries import config
from queries import store as stores
from queries.errors import StoreError
from queries.store import (
    Action,
    Annotation,
    CheckIn,
    Closing,
    Cycle,
    Grade,
    KeyResult,
    MeetingNote,
    Note,
    Objective,
    Store,
    View,
    database,
    migrations,
)
from queries.store.database import Database
from tests.doubles.stand_in import PASSWORD

NUMBERS = [*range(1, len(migrations.STEPS) + 1)]  # of the steps
NOW, WEEK = datetime(2026, 11, 16, 9, tzinfo=UTC), date(2026, 11, 15)
Step = Callable[[sa.Connection], None]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@contextmanager
def opened(place: object) -> Iterator[Store]:
    with closing(stores.connect(str(place))) as store:
        yield store


def write(place: object, metric: str = "") -> None:
    with opened(place) as store:
        store.notes.add("Q", Note(WEEK, metric, "All quiet"), by="anna", at=NOW)


def read(place: object) -> list[str]:
    with opened(place) as store:
        return [note.content.text for note in store.notes.list("Q")]


def asked(file: Path, *questions: str) -> list[object]:
    """What SQLite itself says of a file."""
    with closing(sqlite3.connect(file)) as connection:
        return [answer for question in questions for (answer,) in connection.execute(question)]


def refusal(place: object) -> str:
    with pytest.raises(StoreError) as refused:
        write(place, "reach")
    return str(refused.value)


def take(monkeypatch: pytest.MonkeyPatch, *more: Step) -> None:
    """A Sightline that knows more steps."""
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, *more))


def test_the_file_and_its_folders_are_made_wherever_the_path_leads(tmp_path: Path) -> None:
    file = tmp_path / "what? a place" / "50 %" / "store.sqlite"

    write(file)

    assert read(file) == ["All quiet"]
    assert asked(file, "PRAGMA journal_mode", "PRAGMA integrity_check", "SELECT number FROM store_version") == [
        "wal", "ok", *NUMBERS]  # fmt: skip


def test_the_store_is_beside_the_snapshots_or_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGHTLINE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("SIGHTLINE_STORE", raising=False)
    beside = config.store()
    monkeypatch.setenv("SIGHTLINE_STORE", "words.sqlite")
    file = config.store()
    monkeypatch.setenv("SIGHTLINE_STORE", "postgresql://host/db")

    assert (beside, file, config.store()) == (
        str(tmp_path / "data" / "store.sqlite"), str(tmp_path / "words.sqlite"), "postgresql://host/db")  # fmt: skip


def test_cleaning_up_leaves_what_people_wrote(tmp_path: Path) -> None:
    shutil.copy(config.HOME / "Makefile", tmp_path)
    file = tmp_path / ".sightline" / "store.sqlite"
    write(file)
    (tmp_path / ".sightline" / "snapshots").mkdir()

    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)

    assert not (tmp_path / ".sightline" / "snapshots").exists()
    assert read(file) == ["All quiet"]


def test_an_address_of_a_file_is_as_good_as_its_path(file: Path) -> None:
    write(f"sqlite:///{file}")

    assert read(file) == ["All quiet"]


def test_a_write_that_returned_is_on_the_disk_itself(file: Path) -> None:
    with closing(Database(str(file))) as opened, opened.read() as connection:
        assert [connection.scalar(sa.text(f"PRAGMA {name}")) for name in ("synchronous", "foreign_keys")] == [2, 1]


def test_people_read_while_somebody_writes(file: Path) -> None:
    write(file)

    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")

        assert read(file) == ["All quiet"]


def test_where_a_file_system_cannot_write_ahead_the_store_does_without(file: Path) -> None:
    without_shared_memory = f"sqlite:///file:{file}?vfs=unix-dotfile&uri=true"

    write(without_shared_memory)

    assert read(without_shared_memory) == ["All quiet"]
    assert asked(file, "PRAGMA journal_mode") == ["delete"]


def test_what_is_asked_for_is_what_the_steps_have_made(file: Path) -> None:
    with opened(file) as store, store._database.read() as connection:
        look = sa.inspect(connection)
        columns = {table: {column["name"] for column in look.get_columns(table)} for table in look.get_table_names()}
        asked_for = [each._table for each in (
            store.annotations, store.actions, store.notes, store.cycles, store.objectives, store.key_results,
            store.check_ins._kept, store.meeting_notes, store.grades, store.views)]  # fmt: skip

    tables = [*asked_for, stores.review.CLOSINGS, stores.history.CHANGES, migrations.VERSION]
    assert columns == {table.name: set(table.c.keys()) for table in tables}
    names = {Annotation: "annotations", Action: "actions", Note: "notes", Cycle: "cycles", Objective: "objectives",
             KeyResult: "key_results", CheckIn: "check_ins", MeetingNote: "meeting_notes", Grade: "grades",
             View: "views"}  # fmt: skip
    assert all({field.name for field in fields(noun)} <= columns[name] for noun, name in names.items())
    assert {field.name for field in fields(Closing)} - {"is_current"} <= columns["closings"]


def test_a_store_of_the_first_step_keeps_its_words_and_takes_in_objectives(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:1])
        write(file)
    assert asked(file, "SELECT number FROM store_version") == [1]
    assert "cycles" not in asked(file, "SELECT name FROM sqlite_master")

    with opened(file) as store:
        cycle = store.cycles.add("Q", Cycle("2026 Q4", WEEK), by="anna", at=NOW)

    assert read(file) == ["All quiet"]
    with opened(file) as store:
        assert store.cycles.list("Q") == (cycle,)
        assert [change.what for change in store.history("Q")] == ["note", "cycle"]


def test_a_key_result_that_is_there_has_a_window_of_one_week(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(migrations, "STEPS", migrations.STEPS[:2])
        write(file)
    kept = {**dict.fromkeys(("id", "product", "created_by", "changed_by", "objective", "title", "owner"), "Q"),
            "version": 1, "created_at": str(NOW), "changed_at": str(NOW), "type": "increase to", "kind": "committed",
            "start": 0, "target": 1, "first": str(WEEK), "unit": "", "segments": "", "plan": "",
            "weight": 1}  # fmt: skip
    with closing(sqlite3.connect(file)) as connection:
        names, marks = ", ".join(kept), ", ".join("?" * len(kept))
        connection.execute(f"INSERT INTO key_results ({names}) VALUES ({marks})", tuple(kept.values()))
        connection.commit()

    with opened(file) as store:
        (there,) = store.key_results.list("Q")
        store.key_results.change(there, replace(there.content, metric="new", unit="user", window=4), by="anna", at=NOW)

        assert there.content.window == 1
        assert [each.content.window for each in store.key_results.list("Q")] == [4]


def test_opening_again_takes_no_step(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(connection: sa.Connection) -> None:
        raise AssertionError("taken again")

    write(file)
    monkeypatch.setattr(migrations, "STEPS", (step,) * len(NUMBERS))

    assert read(file) == ["All quiet"]


def test_a_later_step_is_taken_once_and_the_words_stay(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(connection: sa.Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE notes ADD COLUMN mood TEXT")

    write(file)
    take(monkeypatch, step)

    assert (read(file), read(file)) == (["All quiet"], ["All quiet"])
    assert asked(file, "SELECT number FROM store_version", "SELECT count(mood) FROM notes") == [
        *NUMBERS, len(NUMBERS) + 1, 0]  # fmt: skip


def test_whoever_finds_the_steps_taken_meanwhile_takes_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_early(connection: sa.Connection) -> int:
        monkeypatch.undo()
        write(file)  # by another process, just after this one looked
        return 0

    monkeypatch.setattr(migrations, "_version", too_early)

    assert read(file) == ["All quiet"]
    assert asked(file, "SELECT number FROM store_version") == NUMBERS


def test_a_step_that_fails_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def step(connection: sa.Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id TEXT)")
        connection.exec_driver_sql("CREATE TABLE notes (id TEXT)")

    write(file)
    take(monkeypatch, step)

    assert "holds tables of something else" in refusal(file)
    look = "SELECT name FROM sqlite_master WHERE name = 'half'"
    assert asked(file, "SELECT number FROM store_version", look) == NUMBERS


def test_what_a_newer_sightline_wrote_is_not_touched(file: Path) -> None:
    write(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("INSERT INTO store_version VALUES (99)")
        connection.commit()
    before = file.read_bytes()

    assert refusal(file) == (
        f"The store {file} was written by a newer Sightline (its version is 99, this one knows {len(NUMBERS)}). "
        "Update Sightline, or set SIGHTLINE_STORE to another."
    )
    assert file.read_bytes() == before


def test_a_file_of_another_kind_is_not_touched(file: Path) -> None:
    file.write_text("Dear diary, " * 1_000)

    assert refusal(file) == (
        f"The store {file} is a file of another kind: file is not a database. "
        "Set SIGHTLINE_STORE to another, or put a backup in its place."
    )
    assert file.read_text() == "Dear diary, " * 1_000


def test_a_database_of_something_else_is_not_touched(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE notes (a TEXT)")
    before = file.read_bytes()

    assert refusal(file) == (
        f"The store {file} holds tables of something else: table notes already exists. "
        "Set SIGHTLINE_STORE to a database of its own."
    )
    assert file.read_bytes() == before


def test_a_damaged_file_says_so(file: Path) -> None:
    write(file)
    with file.open("r+b") as damaged:
        damaged.seek(100)
        damaged.write(b"\xff" * 20_000)

    assert "store.sqlite is damaged: " in refusal(file)


def test_a_store_that_may_only_be_read_is_read(file: Path) -> None:
    write(file)
    place = f"sqlite:///file:{file}?mode=ro&uri=true"

    assert read(place) == ["All quiet"]
    assert refusal(place) == (
        f"The store file:{file} cannot be written to: attempt to write a readonly database. "
        "Set SIGHTLINE_STORE to a file in a folder that Sightline may write to."
    )


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    place = tmp_path / "taken" / "below" / "store.sqlite"

    assert refusal(place) == (
        f"The store {place} cannot be written to: Not a directory. "
        "Set SIGHTLINE_STORE to a file in a folder that Sightline may write to."
    )


def test_a_folder_in_the_place_of_the_file_says_so(tmp_path: Path) -> None:
    assert refusal(tmp_path) == (
        f"The store {tmp_path} cannot be opened: unable to open database file. "
        "Set SIGHTLINE_STORE to a file in a folder that Sightline may write to."
    )


def test_a_full_disk_saves_nothing_and_says_so(file: Path) -> None:
    with opened(file) as store:
        sa.event.listen(store._database._engine, "checkout", lambda c, *_: c.execute("PRAGMA max_page_count = 1"))

        with pytest.raises(StoreError) as refused:
            store.notes.add("Q", Note(WEEK, "", "x" * 10_000), by="anna", at=NOW)

    assert str(refused.value) == (
        f"The store {file} has no room left, and nothing was saved: database or disk is full. "
        "Free some room on its disk, then save again."
    )
    assert read(file) == []


def test_whoever_waits_too_long_for_another_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(file)
    monkeypatch.setattr(database, "WAIT_S", 0.05)

    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = refusal(file)

    assert said == f"The store {file} is being written to by somebody else: database is locked. Save again in a moment."
    with opened(file) as store:
        assert [change.version for change in store.history("Q")] == [1]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (f"mysql://anna:{PASSWORD}@host/db", "What people write cannot be kept in mysql. "),
        (f"postgresql://anna:{PASSWORD}@x@host/db", "The address of the store has an @ too many. "),
        (f"postgresql://anna:{PASSWORD}@host:{PASSWORD}/db", "The address of the store cannot be read. "),
        (f"://{PASSWORD}", "The address of the store cannot be read. "),
        ("sqlite://", "The address of the store names no file. "),
        ("sqlite:///:memory:", "The address of the store names no file. "),
    ],
)
def test_an_address_that_cannot_be_used_says_what_one_looks_like(place: str, said: str) -> None:
    assert refusal(place) == said + database.ADDRESS


def test_a_missing_driver_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    said = refusal(f"postgresql://anna:{PASSWORD}@127.0.0.1:1/db")

    assert said == "Postgres needs its driver. Install it with: pip install 'psycopg[binary]'"
