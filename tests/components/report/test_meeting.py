"""A meeting over objectives to take away, as a page, as slides and as a message: by what they say and hold."""

import io
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from pptx import Presentation
from pptx.util import Inches

from components import okr_words, report
from components.report.okr_slides import LETTERS
from components.report.text import UNSEEN, tame
from queries.okr.meeting import Ending, Meeting, MeetingNote
from queries.okr.pace import due
from queries.okr.results import Board, Judged, Series
from tests.components.report.meetings import TODAY, found, hostile, meeting
from tests.components.report.reviews import HOSTILE
from tests.components.report.test_page import Page
from tests.queries.okr.goals import LAST, goal, said

CHECKED = replace(said(30, 40, 6), comment="Fewer questions", blockers="Hiring", next_step="Record a video")


def page(made: Meeting) -> Page:
    return Page(report.of_meeting(made).html())


def slides(made: Meeting) -> list[Any]:
    return list(Presentation(io.BytesIO(report.of_meeting(made).pptx())).slides)


def texts(slide: Any) -> list[str]:
    return [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]


def test_the_page_says_where_each_key_result_stands_and_what_its_owner_says_of_it() -> None:
    calls = found(10, 20, 30, 40, 50, title="Calls", said=(CHECKED,))
    notes = {"1": MeetingNote(TODAY, "ada", "We keep the target.")}

    said = page(meeting(calls, found(1, id="2", title="Slow", stale=True), notes=notes)).flat()

    order = [
        "Quillboard Check-in, 2026 Q4 1 Oct 2026 – 8 Jan 2027 · 50 % of the way · on 21 Nov 2026, data to 18 Nov 2026",
        "Check-ins owed Dana Slow · none yet", "Key results", "Teams stay", "0 calls → 50 calls → 100 calls",
        "Calls: 50 calls of 100 calls, as of 4 Nov. 50 % of the way, 35 % was due",
        "Last check-in: 30 Oct 2026 · Dana · 40 calls · confidence 6", "Fewer questions", "In the way: Hiring",
        "Next: Record a video", "We keep the target.", "Note of 21 Nov 2026, ada", "Nobody has checked in yet.",
        "How it is counted",
    ]  # fmt: skip
    flat, at = said.replace("\u00a0", " "), -1
    for words in order:
        assert words in flat
        assert (at := flat.index(words, at + 1)) >= 0


@pytest.mark.parametrize(
    ("last", "said"),
    [(date(2027, 1, 8), "1 Oct 2026 – 8 Jan 2027"), (date(2026, 12, 20), "1 Oct – 20 Dec 2026"),
     (None, "from 1 Oct 2026, without an end")],
)  # fmt: skip
def test_the_year_of_a_cycle_is_said_once_where_it_is_one(last: date | None, said: str) -> None:
    assert okr_words.span(Board("2026 Q4", date(2026, 10, 1), last, TODAY, ())) == said


def test_the_page_of_a_closed_cycle_has_its_grades() -> None:
    made = page(meeting(ending=Ending(LAST, "ada", {"1": 0.5})))

    assert "Closed on 8 Jan 2027 by ada Calls: 0.5 , missed: committed ones are due whole" in made.flat()


def test_what_is_not_shown_to_who_takes_it_away_is_in_no_file() -> None:
    hidden = replace(found(10, 20), series=Series(hidden="It is of fewer than 5 users."), judged=Judged("no value"))
    files = report.of_meeting(meeting(hidden, ending=Ending(LAST, "ada", {"1": 0.2})))

    assert "A: not shown to you" in page(meeting(hidden)).flat()
    assert "0.2" not in files.html() + files.markdown()
    assert "<svg" not in files.html()
    assert not [shape for slide in slides(meeting(hidden)) for shape in slide.shapes if shape.has_chart]


@pytest.mark.parametrize("made", [meeting(), hostile()])
def test_nothing_in_a_name_becomes_an_element_or_an_address(made: Meeting) -> None:
    shown = page(made)

    assert not {"script", "img", "link", "iframe", "object", "a"} & {tag for tag, _ in shown.tags}
    assert not [name for _, attributes in shown.tags for name in attributes if name.startswith("on")]
    assert "http" not in " ".join(value or "" for _, attributes in shown.tags for name, value in attributes.items()
                                  if name in ("src", "href", "xlink:href", "style"))  # fmt: skip
    assert not UNSEEN.search(shown.flat())


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\x00" not in name and "\u202e" not in name])
def test_a_hostile_name_is_read_as_it_was_written(name: str) -> None:
    assert page(hostile()).of("h3 bdi").count(" ".join(name.split())) == 2  # the key result and its owner


