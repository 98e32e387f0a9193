"""A process that opens a store and writes without end; it says each write that returned, and may be killed any time."""

import sys
from dataclasses import replace
from datetime import UTC, date, datetime

from queries import store as stores
from queries.store import Annotation


def main(place: str, name: str, most: int) -> None:
    """Add annotations and change each once, saying id and version of what was kept. most: how many to add."""
    store, now = stores.connect(place), datetime(2026, 11, 16, tzinfo=UTC)
    print("open", flush=True)
    for number in range(most):
        added = store.annotations.add("Q", Annotation(date(2026, 11, 15), "data", f"{name}.{number}"), by=name, at=now)
        print(added.id, added.version, flush=True)
        changed = store.annotations.change(added, replace(added.content, note="x" * 2_000), by=name, at=now)
        print(changed.id, changed.version, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
