"""One's own product: what is shown before there is a product file, and how one is drafted on the screen."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from queries import snapshot
from queries.snapshot import __main__ as command
from tests import products
from tests.screen import started

pytestmark = pytest.mark.slow
TODAY = datetime.now().date()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with exports, in which a product file is expected and is not."""
    known = {"user": "user_id", "at": "occurred_at", "name": "event_name"}
    products.write(tmp_path, products.daily(40, TODAY - timedelta(days=63), 63), products.people(40, date(2026, 1, 1)))
    pl.read_parquet(tmp_path / "events.parquet").rename(known).write_parquet(tmp_path / "events.parquet")
    (tmp_path / "product.toml").unlink()
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    return tmp_path


def opened() -> AppTest:
    app = started().run()
    assert not app.exception
    return app


def look(app: AppTest, given: object) -> AppTest:
    app.text_area[0].set_value(str(given))
    app = next(button for button in app.button if button.label == "Look").click().run()
    assert not app.exception
    return app


def test_without_a_product_file_one_is_drafted_and_the_app_opens_with_it(folder: Path) -> None:
    app = opened()
    assert app.header[0].value == "Your own product"
    assert "There is no product file at" in app.info[0].value

    app = look(app, folder)
    assert list(folder.glob("*.toml")) == []  # the page writes nothing
    (folder / "product.toml").write_text(app.code[0].value)

    app = opened()
    assert not app.error
    assert app.main.markdown[0].value == "**Sightline** · My product"
    assert snapshot.manifest().users == 40


@pytest.mark.usefixtures("folder")
def test_what_cannot_be_looked_at_is_a_sentence_and_no_draft() -> None:
    app = look(opened(), "/nowhere/*.csv")

    assert "'/nowhere/*.csv' is no file to be read" in app.error[0].value
    assert not app.code


@pytest.mark.usefixtures("folder")
def test_serving_begins_without_a_product_file_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--if-needed"]) == 0
    assert "There is no product file at" in capsys.readouterr().out

    assert command.main([]) == 1
    assert "there is no such file" in capsys.readouterr().err
