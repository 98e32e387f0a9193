"""A real browser before a real server: started once, and watched in every test for what must never happen."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from queries.config import HOME

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
# Chromium itself is not to refuse strangers (LocalNetworkAccessChecks), or nobody sees whether the server does.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync",
             "--disable-features=LocalNetworkAccessChecks"]  # fmt: skip
PATIENCE_S = 60
PROBES = ("/_stcore/health", "/_stcore/host-config")  # Streamlit asks for them beside the page too, in vain
Open = Callable[..., Page]

expect.set_options(timeout=20_000)


@contextmanager
def served(product: Path) -> Iterator[str]:
    """The address of a server of a product, up and warm: it has run the app once."""
    with serving(product) as (address, _):
        yield address


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def serving(
    product: Path, port: int | None = None, data: Path | None = None
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:  # fmt: skip
    """As `served`, and the server's process.

    port: one that is free; found where none is given. data: where its copies are, if not beside the product file.
    """
    port = port or free_port()
    environment = {**os.environ, "SIGHTLINE_PRODUCT": str(product)}
    environment.pop("SIGHTLINE_DATA", None)
    environment |= {"SIGHTLINE_DATA": str(data)} if data else {}
    command = [sys.executable, "-m", "components.serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        address = f"http://127.0.0.1:{port}"
        for probe in ("/_stcore/health", "/_stcore/script-health-check"):
            wait_for(address + probe, process)
        yield address, process
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=PATIENCE_S) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The server did not answer at {address} (it ended with {process.poll()}).")


@pytest.fixture(scope="session")
def server(quillboard: Path) -> Iterator[str]:
    """The address of a server of the demo."""
    with served(quillboard) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as it is on this machine."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Iterator[BrowserContext]:
    """Where all pages open; what one has loaded of Streamlit the next need not."""
    with browser.new_context() as context:
        yield context


@pytest.fixture
def open_page(windows: BrowserContext, server: str) -> Iterator[Open]:
    """Opens a path of the demo in a window of its own; afterwards nothing may have gone wrong in any of them."""
    problems: list[str] = []
    pages = []

    def open_it(path: str, *, at: str = server, width: int = 1280, height: int = 720, scheme: Any = "light") -> Page:
        pages.append(page := windows.new_page())
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        page.on("console", lambda message: problems.extend(_complaint(message)))
        page.on("request", lambda request: problems.extend(_stranger(request.url)))
        page.goto(at + path)
        settle(page)
        return page

    yield open_it
    for page in pages:
        page.close()
    assert problems == []


def _complaint(message: ConsoleMessage) -> list[str]:
    known = urlsplit(message.location["url"]).path.endswith(PROBES) and "404" in message.text
    return [] if message.type != "error" or known else [f"console: {message.text} ({message.location['url']})"]


def _stranger(url: str) -> list[str]:
    parts = urlsplit(url)
    return [] if parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1" else [f"request to {url}"]


def settle(page: Page) -> None:
    """Wait until the script has run and all it drew is there."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    expect(page.locator("[data-stale=true]")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
