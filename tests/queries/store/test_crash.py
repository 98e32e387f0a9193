"""Processes that write at once, and some that are killed: what was acknowledged is there, and nothing is half."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from queries import store as stores
from queries.store import Store, migrations
from tests.queries.store import writer
from tests.queries.store.test_two_editors import replayed

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


def start(place: str, name: str, most: int) -> subprocess.Popen[str]:
    command = [sys.executable, writer.__file__, place, name, str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


def acknowledged(output: str) -> dict[str, int]:
    """The last version of each thing that was said to be kept; a line cut short by the kill was not said."""
    lines = [line.split() for line in output.splitlines(keepends=True) if line.endswith("\n")]
    return {id: int(version) for id, version in (line for line in lines if line != ["open"])}


def is_whole(store: Store) -> dict[str, int]:
    """The versions there are, which agree with their history."""
    rows = {thing.id: thing.version for thing in store.annotations.list("Q")}
    assert {id: version for id, (version, _) in replayed(store.history("Q")).items()} == rows
    return rows


def test_a_writer_killed_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    place, said = str(tmp_path / "store.sqlite"), {}

    for number in range(16):
        with start(place, f"writer {number}", 10_000) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            time.sleep(0.0007 * number**2)  # 0 to 160 ms
            process.kill()
            said.update(acknowledged(process.stdout.read()))
        with closing(sqlite3.connect(place)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with closing(stores.connect(place)) as store:
            rows = is_whole(store)
            assert all(rows.get(id, 0) >= version for id, version in said.items())

    assert len(said) > 10


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_that_make_the_same_store_at_once_make_it_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place = str(tmp_path / "store.sqlite") if kind == "sqlite" else str(request.getfixturevalue("database_url"))

    processes = [start(place, f"writer {number}", 10) for number in range(4)]
    output = [process.communicate(timeout=60)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 4
    with closing(stores.connect(place)) as store:
        assert is_whole(store) == {id: version for text in output for id, version in acknowledged(text).items()}
        assert len(store.annotations.list("Q")) == 40
        with store._database.read() as connection:
            numbers = [number for (number,) in connection.exec_driver_sql("SELECT number FROM store_version")]
            assert sorted(numbers) == [*range(1, len(migrations.STEPS) + 1)]


def test_a_process_killed_while_it_makes_the_store_leaves_one_that_opens(tmp_path: Path) -> None:
    for number in range(6):
        place = tmp_path / str(number) / "store.sqlite"
        with start(str(place), "writer", 1) as process:
            while not place.exists() and process.poll() is None:
                time.sleep(0.0002)
            time.sleep(0.002 * number)
            process.kill()
        with closing(stores.connect(str(place))) as store:
            is_whole(store)
