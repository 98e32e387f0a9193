"""A page as PDF, printed by a browser of this machine."""

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from queries.errors import InsightsError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
SECONDS = 60
NO_BROWSER = "A PDF needs chromium or chrome on this machine; install one, or print the HTML file."
OPTIONS = ("--headless", "--disable-gpu", "--no-pdf-header-footer", "--disable-background-networking",
           "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND")  # fmt: skip


def can_print() -> bool:
    """Whether this machine has a browser that prints."""
    return _browser() is not None


def pdf(html: str) -> bytes:
    """The page as PDF, printed by chromium or chrome, which reaches no network.

    Raises InsightsError where this machine has neither, or it does not print within a minute.
    """
    browser = _browser()
    if browser is None:
        raise InsightsError(NO_BROWSER)
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        page, made = Path(name) / "review.html", Path(name) / "review.pdf"
        page.write_text(html, encoding="utf-8")
        own = [f"--user-data-dir={name}/profile", f"--print-to-pdf={made}", *(["--no-sandbox"] if _is_root() else [])]
        try:
            subprocess.run([browser, *OPTIONS, *own, page.as_uri()], capture_output=True, timeout=SECONDS, check=True)
            return made.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            what = f"{Path(browser).name} did not print the page; open the HTML file in a browser and print it there."
            raise InsightsError(what) from error


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _is_root() -> bool:
    """A browser that runs as root, as in most containers, refuses to start with its sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
