"""Where the app is served, and where it refuses to be."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from components.serve import refusal
from components.signin import ALONE, BROKEN

SHARED = f'redirect_uri = "r"\ncookie_secret = "{"c" * 32}"\n'
PROVIDER = 'client_id = "i"\nclient_secret = "s"\nserver_metadata_url = "m"\n'
FULL = SHARED + PROVIDER
LOCAL, ELSEWHERE = ("127.0.0.1", "::1", "localhost"), ("0.0.0.0", "::", "10.0.0.7", "sightline.example.com", "")


Secrets = Callable[[str | None], None]


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secrets]:
    """Sets the secrets that the server is started with; None for no such file."""
    before = config.get_option("secrets.files")

    def settle(text: str | None) -> None:
        if text is not None:
            (tmp_path / "secrets.toml").write_text(text)
        config.set_option("secrets.files", [str(tmp_path / "secrets.toml")])
        monkeypatch.setattr(secrets_singleton, "_secrets", None)

    yield settle
    config.set_option("secrets.files", before)


@pytest.mark.parametrize("text", [None, 'password = "x"\n'])
def test_without_a_sign_in_it_serves_this_machine_alone(secrets: Secrets, text: str | None) -> None:
    secrets(text)

    assert [refusal(address) for address in LOCAL] == [None] * len(LOCAL)
    assert [refusal(address) for address in ELSEWHERE] == [ALONE] * len(ELSEWHERE)


@pytest.mark.parametrize("text", [f"[auth]\n{FULL}", f"[auth]\n{SHARED}\n[auth.okta]\n{FULL}"])
def test_with_a_sign_in_it_serves_everywhere(secrets: Secrets, text: str) -> None:
    secrets(text)

    assert [refusal(address) for address in (*LOCAL, *ELSEWHERE)] == [None] * 8


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("[auth]\n", "redirect_uri, cookie_secret, client_id, client_secret, server_metadata_url"),
        (f"[auth]\n{FULL.replace('cookie_secret', 'secret')}", "cookie_secret"),
        ('[auth]\nredirect_uri = "r"\ncookie_secret = "hush"\n' + PROVIDER, "a longer cookie_secret"),
        (f'[auth]\n{SHARED}[auth.okta]\nclient_id = "hush"\n',
         "okta.client_secret, okta.server_metadata_url"),
    ],
)  # fmt: skip
def test_a_sign_in_that_is_half_set_up_is_said_before_it_serves(secrets: Secrets, text: str, lacks: str) -> None:
    secrets(text)

    assert refusal("127.0.0.1") == f"[auth] in secrets.toml lacks {lacks}; without it nobody can sign in."


def test_secrets_that_cannot_be_read_let_nobody_in(secrets: Secrets) -> None:
    secrets('[auth\nclient_secret = "hush"')

    assert refusal("127.0.0.1") == BROKEN
