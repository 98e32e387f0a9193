"""What was read is told again, and never once anybody has written, through whichever store, to whichever product."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queries import store as stores
from queries.errors import AccessError
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


def test_ones_own_views_and_rights_are_never_those_of_another(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as store:
        anna, ben = (store.used_by(name, lambda right: None) for name in ("anna", "ben"))
        anna.views.add("Quillboard", View("Mine", "adoption"), by="anna", at=NOON)
        carl = store.used_by("carl", refuse)

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


def titles(store: Store, product: str) -> list[str]:
    return [kept.content.title for kept in store.annotations.list(product)]


def refuse(right: str) -> None:
    raise AccessError(f"no right to {right}")
