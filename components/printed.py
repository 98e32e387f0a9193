"""A page as PDF or as a picture, made by a browser of this machine that reaches no network."""

import logging
import os
import shutil
import subprocess
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from queries.errors import InsightsError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
            r"C:\Program Files\Google\Chrome\Application\chrome.exe",
            r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe")  # fmt: skip
CONTAINERS = (Path("/.dockerenv"), Path("/run/.containerenv"), Path("/var/run/secrets/kubernetes.io"))
SECONDS = 60
NO_BROWSER = "This needs chromium or chrome where Sightline runs; install one there, or take another kind."
OPTIONS = ("--headless", "--disable-gpu", "--no-pdf-header-footer", "--disable-background-networking",
           "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars")  # fmt: skip
DRAWN_MS = 5000  # of the page's own time, which does not pass while there is nothing to do
AT_ONCE = 2  # browsers, however many people ask
SHARP = 2  # pixels of a picture for each of its page
LOGGER = logging.getLogger(__name__)
_at_once = threading.BoundedSemaphore(AT_ONCE)


def can_print() -> bool:
    """Whether this machine has a browser that prints."""
    return _browser() is not None


def pdf(html: str) -> bytes:
    """The page as PDF.

    Raises InsightsError where this machine has no browser, or it does not print within a minute.
    """
    return _made(html, "pdf", "--print-to-pdf={}")


def png(html: str, width: int, height: int) -> bytes:
    """The page as a picture, after its scripts have run. width, height: pixels of the page; the picture has twice them.

    Raises InsightsError as `pdf` does.
    """
    return _made(html, "png", "--screenshot={}", f"--window-size={width},{height}",
                 f"--force-device-scale-factor={SHARP}", f"--virtual-time-budget={DRAWN_MS}")  # fmt: skip


def _made(html: str, kind: str, how: str, *more: str) -> bytes:
    browser = _browser()
    if browser is None:
        raise InsightsError(NO_BROWSER)
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        page, made = Path(name) / "page.html", Path(name) / f"made.{kind}"
        page.write_text(html, encoding="utf-8")
        alone = ["--no-sandbox"] if _has_no_sandbox() else []
        own = [f"--user-data-dir={name}/profile", how.format(made), *more, *alone]
        try:
            with _at_once:
                command = [browser, *OPTIONS, *own, page.as_uri()]
                subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            return made.read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            LOGGER.warning("No %s was made: %s", kind, getattr(error, "stderr", None) or error)
            when = " within a minute" if isinstance(error, subprocess.TimeoutExpired) else ""
            what = f"{Path(browser).stem} did not make it{when}; try again, or take another kind."
            raise InsightsError(what) from error


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _has_no_sandbox() -> bool:
    """As root, or in a container, a browser cannot make its sandbox and would not start; the pages are our own."""
    return (hasattr(os, "geteuid") and os.geteuid() == 0) or any(path.exists() for path in CONTAINERS)
