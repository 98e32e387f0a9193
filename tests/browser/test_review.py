"""A weekly review as a meeting holds it, in a real browser: read, note, act, mark, present, close, and read again."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import CHROMIUM, Open, served, settle
from tests.browser.page import answer, query

if CHROMIUM is None:
    why = "NO BROWSER WAS TESTED: there is no chromium here; install it, or name one in CHROMIUM."
    pytest.skip(why, allow_module_level=True)
pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_review_is_held_and_closed_and_reads_the_same_afterwards(
    open_page: Open, quillboard: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "store.sqlite"))
    with served(quillboard) as address:
        page = open_page("/weekly?week=2026-08-30", at=address)
        expect(answer(page)).to_contain_text("Week-4 retention: 29 %, below its usual")
        said = answer(page).inner_text()

        page.get_by_label("Note").fill("Set-up takes too long for small companies.")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Note kept.")).to_be_visible()
        page.get_by_label("What", exact=True).first.fill("Call five of them")
        page.get_by_role("button", name="Add action").click()
        expect(page.get_by_test_id("stMarkdown").get_by_text("Call five of them")).to_be_visible()
        settle(page)
        page.get_by_role("button", name="Mark what happened").click()
        page.get_by_label("Title").fill("New onboarding")
        page.get_by_role("button", name="Mark", exact=True).click()
        expect(page.locator(".js-plotly-plot").first).to_contain_text("▲ New onboarding")
        page.keyboard.press("Escape")
        settle(page)
        page.get_by_test_id("stMain").get_by_role("button", name="Close", exact=True).click()
        expect(page.get_by_text(re.compile("Closed by local owner"))).to_be_visible()

        page.reload()
        settle(page)
        expect(answer(page)).to_have_text(said)
        expect(page.get_by_text("Nothing has changed since.")).to_be_visible()
        expect(page.get_by_text("Set-up takes too long for small companies.")).to_be_visible()
        expect(page.get_by_test_id("stMarkdown").get_by_text("Call five of them")).to_be_visible()
        page.close()  # before its server does


def test_a_meeting_goes_through_the_changes_by_arrow_keys(open_page: Open) -> None:
    page = open_page("/weekly?week=2026-08-30")

    page.get_by_role("button", name="Present").click()
    expect(page.get_by_role("heading", name=re.compile("1 real"))).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", name="Adoption of AI summaries", level=2)).to_be_visible()
    settle(page)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("heading", name=re.compile("1 real"))).to_be_visible()

    page.get_by_role("button", name="Leave").click()
    expect(page.get_by_text("What changed")).to_be_visible()
    assert "seen" not in query(page)
