"""A key result as a bullet: where its parts lie, and that its colour says the verdict alone."""

from base64 import b64decode
from dataclasses import astuple, replace
from xml.etree import ElementTree

import pytest
from hypothesis import strategies as st

from components.okr_bullet import EDGE, WIDTH, Bullet, bullet, image, svg
from components.theme import LIGHT
from queries.okr.pace import judged
from tests.components.report.meetings import found
from tests.queries.okr.goals import goal, weekly
from tests.strategies import check


def test_a_bullet_lies_from_its_base_to_its_target_with_what_is_due() -> None:
    half = found(50)

    assert bullet(half) == Bullet(0.0, 0.5, 1.0, 0.07, "")
    assert bullet(replace(half, judged=replace(half.judged, status="off track"))) == Bullet(
        0.0, 0.5, 1.0, 0.07, "worse")  # fmt: skip


def test_the_wrong_way_is_left_of_the_base_and_more_than_was_meant_right_of_the_target() -> None:
    wrong, much = bullet(found(-25, -25, -25)), bullet(found(20, 50, 125))

    assert wrong
    assert much
    assert astuple(wrong) == (pytest.approx(0.2), 0.0, 1.0, pytest.approx(0.2 + 0.8 * 0.21), "worse")
    assert astuple(much) == (0.0, 1.0, pytest.approx(0.8), pytest.approx(0.8 * 0.21), "better")


@pytest.mark.parametrize(("type", "side"), [("stay above", 1), ("stay below", -1)])
def test_what_is_to_stay_is_right_of_its_target_on_the_good_side(type: str, side: int) -> None:
    points = tuple(weekly(10, 10 + 5 * side))
    one = found(goal=goal(type, 10, 10))
    one = replace(one, series=replace(one.series, points=points), judged=judged(one.asked.goal, points))

    made = bullet(one)

    assert made
    assert (made.target, made.now, made.due) == (0.0, 1.0, None)


def test_without_a_value_there_is_no_bullet() -> None:
    assert bullet(found()) is None


@check(st.floats(-1e6, 1e6), st.text(max_size=20))
def test_every_part_is_drawn_within_the_image(value: float, title: str) -> None:
    made = bullet(found(value))
    assert made

    drawn = ElementTree.fromstring(svg(made, LIGHT, title.encode("utf-8", "ignore").decode().translate(
        dict.fromkeys(range(32)))))  # fmt: skip
    for part in drawn:
        left, width = float(part.attrib["x"]), float(part.attrib["width"])
        assert left >= EDGE - 1.1
        assert left + width <= WIDTH - EDGE + 2.1


def test_an_image_needs_nothing_else() -> None:
    made = bullet(found(50))
    assert made

    kind, _, text = image(made, LIGHT).partition(",")
    assert kind == "data:image/svg+xml;base64"
    assert ElementTree.fromstring(b64decode(text)).tag == "{http://www.w3.org/2000/svg}svg"
