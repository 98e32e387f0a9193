"""What was read is told again, and never once anybody has written, through whichever store, to whichever product."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import store as stores
from queries.errors import AccessError, StoreError
from queries.store import Annotation, Store, View

NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
LAUNCH = Annotation(date(2026, 11, 9), "launch", "Export 2")
steps = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["look", "add", "change", "remove", "give up"])), max_size=30
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(steps=steps)
def test_all_who_have_a_file_open_are_told_the_same_after_each_write(
    tmp_path: Path, steps: list[tuple[str, str]]
) -> None:
    product, expected = uuid4().hex, list[str]()
    with closing(opened(tmp_path)) as a, closing(opened(tmp_path)) as b, closing(opened(tmp_path)) as c:
        through = {"a": a, "b": b, "c": c.used_by("c", lambda right: None)}
        for number, (who, what) in enumerate(steps):
            one, launch = through[who], replace(LAUNCH, title=f"Export {number}")
            there = one.annotations.list(product)
            if what == "add":
                one.annotations.add(product, launch, by=who, at=NOON)
                expected.append(launch.title)
            elif what == "change" and there:
                one.annotations.change(there[0], launch, by=who, at=NOON)
                expected[expected.index(there[0].content.title)] = launch.title
            elif what == "remove" and there:
                one.annotations.remove(there[0], by=who, at=NOON)
                expected.remove(there[0].content.title)
            elif what == "give up":
                with pytest.raises(ZeroDivisionError):
                    give_up(one, who, product, launch)
            assert [sorted(titles(each, product)) for each in through.values()] == [sorted(expected)] * 3


def test_what_nobody_has_written_to_is_read_once(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        sent: list[str] = []
        sa.event.listen(store._database._engine, "before_cursor_execute", lambda *said: sent.append(said[2]))
        anna, ben = (store.used_by(name, lambda right: None) for name in ("anna", "ben"))
        looks = [each.annotations.list("Quillboard") for each in (anna, ben, anna)]

        assert (looks, len([words for words in sent if "SELECT" in words])) == ([()] * 3, 1)


@pytest.mark.parametrize(
    "address",
    ["{}/a.sqlite", "sqlite:///file:{}/a.sqlite?uri=true", "sqlite:///file:{}/a.sqlite?vfs=unix-dotfile&uri=true"],
)
def test_to_look_while_somebody_writes_loses_nothing_however_the_file_is_opened(tmp_path: Path, address: str) -> None:
    written = [f"Export {number}" for number in range(150)]
    with closing(stores.connect(address.format(tmp_path))) as store, ThreadPoolExecutor(3) as pool:
        over = Event()
        looks = [pool.submit(looked, store, over) for _ in range(2)]
        for title in written:
            store.annotations.add("Quillboard", replace(LAUNCH, title=title), by="anna", at=NOON)
            assert title in titles(store, "Quillboard")
        over.set()
        assert [each.result() for each in looks] == [None, None]
        assert sorted(titles(store, "Quillboard")) == sorted(written)
    assert [path.name for path in tmp_path.iterdir()] == ["a.sqlite"]
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("place", ["", ":memory:", "sqlite://"])
def test_a_store_that_would_be_gone_with_the_process_is_refused(place: str) -> None:
    with pytest.raises(StoreError, match="names no file"):
        stores.connect(place)


def test_ones_own_views_and_rights_are_never_those_of_another(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        anna, ben = (store.used_by(name, lambda right: None) for name in ("anna", "ben"))
        anna.views.add("Quillboard", View("Mine", "adoption"), by="anna", at=NOON)
        carl = store.used_by("carl", refuse)
        assert anna.annotations.list("Quillboard") == ()

        assert [len(each.views.list("Quillboard")) for each in (anna, ben, anna)] == [1, 0, 1]
        with pytest.raises(AccessError, match="no right to whole"):
            carl.views.list("Quillboard")
        with pytest.raises(AccessError, match="no right to look"):
            carl.annotations.list("Quillboard")


def opened(folder: Path) -> Store:
    return stores.connect(str(folder / "store.sqlite"))


def give_up(store: Store, who: str, product: str, launch: Annotation) -> None:
    """Write, see it, and fail before it is kept."""
    with store.at_once() as whole:
        before = titles(whole, product)
        whole.annotations.add(product, launch, by=who, at=NOON)
        assert sorted(titles(whole, product)) == sorted([*before, launch.title])
        raise ZeroDivisionError


def looked(store: Store, over: Event) -> None:
    """Look again and again until it is over."""
    while not over.is_set():
        store.annotations.list("Quillboard")


def titles(store: Store, product: str) -> list[str]:
    return [kept.content.title for kept in store.annotations.list(product)]


def refuse(right: str) -> None:
    raise AccessError(f"no right to {right}")
