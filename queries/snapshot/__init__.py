"""Our copy of the warehouse on disk: what happened, said once, as Parquet.

A snapshot is a folder of its own, written aside and put in place whole; the file `current` names the one in use. So a
reader, a crash or a full disk never sees half of one. `refresh` makes a new one; `load` gives a viewer the activity of
the one in use, held once for the whole process. `python -m queries.snapshot` refreshes from the command line
(`--if-stale`: only when there is need).
"""

import json
import os
import shutil
import threading
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import polars as pl

from queries import access, activity, answers, config, demo, warehouse
from queries.access import Viewer
from queries.activity import Activity, Tables
from queries.errors import InsightsError, SnapshotError
from queries.product import Product
from queries.product import file as product_file
from queries.snapshot import assemble, extract
from queries.snapshot.assemble import FORMAT, LeftOut, Manifest, Snapshot
from queries.snapshot.extract import Progress

DAY = timedelta(days=1)
KEEP = 3  # snapshots left on disk, so that a reader of the last one is not cut off
TABLES = ("users", "accounts", "rows", "account_rows", "members", "member_rows", "event_rows")
_refreshing, _loading = threading.Lock(), threading.Lock()
_held: dict[tuple[Path, Viewer], tuple[Product, Activity]] = {}


def product() -> Product:
    """The product in use. Raises ProductError when its file cannot be used."""
    path = config.product_path()
    return _read_product(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _read_product(path: Path, mtime: int) -> Product:
    return product_file.load(path)


def home() -> Path:
    """The folder that holds the snapshots of the product in use."""
    path = config.product_path()
    return config.data_folder() / "snapshots" / f"{path.stem}-{sha256(str(path).encode()).hexdigest()[:8]}"


def current() -> Path | None:
    """The folder of the snapshot in use, or None when there is none."""
    try:
        folder = home() / (home() / "current").read_text().strip()
        return folder if (folder / "manifest.json").is_file() else None
    except (OSError, ValueError):
        return None


def manifest() -> Manifest:
    """The facts of the snapshot in use. Raises SnapshotError when there is none, or it is damaged."""
    return _manifest(_in_use())


def _in_use() -> Path:
    folder = current()
    if folder is None:
        raise SnapshotError("There is no snapshot yet. Refresh to read the warehouse.")
    return folder


@lru_cache(maxsize=8)
def _manifest(folder: Path) -> Manifest:
    try:
        facts = json.loads((folder / "manifest.json").read_text())
        if facts["format"] != FORMAT:
            raise SnapshotError("The snapshot on disk was made by another version of Sightline.")
        facts["features"] = tuple(facts["features"])
        facts["left_out"] = tuple(LeftOut(**row) for row in facts["left_out"])
        return Manifest(**facts)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SnapshotError("The snapshot on disk is damaged. Refresh to read the warehouse again.") from error


def need_to_refresh() -> str | None:
    """Why the snapshot in use cannot serve the product file as it stands, or None when it can."""
    try:
        _check(manifest(), product())
    except SnapshotError as error:
        return str(error)
    return None


def _check(found: Manifest, product_now: Product) -> None:
    if found.definition != product_now.definition_hash():
        raise SnapshotError("The product file has changed what is counted.")


def serves() -> bool:
    """Whether the snapshot in use can be shown as it is."""
    try:
        return need_to_refresh() is None
    except InsightsError:
        return False


def load(viewer: Viewer) -> Activity:
    """What a viewer may see of the snapshot in use; the same object for all who may see the same.

    Raises SnapshotError when there is no snapshot, its files are damaged or the product file counts something else now.
    """
    folder, product_now = _in_use(), product()
    found = _manifest(folder)  # of this folder, also when a refresh puts another in place meanwhile
    _check(found, product_now)
    with _loading:
        for old in [key for key in _held if key[0] != folder]:
            del _held[old]
            answers.forget()
        made_for, held = _held.get((folder, viewer), (None, None))
        if held is None or made_for != product_now:
            held = _activity(_open(folder), found, product_now, viewer, folder.name)
            _held[folder, viewer] = product_now, held
    return held


def _activity(tables: Tables, found: Manifest, product_now: Product, viewer: Viewer, version: str) -> Activity:
    features = product_now.features or assemble.unlisted(found.features)
    return activity.of_users(
        tables,
        access.visible(viewer, tables.users),
        found.calendar,
        features=features,
        segments=product_now.segments,
        codes={key: code for code, key in enumerate(found.features, start=1)},
        key=(version, viewer, features),
    ).with_behaviours(product_now.behaviours)


def _open(folder: Path) -> Tables:
    try:
        found = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES
                 if (folder / f"{name}.parquet").exists()}  # fmt: skip
        return Tables(**found)
    except (pl.exceptions.PolarsError, OSError, TypeError) as error:
        raise SnapshotError("The snapshot on disk is damaged. Refresh to read the warehouse again.") from error


