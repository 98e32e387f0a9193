"""What people write: annotations, actions, notes and closings of the weekly review; objectives, check-ins; views.

It is the app's own database, a file of SQLite beside the snapshots or a Postgres, and nothing in it can be read again
from a warehouse. Everything belongs to a product, so several may share it. Two people never overwrite each other
(`collection`), every change and every download is kept (`history`), and tables only grow by numbered steps
(`migrations`). Whoever looks at the app has the store as `used_by` gives it, where each of their rights is checked.

    store = connect(config.store())
    launch = store.annotations.add("Quillboard", Annotation(day, "launch", "Sign-in for all"), by="anna", at=now)
    store.annotations.change(launch, replace(launch.content, note="10 % first"), by="ben", at=later)

Another kind of thing is a frozen dataclass with `checked`, a step that makes its table, and a line in `Store`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from queries.store import history
from queries.store.annotations import Annotation
from queries.store.collection import Collection, Kept
from queries.store.database import Database, Permit, in_utc
from queries.store.history import Change, Fields
from queries.store.migrations import migrate
from queries.store.okrs import CheckIn, CheckIns, Cycle, Grade, KeyResult, MeetingNote, Objective
from queries.store.review import Action, Actions, Closing, Note, Notes, Reviews, WeeklyNotes
from queries.store.views import View, Views

__all__ = [
    "Action", "Annotation", "Change", "CheckIn", "Closing", "Collection", "Cycle", "Grade", "Kept", "KeyResult",
    "MeetingNote", "Note", "Objective", "Store", "View", "connect",
]  # fmt: skip


class Store:
    """The open store: a collection for each kind of thing. It may be used by many threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.annotations = Collection(database, Annotation, order=["day"], reads="look")
        self.actions = Actions(database, Action, order=["week"])
        self.notes = WeeklyNotes(database, Note, order=["week", "metric"], key=["week", "metric"])
        self.reviews = Reviews(database)
        self.cycles = Collection(database, Cycle, order=["first"], key=["name"], writes="manage")
        self.objectives = Collection(database, Objective, order=["title"], writes="manage")
        self.key_results = Collection(database, KeyResult, order=["title"], name="key result", writes="manage")
        self.check_ins = CheckIns(database)
        self.meeting_notes = Notes(database, MeetingNote, order=["day"], key=["key_result", "day"],
                                   name="meeting note")  # fmt: skip
        self.grades = Collection(database, Grade, order=["key_result"], key=["key_result"], writes="manage")
        self.views = Views(database)

    def used_by(self, name: str, permit: Permit) -> "Store":
        """The same store as somebody uses it. permit: raises where they do not have a right (`access.check`)."""
        return Store(self._database.used_by(name, permit))

    @contextmanager
    def at_once(self, right: str = "write") -> Iterator["Store"]:
        """The same store for several writes: all of them are kept once the `with` is left, or none where it fails."""
        with self._database.at_once(right) as database:
            yield Store(database)

    def history(self, product: str, id: str | None = None, most: int | None = None) -> tuple[Change, ...]:
        """The changes of a product, or of one thing of it, the last ones at most, in the order they were made in."""
        return history.read(self._database, product, id, most)

    def note_export(self, product: str, what: Fields, *, by: str, at: datetime) -> None:
        """Keep that somebody took numbers away, and which."""
        with self._database.write("look") as connection:
            history.record(connection, Change(product, "export", uuid4().hex, 1, by, in_utc(at), None, what))

    def close(self) -> None:
        """Give back all connections."""
        self._database.close()


def connect(place: str) -> Store:
    """The store at a path or an address, made where there is none and brought up to date. Keep it: opening takes time.

    Raises StoreError where it cannot be opened, or was written by a newer Sightline.
    """
    database = Database(place)
    try:
        migrate(database)
        database.let_people_read_meanwhile()
        database.watch()
    except BaseException:
        database.close()
        raise
    return Store(database)
