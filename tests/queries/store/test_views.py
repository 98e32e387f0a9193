"""Saved views: who sees which, who changes them, and that two owners never overwrite each other."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries import access
from queries.access import Right, Viewer
from queries.errors import AccessError, Changed, InputError
from queries.store import Store, View

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINE = View("Enterprise", "adoption", "w=26&s.plan=Enterprise", "For the board")
TEAM = replace(MINE, name="New teams", team=True)
ROLES: Any = {"ann": "editor", "ben": "editor", "vera": "viewer", "dana": "admin"}


def used_by(store: Store, name: str) -> Store:
    viewer = Viewer(name, ROLES[name])
    return store.used_by(name, lambda right: access.check(viewer, cast(Right, right)))


def signed(name: str) -> Any:
    return {"by": name, "at": NOW}


def names(store: Store, name: str, product: str) -> list[str]:
    return [kept.content.name for kept in used_by(store, name).views.list(product)]


def test_everybody_sees_the_views_of_the_team_and_nobody_those_of_somebody_else(store: Store, product: str) -> None:
    used_by(store, "ann").views.add(product, MINE, **signed("ann"))
    used_by(store, "ann").views.add(product, TEAM, **signed("ann"))

    assert names(store, "ann", product) == ["Enterprise", "New teams"]
    assert [names(store, name, product) for name in ("ben", "vera", "dana")] == [["New teams"]] * 3


@pytest.mark.parametrize(("who", "content", "may"), [
    ("ann", MINE, True), ("ann", TEAM, True), ("dana", TEAM, True), ("ben", TEAM, False), ("ben", MINE, False),
    ("dana", MINE, False), ("vera", TEAM, False),
])  # fmt: skip
def test_owner_or_admin_changes_a_view_however_it_is_asked(
    store: Store, product: str, who: str, content: View, *, may: bool
) -> None:
    kept = used_by(store, "ann").views.add(product, content, **signed("ann"))
    forged = replace(kept, created_by=who, content=replace(content, team=True))
    theirs = used_by(store, who).views

    for change in (lambda: theirs.change(forged, replace(content, name="Another"), **signed(who)),
                   lambda: theirs.remove(replace(forged, version=2 if may else 1), **signed(who))):  # fmt: skip
        if may:
            change()
        else:
            with pytest.raises(AccessError):
                change()

    assert names(store, "ann", product) == ([] if may else [content.name])
    assert len(store.history(product)) == (3 if may else 1)


def test_who_was_slower_is_told_what_the_view_says_now(store: Store, product: str) -> None:
    seen = used_by(store, "ann").views.add(product, TEAM, **signed("ann"))
    now = used_by(store, "dana").views.change(seen, replace(TEAM, query="w=6"), **signed("dana"))

    with pytest.raises(Changed, match="dana changed this view") as told:
        used_by(store, "ann").views.change(seen, replace(TEAM, query="w=52"), **signed("ann"))

    assert told.value.theirs == now
    assert used_by(store, "ben").views.list(product) == (now,)


@pytest.mark.parametrize("view", [
    replace(MINE, name=" "), replace(MINE, query="no equals sign"), replace(MINE, query="x=" + "y" * 9_000),
    replace(MINE, page=""), replace(MINE, name="x" * 121), replace(MINE, query="s=%ff"),
])  # fmt: skip
def test_what_is_no_view_is_not_kept(store: Store, product: str, view: View) -> None:
    with pytest.raises(InputError):
        store.views.add(product, view, **signed("ann"))

    assert store.history(product) == ()


@settings(deadline=None, derandomize=True, database=None, max_examples=60)
@given(st.builds(View, st.text(max_size=130), st.text(max_size=130), st.text(max_size=60), st.text(max_size=99)))
def test_whatever_is_typed_is_kept_as_it_is_read_or_refused(view: View) -> None:
    try:
        made = view.checked()
    except InputError:
        return

    assert made.checked() == made
