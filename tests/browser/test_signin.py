"""Signing in at a real provider, in a real browser: who is let in, as whom, and who is not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import CHROMIUM, PATIENCE_S, free_port, serving, settle, wait_for

if CHROMIUM is None:
    why = "NO BROWSER WAS TESTED: there is no chromium here; install it, or name one in CHROMIUM."
    pytest.skip(why, allow_module_level=True)
pytestmark = [pytest.mark.slow, pytest.mark.browser]

PEOPLE = """
[people]
admins = ["dana@example.com"]
viewers = ["group:guests"]
[[people.rules]]
who = ["group:guests"]
only = { region = ["EMEA"] }
"""
CLAIMS = [
    {"sub": "dana", "email": "Dana@example.com", "email_verified": True},
    {"sub": "eve", "email": "dana@example.com", "email_verified": False},
    {"sub": "mallory", "email": "dana@example.com.evil.org", "email_verified": True},
    {"sub": "pat", "email": "pat@partner.example", "email_verified": True, "groups": ["guests"]},
]


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of an OpenID provider with four people, at which nobody needs a password."""
    port = free_port()
    people = [part for claims in CLAIMS for part in ("--user-claims", json.dumps(claims))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *people]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


@pytest.fixture(scope="module")
def guarded(quillboard: Path, provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of the demo at which people sign in."""
    folder, port = tmp_path_factory.mktemp("guarded"), free_port()
    there = quillboard.read_text().replace("duckdb:///demo.duckdb", f"duckdb:///{quillboard.parent / 'demo.duckdb'}")
    (folder / "product.toml").write_text(there + PEOPLE)
    (folder / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "http://127.0.0.1:{port}/oauth2callback"\ncookie_secret = "{"s" * 40}"\n'
        f'client_id = "sightline"\nclient_secret = "whatever"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("STREAMLIT_SECRETS_FILES", str(folder / "secrets.toml"))
        with serving(folder / "product.toml", port) as (address, _):
            yield address


@pytest.fixture
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which nobody has signed in."""
    with browser.new_context() as context:
        yield context


def signed_in(window: BrowserContext, guarded: str, sub: str, path: str = "/") -> Page:
    """The page after somebody signed in, and opened a path."""
    page = window.new_page()
    page.goto(guarded)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=sub, exact=True).click()
    page.wait_for_url(f"{guarded}/**")
    settle(page)
    if path != "/":
        page.goto(guarded + path)
        settle(page)
    return page


@pytest.mark.parametrize("path", ["/", "/adoption", "/weekly", "/feature?feature=sso&tab=who&s.plan=Enterprise"])
def test_nobody_sees_anything_before_they_sign_in(window: BrowserContext, guarded: str, path: str) -> None:
    page = window.new_page()

    page.goto(guarded + path)
    settle(page)

    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text("Page not found")).to_have_count(0)
    assert page.get_by_test_id("stMain").inner_text().split() == ["Sightline", "login", "Sign", "in"]


def test_who_is_named_signs_in_sees_everybody_and_signs_out(window: BrowserContext, guarded: str) -> None:
    page = signed_in(window, guarded, "dana")

    expect(page.get_by_text("eligible users in the 4 weeks")).to_be_visible()
    page.get_by_role("button", name="dana@example.com").click()
    expect(page.get_by_text("You are an admin here.")).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/oauth2/end_session"))
    page.goto(guarded + "/adoption")
    settle(page)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_who_followed_a_link_comes_to_its_page_after_signing_in(window: BrowserContext, guarded: str) -> None:
    page = window.new_page()
    page.goto(f"{guarded}/feature?feature=sso&tab=who&s.plan=Enterprise")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="dana", exact=True).click()

    page.wait_for_url(f"{guarded}/feature?**")
    settle(page)
    expect(page.get_by_role("button", name="Plan: Enterprise")).to_be_visible()
    page.goto(guarded)
    page.wait_for_url(f"{guarded}/adoption")  # it is kept for one time


@pytest.mark.parametrize(
    ("sub", "why"),
    [("eve", "Your sign-in says no e-mail address that it has checked"),
     ("mallory", "dana@example.com.evil.org may not see this yet")],
)  # fmt: skip
def test_who_is_not_named_is_told_so_and_sees_nothing(window: BrowserContext, guarded: str, sub: str, why: str) -> None:
    page = signed_in(window, guarded, sub, "/adoption")

    expect(page.get_by_role("alert")).to_contain_text(why)
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.get_by_text("Adoption")).to_have_count(0)


def test_who_sees_only_some_users_sees_them_behind_any_address(window: BrowserContext, guarded: str) -> None:
    page = signed_in(window, guarded, "pat", "/adoption?s.region=APAC")

    expect(page.get_by_text("“APAC”, which is not on offer here")).to_be_visible()
    page.get_by_role("button", name="pat@partner.example").click()
    expect(page.get_by_text("You see only users with region EMEA.")).to_be_visible()


def test_another_site_cannot_speak_to_the_app_for_who_is_signed_in(window: BrowserContext, guarded: str) -> None:
    own = signed_in(window, guarded, "dana")
    stranger = window.new_page()
    stranger.route("http://evil.example/*", lambda route: route.fulfill(body="<p>hello"))
    stranger.goto("http://evil.example/")

    def outcome(page: Page) -> object:
        return page.evaluate(
            "url => new Promise(done => { const it = new WebSocket(url, ['streamlit']);"
            " it.onopen = () => done('open'); it.onerror = () => done('refused') })",
            guarded.replace("http", "ws") + "/_stcore/stream",
        )

    assert (outcome(stranger), outcome(own)) == ("refused", "open")
