"""Snapshots on disk: written aside, put in place whole, and the last ones kept.

A snapshot is a folder of its own, named by when it was made; the file `current` names the one in use. Everything is on
the disk itself before the next step depends on it, so a reader, a crash or a full disk never sees half of one. The
manifest has a SHA-256 of every table, looked at before a table is read: 55 ms for 80 MB. What an increment adds to is
linked from the snapshot before it (`base`), and put together with what is added when it is read.
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

import polars as pl
import pyarrow as pa

from queries.bits import Words
from queries.errors import SnapshotError
from queries.snapshot import base, parquet
from queries.snapshot.increments import Gone, Reading
from queries.snapshot.lock import cannot_write
from queries.snapshot.manifest import FORMAT, LeftOut, Manifest, Snapshot
from queries.units import Tables

KEEP = 8  # snapshots left on disk, at most one for each last day loaded
TABLES = ("rows", "account_rows", "users", "accounts", "members", "member_rows", "event_rows")
READING = ("raw", "seen", "later", "facts")  # what the next increment begins from; only beside the snapshot in use
BASE = (*base.NUMBERED, "raw", "seen")  # what an increment leaves as it is
NUMBERS = ("users_now", "accounts_now")  # by those in the base
UNREADABLE = (pl.exceptions.PolarsError, pl.exceptions.PanicException, pa.ArrowException, OSError)
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
        facts["features"], facts["gone"] = tuple(facts["features"]), Gone(**facts["gone"])
        facts["left_out"] = tuple(LeftOut(**row) for row in facts["left_out"])
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
    found, hashes = _described(folder)
    numbers = {name: _table(folder, name, hashes[name])["now"] for name in NUMBERS if name in hashes}

    def whole(name: str) -> pl.DataFrame:
        if f"added_{name}" not in hashes:
            return _table(folder, name, hashes[name])
        rows, more = (_table(folder, part, hashes[part]) for part in (name, f"added_{name}"))
        return base.together(name, rows, more, numbers, Words.covering(found.calendar), found.again_from)

    names = [name for name in TABLES if name in hashes]
    with ThreadPoolExecutor(2) as pool:
        return Tables(**dict(zip(names, pool.map(whole, names), strict=True)))


def _table(folder: Path, name: str, expected: str) -> pl.DataFrame:
    _check(folder, name, expected)
    try:
        return pl.read_parquet(folder / f"{name}.parquet")
    except UNREADABLE as error:
        raise _unreadable(error) from error


def _check(folder: Path, name: str, expected: str) -> None:
    try:
        if _hash(folder / f"{name}.parquet") != expected:
            raise Damaged
    except OSError as error:
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
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: _check(folder, name, hashes[name]), hashes.keys() & BASE))
        seen, later, facts = (_table(folder, name, hashes[name]) for name in READING[1:])
    except (SnapshotError, KeyError):
        return None
    return Reading(lambda these: _table(folder, "raw", hashes["raw"]).filter(these), seen, later, found.again_from,
                   facts, found.as_of, found.full_at, Words.covering(found.calendar).origin, found.features,
                   found.columns, found.gone)  # fmt: skip


def facts(folder: Path) -> pl.DataFrame:
    """What the events are like (`facts`). Raises Damaged, or SnapshotError where that cannot be read just now."""
    return _table(folder, "facts", _described(folder)[1]["facts"])


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
            hashes = dict(pool.map(lambda table: _write_table(aside, before, *table), _frames(made).items()))
        if made.carried and before:
            hashes |= _link_base(aside, before)
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
    """The tables to write, by name, the largest first: two are written at a time."""
    frames = {name: getattr(made.tables, name) for name in TABLES}
    if made.reading:
        frames |= {"later": made.reading.later, "facts": made.reading.facts}
    if made.carried:
        frames = {f"added_{name}" if name in BASE else name: frame for name, frame in frames.items()}
        frames |= {name: getattr(made.carried, name).to_frame("now") for name in NUMBERS}
    elif made.reading:
        frames |= {"raw": made.raw, "seen": made.reading.seen}
    some = [(name, frame) for name, frame in frames.items() if frame is not None]
    return dict(sorted(some, key=lambda item: -item[1].height))


def _link_base(folder: Path, before: Path) -> dict[str, str]:
    """The tables that stay as they were, linked; the hash of each, which was looked at when the increment began."""
    hashes = _described(before)[1]
    for name in hashes.keys() & BASE:
        _link(before / f"{name}.parquet", folder / f"{name}.parquet")
    return {name: hashes[name] for name in hashes.keys() & BASE}


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:  # not every file system can
        shutil.copy(old, new)
        _to_disk(new)


def _write_table(folder: Path, before: Path | None, name: str, frame: pl.DataFrame) -> tuple[str, str]:
    """Write a table; one that is as it was before shares the room on disk. Its name and its hash."""
    path = folder / f"{name}.parquet"
    parquet.write(path, frame)
    if before and (old := before / path.name).exists() and filecmp.cmp(old, path, shallow=False):
        path.unlink()
        _link(old, path)
    else:
        _to_disk(path)
    return name, _hash(path)


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
