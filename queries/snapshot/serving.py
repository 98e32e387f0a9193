"""The snapshot that is shown: the newest that can be read and counts what the product file says.

It is held once for the whole process. While a newer one is being opened, who asks gets the one that is held: nobody
waits for a refresh.
"""

import gc
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import monotonic

from queries import access, activity, answers
from queries.access import Viewer
from queries.activity import Activity
from queries.errors import InsightsError, SnapshotError
from queries.product import Product
from queries.snapshot import assemble, disk, place
from queries.snapshot.manifest import Manifest
from queries.units import Tables, restricted

NONE = "There is no snapshot yet. Refresh to read the warehouse."
CHANGED = "The product file has changed what is counted."
Seen = tuple[object, ...]  # what tells apart viewers who may not see the same
_loading = threading.Lock()
_opened: dict[Path, Tables] = {}  # the last two
_held: dict[tuple[Path, Seen], tuple[Product, Activity]] = {}
_unreadable: dict[Path, tuple[SnapshotError, float]] = {}  # why, and when that was found
AGAIN_S = 60.0  # until what may have passed is tried again


def find(product: Product) -> tuple[Path, Manifest, str | None]:
    """The snapshot to show, its facts, and why it is not the newest one; None where it is.

    Raises SnapshotError where there is none that can be shown, with the reason of the newest.
    """
    reason: SnapshotError | None = None
    home = place.home()
    for folder in _newest_first(home):
        try:
            _check_readable(folder)
            found = disk.manifest(folder)
            _check(found, product)
        except SnapshotError as error:
            reason = reason or error
        else:
            return folder, found, str(reason) if reason else None
    raise reason or SnapshotError(NONE)


def _check_readable(folder: Path) -> None:
    """Damage stays; whatever else kept us from reading it may have passed after a while."""
    error, found_at = _unreadable.get(folder, (None, 0.0))
    if isinstance(error, disk.Damaged):
        raise disk.Damaged
    if error is not None and monotonic() - found_at < AGAIN_S:
        raise SnapshotError(str(error))


def _newest_first(home: Path) -> Iterator[Path]:
    """The folder in use, then all others there are; these are looked for only where that one is not enough."""
    newest = disk.current(home)
    if newest:
        yield newest
    yield from (folder for folder in disk.folders(home) if folder != newest)


def _check(found: Manifest, product: Product) -> None:
    if found.definition != product.definition_hash():
        raise SnapshotError(CHANGED)


def readable(product: Product) -> tuple[Path, Manifest, str | None]:
    """As `find`, but of a snapshot whose tables were read, unless another thread is reading them just now."""
    while True:
        found = find(product)
        if found[0] in _opened or not _loading.acquire(blocking=not _opened):
            return found
        try:
            _open(found[0])
            return found
        except SnapshotError as error:
            _unreadable[found[0]] = error, monotonic()
        finally:
            _loading.release()


def load(viewer: Viewer, as_of: date | None = None) -> Activity:
    """What a viewer may see of the snapshot in use; the same object for all who may see the same.

    as_of: the last day of an earlier snapshot that is to be shown as it was (`snapshots` lists them). Raises
    SnapshotError when there is none, its files are damaged or the product file counts something else now.
    """
    product = place.product()
    if as_of is not None:
        return _as_it_was(viewer, as_of, product)
    while True:
        folder, found, _ = find(product)
        made_for, held = _held.get((folder, _seen(viewer)), (None, None))
        if held is not None and made_for == product:
            return held
        fits = [old for (_, seen), (made, old) in _held.items() if (seen, made) == (_seen(viewer), product)]
        older = fits[-1] if fits else None
        if not _loading.acquire(blocking=older is None):
            assert older is not None  # else the lock was waited for
            return older
        try:
            return _hold(folder, found, product, viewer)
        except SnapshotError as error:
            _unreadable[folder] = error, monotonic()
        finally:
            _loading.release()


