"""What a person sees and does on a page of the app."""

import re
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, TimeoutError, expect

from tests.browser.conftest import settle


def query(page: Page) -> Mapping[str, list[str]]:
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)


def answer(page: Page) -> Locator:
    """The first sentences of the page."""
    said = (r"\d (?:real|continuing|watch) · |is used most|is a core feature|were back|eligible .*\) used|"
            r"retention was|, of users who|came on|active users in the week|Not yet|Nobody")  # fmt: skip
    return page.get_by_test_id("stMarkdown").filter(has_text=re.compile(said))


def figure(page: Page, number: int) -> Locator:
    """A figure that has been drawn."""
    found = page.locator(".js-plotly-plot").nth(number)
    expect(found.locator(".main-svg").first).to_be_visible()
    found.scroll_into_view_if_needed()
    return found


def click_number(page: Page, chart: Locator, number: int) -> None:
    """Click on the cell that carries the n-th number of a figure."""
    expect(chart.locator(".textpoint").nth(number)).to_be_visible()
    box = chart.locator(".textpoint").nth(number).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    expect(chart.locator(".hoverlayer .hovertext")).to_be_visible()
    page.mouse.click(x, y)


def cell(page: Page, row: int, column: int) -> str:
    """The text of a cell of the first table; both count from 0, row 0 is the header."""
    cells = page.get_by_test_id("stDataFrame").first.locator(f"[role=row][aria-rowindex='{row + 1}'] > *")
    return cells.nth(column).text_content() or ""


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a list by its words; again where the page was drawn anew between the clicks."""
    box = page.get_by_role("combobox", name=label, exact=True)
    for patience_ms in (5_000, 5_000, 20_000):
        settle(page)
        if box.input_value() != option:
            box.click()
            with suppress(TimeoutError):
                page.get_by_role("option", name=option, exact=True).click(timeout=patience_ms)
        with suppress(AssertionError):
            settle(page)
            expect(box).to_have_value(option, timeout=patience_ms)
            return
    expect(box).to_have_value(option)


def switch(page: Page, label: str) -> Locator:
    """An on-off switch."""
    return page.get_by_role("switch", name=label).or_(page.get_by_role("checkbox", name=label))
