import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from pptx import Presentation

from components import report
from components.report.text import width
from queries.review import Review, Said
from tests.components.report.reviews import HOSTILE, fallen, hostile, line, review


def slide(made: Review) -> Any:
    """The only page of the file."""
    (page,) = Presentation(io.BytesIO(report.pptx(made))).slides
    return page


def chart(page: Any) -> Any:
    return next(shape.chart for shape in page.shapes if shape.has_chart)


def table(page: Any) -> list[list[str]]:
    found = next(shape.table for shape in page.shapes if shape.has_table)
    return [[cell.text for cell in row.cells] for row in found.rows]


def texts(page: Any) -> list[str]:
    return [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]


def test_the_page_tells_the_first_real_change() -> None:
    page = slide(review(line("activation", "Activation"), fallen(), notes=(Said("", "A quiet week."),)))

    assert page.shapes.title.text_frame.text == (
        "Week-4 retention: 20.0 % (n 1,000), a change for the worse: below its usual 30.0–50.0 %.")  # fmt: skip
    assert texts(page)[1:] == [
        "1 real · 1 normal",
        "−19.0 pt (behaviour −19.0 pt, mix 0.0 pt) against the 8 weeks to 8 Nov. "
        "Mostly Company size 1-50 −20.0 pt (56 % of all: 48.0 % to 26.0 %).",
        "Quillboard, week to 15 Nov 2026, as of 18 Nov 2026. Week-4 retention: Users active in week 4. "
        "Limits: the mean ± 2.66 × the mean moving range.",
    ]
    assert table(page) == [["Metric", "15 Nov", "WoW", "YoY", "Verdict"],
                           ["Week-4 retention", "20.0 %", "−20.0 pt", "", "▼ real"]]  # fmt: skip
    assert page.notes_slide.notes_text_frame.text.endswith("A quiet week.")


def test_the_chart_is_native_and_holds_the_values_limits_and_target() -> None:
    plot = chart(slide(review(fallen()))).plots[0]

    assert {each.name: tuple(each.values) for each in plot.series} == {
        "Week-4 retention": (0.42, 0.41, 0.40, 0.20), "Upper limit": (0.5,) * 4, "Middle": (0.4,) * 4,
        "Lower limit": (0.3,) * 4, "Target": (0.45,) * 4,
    }  # fmt: skip
    assert len(plot.categories) == 4


def test_a_week_in_which_nothing_changed_shows_the_first_metric() -> None:
    page = slide(review(line()))

    assert page.shapes.title.text_frame.text == "Week-4 retention: 43.0 % (n 1,000), inside its usual 30.0–50.0 %."
    assert len(texts(page)) == 3


def test_a_review_of_nothing_is_still_a_page() -> None:
    assert slide(replace(review(), lines=())).shapes.title.text_frame.text == "nothing is reviewed"


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_can_be_a_formula_or_break_the_file(name: str) -> None:
    made = review(fallen(name, name, label=name, owner=name), product=name, notes=(Said("", name),))

    file = ZipFile(io.BytesIO(report.pptx(made)))

    book = ZipFile(io.BytesIO(file.read(next(part for part in file.namelist() if part.endswith(".xlsx")))))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert not [each for each in sheet.iter() if each.tag.rpartition("}")[2] in ("f", "hyperlink")]
    assert not [part for part in book.namelist() if "externalLink" in part]
    assert len(texts(slide(made))) == 4


def test_a_title_of_any_length_has_room() -> None:
    for label in ("Short", "Adoption of " + "word " * 20, "x" * 200, "企業のお客様" * 30):
        title = slide(review(fallen(label=label))).shapes.title.text_frame
        size = title.paragraphs[0].font.size
        assert size is not None
        a_line = title._parent.width / (size.pt * 12700 * 0.55)  # letters, generously wide
        lines = -(-width(title.text) // int(a_line))
        assert lines * size.pt * 1.2 * 12700 <= title._parent.height


def test_many_changes_are_six_and_how_many_more() -> None:
    rows = table(slide(hostile()))

    assert len(rows) == 8
    assert rows[-1] == ["and 8 more", "", "", "", ""]
