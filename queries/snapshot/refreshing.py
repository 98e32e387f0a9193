"""A refresh: what of the warehouse has to be read again, and the new snapshot in place of the old."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from queries import warehouse
from queries.errors import SnapshotError, WarehouseError
from queries.product import Product
from queries.snapshot import disk, extract, history, lock, place, serving, steps
from queries.snapshot.increments import Reading
from queries.snapshot.manifest import Manifest, Snapshot
from queries.snapshot.steps import Progress, Step
from queries.warehouse import Stop


class Stopped(SnapshotError):
    """The refresh was asked to stop."""


def refresh(
    now: datetime, progress: Progress = steps.quietly, *, full: bool = False, if_needed: bool = False,
    wait: bool = True, stop: Stop | None = None,
) -> Manifest:  # fmt: skip
    """Read the warehouse and put a new snapshot in place; the old one serves until then, and stays if this fails.

    Only the last days of the events are read, unless there is a reason to read all (`_before`). now: with a zone. full:
    read all. if_needed: not when a snapshot serves, because somebody else has just made it. wait: for another refresh
    that is running. stop: ends this one from another thread.
    Raises InsightsError with what went wrong; Stopped; and lock.Busy where another is running and `wait` is False.
    """
    product, home, stop = place.product(), place.home(), stop or Stop()
    watch = _Watch(progress, stop)
    with lock.alone(home, wait=wait, meanwhile=watch.wait):
        if if_needed and serving.need_to_refresh() is None:
            return serving.manifest()
        before, why = _before(product, home, now, full)
        files = source_files(product)  # as they were before they were read
        try:
            made = extract.read(product, now, watch.begin, before, why=why, stop=stop, written=written(product))
            made = replace(made, manifest=replace(made.manifest, files=files or ""))
            watch.begin(Step(steps.WRITE))
        except WarehouseError as error:
            if stop.asked:
                raise Stopped("The refresh was stopped.") from error
            raise
        size = disk.write(home, made, now)
        with suppress(OSError):  # the snapshot is in place, whatever becomes of this line
            history.append(home, _done(made, size, watch.ended()))
        return made.manifest


def _before(product: Product, home: Path, now: datetime, full: bool) -> tuple[Reading | None, str]:
    """What an increment can begin from; or None, and why everything has to be read."""
    folder = disk.current(home)
    if full or folder is None:
        return None, extract.ASKED if full else extract.FIRST
    try:
        found = disk.read_manifest(folder)
    except SnapshotError:
        return None, "the last snapshot cannot be read"
    if found.definition != product.definition_hash():
        return None, "the product file has changed what is counted"
    age = now - datetime.fromisoformat(found.full_at)
    if age < timedelta(0):
        return None, "the clock was ahead when everything was last read"
    if age >= timedelta(days=product.refresh.full_every_days):
        return None, f"the last full one was {age.days} {'day' if age.days == 1 else 'days'} ago"
    before = disk.reading(folder)
    return before, "" if before else "what was read before cannot be read"


class _Watch:
    """Tells of each step as it begins, times it, and ends the refresh there when it was asked to stop."""

    def __init__(self, progress: Progress, stop: Stop) -> None:
        self.progress, self.stop = progress, stop
        self.begun: list[tuple[str, float]] = []

    def wait(self) -> None:
        """While another refresh runs: said once, and until it was asked to stop."""
        self._stop_if_asked()
        if not self.begun:
            self.begin(Step(steps.WAIT))

    def _stop_if_asked(self) -> None:
        if self.stop.asked:
            raise Stopped("The refresh was stopped.")

    def begin(self, step: Step) -> None:
        self._stop_if_asked()
        self.begun.append((step.name, perf_counter()))
        self.progress(step)

    def ended(self) -> dict[str, float]:
        """Seconds a step."""
        ends = [*(at for _, at in self.begun[1:]), perf_counter()]
        return {name: round(end - at, 3) for (name, at), end in zip(self.begun, ends, strict=True)}


def _done(made: Snapshot, size: int, seconds: dict[str, float]) -> history.Refreshed:
    found = made.manifest
    return history.Refreshed(found.refreshed_at, made.why_full, made.first_read, found.as_of, found.events,
                             found.users, made.tables.rows.height, size, seconds)  # fmt: skip


def stale(now: datetime) -> bool:
    """Whether the warehouse may hold other than the snapshot that is shown.

    Files say so by their names, sizes and times. Elsewhere a day that is over since then is news; an `as_of` has none.
    """
    product, made = place.product(), datetime.fromisoformat(serving.manifest().refreshed_at)
    if made > now:
        return True
    files = source_files(product)
    if files is not None:
        return files != serving.manifest().files
    zone = ZoneInfo(product.timezone)
    return product.as_of is None and made.astimezone(zone).date() < now.astimezone(zone).date()


def source_files(product: Product) -> str | None:
    """What tells the files that the product reads from any others; None where its warehouse is no file."""
    found = _files(product)
    if found is None:
        return None
    told = [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in found]
    return sha256(repr(told).encode()).hexdigest()[:16]


def written(product: Product) -> datetime | None:
    """When the newest of the files that may hold events was written; None where the warehouse is no file."""
    events = product.events.table
    view = events if events in dict(product.connection.files) else None  # a SELECT may read any of them
    times = [path.stat().st_mtime for path in _files(product, view) or ()]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _files(product: Product, view: str | None = None) -> list[Path] | None:
    """The files of the product's warehouse, or of one of its views; None where it is no file."""
    url = product.connection.url or ""
    patterns = [pattern for name, patterns in product.connection.files for pattern in patterns if view in (None, name)]
    if url.startswith("duckdb:///"):
        patterns.append(url.removeprefix("duckdb:///"))
    if not patterns:
        return None
    return sorted({path for pattern in patterns for path in warehouse.matches(product.folder, pattern)})
