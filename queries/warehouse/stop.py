"""How another thread stops what runs in a warehouse."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from queries.errors import WarehouseError


class Stop:
    """Asks whoever reads a warehouse to stop: the statement that runs is interrupted, and none is begun after it."""

    def __init__(self) -> None:
        self.asked = False
        self._lock = threading.Lock()
        self._interrupt: Callable[[], object] | None = None

    def ask(self) -> None:
        """Stop now. May be called from any thread, and more than once."""
        with self._lock:
            self.asked = True
            if self._interrupt:
                self._interrupt()

    @contextmanager
    def interrupting(self, interrupt: Callable[[], object]) -> Iterator[None]:
        """While a statement runs that `interrupt` ends. Raises WarehouseError when it was asked to stop before."""
        with self._lock:
            if self.asked:
                raise WarehouseError("stopped", "The refresh was stopped.")
            self._interrupt = interrupt
        try:
            yield
        finally:
            with self._lock:
                self._interrupt = None
