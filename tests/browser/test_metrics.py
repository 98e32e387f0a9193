"""Somebody looks up a number, and puts another beside it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, settle
from tests.browser.page import choose, query

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def test_a_misspelt_search_leads_to_the_metric_beside_which_another_is_put(open_page: Open) -> None:
    page = open_page("/metrics")

    page.get_by_role("textbox", name="Search").fill("stickyness")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show Days active").click()
    expect(page.get_by_role("heading", name="Days active")).to_be_visible()
    settle(page)
    assert query(page)["metric"] == ["days_active"]

    choose(page, "Compare with", "Weekly actives")
    expect(page.get_by_text(re.compile("differ in: what is counted, out of whom"))).to_be_visible()
    page.get_by_text("Certify it").click()
    expect(page.get_by_text("[metrics.days_active]")).to_be_visible()

    page.go_back()
    expect(page.get_by_text(re.compile("differ in:"))).to_have_count(0)
    expect(page.get_by_role("heading", name="Days active")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("No metric called")).to_be_visible()
