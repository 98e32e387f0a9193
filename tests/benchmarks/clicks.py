"""How long somebody waits in a real browser, from a click to the painted chart: the last part of `make bench`.

Of the demo, or of a product of one's own: `python -m tests.benchmarks.clicks`.

A click picks another number of weeks, or opens another page. Measured inside the browser, from the click to the second
frame after the script has run, nothing on the page is stale and every figure has been drawn; so up to 33 ms too much.
Each click is made once to warm up; one that brings nothing within 20 s counts as 20 s.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, sync_playwright

from tests.benchmarks.people import report
from tests.browser.conftest import ARGUMENTS, CHROMIUM, serving, settle

PAGES = ("adoption", "retention", "engagement", "feature", "weekly", "okrs")
WEEKS = ("6 wk", "26 wk", "12 wk")
ROUNDS = 5
HEAR = """const Plain = WebSocket; window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given)
    this.addEventListener('message', () => { window.heard = performance.now() })
  }
}"""  # a run can be over between two frames, and only its messages show that it was
WATCH = """() => { window.painted = new Promise((resolve) => {
  const app = document.querySelector('[data-testid=stApp]')
  let begun = 0, ran = false
  setTimeout(() => resolve(20000), 20000)
  const watch = new MutationObserver(() => { ran = true })
  const is_there = () => app.dataset.testScriptState === 'notRunning' && !document.querySelector('[data-stale=true]')
    && [...document.querySelectorAll('.js-plotly-plot')].every((figure) => figure.querySelector('.main-svg'))
  const done = () => { watch.disconnect(); resolve(performance.now() - begun) }
  const has_run = () => ran || (window.heard > begun && performance.now() - window.heard > 50)
  const is_over = () => begun && has_run() && is_there()
  const look = () => requestAnimationFrame(() => is_over() ? requestAnimationFrame(done) : look())
  document.addEventListener('click', () => {
    begun = performance.now()
    watch.observe(app, { attributeFilter: ['data-test-script-state'] })
    look()
  }, { capture: true, once: true })
}) }"""


def main() -> int:
    """Click through the app in use, and print what was waited."""
    product = Path(os.environ.get("SIGHTLINE_PRODUCT") or "product.toml").resolve()
    with serving(product) as (address, _):
        measure(address)
    return 0


def measure(address: str) -> None:
    """Print how long clicks take on a server: on a filter, and to another page."""
    if CHROMIUM is None:
        print("no click was measured: there is no chromium here")
        return
    with opened(address) as page:
        filters = [waited(page.get_by_role("radio", name=weeks, exact=True)) for weeks in in_turn(page)]
        pages = [waited(link(page, name)) for _ in range(ROUNDS + 1) for name in PAGES]
    report("click to painted chart", filters[len(WEEKS) * 4 :])
    report("click to another page", pages[len(PAGES) :])


@contextmanager
def opened(address: str) -> Iterator[Page]:
    """A window of the size of a small laptop, on the first page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.add_init_script(HEAR)
        page.goto(f"{address}/weekly")
        settle(page)
        yield page
        browser.close()


def in_turn(page: Page) -> Iterator[str]:
    """The weeks to click on, on each of the pages that have them; all of them once before."""
    for _ in range(ROUNDS + 1):
        for name in PAGES[:4]:
            waited(link(page, name))
            yield from WEEKS


def link(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stPageLink-NavLink").and_(page.locator(f"[href^='{name}']")).first


def waited(what: Locator) -> float:
    """The seconds from a click to what it brings."""
    what.page.evaluate(WATCH)
    what.click()
    seconds = float(what.page.evaluate("window.painted")) / 1000
    settle(what.page)
    return seconds


if __name__ == "__main__":
    sys.exit(main())
