"""The pictures of the README, made anew from the demo: `make pictures`."""

import os
import sys
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from queries.config import DEMO_PRODUCT, HOME
from tests.browser.conftest import ARGUMENTS, CHROMIUM, served, settle

SIZE = {"width": 1280, "height": 720}
PICTURES = {
    "weekly": ("/weekly", "light"),
    "adoption": ("/adoption", "light"),
    "retention": ("/retention", "light"),
    "feature": ("/feature?feature=ai_summaries", "dark"),
    "metrics": ("/metrics?metric=week4_retention", "light"),
}  # name -> what of the app, and in which colours


def main() -> int:
    """Open each page as somebody would who has written nothing yet, and keep what is seen."""
    if CHROMIUM is None:
        print("There is no chromium here; install it, or name one in CHROMIUM.")
        return 1
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ["SIGHTLINE_STORE"] = f"{folder}/store.sqlite"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        with served(DEMO_PRODUCT) as address:
            for name, (path, scheme) in PICTURES.items():
                page = browser.new_page(viewport=SIZE, color_scheme=scheme, device_scale_factor=1.5)  # type: ignore[arg-type]
                page.goto(address + path)
                settle(page)
                page.wait_for_timeout(1_000)  # until what fades in has done so
                page.screenshot(path=HOME / "docs" / f"{name}.png")
                page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
