"""The store as somebody uses it: each right is checked where it is used, and nobody writes as somebody else."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, cast

import pytest

from queries import access
from queries.access import Right, Viewer
from queries.errors import AccessError, StoreError
from queries.store import (
    Action,
    Annotation,
    CheckIn,
    Cycle,
    Grade,
    KeyResult,
    MeetingNote,
    Note,
    Objective,
    Store,
    View,
)

NOW, WEEK = datetime(2026, 11, 21, 12, tzinfo=UTC), date(2026, 11, 15)
LAUNCH = Annotation(WEEK, "launch", "Sign-in")
RESULT = KeyResult("id", "Calls", "Dana", "increase to", "committed", 0.0, 9.0, WEEK)
TEAM = View("Everybody", "adoption", "w=12", team=True)
PEOPLE = {
    "eve": Viewer("eve"), "pat": Viewer("pat", "admin", (("region", ("EMEA",)),)), "vera": Viewer("vera", "viewer"),
    "ed": Viewer("ed", "editor"), "dana": Viewer("dana", "admin"),
}  # fmt: skip


def used_by(store: Store, name: str) -> Store:
    viewer = PEOPLE[name]
    return store.used_by(viewer.name, lambda right: access.check(viewer, cast(Right, right)))


def everything(store: Store, product: str, by: str) -> dict[str, Callable[[], object]]:
    """All that can be done with a store, to a mark that is there and to what is not."""
    mark = store.annotations.add(product, LAUNCH, by="somebody", at=NOW)
    cycle = store.cycles.add(product, Cycle("Autumn", WEEK), by="somebody", at=NOW)
    view = store.views.add(product, TEAM, by="somebody", at=NOW)
    signed: Any = {"by": by, "at": NOW}
    theirs = used_by(store, by)
    return {
        "see marks": partial(theirs.annotations.list, product),
        "note an export": partial(theirs.note_export, product, {"file": "x.csv"}, **signed),
        "see actions": partial(theirs.actions.list, product),
        "see actions of a week": partial(theirs.actions.of, product, WEEK),
        "see notes": partial(theirs.notes.of, product, WEEK),
        "see closings": partial(theirs.reviews.list, product),
        "see cycles": partial(theirs.cycles.list, product),
        "see objectives": partial(theirs.objectives.list, product),
        "see key results": partial(theirs.key_results.list, product),
        "see check-ins": partial(theirs.check_ins.list, product),
        "see meeting notes": partial(theirs.meeting_notes.list, product),
        "see grades": partial(theirs.grades.list, product),
        "mark": partial(theirs.annotations.add, product, replace(LAUNCH, title="More"), **signed),
        "rename a mark": partial(theirs.annotations.change, mark, replace(LAUNCH, title="Another"), **signed),
        "act": partial(theirs.actions.add, product, Action(WEEK, "new", "Ann", "Ask"), **signed),
        "write a note": partial(theirs.notes.write, product, Note(WEEK, "new", "Why"), None, **signed),
        "close": partial(theirs.reviews.close, product, WEEK, WEEK, "{}", **signed),
        "check in": partial(theirs.check_ins.add, product, CheckIn("id", WEEK, confidence=5), **signed),
        "note a meeting": partial(theirs.meeting_notes.write, product, MeetingNote("id", WEEK, "Why"), None, **signed),
        "add a cycle": partial(theirs.cycles.add, product, Cycle("Winter", WEEK), **signed),
        "close a cycle": partial(theirs.cycles.change, cycle, replace(cycle.content, closed=WEEK), **signed),
        "aim": partial(theirs.objectives.add, product, Objective(cycle.id, "New teams stay", "Dana"), **signed),
        "add a key result": partial(theirs.key_results.add, product, RESULT, **signed),
        "grade": partial(theirs.grades.add, product, Grade("id", 0.7), **signed),
        "see views": partial(theirs.views.list, product),
        "save a view": partial(theirs.views.add, product, View("Mine", "adoption"), **signed),
        "rename a view of the team": partial(theirs.views.change, view, replace(TEAM, name="Another"), **signed),
        "see the log": partial(theirs.history, product),
    }


LOOK = ["see marks", "note an export"]
WHOLE = [*LOOK, "see actions", "see actions of a week", "see notes", "see closings", "see cycles",
         "see objectives", "see key results", "see check-ins", "see meeting notes", "see grades",
         "see views"]  # fmt: skip
WRITE = [*WHOLE, "mark", "rename a mark", "act", "write a note", "close", "check in", "note a meeting", "save a view"]
MANAGE = [*WRITE, "add a cycle", "close a cycle", "aim", "add a key result", "grade",
          "rename a view of the team", "see the log"]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "may"), [("eve", []), ("pat", LOOK), ("vera", WHOLE), ("ed", WRITE), ("dana", MANAGE)]
)
def test_each_does_what_their_role_allows_and_nothing_else(
    store: Store, product: str, name: str, may: list[str]
) -> None:
    done = []
    for what, do in everything(store, product, name).items():
        with suppress(AccessError):
            do()
            done.append(what)

    assert sorted(done) == sorted(may)
    assert len(store.history(product)) == 3 + len({*may} & {"note an export", *MANAGE[len(WHOLE) : -1]})
    assert {change.by for change in store.history(product)} <= {"somebody", name}


def test_a_viewer_cannot_remove_what_somebody_marked(store: Store, product: str) -> None:
    mark = store.annotations.add(product, LAUNCH, by="somebody", at=NOW)

    with pytest.raises(AccessError, match="ask an admin of Sightline to make you an editor"):
        used_by(store, "vera").annotations.remove(mark, by="vera", at=NOW)

    assert store.annotations.list(product) == (mark,)


def test_nobody_writes_in_the_name_of_somebody_else(store: Store, product: str) -> None:
    theirs = used_by(store, "ed")

    with pytest.raises(AccessError, match="in the name of somebody else"):
        theirs.annotations.add(product, LAUNCH, by="dana", at=NOW)
    with pytest.raises(AccessError, match="in the name of somebody else"):
        theirs.note_export(product, {"file": "x.csv"}, by="dana", at=NOW)

    assert store.annotations.list(product) == ()
    assert store.history(product) == ()


def test_the_id_of_a_thing_of_another_product_opens_nothing(store: Store, product: str) -> None:
    theirs = store.annotations.add(f"not {product}", LAUNCH, by="ann", at=NOW)

    with pytest.raises(StoreError, match="is not in the store"):
        store.annotations.change(replace(theirs, product=product), replace(LAUNCH, title="Mine"), by="eve", at=NOW)

    assert store.annotations.list(f"not {product}") == (theirs,)


def test_a_download_is_in_the_log_with_what_and_when(store: Store, product: str) -> None:
    what = {"file": "adoption.csv", "view": "adoption?s.plan=Pro", "bytes": 120}

    store.note_export(product, what, by="dana", at=NOW)

    (change,) = store.history(product)
    assert (change.what, change.by, change.at, change.before, change.after) == ("export", "dana", NOW, None, what)


def test_the_last_changes_are_the_last_and_in_order(store: Store, product: str) -> None:
    for title in ("a", "b", "c"):
        store.annotations.add(product, replace(LAUNCH, title=title), by="ann", at=NOW)

    assert [change.after and change.after["title"] for change in store.history(product, most=2)] == ["b", "c"]
