"""Pages for a talk: a title, texts, a native chart over days that can be edited, a table, and what to say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
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

from components.report.text import cell, cut, width
from components.theme import LIGHT

TITLES = ((28, 58, 2), (24, 68, 2), (20, 82, 3))  # size, letters in a line, lines: the first that holds the title
FORMATS, COUNT = {"rate": "0%", "mean": "0.00", "difference": "+0%;-0%", "typed": "General"}, "#,##0"
LEFT, RIGHT = 0.6, 12.73  # inches, of a page of 13.33 by 7.5
MIDDLE = 8.25  # where what stands beside a chart begins
ROW = 0.36  # inches of a row of a table


@dataclass(frozen=True)
class Drawn:
    """A line of a chart with its name, a value or a gap a day, and how it is drawn; points: each value has a dot."""

    name: str
    values: Sequence[float | None]
    color: str
    points: bool = False
    dash: MSO_LINE = MSO_LINE.SOLID


def begun() -> Any:
    """A deck of 16:9 without a page."""
    made = Presentation()
    made.slide_width, made.slide_height = Inches(13.333), Inches(7.5)
    return made


def page(deck: Any, head: str, finding: str, notes: str) -> Any:
    """A page more: a small head, the finding as its title, and what to say of it."""
    made = deck.slides.add_slide(deck.slide_layouts[5])  # a title alone
    _title(made, finding)
    text(made, 0.38, head, 13, LIGHT.muted, bold=True)
    made.notes_slide.notes_text_frame.text = notes
    return made


def content(deck: Any) -> bytes:
    """The deck as a file."""
    file = BytesIO()
    deck.save(file)
    return file.getvalue()


def _title(page: Any, text: str) -> None:
    """The finding, smaller where it is long, and cut where it is too long for three lines."""
    size, letters, lines = next((t for t in TITLES if width(text) <= t[1] * t[2] * 0.92), TITLES[-1])
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = Inches(LEFT), Inches(0.68), Inches(RIGHT - LEFT), Inches(1.15)
    shape.text_frame.text = cut(text, int(letters * lines * 0.92))
    shape.text_frame.vertical_anchor, shape.text_frame.word_wrap = MSO_ANCHOR.TOP, True
    _flush(shape.text_frame)
    _style(shape.text_frame, size, LIGHT.ink, bold=True)


def text(page: Any, top: float, text: str, size: int, color: str, *, bold: bool = False, left: float = LEFT) -> None:
    """A text from a height on, in inches, to the right edge."""
    box = page.shapes.add_textbox(Inches(left), Inches(top), Inches(RIGHT - left), Inches(0.4)).text_frame
    box.word_wrap, box.text = True, text
    _flush(box)
    _style(box, size, color, bold=bold)


def footnote(page: Any, said: str) -> None:
    """What the page is made of, at its foot; the last that is put on a page is the last that is read out."""
    text(page, 6.75, said, 10, LIGHT.muted)


def _flush(frame: Any) -> None:
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0


def _style(frame: Any, size: int, color: str, *, bold: bool = False) -> None:
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), bold, rgb(color)


def rgb(color: str) -> RGBColor:
    """A colour of a palette."""
    return RGBColor(*bytes.fromhex(color[1:]))


# Charts and tables ----------------------------------------------------------------------------------------------------


def chart(
    page: Any, days: Sequence[date], lines: Sequence[Drawn], form: str, told: str, *, bridges: bool = False
) -> Any:
    """A native chart of lines over days, the first of them strong; told: what it says, for those who do not see it.

    form: how its values are written: as those of a metric, or as somebody typed them. bridges: lines go on over days
    without a value.
    """
    data = CategoryChartData(number_format=FORMATS.get(form, COUNT))
    data.categories = list(days)
    for line in lines:
        data.add_series(cell(cut(line.name, 40)), line.values)
    place = Inches(LEFT - 0.1), Inches(1.95), Inches(7.6), Inches(3.85)
    frame = page.shapes.add_chart(XL_CHART_TYPE.LINE_MARKERS, *place, data)
    frame.name = "Chart"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", told)
    if bridges:
        frame.chart._chartSpace.chart.xpath("c:dispBlanksAs")[0].set("val", "span")
    _axes(frame.chart, form)
    for drawn, line in zip(frame.chart.plots[0].series, lines, strict=True):
        _line(drawn, line, is_first=line is lines[0])
    return frame.chart


def _axes(chart: Any, form: str) -> None:
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(11), rgb(LIGHT.muted)
    dates, values = chart.category_axis, chart.value_axis
    for axis, pattern in ((dates, "d mmm"), (values, FORMATS.get(form, COUNT))):
        axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = pattern, False
    dates.format.line.color.rgb = rgb(LIGHT.context)
    values.major_gridlines.format.line.color.rgb, values.format.line.width = rgb("#E7E9EC"), Emu(0)


def _line(drawn: Any, line: Drawn, *, is_first: bool) -> None:
    drawn.smooth = False
    drawn.marker.style = XL_MARKER_STYLE.CIRCLE if line.points else XL_MARKER_STYLE.NONE
    stroke = drawn.format.line
    stroke.color.rgb, stroke.width, stroke.dash_style = rgb(line.color), Pt(2.5 if is_first else 1), line.dash
    if line.points:
        drawn.marker.size = 5
        fill(drawn.marker, line.color)


def fill(marker: Any, color: str) -> None:
    """Colour a marker whole."""
    marker.format.fill.solid()
    marker.format.fill.fore_color.rgb = rgb(color)
    marker.format.line.color.rgb = rgb(color)


def table(page: Any, name: str, rows: Sequence[Sequence[str]], widths: Sequence[float], texts: Collection[int]) -> None:
    """A table at the right edge, its head first. widths: of the columns, in inches; texts: those that are no numbers.

    A text in it is no formula for any spreadsheet it is copied to.
    """
    left = RIGHT - sum(widths)
    place = Inches(left), Inches(2.0), Inches(sum(widths)), Inches(ROW * len(rows))
    frame = page.shapes.add_table(len(rows), len(widths), *place)
    frame.name, frame.table.horz_banding, frame.table.first_row = name, False, False
    for column, inches in enumerate(widths):
        frame.table.columns[column].width = Inches(inches)
    for i, row in enumerate(rows):
        for j, words in enumerate(row):
            _cell(frame.table.cell(i, j), words, is_head=i == 0, is_text=j in texts)


def _cell(made: Any, text: str, *, is_head: bool, is_text: bool) -> None:
    made.text = cell(text) if is_text else text
    made.fill.background()
    made.margin_left = made.margin_right = Inches(0.05)
    made.vertical_anchor = MSO_ANCHOR.MIDDLE
    _style(made.text_frame, 11, LIGHT.muted if is_head else LIGHT.ink, bold=is_head)
    made.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT if is_text else PP_ALIGN.RIGHT
