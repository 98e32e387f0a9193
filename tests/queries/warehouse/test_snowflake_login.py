"""Logging in to Snowflake in each way that people have, as the stand-in is asked for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from queries import config
from queries.product import Connection
from queries.warehouse import Warehouse, selects
from queries.warehouse.on_snowflake import SECRET
from tests.doubles.stand_in import PASSWORD, Double
from tests.queries.warehouse import shop
from tests.queries.warehouse.shop import mistakes, refusal
from tests.queries.warehouse.shop import on_snowflake as on

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("parameters", "sent"),
    [
        ({}, {"LOGIN_NAME": "reader", "PASSWORD": PASSWORD}),
        ({"authenticator": "OAUTH", "token": PASSWORD, "password": None},
         {"AUTHENTICATOR": "OAUTH", "TOKEN": PASSWORD}),
        ({"authenticator": "PROGRAMMATIC_ACCESS_TOKEN", "token_file_path": "pat", "password": None},
         {"AUTHENTICATOR": "PROGRAMMATIC_ACCESS_TOKEN", "TOKEN": "from a file"}),
        ({"private_key_file": "key.p8", "private_key_file_pwd": "of the key", "password": None},
         {"AUTHENTICATOR": "SNOWFLAKE_JWT"}),
    ],
    ids=["password", "oauth", "access token in a file", "key pair"],
)  # fmt: skip
def test_each_way_to_log_in_reaches_snowflake(
    double: Double, tmp_path: Path, parameters: dict[str, Any], sent: dict[str, str]
) -> None:
    (tmp_path / "pat").write_text("from a file")
    (tmp_path / "pat").chmod(0o600)
    _write_key(tmp_path / "key.p8", b"of the key")

    with Warehouse(on(double, tmp_path, parameters=parameters | {"role": "analyst", "warehouse": "wh"})) as source:
        source.fetch(selects.tables())

    (login,) = double.logins()
    assert login["query"] == {"databaseName": "shop", "schemaName": "app", "warehouse": "wh", "roleName": "analyst"}
    assert {key: login[key] for key in sent} == sent
    assert login["SESSION_PARAMETERS"]["AUTOCOMMIT"] == "true"
    assert "CLIENT_SESSION_KEEP_ALIVE" not in {key for key, on in login["SESSION_PARAMETERS"].items() if on == "true"}


def _write_key(file: Path, password: bytes) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    lock = serialization.BestAvailableEncryption(password)
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    file.chmod(0o600)


def test_a_named_connection_is_streamlits_and_else_the_clients_own(
    double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config, "HOME", tmp_path / "app")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path))
    _write_connections(tmp_path / "connections.toml", "", double, dash="of the client", own="of the client")
    _write_connections(tmp_path / ".streamlit" / "secrets.toml", "connections.", double, dash="of the user")
    _write_connections(tmp_path / "app" / ".streamlit" / "secrets.toml", "connections.", double, board="of the app")

    for name in ("board", "dash", "own"):
        with Warehouse(shop.product(tmp_path, Connection(snowflake=name))) as source:
            source.fetch(selects.tables())

    assert [login["LOGIN_NAME"] for login in double.logins()] == ["of the app", "of the user", "of the client"]


def _write_connections(file: Path, prefix: str, double: Double, **users: str) -> None:
    file.parent.mkdir(exist_ok=True, parents=True)
    lines = []
    for name, user in users.items():
        parameters = double.parameters | {"user": user}
        lines += [f"[{prefix}{name}]", *(f"{key} = {json.dumps(value)}" for key, value in parameters.items())]
        lines += ['type = "snowflake"'] if prefix else []
    file.write_text("\n".join(lines))
    file.chmod(0o600)


def test_a_connection_nobody_knows_says_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path))

    error = refusal(shop.product(tmp_path, Connection(snowflake="dsh")))

    assert error.kind == "login"
    assert str(error) == (
        "The warehouse says: Connection 'dsh' not found in config files. Check the parameters of the connection; one "
        "with a name is in .streamlit/secrets.toml as [connections.name] or in ~/.snowflake/connections.toml as [name]."
    )


@pytest.mark.parametrize(("name", "near"), [("dsh", "did you mean `dash`?"), ("x", "known: `board`, `dash`.")])
def test_a_connection_nobody_knows_is_named_with_the_nearest(
    double: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, near: str
) -> None:
    monkeypatch.setattr(config, "HOME", tmp_path / "app")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("SNOWFLAKE_HOME", str(tmp_path))
    _write_connections(tmp_path / "connections.toml", "", double, dash="reader")
    _write_connections(tmp_path / ".streamlit" / "secrets.toml", "connections.", double, board="reader")

    made = shop.product(tmp_path, Connection(snowflake=name))

    assert mistakes(made) == {"warehouse.snowflake": f"this machine has no connection {name!r}, {near}"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [("password", True), ("proxy_password", True), ("private_key_file_pwd", True), ("oauth_client_secret", True),
     ("token", True), ("proxy", True), ("proxy_user", False), ("proxy_host", False), ("user", False),
     ("oauth_token_request_url", False), ("token_file_path", False), ("private_key_file", False)],
)  # fmt: skip
def test_only_what_is_secret_is_kept_out_of_words(name: str, secret: bool) -> None:
    assert bool(SECRET.fullmatch(name)) == secret


def test_a_parameter_that_the_client_does_not_know_is_a_mistake(double: Double, tmp_path: Path) -> None:
    made = on(double, tmp_path, parameters={"warehous": "wh"})

    assert mistakes(made) == {
        "warehouse.snowflake.warehous": "Snowflake's client knows no such parameter, did you mean `warehouse`?"
    }
    assert double.logins() == []
