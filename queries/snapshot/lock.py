"""One refresh at a time, over all threads and processes of this machine.

The lock is on an open file, so it goes with whoever holds it: a refresh that was killed locks out nobody.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from queries.errors import SnapshotError

LOOK_EVERY_S = 0.1


class Busy(SnapshotError):
    """Another refresh is running, and nobody wanted to wait for it."""


@contextmanager
def alone(home: Path, *, wait: bool = True, meanwhile: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of a folder of snapshots, which is made where there is none.

    meanwhile: done again and again while another holds it; what it raises ends the waiting. Raises Busy where another
    holds it and `wait` is False; SnapshotError where nothing can be written there.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise cannot_write(home, error) from error
    try:
        while not _taken(file):
            if not wait:
                raise Busy("Another refresh is running; wait until it is done, or stop it.")
            meanwhile()
            sleep(LOOK_EVERY_S)
        yield
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def cannot_write(home: Path, error: Exception) -> SnapshotError:
    """What to say when a folder of snapshots cannot be written to."""
    why = getattr(error, "strerror", None) or error
    return SnapshotError(f"The snapshot could not be written to {home}: {why}. "
                         "Free some room or set SIGHTLINE_DATA to another folder.")  # fmt: skip
