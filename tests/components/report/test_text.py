from hypothesis import given
from hypothesis import strategies as st

from components.report.text import UNSEEN, cell, chat, cut, rich, tame, width
from components.words import md
from tests.components.report.reviews import hostile, review

TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)


@given(TEXTS)
def test_a_name_is_shown_on_a_page_as_it_is_and_makes_no_element(name: str) -> None:
    made = rich(f"**{md(name)}** fell")

    inside = str(made).removeprefix("<strong>").removesuffix("</strong> fell")
    assert "<" not in inside
    assert made.unescape() == f"<strong>{' '.join(name.split())}</strong> fell".replace(" %", "\u00a0%")


@given(TEXTS)
def test_a_name_in_a_chat_is_neither_markup_nor_calls_anybody(name: str) -> None:
    said = chat(md(name))

    bare = said.replace("\\\\", "").replace("\\*", "").replace("\\_", "").replace("\\`", "").replace("\\[", "")
    assert not set("*_`<>[") & set(bare)
    assert "@here" not in said


@given(TEXTS, st.integers(2, 40))
def test_a_cut_text_is_never_wider_than_asked(text: str, most: int) -> None:
    assert width(cut(text, most)) <= most


@given(TEXTS)
def test_a_cell_never_begins_as_a_formula_does(text: str) -> None:
    assert not cell(text).lstrip().startswith(("=", "+", "-", "@"))


def test_a_review_loses_the_signs_that_cannot_be_written_and_nothing_else() -> None:
    assert tame(review()) == review()

    labels = [line.label for line in tame(hostile()).lines]
    assert labels[0] == "<script>alert(1)</script>"
    assert {"abc", "ab[0m"} <= set(labels)
    assert not UNSEEN.search("".join(labels))
