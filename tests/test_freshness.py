"""The strip under the filters: how fresh the numbers are, what a refresh does, and why there are no newer ones."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import words
from queries import snapshot
from queries.errors import WarehouseError
from queries.snapshot import background, extract
from queries.snapshot.background import Running
from queries.snapshot.manifest import Snapshot
from queries.snapshot.steps import Step
from tests import products, screen

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a small product, which is the one in use, and its snapshot."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    products.write(tmp_path, products.daily(40, date(2026, 9, 7), 63))
    snapshot.refresh(datetime.now(UTC))
    yield tmp_path
    background.wait()


def opened() -> AppTest:
    app = screen.opened()
    assert not app.exception
    return app


def strip(app: AppTest) -> str:
    return "\n".join(said.value for said in (*app.markdown, *app.caption))


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def eligible(app: AppTest) -> str:
    return app.metric[0].value


def newer(folder: Path) -> None:
    """Files with five more users, written after the snapshot."""
    products.write(folder, products.daily(45, date(2026, 9, 7), 70))
    soon = datetime.now(UTC).timestamp() + 5
    os.utime(folder / "events.parquet", (soon, soon))


@pytest.fixture
def gate(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A refresh reads nothing until this is set."""
    opened, read = threading.Event(), extract.read

    def held(*args: Any, **more: Any) -> Snapshot:
        opened.wait()
        return read(*args, **more)

    monkeypatch.setattr(extract, "read", held)
    yield opened
    opened.set()  # what waits for it would keep a test that fails from ending


def test_who_opens_a_stale_app_sees_the_old_numbers_at_once_and_the_new_ones_after(
    folder: Path, gate: threading.Event
) -> None:
    newer(folder)

    app = opened()
    before = eligible(app)
    gate.set()
    background.wait()

    assert before == "40"
    assert eligible(app.run()) == "45"


def test_while_a_refresh_goes_on_its_step_is_said_and_it_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    going = Running(Step("Reading who used what", "1 Nov 2026 to 4 Nov 2026"), 12.2, 29.6)
    stopped: list[str] = []
    monkeypatch.setattr(background, "running", lambda: going)
    monkeypatch.setattr(background, "stop", lambda: stopped.append("once"))

    app = opened()

    assert "Refreshing: reading who used what, 1 Nov 2026 to 4 Nov 2026 · 12 s, about 30 s more" in strip(app)
    press(app, "Stop")
    assert stopped == ["once"]


def test_a_refresh_that_was_asked_to_stop_says_so_and_what_follows_one_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Step("Reading who used what")
    monkeypatch.setattr(background, "running", lambda: Running(step, 12.2, None, stopping=True))
    app = opened()
    assert "Stopping: reading who used what · 12 s" in strip(app)
    assert next(button for button in app.button if button.label == "Stop").disabled

    monkeypatch.setattr(background, "running", lambda: Running(step, 12.2, None, then_all=True))
    assert "Refreshing: reading who used what · 12 s; then everything is read again" in strip(app.run())


def test_a_refresh_that_fails_says_why_and_the_last_good_numbers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise WarehouseError("unreachable", "The warehouse says: no. Try *later*.")

    app = opened()
    monkeypatch.setattr(extract, "read", unreachable)
    press(app, "Refresh now")
    background.wait()
    app.run()

    why = words.md("The warehouse says: no. Try *later*.")
    assert f":orange[The last refresh failed, the numbers are those from before. {why}]" in strip(app)
    assert eligible(app) == "40"


def test_where_the_newest_snapshot_is_damaged_the_last_good_numbers_are_shown_and_mended(
    folder: Path, gate: threading.Event
) -> None:
    newer(folder)
    gate.set()
    snapshot.refresh(datetime.now(UTC))
    gate.clear()
    (snapshot.snapshots()[0].folder / "added_rows.parquet").write_bytes(b"")
    products.write(folder, products.daily(50, date(2026, 9, 7), 70))

    app = opened()

    assert ":orange[Shown are the last good numbers. The snapshot on disk is damaged" in strip(app)
    assert eligible(app) == "40"
    gate.set()
    background.wait()
    assert eligible(app.run()) == "50"
    assert "damaged" not in strip(app)


def test_without_any_snapshot_that_loads_the_warehouse_is_read_first(folder: Path) -> None:
    (snapshot.snapshots()[0].folder / "rows.parquet").write_bytes(b"")

    assert eligible(opened()) == "40"


def test_everything_is_read_again_when_asked_for() -> None:
    press(opened(), "Read everything")
    background.wait()

    assert [one.why_full for one in snapshot.history_of_refreshes()] == ["there was none before", "it was asked for"]
