"""What a refresh would cost and ask, said before it is made; and a refusal where it would take too much."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries import snapshot
from queries.errors import DataError
from queries.product import Feature, Product, Refresh, Users
from queries.snapshot import estimate, explain, extract
from queries.snapshot.__main__ import main
from queries.warehouse import Warehouse
from queries.warehouse.on_duckdb import OnDuckDB
from tests import examples

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> Product:
    events = [(f"u{i % 40}", datetime(2026, 6 + i % 5, 1 + i % 28, 12), ("open", "export", "ping")[i % 3])
              for i in range(4000)]  # fmt: skip
    examples.write(tmp_path, events, pl.DataFrame({"id": [f"u{i}" for i in range(50)]}))
    features = tuple(Feature(name, name.capitalize(), (name,)) for name in ("open", "export"))
    return examples.product(tmp_path, users=Users("users", "id"), features=features)


def test_the_statements_explained_are_those_of_a_full_refresh(
    made: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    arrow: Callable[..., Any] = OnDuckDB.arrow

    def recorded(self: OnDuckDB, select: Any, job: str, stop: Any) -> Any:
        if job not in ("look", "size"):
            text = select.compile(dialect=self.dialect, compile_kwargs={"literal_binds": True})
            sent.append(f"-- {job}\n{text};")
        return arrow(self, select, job, stop)

    monkeypatch.setattr(OnDuckDB, "arrow", recorded)
    extract.read(made, NOW)
    whole, sent_by_refresh = explain.explain(made, NOW), list(sent)

    assert whole.split("\n\n")[2:] == sent_by_refresh


def test_what_is_to_be_expected_is_about_what_there_is(made: Product) -> None:
    found = extract.read(made, NOW)

    with Warehouse(made) as source:
        expected, first, last = estimate.asked(source, made, 20_800)

    assert (expected.events, first, last) == (4000, date(2026, 6, 1), date(2026, 10, 28))
    assert expected.rows == pytest.approx(found.tables.rows.height, rel=0.1)
    kept = found.tables.rows.select(pl.exclude("unit")).estimated_size() + 4 * found.tables.rows.height
    assert expected.memory == pytest.approx(kept, rel=0.5)


def test_a_refresh_that_would_take_more_memory_than_it_may_says_what_to_do(
    made: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "PEAK", 1e6)
    made = replace(made, refresh=Refresh(max_memory_gb=1))

    with pytest.raises(DataError) as caught:
        extract.read(made, NOW)

    assert re.fullmatch(
        r"About 1\d\d rows of users and features would take about [\d.]+ GB of memory, and 1\.0 GB are allowed\. List "
        r"fewer features, begin later \(`events\.since`\), use a larger machine, or raise `refresh\.max_memory_gb` in "
        r"the product file\.", str(caught.value),
    )  # fmt: skip
    assert str(caught.value) in explain.explain(made, NOW)


def test_the_warehouse_is_asked_how_large_it_is_only_where_it_may_be_too_large(
    made: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "asked", lambda *_: pytest.fail("a look at every event that was not needed"))

    assert extract.read(made, NOW).manifest.events == 4000


@pytest.mark.parametrize(("option", "first"), [
    ("--explain", r"4,000 events of about \d+ users make about \d+ rows"), ("--print-sql", "-- Once: the table, empty"),
])  # fmt: skip
def test_from_the_command_line_it_is_said_and_nothing_is_refreshed(
    made: Product, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], option: str, first: str
) -> None:
    path = made.folder / "product.toml"
    path.write_text('[warehouse]\nfiles.events = "events.parquet"\n[events]\n'
                    'table = "events"\nuser = "user"\nname = "name"\ntime = "at"')  # fmt: skip
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(path))

    assert main([option]) == 0

    assert re.match(first, capsys.readouterr().out)
    assert snapshot.need_to_refresh() == "There is no snapshot yet. Refresh to read the warehouse."
