"""Every page with the rules of WCAG AA, as axe-core checks them: contrast, names of controls and figures, order."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CHROMIUM, Open, settle

if CHROMIUM is None:
    why = "NO BROWSER WAS TESTED: there is no chromium here; install it, or name one in CHROMIUM."
    pytest.skip(why, allow_module_level=True)
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
if not AXE.exists():
    why = "ACCESSIBILITY WAS NOT TESTED: axe-core is not here; install npm, then run: make browser"
    pytest.skip(why, allow_module_level=True)
pytestmark = [pytest.mark.slow, pytest.mark.browser]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
PATHS = ["/weekly", "/weekly?seen=present", "/okrs", "/adoption?by=plan", "/retention", "/retention?view=trend",
         "/retention?view=compare", "/engagement", "/engagement?show=lifecycle", "/feature", "/feature?tab=who",
         "/explore", "/explore?m=weekly_actives&slice=plan", "/explore?m=week4_retention&look=compare",
         "/metrics", "/metrics?metric=week4_retention&beside=days_active", "/log"]  # fmt: skip

COLOURS = ["color-contrast", "link-in-text-block"]  # what is otherwise in the dark


def serious(page: Page, rules: list[str] = RULES) -> list[str]:
    """What axe finds that keeps somebody from using the page: the rule, the place, and what is wrong there."""
    page.add_script_tag(path=AXE)
    found: Any = page.evaluate("rules => axe.run(document, { runOnly: rules })", rules)
    return [
        f"{violation['id']} at {node['html'][:200]}: {node['failureSummary']}"
        for violation in found["violations"] if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"]
    ]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_page_keeps_anybody_out(open_page: Open, path: str) -> None:
    page = open_page(path)
    assert serious(page) == []

    page.emulate_media(color_scheme="dark")
    page.reload()
    settle(page)
    assert serious(page, COLOURS) == []


def test_what_is_picked_in_a_list_is_read_as_soon_as_it_gets_dark(open_page: Open) -> None:
    page = open_page("/explore?m=weekly_actives&slice=plan")
    tag = page.locator("[data-tag] span").first
    expect(tag).to_have_css("color", "rgb(255, 255, 255)")

    page.emulate_media(color_scheme="dark")

    expect(tag).to_have_css("color", "rgb(23, 22, 20)")


def test_what_opens_over_a_page_keeps_nobody_out(open_page: Open) -> None:
    page = open_page("/adoption")

    for name in ("Filter", "About the data", "How computed", "Share", "Views"):
        page.get_by_role("button", name=name).first.click()
        settle(page)
        assert serious(page) == [], name
        page.keyboard.press("Escape")
