"""Whose turn it is: pages are drawn one after the other, in the order in which people clicked.

Python runs one thread at a time. Twenty-five pages drawn at once change hands every few milliseconds, so that all of
them are late, and a third of the time goes into the change of hands. One after the other, who comes first is served
first. A turn is short: a tenth of a second after it began the next begins, whatever it still does or waits for (the
first refresh, a question that nobody has asked yet, a database elsewhere).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from time import monotonic

LONGEST_S = 0.1  # what the next waits for at most once a turn has begun; a usual click takes a quarter of it


class Turns:
    """A line in which each waits for the one before.

    >>> turns = Turns()
    >>> with turns.taken():
    ...     print("mine")
    mine
    """

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        """longest_s: after how many seconds of a turn the next begins all the same."""
        self._longest_s, self._door, self._last = longest_s, Lock(), _Turn()
        self._last.begin()
        self._last.over.set()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and have it until the block is left or it has been long enough."""
        mine = _Turn()
        with self._door:
            before, self._last = self._last, mine
        try:
            before.begun.wait()
            before.over.wait(max(0.0, before.since + self._longest_s - monotonic()))
            mine.begin()
            yield
        finally:  # also where waiting itself was broken off, or nobody would ever come after
            mine.begin()
            mine.over.set()


class _Turn:
    def __init__(self) -> None:
        self.begun, self.over, self.since = Event(), Event(), 0.0

    def begin(self) -> None:
        if not self.begun.is_set():
            self.since = monotonic()
            self.begun.set()


PAGES = Turns()  # of all who look at this server