def _as_it_was(viewer: Viewer, as_of: date, product: Product) -> Activity:
    folder = _kept(as_of)
    found = disk.manifest(folder)
    _check(found, product)
    with _loading:
        return _hold(folder, found, product, viewer)


def _kept(as_of: date) -> Path:
    """The newest snapshot that covers a day as its last."""
    kept = disk.kept(place.home())
    folder = next((one.folder for one in kept if one.as_of == as_of), None)
    if folder is None:
        days = ", ".join(str(one.as_of) for one in kept)
        raise SnapshotError(f"There is no snapshot as of {as_of}; those kept are as of {days or 'no day'}.")
    return folder


def days() -> tuple[date, ...]:
    """The days as of which `load` shows the data as it was read, the latest first: those counted by the same rules."""
    definition = place.product().definition_hash()
    kept = [one for one in disk.kept(place.home()) if disk.manifest(one.folder).definition == definition]
    return tuple(dict.fromkeys(one.as_of for one in kept))


def _open(folder: Path) -> Tables:
    if folder not in _opened:
        _opened[folder] = disk.tables(folder)
    return _opened[folder]


def _hold(folder: Path, found: Manifest, product: Product, viewer: Viewer) -> Activity:
    """The activity of a snapshot, held; of all others only the one in use, or that was asked for last, stays."""
    made_for, held = _held.get((folder, _seen(viewer)), (None, None))
    if held is None or made_for != product:
        held = _activity(_open(folder), found, product, viewer, folder.name)
        _held.pop((folder, _seen(viewer)), None)
        _held[folder, _seen(viewer)] = product, held
    stay = {folder, disk.current(place.home()) or folder}
    gone = {old for old in (*_opened, *(key[0] for key in _held)) if old not in stay}
    for old in gone:
        _opened.pop(old, None)
        for key in [key for key in _held if key[0] == old]:
            del _held[key]
    if gone:
        answers.forget()
        gc.collect()  # a run of the app that has ended may hold the old one in a circle
    return held


def _seen(viewer: Viewer) -> Seen:
    """Who may see the same shares one activity, and its answers; nobody else does."""
    return access.may(viewer, "look"), viewer.only, viewer.least


def _activity(tables: Tables, found: Manifest, product: Product, viewer: Viewer, version: str) -> Activity:
    users, accounts = access.visible(viewer, tables.users), access.visible_accounts(viewer, tables.accounts)
    seen, names = restricted(tables, users, accounts), found.features
    access.check_enough(viewer, seen.users.height)
    if viewer.only and not product.features:  # then what others alone did is not named either
        used = {*seen.rows["feature"].unique()}
        names = tuple(name for code, name in enumerate(names, start=1) if code in used)
    features = product.features or assemble.unlisted(names)
    return activity.of_users(
        seen,
        found.calendar,
        features=features,
        segments=product.segments,
        codes={key: code for code, key in enumerate(found.features, start=1)},
        governed=product.metrics,
        least=viewer.least,
        key=(version, _seen(viewer), repr((features, product.metrics))),  # words are fast to compare
    ).with_behaviours(product.behaviours).hiding_few()


def manifest(as_of: date | None = None) -> Manifest:
    """The facts of the snapshot in use, or of an earlier one. Raises SnapshotError when there is none."""
    return find(place.product())[1] if as_of is None else disk.manifest(_kept(as_of))


def need_to_refresh() -> str | None:
    """Why no snapshot on disk can serve the product file as it stands, or None when one can."""
    try:
        readable(place.product())
    except SnapshotError as error:
        return str(error)
    return None


def older_shown() -> str | None:
    """Why the snapshot that is shown is not the newest one; None where it is."""
    return find(place.product())[2]


def serves() -> bool:
    """Whether there is a snapshot that can be shown."""
    try:
        return need_to_refresh() is None
    except InsightsError:
        return False