def test_each_key_result_has_a_slide_whose_chart_holds_its_story() -> None:
    overview, calls = slides(meeting(found(10, 20, 30, 40, 50, title="Calls", said=(CHECKED,))))

    plot = next(shape.chart for shape in calls.shapes if shape.has_chart).plots[0]
    lines = {each.name: tuple(each.values) for each in plot.series}
    days = [date(1899, 12, 30) + timedelta(days=float(label)) for label in plot.categories]  # as a spreadsheet counts
    assert texts(overview)[0] == "1 on track."
    assert texts(calls)[0] == "Calls: 50 calls of 100 calls, as of 4 Nov."
    assert "In the way: Hiring" in texts(calls)
    assert [value for value in lines["Calls"] if value is not None] == [10, 20, 30, 40, 50]
    assert lines["Due"] == tuple(due(goal(), day) for day in days)
    assert [value for value in lines["Forecast"] if value is not None][:2] == pytest.approx([50, 60])
    assert set(lines) == {"Calls", "Due", "Forecast", "19 of 20 above", "19 of 20 below"}


def test_whatever_is_said_fits_beside_the_chart_and_the_notes_have_all_of_it() -> None:
    words = "word " * 300
    long = replace(CHECKED, author=words[:100], comment=words, blockers=words, next_step=words)
    _, page = slides(meeting(found(10, 20, said=(long,)), notes={"1": MeetingNote(TODAY, "ada", words)}))

    boxes = [shape for shape in page.shapes if shape.has_text_frame and shape.left > Inches(8)]
    ends = [shape.top + Inches(0.26 * -(-len(shape.text_frame.text) // LETTERS)) for shape in boxes]
    assert len(boxes) == 5
    assert all(end <= shape.top for end, shape in zip(ends, boxes[1:], strict=False))
    assert ends[-1] <= Inches(5.9)
    assert page.notes_slide.notes_text_frame.text.count("word") > 1_200


def test_no_name_can_be_a_formula_in_the_slides() -> None:
    file = ZipFile(io.BytesIO(report.of_meeting(hostile()).pptx()))

    books = [ZipFile(io.BytesIO(file.read(part))) for part in file.namelist() if part.endswith(".xlsx")]
    assert len(books) == len(HOSTILE)
    assert not [book for book in books if b"<f>" in book.read("xl/worksheets/sheet1.xml")]


def test_more_key_results_than_a_slide_holds_are_counted() -> None:
    overview, *each = slides(meeting(*(found(10, id=str(i)) for i in range(14))))

    rows = next(shape.table for shape in overview.shapes if shape.has_table).rows
    assert (len(list(rows)), list(rows)[-1].cells[0].text, len(each)) == (14, "and 2 more", 14)


def test_a_message_is_the_answer_then_what_is_said_of_each() -> None:
    calls = found(10, 20, 30, title="Calls", said=(CHECKED,), stale=True)

    made = report.of_meeting(meeting(calls, notes={"1": MeetingNote(TODAY, "ada", "@here *now*")})).markdown()

    assert made == (
        "**Quillboard, check-in of 21 Nov 2026: 2026 Q4**\n\n"
        "**1 on track.** Check-ins are owed by Dana.\n\n"
        "**Teams stay** · 50 % · ● on track · Dana\n"
        "- **Calls: 30 calls** of 100 calls, as of 21 Oct. 30 % of the way, 21 % was due: pace 1.43, **on track**. "
        "No forecast before there are 4 weeks.\n"
        "  30 Oct 2026 · Dana · **40 calls** · confidence 6  \n"
        "  Fewer questions  \n  In the way: Hiring  \n  Next: Record a video  \n"
        "  Dana owes a check-in.  \n"
        "  Note: @\u200bhere \\*now\\*  \n\n"
        "1 Oct 2026 – 8 Jan 2027 · 50 % of the way. As of 18 Nov 2026.\n"
    )


def test_a_meeting_without_key_results_is_still_every_file() -> None:
    empty = meeting()
    empty = replace(empty, board=replace(empty.board, aims=()))

    files = report.of_meeting(empty)
    assert "No key results for 2026 Q4 yet." in page(empty).flat()
    assert len(slides(empty)) == 1
    assert files.markdown().startswith("**Quillboard, check-in of 21 Nov 2026: 2026 Q4**\n\n**No key results")


def test_a_meeting_loses_the_signs_that_cannot_be_written_and_nothing_else() -> None:
    assert tame(meeting()) == meeting()
    assert not UNSEEN.search(str(tame(hostile())))


def test_the_story_on_a_page_has_its_line_what_was_due_the_forecast_and_the_check_ins() -> None:
    svg = report.of_meeting(meeting(found(10, 20, 30, 40, 50, said=(CHECKED,)))).html()

    assert [svg.count(f'class="{kind}"') for kind in ("value", "required", "lead", "band", "said", "dot")] == [
        1, 1, 1, 1, 1, 5]  # fmt: skip
