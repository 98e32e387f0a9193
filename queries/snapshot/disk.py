"""Snapshots on disk: written aside, put in place whole, and the last ones kept.

A snapshot is a folder of its own, named by when it was made; the file `current` names the one in use. Everything is on
the disk itself before the next step depends on it, so a reader, a crash or a full disk never sees half of one. The
manifest has a SHA-256 of every table, looked at before a table is read: 55 ms for 80 MB.
"""

import filecmp
import hashlib
import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from queries.calendar import day_number
from queries.errors import SnapshotError
from queries.snapshot.increments import Gone, Reading
from queries.snapshot.lock import cannot_write
from queries.snapshot.manifest import FORMAT, LeftOut, Manifest, Snapshot
from queries.units import Tables

KEEP = 8  # snapshots left on disk, at most one for each last day loaded
TABLES = ("users", "accounts", "rows", "account_rows", "members", "member_rows", "event_rows")
OF_WORDS = ("rows", "account_rows", "member_rows", "raw")  # mostly words of days, and no labels
READING = ("raw", "facts")  # what the next increment begins from; only beside the snapshot in use
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
DAMAGED = "The snapshot on disk is damaged. Refresh to read the warehouse again."


class Damaged(SnapshotError):
    """The files of a snapshot are not those that were written; nothing but a refresh mends that."""

    def __init__(self) -> None:
        super().__init__(DAMAGED)


@dataclass(frozen=True)
class Kept:
    """A snapshot on disk: the last day it covers, when it was made, and where it is."""

    as_of: date
    refreshed_at: datetime
    folder: Path


# Reading -------------------------------------------------------------------------------------------------------------


def current(home: Path) -> Path | None:
    """The folder that was put in use last, or None when there is none."""
    try:
        folder = home / (home / "current").read_text().strip()
        return folder if folder.parent == home and (folder / "manifest.json").is_file() else None
    except (OSError, ValueError):
        return None


def folders(home: Path) -> list[Path]:
    """The folders of snapshots that were put in place, newest first."""
    try:
        return sorted((path for path in home.iterdir() if path.is_dir() and path.name[0] != "."), reverse=True)
    except OSError:
        return []


def kept(home: Path) -> list[Kept]:
    """The snapshots in place that can be read, newest first."""
    found = []
    for folder in folders(home):
        try:
            facts = manifest(folder)
        except SnapshotError:
            continue
        found.append(Kept(facts.calendar.as_of, datetime.fromisoformat(facts.refreshed_at), folder))
    return found


@lru_cache(maxsize=2 * KEEP)
def manifest(folder: Path) -> Manifest:
    """`read_manifest`, remembered: a snapshot in place never changes."""
    return read_manifest(folder)


def read_manifest(folder: Path) -> Manifest:
    """The facts of a snapshot. Raises Damaged, or SnapshotError where they cannot be read just now or by us."""
    return _described(folder)[0]


def _described(folder: Path) -> tuple[Manifest, dict[str, str]]:
    """The facts of a snapshot, and the hash of each of its tables."""
    try:
        facts = json.loads((folder / "manifest.json").read_text())
        if facts["format"] != FORMAT:
            raise SnapshotError("The snapshot on disk was made by another version of Sightline.")
        hashes = dict(facts.pop("hashes"))
        facts["features"] = tuple(facts["features"])
        facts["left_out"] = tuple(LeftOut(**row) for row in facts["left_out"])
        facts["gone"] = Gone(**facts["gone"])
        found = Manifest(**facts)
        moments = [datetime.fromisoformat(at) for at in (found.refreshed_at, found.full_at)]
        if not (all(moment.tzinfo for moment in moments) and found.calendar.first_day <= found.calendar.as_of):
            raise Damaged
        return found, hashes
    except OSError as error:
        raise _unreadable(error) from error
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise Damaged from error


def tables(folder: Path) -> Tables:
    """The tables of a snapshot. Raises Damaged, or SnapshotError where they cannot be read just now."""
    hashes = _described(folder)[1]
    return Tables(**{name: _table(folder, name, hashes[name]) for name in TABLES if name in hashes})


