"""A review as one page for a talk: the finding as its title, a chart to edit, what changed, and how it is made."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Emu, Inches, Pt

from components import review_words
from components.report.page import changed
from components.report.text import cell, cut, tame, width
from components.theme import LIGHT, day
from components.words import spoken
from queries.review import Line, Review, Week

WEEKS = 26  # drawn
ROWS, NAME = 6, 60  # of what changed; letters of a metric
TITLES = ((28, 58, 2), (24, 68, 2), (20, 82, 3))  # size, letters in a line, lines: the first that holds the title
FORMATS, COUNT = {"rate": "0%", "mean": "0.00", "difference": "+0%;-0%"}, "#,##0"
LEFT, RIGHT = 0.6, 12.73  # inches, of a page of 13.33 by 7.5


def pptx(review: Review) -> bytes:
    """The review as a page of 16:9 with a native chart of the first real change, or else of the first line."""
    review = tame(review)
    made = Presentation()
    made.slide_width, made.slide_height = Inches(13.333), Inches(7.5)
    page = made.slides.add_slide(made.slide_layouts[5])  # a title alone
    line = told(review)
    _title(page, spoken(review_words.sentence(line, review.week)) if line else review_words.head(review))
    _text(page, 0.38, review_words.head(review), 13, LIGHT.muted, bold=True)
    if line:
        _chart(page, line)
        _table(page, review)
        if line.verdict in ("real", "watch"):
            _text(page, 5.95, cut(spoken(review_words.why(line, review.week)), 230), 14, LIGHT.ink)
    _text(page, 6.75, footnote(review, line), 10, LIGHT.muted)
    _notes(page, review)
    file = BytesIO()
    made.save(file)
    return file.getvalue()


def told(review: Review) -> Line | None:
    """The line that the page is about: the first real change, else the first of all."""
    real = [line for line in changed(review) if line.verdict == "real"]
    found = next(iter([*real, *review.lines]), None)
    return found and replace(found, label=cut(found.label, NAME))  # or a long one would leave no room for the finding


def footnote(review: Review, line: Line | None) -> str:
    """Which product, week and state of the data, what is counted, and how the limits are made."""
    said = f"{cut(review.product, NAME)}, week to {day(review.week, year=True)}, as of {day(review.as_of, year=True)}."
    if line is None:
        return said
    limits = f"Limits: the mean ± 2.66 × the mean moving range{', along its trend' if line.trended else ''}."
    return f"{said} {review_words.name(line)}: {review_words.definition(line)} {limits}"


# Parts of the page ----------------------------------------------------------------------------------------------------


def _title(page: Any, text: str) -> None:
    """The finding, smaller where it is long, and cut where it is too long for three lines."""
    size, letters, lines = next((t for t in TITLES if width(text) <= t[1] * t[2] * 0.92), TITLES[-1])
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = Inches(LEFT), Inches(0.68), Inches(RIGHT - LEFT), Inches(1.15)
    shape.text_frame.text = cut(text, int(letters * lines * 0.92))
    shape.text_frame.vertical_anchor, shape.text_frame.word_wrap = MSO_ANCHOR.TOP, True
    _flush(shape.text_frame)
    _style(shape.text_frame, size, LIGHT.ink, bold=True)


def _text(page: Any, top: float, text: str, size: int, color: str, *, bold: bool = False) -> None:
    box = page.shapes.add_textbox(Inches(LEFT), Inches(top), Inches(RIGHT - LEFT), Inches(0.4)).text_frame
    box.word_wrap, box.text = True, text
    _flush(box)
    _style(box, size, color, bold=bold)


def _flush(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _style(frame: Any, size: int, color: str, *, bold: bool = False) -> None:
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), bold, _rgb(color)


def _rgb(color: str) -> RGBColor:
    return RGBColor(*bytes.fromhex(color[1:]))


def _notes(page: Any, review: Review) -> None:
    """What to say: every change in words, and what was noted of it."""
    said = [review_words.answer(review)]
    for line in changed(review):
        said.append(f"{review_words.sentence(line, review.week)} {review_words.why(line, review.week)}")
    said = [spoken(text) for text in said] + [note.text for note in review.notes]
    page.notes_slide.notes_text_frame.text = "\n".join(said)


def _chart(page: Any, line: Line) -> None:
    weeks = line.weeks[-WEEKS:]
    data = CategoryChartData(number_format=FORMATS.get(line.form, COUNT))
    data.categories = [week.last for week in weeks]
    for name, values in series(line, weeks):
        data.add_series(cell(cut(name, 40)), values)
    place = Inches(LEFT - 0.1), Inches(1.95), Inches(7.6), Inches(3.85)
    frame = page.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *place, data)
    frame.name = "Chart"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", spoken(review_words.sentence(line, line.now.last)))
    _axes(frame.chart, line)
    for number, drawn in enumerate(frame.chart.plots[0].series):
        _line(drawn, number)
    _signals(frame.chart.plots[0].series[0], line, weeks)


def series(line: Line, weeks: tuple[Week, ...]) -> list[tuple[str, list[float | None]]]:
    """What is drawn: the metric, the limits and middle of its usual swing, and its target where it has one."""
    found = [(review_words.name(line), [week.value for week in weeks]), ("Upper limit", [week.upper for week in weeks]),
             ("Middle", [week.centre for week in weeks]), ("Lower limit", [week.lower for week in weeks])]  # fmt: skip
    return found if line.target is None else [*found, ("Target", [line.target] * len(weeks))]


def _axes(chart: Any, line: Line) -> None:
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(11), _rgb(LIGHT.muted)
    dates, values = chart.category_axis, chart.value_axis
    for axis, pattern in ((dates, "d mmm"), (values, FORMATS.get(line.form, COUNT))):
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = pattern, False
    dates.format.line.color.rgb = _rgb(LIGHT.context)
    values.major_gridlines.format.line.color.rgb, values.format.line.width = _rgb("#E7E9EC"), Emu(0)


def _line(drawn: Any, number: int) -> None:
    """The metric as a strong line, what surrounds it as thin ones."""
    drawn.smooth = False
    drawn.marker.style = XL_MARKER_STYLE.CIRCLE if number == 0 else XL_MARKER_STYLE.NONE
    stroke = drawn.format.line
    stroke.color.rgb = _rgb((LIGHT.categorical[0], LIGHT.context, LIGHT.context, LIGHT.context, LIGHT.ink)[number])
    stroke.width = Pt(2.5 if number == 0 else 1)
    stroke.dash_style = MSO_LINE.ROUND_DOT if number == 2 else MSO_LINE.SOLID
    if number == 0:
        drawn.marker.size = 5
        _fill(drawn.marker, LIGHT.categorical[0])


def _signals(drawn: Any, line: Line, weeks: tuple[Week, ...]) -> None:
    for place, week in enumerate(weeks):
        if week.signal and not week.ignored and week.value is not None:
            is_up = week.value >= (week.centre or 0.0)
            marker = drawn.points[place].marker
            marker.style, marker.size = XL_MARKER_STYLE.TRIANGLE if is_up else XL_MARKER_STYLE.DIAMOND, 8
            _fill(marker, LIGHT.better if is_up == (line.good == "better") else LIGHT.worse)


def _fill(marker: Any, color: str) -> None:
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = _rgb(color)
    marker.format.line.color.rgb = _rgb(color)


def _table(page: Any, review: Review) -> None:
    """What changed, or the first lines where nothing did."""
    lines = changed(review) or list(review.lines)
    rows = [_row(line, review.week) for line in lines[:ROWS]]
    rows += [[f"and {len(lines) - ROWS} more", "", "", "", ""]] if len(lines) > ROWS else []
    head = ["Metric", day(review.week), "WoW", "YoY", "Verdict"]
    place = Inches(8.25), Inches(2.0), Inches(RIGHT - 8.25), Inches(0.36 * (len(rows) + 1))
    frame = page.shapes.add_table(len(rows) + 1, len(head), *place)
    frame.name, frame.table.horz_banding, frame.table.first_row = "What changed", False, False
    for column, inches in enumerate((1.55, 0.62, 0.72, 0.74, 0.85)):
        frame.table.columns[column].width = Inches(inches)
    for i, row in enumerate([head, *rows]):
        for j, text in enumerate(row):
            _cell(frame.table.cell(i, j), text, is_head=i == 0, is_text=j in (0, 4))


def _row(line: Line, now: date) -> list[str]:
    shown = review_words.value(line.form, line.now.value, line.now.of)
    return [cut(review_words.name(line), 40), shown, review_words.against(line, 1), review_words.against(line, 52),
            review_words.verdict(line, now).replace(" since ", " ")]  # fmt: skip


def _cell(made: Any, text: str, *, is_head: bool, is_text: bool) -> None:
    made.text = cell(text) if is_text else text
    made.fill.background()
    made.margin_left = made.margin_right = Inches(0.05)
    made.vertical_anchor = MSO_ANCHOR.MIDDLE
    _style(made.text_frame, 11, LIGHT.muted if is_head else LIGHT.ink, bold=is_head)
    made.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT if is_text else PP_ALIGN.RIGHT
