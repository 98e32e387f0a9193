"""The refresh that runs behind the pages: one in this process, told of, and stopped, by any of them.

It never raises to anybody: how the last one ended is said on screen (`last_failure`), and the last good numbers stay.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import fsum
from time import monotonic, sleep

from queries.access import LOCAL_OWNER
from queries.errors import InsightsError
from queries.snapshot import history, lock, place, refreshing, serving
from queries.snapshot.steps import Step
from queries.warehouse import Stop

Clock = Callable[[], datetime]
PATIENCE = timedelta(minutes=10)  # after one ended, until the app tries again by itself
LOOK_EVERY_S = 60.0
OURS = "It ended in a mistake of ours; the log of the server says which."


@dataclass(frozen=True)
class Running:
    """A refresh that goes on: what it does, seconds since it began, and seconds still to go where that is known.

    stopping: it was asked to stop. then_all: everything is read again after it.
    """

    step: Step
    seconds: float
    remaining: float | None
    stopping: bool = False
    then_all: bool = False


class _Job:
    """One refresh in a thread of its own, and then one of everything, where that was asked for meanwhile."""

    failure: str | None

    def __init__(self, clock: Clock, full: bool, wait: bool) -> None:
        self.clock, self.wait, self.stop, self.home = clock, wait, Stop(), place.home()
        self.ended: datetime | None = None
        self.over = False
        self._begin(full)
        self.thread = threading.Thread(target=self._run, name="refresh", daemon=True)

    def _begin(self, full: bool) -> None:
        self.full, self.then_all, self.failure = full, False, None
        self.step, self.begun, self.step_begun = Step("Beginning"), monotonic(), monotonic()
        self.usual, self.asked = _usual(full), self.clock()

    def _run(self) -> None:
        try:
            while True:
                self._refresh()
                with _one:
                    self.over = self.stop.asked or not self.then_all
                    if self.over:
                        return
                    self.wait = True
                    self._begin(full=True)
        finally:
            self.over, self.ended = True, self.clock()

    def _refresh(self) -> None:
        try:
            refreshing.refresh(self.clock(), self._tell, full=self.full, wait=self.wait, stop=self.stop)
            serving.load(LOCAL_OWNER)  # opened here, so that no page waits for it
        except (refreshing.Stopped, lock.Busy):
            pass  # as somebody wished; and what another process makes will be shown
        except InsightsError as error:
            self.failure = str(error)
        except BaseException:
            self.failure = OURS
            raise

    def _tell(self, step: Step) -> None:
        self.step, self.step_begun = step, monotonic()

    def running(self) -> Running:
        step, spent = self.step, monotonic() - self.step_begun
        names = list(self.usual)
        remaining = None
        if step.name in names:
            after = fsum(self.usual[name] for name in names[names.index(step.name) + 1 :])
            remaining = max(0.0, self.usual[step.name] - spent) + after
        return Running(step, monotonic() - self.begun, remaining, self.stop.asked, self.then_all)


_one = threading.Lock()
_job: _Job | None = None
_watching: threading.Thread | None = None


def _usual(full: bool) -> dict[str, float]:
    """Seconds a step of the last refresh of the same kind."""
    past = [one for one in history.past(place.home()) if bool(one.why_full) == full]
    return dict(past[-1].seconds) if past else {}


def _of_this_product() -> _Job | None:
    return _job if _job is not None and _job.home == place.home() else None


def begin(clock: Clock, *, full: bool = False, wait: bool = True) -> None:
    """Begin a refresh, unless one runs; where that reads only the last days, a full one follows it.

    clock: says what time it is. full: read all events, not only the last days. wait: for one of another process.
    """
    global _job
    with _one:
        if running() is None:
            _job = _Job(clock, full, wait)
            _job.thread.start()
        elif full and _job is not None and not _job.full:
            _job.then_all = True


def begin_if_stale(clock: Clock) -> None:
    """Begin a refresh when the warehouse may hold more than what is shown, and none has just been tried."""
    now = clock()
    if not _just_tried(now) and (serving.older_shown() or refreshing.stale(now)):
        begin(clock, wait=False)


def _just_tried(now: datetime) -> bool:
    job = _of_this_product()
    return job is not None and (job.ended is None or now - job.ended < PATIENCE)


def running() -> Running | None:
    """The refresh that goes on; None where none does."""
    job = _of_this_product()
    return job.running() if job is not None and not job.over else None


def last_failure() -> str | None:
    """Why the last refresh of this process failed; None where it did not, or a later one was made elsewhere."""
    job = _of_this_product()
    if job is None or job.failure is None or job.ended is None:
        return None
    made = datetime.fromisoformat(serving.manifest().refreshed_at)
    return job.failure if made < job.asked else None


def stop() -> None:
    """Ask the refresh that goes on to stop: the statement that runs in the warehouse is interrupted."""
    job = _of_this_product()
    if job is not None:
        job.stop.ask()


def wait() -> None:
    """Wait until no refresh goes on."""
    job = _of_this_product()
    if job is not None:
        job.thread.join()


def keep_up(clock: Clock) -> None:
    """Refresh every so many hours while the process runs, where the product file says so (`refresh.every_hours`)."""
    global _watching
    with _one:
        if _watching is None:
            _watching = threading.Thread(target=_watch, args=(clock,), name="keep up", daemon=True)
            _watching.start()


def _watch(clock: Clock) -> None:
    while True:
        sleep(LOOK_EVERY_S)
        begin_if_due(clock)


def begin_if_due(clock: Clock) -> None:
    """Begin a refresh when the last one is as old as the product file allows, and none has just been tried."""
    try:
        every = place.product().refresh.every_hours
        made = datetime.fromisoformat(serving.manifest().refreshed_at)
    except InsightsError:  # whoever opens a page is told
        return
    now = clock()
    if every is not None and now - made >= timedelta(hours=every) and not _just_tried(now):
        begin(clock, wait=False)
