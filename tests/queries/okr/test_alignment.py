"""Objectives below those that they are part of: all of them, once, whatever points to what."""

from hypothesis import strategies as st

from queries.okr.alignment import above, tree
from queries.okr.results import Aim
from tests.strategies import check

IDS = "abcdefg"


def aims(ids: str) -> list[Aim]:
    return [Aim(id, id, "Dana", None, None, (), 1.0, (), None, "no value") for id in ids]


def test_an_objective_stands_right_below_the_one_it_is_part_of() -> None:
    found = tree(aims("abcde"), {"a": "d", "b": None, "c": "a", "e": "elsewhere"})

    assert [(branch.aim.id, branch.depth) for branch in found] == [("b", 0), ("d", 0), ("a", 1), ("c", 2), ("e", 0)]


@check(st.lists(st.sampled_from(IDS), unique=True), st.dictionaries(st.sampled_from(IDS), st.sampled_from(IDS)))
def test_every_objective_is_there_once_even_in_a_circle(ids: list[str], parents: dict[str, str]) -> None:
    found = tree(aims("".join(ids)), parents)

    assert sorted(branch.aim.id for branch in found) == sorted(ids)
    for before, branch in zip((None, *found), found, strict=False):
        assert branch.depth <= (before.depth + 1 if before else 0)
        assert branch.depth == 0 or parents[branch.aim.id] in ids


def test_what_objectives_are_part_of_is_found_however_far_up() -> None:
    parents = {"a": "b", "b": "c", "c": None, "d": "c", "e": "f", "f": "e"}

    assert above(["a", "e"], parents) == {"b", "c", "f"}
