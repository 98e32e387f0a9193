"""Two people at the same things, at the same time: whatever they do, nobody's words are overwritten unseen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from queries.errors import Changed
from queries.store import Annotation, Change, Kept, Note, Store

WEEK, NOON = date(2026, 11, 15), datetime(2026, 11, 16, 12, tzinfo=UTC)
EDITORS = ("anna", "ben")
notes = st.builds(Note, st.just(WEEK), st.sampled_from(["", "reach"]), st.sampled_from(["up", "down", "flat"]))
steps = st.lists(
    st.tuples(st.sampled_from(EDITORS), st.sampled_from(["look", "add", "change", "change", "remove"]),
              st.integers(0, 3), notes),
    max_size=20,
)  # fmt: skip


@dataclass
class Paper:
    """The store as a plain dict, and what each editor has seen of it."""

    product: str
    now: dict[str, Kept[Note]] = field(default_factory=dict)
    seen: dict[str, dict[str, Kept[Note]]] = field(default_factory=lambda: {editor: {} for editor in EDITORS})

    def other(self, note: Note, id: str = "") -> Kept[Note] | None:
        same = (kept for kept in self.now.values() if kept.id != id and kept.content.metric == note.metric)
        return next(same, None)

    def refuses(self, seen: Kept[Note] | None, note: Note | None) -> tuple[bool, Kept[Note] | None]:
        """Whether somebody was faster, and what is there now. seen: None to add; note: None to remove."""
        if seen is None:
            assert note is not None
            there = self.other(note)
            return there is not None and there.content != note, there
        now = self.now.get(seen.id)
        if note is None:
            return now is not None and now.version != seen.version, now
        if now is None or (now.content != note and now.version != seen.version):
            return True, now
        there = self.other(note, seen.id)
        return (now.content != note and there is not None), there

    def write(self, seen: Kept[Note] | None, note: Note | None, kept: Kept[Note] | None) -> None:
        """Write down what was not refused. kept: what the store says it has now."""
        if seen is not None and note is None:
            self.now.pop(seen.id, None)
            return
        assert kept is not None
        assert kept.content == note
        before = self.now.get(kept.id)
        if before is None:
            assert (seen, kept.version) == (None, 1)
        else:
            assert kept == before if before.content == note else kept.version == before.version + 1
        self.now[kept.id] = kept


def tried(write: Callable[[], Kept[Note] | None]) -> tuple[bool, Kept[Note] | None]:
    """Whether somebody was faster, and what is there now."""
    try:
        return False, write()
    except Changed as error:
        return True, error.theirs


def play(store: Store, paper: Paper, at: datetime, editor: str, what: str, which: int, note: Note) -> None:
    """One step of one editor, on the store and on paper."""
    if what == "look":
        paper.seen[editor] |= {kept.id: kept for kept in store.notes.list(paper.product)}
        return
    known = sorted(paper.seen[editor].values(), key=lambda kept: kept.created_at)
    if what != "add" and not known:
        return
    seen = None if what == "add" else known[which % len(known)]
    wanted = None if what == "remove" else note
    refused, theirs = paper.refuses(seen, wanted)
    words = wanted or Note(WEEK, "", "")  # an empty note is a removal
    was_refused, kept = tried(partial(store.notes.write, paper.product, words, seen, by=editor, at=at))
    assert was_refused == refused
    if refused:
        assert kept == theirs
        return
    paper.write(seen, wanted, kept)
    if kept is not None:
        paper.seen[editor][kept.id] = kept


def replayed(changes: tuple[Change, ...]) -> dict[str, tuple[int, Any]]:
    """The rows that a history leads to, from nothing; each change must begin where the last one ended."""
    rows: dict[str, tuple[int, Any]] = {}
    for change in changes:
        version, fields = rows.get(change.id, (0, None))
        assert (change.version, change.before) == (version + 1, fields)
        rows[change.id] = (change.version, change.after)
    return {id: row for id, row in rows.items() if row[1] is not None}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
@example([("anna", "add", 0, Note(WEEK, "", "up")), ("ben", "look", 0, Note(WEEK, "", "up")),
          ("anna", "change", 0, Note(WEEK, "", "down")), ("ben", "change", 0, Note(WEEK, "", "flat")),
          ("ben", "remove", 0, Note(WEEK, "", "up")), ("anna", "remove", 0, Note(WEEK, "", "up")),
          ("ben", "change", 0, Note(WEEK, "", "flat"))])  # fmt: skip
def test_whatever_two_editors_do_the_store_is_a_dict_in_which_nobody_overwrites_unseen(
    store: Store, new_product: Callable[[], str], steps: list[tuple[str, str, int, Note]]
) -> None:
    paper = Paper(new_product())

    for number, step in enumerate(steps):
        play(store, paper, NOON + timedelta(seconds=number), *step)

    assert {kept.id: kept for kept in store.notes.list(paper.product)} == paper.now
    on_paper = {id: (kept.version, {**asdict(kept.content), "week": "2026-11-15"}) for id, kept in paper.now.items()}
    assert replayed(store.history(paper.product)) == on_paper


def test_four_people_writing_into_one_note_at_once_lose_no_word(store: Store, product: str) -> None:
    def append(person: int) -> None:
        for number in range(6):
            seen, refused, words = None, True, f"{person}.{number}"
            while refused:
                note = Note(WEEK, "", f"{seen.content.text} {words}" if seen else words)
                refused, seen = tried(partial(store.notes.write, product, note, seen, by=f"person {person}", at=NOON))

    with ThreadPoolExecutor(4) as people:
        list(people.map(append, range(4)))

    (note,) = store.notes.of(product, WEEK)
    assert sorted(note.content.text.split()) == [f"{person}.{number}" for person in range(4) for number in range(6)]
    assert (note.version, len(store.history(product, note.id))) == (24, 24)


def test_one_of_two_who_change_the_same_thing_at_the_same_moment_is_told(store: Store, product: str) -> None:
    def change(one: tuple[Kept[Annotation], str]) -> bool:
        seen, title = one
        try:
            store.annotations.change(seen, replace(seen.content, title=title), by=title, at=NOON)
        except Changed:
            return False
        return True

    things = [store.annotations.add(product, Annotation(WEEK, "data", "?"), by="anna", at=NOON) for _ in range(10)]
    with ThreadPoolExecutor(2) as people:
        told = list(people.map(change, [(thing, title) for thing in things for title in EDITORS]))

    assert [sum(told[i : i + 2]) for i in range(0, 20, 2)] == [1] * 10
    assert [thing.version for thing in store.annotations.list(product)] == [2] * 10