def _table(folder: Path, name: str, expected: str) -> pl.DataFrame:
    path = folder / f"{name}.parquet"
    try:
        if _hash(path) != expected:
            raise Damaged
        return pl.read_parquet(path)
    except UNREADABLE as error:
        raise _unreadable(error) from error


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unreadable(error: BaseException) -> SnapshotError:
    """A file that is gone is damage; whatever else keeps us from reading one may pass."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Damaged()
    why = getattr(error, "strerror", None) or str(error).partition("\n")[0]
    return SnapshotError(f"The snapshot on disk cannot be read just now: {why}. Try again in a minute.")


def reading(folder: Path) -> Reading | None:
    """What an increment begins from, or None where it is not there or cannot be read."""
    try:
        found, hashes = _described(folder)
        raw, facts = (_table(folder, name, hashes[name]) for name in READING)
    except (SnapshotError, KeyError):
        return None
    return Reading(raw, facts, day_number(found.calendar.as_of), found.full_at, found.columns, found.gone)


# Writing -------------------------------------------------------------------------------------------------------------


def write(home: Path, made: Snapshot, now: datetime) -> int:
    """Put a snapshot in place and in use, and remove the old ones; how many bytes it has. The caller holds the lock.

    Raises SnapshotError where it cannot be written; then the one that was in use still is.
    """
    place, before = _free(home, now), current(home)
    aside = home / f".{place.name}"
    try:
        aside.mkdir(parents=True)
        with ThreadPoolExecutor(2) as pool:
            frames = _frames(made).items()
            hashes = dict(pool.map(lambda table: _write_table(aside, table[0], table[1], before), frames))
        (aside / "manifest.json").write_text(json.dumps({**asdict(made.manifest), "hashes": hashes}, indent=1))
        _to_disk(aside / "manifest.json")
        _to_disk(aside)
        aside.rename(place)
        _to_disk(home)
        _point(home, place)
    except (OSError, pl.exceptions.PolarsError) as error:
        for path in (aside, place):
            if path != current(home):
                shutil.rmtree(path, ignore_errors=True)
        raise cannot_write(home, error) from error
    with suppress(OSError):  # what cannot be removed now is removed next time
        _clear_up(home, place)
    return sum(path.stat().st_size for path in place.iterdir())


def _free(home: Path, now: datetime) -> Path:
    """A folder of the moment that nobody has."""
    place = home / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    return _free(home, now + timedelta(microseconds=1)) if place.exists() else place


def _frames(made: Snapshot) -> dict[str, pl.DataFrame]:
    frames = {name: getattr(made.tables, name) for name in TABLES}
    frames |= {name: getattr(made.reading, name) for name in READING if made.reading}
    sizes = {name: frame for name, frame in frames.items() if frame is not None}
    return dict(sorted(sizes.items(), key=lambda item: -item[1].height))  # the largest first: two are written at a time


def _write_table(folder: Path, name: str, frame: pl.DataFrame, before: Path | None) -> tuple[str, str]:
    """Write a table; one that is as it was before shares the room on disk. Its name and its hash."""
    path = folder / f"{name}.parquet"
    frame.write_parquet(path, compression_level=1, **(_repeating(frame) if name in OF_WORDS else {}))
    old = before / path.name if before else path
    if before and old.exists() and filecmp.cmp(old, path, shallow=False):
        path.unlink()
        try:
            os.link(old, path)
        except OSError:  # not every file system can
            shutil.copy(old, path)
            _to_disk(path)
    else:
        _to_disk(path)
    return name, _hash(path)


def _repeating(frame: pl.DataFrame) -> dict[str, Any]:
    """Options to look for repeated values only where there are some: in words of days the search costs a quarter."""
    repeat = [name for name, kind in frame.schema.items() if kind == pl.String or name in ("feature", "first_day")]
    return {"use_pyarrow": True, "pyarrow_options": {"use_dictionary": repeat, "write_statistics": False}}


def _point(home: Path, place: Path) -> None:
    pointer = home / f".current-{place.name}"
    pointer.write_text(place.name)
    _to_disk(pointer)
    pointer.replace(home / "current")
    _to_disk(home)


def _to_disk(path: Path) -> None:
    """See to it that a file, or the names in a folder, are on the disk itself."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _clear_up(home: Path, in_use: Path) -> None:
    """Remove what a crash left, and all snapshots but the newest of each of the last days.

    A reader that has a file open keeps it; one that comes too late for a file begins again with the snapshot in use.
    """
    stay, days = {in_use}, {read_manifest(in_use).calendar.as_of}
    for one in kept(home):
        if one.as_of not in days and len(days) < KEEP:
            stay.add(one.folder)
            days.add(one.as_of)
    left = [path for path in home.iterdir() if path.name.startswith(".")]
    for path in (*left, *(folder for folder in folders(home) if folder not in stay)):
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    for folder in stay - {in_use}:
        for name in READING:
            (folder / f"{name}.parquet").unlink(missing_ok=True)
