"""What several kinds of tests share: the demo, written and read once a session."""

import gc
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queries import config, demo, snapshot
from tests import products

collect_ignore = ["doubles/snowflake_server.py"]  # runs in an environment of its own
DEMO_NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)  # a few days after the demo's last


@pytest.fixture(scope="session")
def quillboard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's product file in a folder of its own, with its warehouse and a snapshot of it."""
    folder = tmp_path_factory.mktemp("quillboard")
    demo.write(folder / "demo.duckdb")
    os.utime(folder / "demo.duckdb", (DEMO_NOW.timestamp(), DEMO_NOW.timestamp()))  # nothing new since the snapshot
    product = re.sub(r"(?m)^url = .*$", 'url = "duckdb:///demo.duckdb"', config.DEMO_PRODUCT.read_text())
    (folder / "product.toml").write_text(product)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SIGHTLINE_PRODUCT", str(folder / "product.toml"))
        environment.delenv("SIGHTLINE_DATA", raising=False)
        snapshot.refresh(DEMO_NOW)
    return folder / "product.toml"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product file of a product whose names are full of markup."""
    folder = tmp_path_factory.mktemp("hostile")
    products.write_hostile(folder)
    return folder / "product.toml"


@pytest.fixture(name="demo")
def _demo(quillboard: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo is the product in use."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(quillboard))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for a small product, which is the one in use."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    return tmp_path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the store of this test is, which is its own."""
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "store.sqlite"))
    return tmp_path / "store.sqlite"


def pytest_sessionfinish() -> None:
    """Give back what `app.py` took out of the garbage collector's sight, or DuckDB's bindings take it for a leak."""
    gc.unfreeze()