def refresh(now: datetime, progress: Progress = lambda _: None, *, if_needed: bool = False) -> Manifest:
    """Read the warehouse and put a new snapshot in place; the old one serves until then, and stays if this fails.

    now: with a zone. if_needed: not when the snapshot in use serves, because somebody else has just made it.
    Raises InsightsError with what went wrong.
    """
    with _refreshing:
        if if_needed and need_to_refresh() is None:
            return manifest()
        made = extract.read(product(), now, progress)
        progress("Writing the snapshot")
        _write(made, now)
        return made.manifest


def _write(made: Snapshot, now: datetime) -> None:
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}"
    aside, place = home() / f".{name}", home() / name
    try:
        aside.mkdir(parents=True)
        for table in TABLES:
            frame = getattr(made.tables, table)
            if frame is not None:
                frame.write_parquet(aside / f"{table}.parquet", compression_level=1)
                _to_disk(aside / f"{table}.parquet")
        (aside / "manifest.json").write_text(json.dumps(asdict(made.manifest), indent=1))
        _to_disk(aside / "manifest.json")
        aside.rename(place)
        pointer = home() / f".current-{name}"
        pointer.write_text(name)
        _to_disk(pointer)
        pointer.replace(home() / "current")
    except (OSError, pl.exceptions.PolarsError) as error:
        shutil.rmtree(aside, ignore_errors=True)
        why = getattr(error, "strerror", None) or error
        raise SnapshotError(f"The snapshot could not be written to {home()}: {why}. "
                            "Free some room or set SIGHTLINE_DATA to another folder.") from error  # fmt: skip
    _clear_up(place, now)


def _clear_up(in_use: Path, now: datetime) -> None:
    """Remove all but the latest snapshots, and what a crash left; another process may be writing a young one aside."""
    folders = sorted(path for path in home().iterdir() if path.is_dir() and path != in_use)
    placed = [path for path in folders if not path.name.startswith(".")]
    crashed = [path for path in folders if path.name.startswith(".") and path.name[1:] < f"{now - DAY:%Y%m%dT%H%M%S%f}"]
    for old in (*crashed, *placed[: -(KEEP - 1)]):
        shutil.rmtree(old, ignore_errors=True)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def warehouse_is_newer() -> bool:
    """Whether a file that the product reads was written after the snapshot."""
    made, found = datetime.fromisoformat(manifest().refreshed_at).timestamp(), product()
    url = found.connection.url or ""
    patterns = [p for _, ps in found.connection.files for p in ps] + ([url.removeprefix("duckdb:///")] if url else [])
    files = [path for pattern in patterns for path in warehouse.matches(found.folder, pattern)]
    return any(path.stat().st_mtime > made for path in files)


def write_demo_if_missing(progress: Progress = lambda _: None) -> None:
    """Write the embedded demo warehouse, when the product in use is the demo and its warehouse is not there yet."""
    path = config.HOME / ".sightline" / "demo.duckdb"
    if config.product_path() == config.DEMO_PRODUCT and not path.exists():
        progress("Writing the demo warehouse (once)")
        path.parent.mkdir(exist_ok=True)
        demo.write(path)
