"""What people do, in a real browser: filter, drill, go back, reload, take away; by mouse and by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from components.theme import DARK, LIGHT, Palette
from tests.browser.conftest import CHROMIUM, Open, served, settle
from tests.browser.page import answer, cell, click_number, figure, query

if CHROMIUM is None:
    why = "NO BROWSER WAS TESTED: there is no chromium here; install it, or name one in CHROMIUM."
    pytest.skip(why, allow_module_level=True)
pytestmark = [pytest.mark.slow, pytest.mark.browser]


# Filter, leave, come back --------------------------------------------------------------------------------------------


def test_a_filter_changes_the_answer_and_the_address_and_survives_reload_and_back(open_page: Open) -> None:
    page = open_page("/adoption")
    expect(answer(page)).to_contain_text("eligible users in the 4 weeks")

    page.get_by_role("radio", name="Accounts").click()
    expect(answer(page)).to_contain_text("eligible accounts in the 4 weeks")
    page.get_by_role("radio", name="26 wk").click()
    expect(page).to_have_url(re.compile("w=26"))
    assert (query(page)["unit"], query(page)["w"]) == (["account"], ["26"])

    page.reload()
    settle(page)
    expect(page.get_by_role("radio", name="26 wk")).to_be_checked()
    expect(answer(page)).to_contain_text("eligible accounts in the 4 weeks")

    page.go_back()
    expect(page.get_by_role("radio", name="12 wk", exact=True)).to_be_checked()
    expect(page.get_by_role("radio", name="Accounts")).to_be_checked()
    page.go_back()
    expect(page.get_by_role("radio", name="Users")).to_be_checked()
    expect(answer(page)).to_contain_text("eligible users in the 4 weeks")


def test_the_pages_link_to_each_other_and_carry_what_is_picked(open_page: Open) -> None:
    page = open_page("/adoption?s.plan=Enterprise&w=26")

    page.get_by_role("link", name="Retention").click()
    expect(answer(page)).to_contain_text("users with Plan Enterprise who signed up")
    assert urlsplit(page.url).path == "/retention"
    assert (query(page)["s.plan"], query(page)["w"]) == (["Enterprise"], ["26"])

    page.get_by_role("link", name="Adoption").click()
    expect(answer(page)).to_contain_text("eligible users with Plan Enterprise")


def test_a_link_opens_on_a_server_that_nobody_has_used(open_page: Open) -> None:
    page = open_page("/retention?feature=export&start=first_use&back=export&unit=account")

    expect(answer(page)).to_contain_text("accounts who first used Export")
    expect(page.get_by_text("Page not found")).to_have_count(0)


def test_a_link_that_asks_for_what_is_not_there_says_so_and_opens(open_page: Open) -> None:
    page = open_page("/retention?feature=exprot")

    expect(page.get_by_role("alert")).to_contain_text("The link asks for feature “exprot”, which is not on offer here.")
    expect(answer(page)).to_contain_text("users who signed up")


# Drill ---------------------------------------------------------------------------------------------------------------


def test_a_row_of_the_features_opens_its_feature_and_back_returns(open_page: Open) -> None:
    page = open_page("/adoption?w=26")
    said, feature = answer(page).inner_text(), cell(page, 1, 0)

    page.get_by_test_id("stDataFrame").first.click(position={"x": 18, "y": 52})
    expect(answer(page)).to_contain_text(f"used {feature}")
    assert urlsplit(page.url).path == "/feature"

    page.go_back()
    expect(answer(page)).to_have_text(said)
    expect(page.get_by_role("radio", name="26 wk")).to_be_checked()
    assert urlsplit(page.url).path == "/adoption"


def test_a_cell_of_the_heatmap_opens_the_feature_in_the_segment_and_back_returns(open_page: Open) -> None:
    page = open_page("/adoption?by=plan")
    said = answer(page).inner_text()

    click_number(page, figure(page, 0), 0)
    expect(answer(page)).to_contain_text(re.compile("eligible users with Plan Enterprise .* used Boards"))

    page.reload()
    settle(page)
    expect(answer(page)).to_contain_text(re.compile("eligible users with Plan Enterprise .* used Boards"))

    page.go_back()
    expect(answer(page)).to_have_text(said)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.get_by_role("button", name="Plan: Enterprise")).to_have_count(0)
    page.reload()
    settle(page)
    expect(answer(page)).to_have_text(said)
    expect(page.get_by_role("alert")).to_have_count(0)


# One cohort ----------------------------------------------------------------------------------------------------------


def test_a_click_on_a_cohort_says_what_is_behind_it_as_often_as_one_asks(open_page: Open) -> None:
    page = open_page("/retention")

    for _ in range(2):
        click_number(page, figure(page, 1), 0)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("w/e 30 Aug, week 1")
        expect(dialog).to_contain_text("The other cohorts together:")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)


def test_a_cohort_can_be_opened_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("/retention")
    page.get_by_role("switch", name="Table").or_(page.get_by_role("checkbox", name="Table")).focus()

    page.keyboard.press("Space")
    page.get_by_test_id("data-grid-canvas").focus()
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)

    expect(page.get_by_role("dialog")).to_contain_text("week 1")


def test_the_table_twin_of_the_heatmap_leads_on_by_keyboard(open_page: Open) -> None:
    page = open_page("/adoption?by=plan")
    page.get_by_role("switch", name="Table").or_(page.get_by_role("checkbox", name="Table")).focus()

    page.keyboard.press("Space")
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)
    page.get_by_test_id("data-grid-canvas").last.focus()
    page.keyboard.press("ArrowRight")

    expect(answer(page)).to_contain_text(re.compile("eligible users with Plan Enterprise .* used Boards"))


# Take away -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "number", "name", "columns"), [
    ("/adoption", 0, "adoption.csv", {"feature", "n", "of", "low", "high"}),
    ("/adoption", 1, "adoption_by_segment.csv", {"feature", "segment", "n", "of", "gap"}),
    ("/retention", 0, "retention.csv", {"cohort", "interval", "n", "of", "complete"}),
])  # fmt: skip
def test_what_is_shown_can_be_taken_away(
    open_page: Open, tmp_path: Path, path: str, number: int, name: str, columns: set[str]
) -> None:
    page = open_page(path)

    with page.expect_download() as download:
        page.get_by_test_id("stDownloadButton").nth(number).click()

    assert download.value.suggested_filename == name
    download.value.save_as(tmp_path / name)
    table = pl.read_csv(tmp_path / name)
    assert table.height > 20
    assert columns <= set(table.columns)


# Names from the data -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_server(browser: Browser, hostile: Path) -> Iterator[str]:
    with served(hostile) as address:
        yield address


def test_names_from_the_data_are_read_as_they_are_written(hostile_server: str, open_page: Open) -> None:
    asked = urlencode({"feature": "f3", "s.plan": "**bold**", "w": "6"})

    page = open_page(f"/retention?{asked}", at=hostile_server)

    expect(answer(page)).to_contain_text("with :red[Plan] **x** **bold** who first used <script>alert(1)</script>")
    expect(page.get_by_test_id("stMain")).to_contain_text("· **Name** <b>x</b> :red[x] $1$")
    expect(page.get_by_role("button", name=":red[Plan] **x**: **bold**")).to_be_visible()


def test_names_in_a_figure_are_read_as_they_are_written(hostile_server: str, open_page: Open) -> None:
    page = open_page("/adoption", at=hostile_server)

    labels = figure(page, 0).locator(".ytick text")
    expect(labels).to_have_count(14)
    assert set(labels.all_text_contents()) >= {'"quoted" & \'single\'', "<script>alert(1)</script>", "$x$ and $y$"}


VIEWS = ("/adoption", "/retention", "/retention?view=trend", "/retention?view=compare", "/engagement",
         "/engagement?show=stickiness", "/engagement?show=lifecycle", "/feature", "/feature?tab=who")  # fmt: skip

# How it looks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", VIEWS)
def test_the_answer_and_the_first_thing_to_look_at_are_above_the_fold(open_page: Open, path: str) -> None:
    page = open_page(path)

    first = page.get_by_test_id("stDataFrame").or_(page.get_by_test_id("stPlotlyChart"))
    said, shown = answer(page).bounding_box(), first.first.bounding_box()
    assert said is not None
    assert shown is not None
    assert said["y"] + said["height"] < 720
    assert shown["y"] < 720


@pytest.mark.parametrize("path", VIEWS)
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_scrolls_sideways(open_page: Open, path: str, width: int) -> None:
    page = open_page(path, width=width, height=844)
    figure(page, 0)

    overflow = "[document.documentElement, document.querySelector('[data-testid=stMain]')]"
    assert page.evaluate(f"{overflow}.map(e => e.scrollWidth - e.clientWidth)") == [0, 0]


@pytest.mark.parametrize(("scheme", "palette"), [("light", LIGHT), ("dark", DARK)], ids=["light", "dark"])
def test_page_and_figures_are_light_or_dark_as_the_person_likes(
    open_page: Open, scheme: str, palette: Palette
) -> None:
    page = open_page("/retention", scheme=scheme)

    expect(page.get_by_test_id("stApp")).to_have_css("background-color", rgb(palette.paper))
    expect(figure(page, 0).locator(".js-line").last).to_have_css("stroke", rgb(palette.categorical[0]))


def rgb(color: str) -> str:
    return f"rgb({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))})"


def test_a_view_is_explored_handed_round_and_saved(open_page: Open) -> None:
    page = open_page("/explore")
    page.get_by_role("button", name="How many come each week").click()
    expect(page.get_by_text("most in")).to_be_visible()
    page.get_by_role("radio", name="Month").click()
    settle(page)

    page.get_by_role("button", name="Share").click()
    exact = page.get_by_test_id("stCode").first.inner_text()
    chart = figure(page, 0)
    with page.expect_download(timeout=60_000) as picture:
        page.get_by_role("button", name="PNG").click()
    page.keyboard.press("Escape")

    assert {"asof=2026-11-18", "m=weekly_actives", "g=month"} <= {*urlsplit(exact).query.split("&")}
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    again = open_page(exact.removeprefix(page.url.partition("/explore")[0]))
    expect(again.get_by_role("radio", name="Month")).to_be_checked()
    assert figure(again, 0).bounding_box() == chart.bounding_box()
    again.get_by_role("combobox", name="Find").fill("Engagement")
    again.keyboard.press("Enter")
    expect(again).to_have_url(re.compile("/engagement"))
