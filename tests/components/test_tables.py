"""Tables: what stands in them, and what is taken away as CSV."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import streamlit as st

from components import tables
from components.files import csv
from queries import stats
from queries.activity import Activity
from queries.measures.adoption import adoption
from queries.measures.retention import retention
from queries.measures.returning import Returning
from queries.product import Selection
from tests.examples import three_users

RECENT = date(2026, 10, 19)
WEEKS = {k: f"W{k}" for k in range(20)}


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


def changes(**columns: list[object]) -> pl.DataFrame:
    """As `stats.changes` returns, for the features export and open."""
    usual: dict[str, list[object]] = {
        "feature": ["export", "open"], "n": [300, 900], "of": [1000, 1000], "rate": [0.3, 0.9], "low": [0.27, 0.88],
        "high": [0.33, 0.92], "change": [0.015, None], "verdict": ["normal", "too few"], "since": [None, None],
        "up": [True, True], "outside": [True, True],
        "trend": [[0.1, 0.2], [0.3]],
    }  # fmt: skip
    schema: dict[str, Any] = {
        "feature": pl.String, "n": pl.UInt32, "of": pl.UInt32, "rate": pl.Float64, "low": pl.Float64,
        "high": pl.Float64, "change": pl.Float64, "verdict": pl.String, "since": pl.Date,
        "up": pl.Boolean, "outside": pl.Boolean, "trend": pl.List(pl.Float64),
    }  # fmt: skip
    return pl.DataFrame({**usual, **columns}, schema=schema)


def cells(*rows: tuple[str, str, int | None, int]) -> pl.DataFrame:
    schema = {"row": pl.String, "column": pl.String, "n": pl.UInt32, "of": pl.UInt32}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def returned(*rows: tuple[str, int, int]) -> pl.DataFrame:
    """feature, n, of in week 4, as `feature_retention` returns."""
    schema: dict[str, Any] = {"feature": pl.String, "n": pl.UInt32, "of": pl.UInt32, "interval": pl.Int16}
    return pl.DataFrame([(*row, 4) for row in rows], schema=schema, orient="row")


def test_features_stand_by_use_when_nothing_moved(activity: Activity) -> None:
    table = tables.features(activity, changes(), returned(), RECENT)

    assert table["Feature"].to_list() == ["Open", "Export"]
    assert table.select("Adoption", "Used by", "Change").rows() == [(90.0, "900 of 1,000", ""),
                                                                   (30.0, "300 of 1,000", "+1.5 pt")]  # fmt: skip


def test_a_feature_that_newly_left_its_swing_stands_first(activity: Activity) -> None:
    news = changes(verdict=["real", "normal"], since=[RECENT, None])

    assert tables.features(activity, news, returned(), RECENT)["Feature"].to_list() == ["Export", "Open"]


def test_a_signal_that_began_earlier_is_no_news(activity: Activity) -> None:
    old = changes(verdict=["real", "normal"], since=[RECENT - timedelta(days=1), None])

    table = tables.features(activity, old, returned(), RECENT)

    assert table["Feature"].to_list() == ["Open", "Export"]
    assert table["Verdict"].to_list() == ["normal", "▲ since 18 Oct"]


def test_a_feature_with_too_few_has_counts_and_no_rate(activity: Activity) -> None:
    few = changes(n=[3, 9], of=[10, 10], rate=[None, None], change=[None, None])

    table = tables.features(activity, few, returned(), RECENT)

    assert table.select("Adoption", "Used by", "Change").rows() == [(None, "9 of 10", ""), (None, "3 of 10", "")]


def test_no_changes_make_an_empty_table_with_the_same_columns(activity: Activity) -> None:
    full, empty = (tables.features(activity, frame, returned(), RECENT) for frame in (changes(), changes().clear()))

    assert empty.height == 0
    assert empty.schema == full.schema


def test_a_grid_has_rates_counts_of_too_few_and_nothing_where_it_is_not_known() -> None:
    grid = tables.grid(cells(("a", "x", 300, 1000), ("a", "y", 20, 29), ("b", "x", None, 100)), "row", "column")

    assert grid.rows(named=True) == [{"row": "a", "x": "30.0 %", "y": "20 of 29"}, {"row": "b", "x": "", "y": None}]


def test_a_grid_of_segments_marks_what_differs_from_the_rest() -> None:
    counts = cells(("open", "Pro", 900, 1000), ("open", "Free", 500, 1000), ("export", "Pro", 300, 1000),
                   ("export", "Free", 301, 1000)).rename({"row": "feature", "column": "segment"})  # fmt: skip

    grid = tables.grid(stats.against_the_rest(counts), "feature", "segment")

    assert grid.rows() == [("open", "▲ 90.0 %", "▼ 50.0 %"), ("export", "30.0 %", "30.1 %")]


def test_the_cohort_grid_has_a_size_and_a_column_an_interval(activity: Activity) -> None:
    grid = tables.cohort_grid(retention(activity, Returning(), cohorts=2, intervals=3), WEEKS)

    assert grid.columns == ["Cohort", "n", "W1", "W2"]
    assert grid.row(0) == ("2026-11-08", 3, "2 of 3", "")


def test_nobody_makes_empty_grids(activity: Activity) -> None:
    nobody = activity.within(Selection(where=(("plan", ("Enterprise",)),)))
    week = nobody.calendar.last_weeks(1)
    split = stats.against_the_rest(adoption(nobody, (week,), by=("plan",)))
    followed = retention(nobody, Returning(), cohorts=2, intervals=2)

    assert tables.grid(split, "feature", "segment").height == 0
    assert tables.cohort_grid(followed.clear(), WEEKS).height == 0
    assert set(tables.cohort_grid(followed, WEEKS)["n"]) == {0}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(\"http://x\")"])
def test_a_csv_has_no_text_that_a_spreadsheet_would_run(text: str) -> None:
    written = csv(pl.DataFrame({"name": [text], "n": [1]}))

    assert pl.read_csv(written)["name"].to_list() == ["'" + text]


@pytest.mark.parametrize("text", ["Plan A", "a=b", "🎉", 'say "hi", twice', "two\nlines", "<script>", "'quoted'"])
def test_a_csv_leaves_other_texts_as_they_are(text: str) -> None:
    written = csv(pl.DataFrame({"name": [text], "n": [1]}))

    assert pl.read_csv(written).rows() == [(text, 1)]


def test_a_csv_has_the_numbers_as_they_were_counted(activity: Activity) -> None:
    written = csv(tables.features(activity, changes(), returned(), RECENT))

    table = pl.read_csv(written)
    assert "Weekly" not in table.columns
    assert table.select("feature", "n", "of", "low", "high").rows() == [("open", 900, 1000, 0.88, 0.92),
                                                                       ("export", 300, 1000, 0.27, 0.33)]  # fmt: skip


def test_an_empty_csv_keeps_its_header(activity: Activity) -> None:
    assert csv(cells()).decode() == "row,column,n,of\n"


def test_who_came_back_to_a_feature_stands_beside_it_as_far_as_it_is_known(activity: Activity) -> None:
    some = returned(("export", 12, 40), ("open", 3, 9))

    table = tables.features(activity, changes(), some, RECENT)

    assert dict(table.select("Feature", tables.BACK).rows()) == {"Export": "30 %", "Open": "3 of 9"}
    assert set(tables.features(activity, changes(), returned(), RECENT)[tables.BACK]) == {""}


# Retention side by side ----------------------------------------------------------------------------------------------


def test_segments_stand_side_by_side_with_a_word_on_how_sure_their_gap_is() -> None:
    counts = pl.DataFrame({"feature": "", "segment": ["A", "B", "C"], "n": [300, 100, 5], "of": [500, 500, 9]})

    table = tables.segments(stats.against_the_rest(counts), "Back")

    assert table.select("Segment", "Rate", "Back", "Verdict").rows() == [
        ("A", "60 %", "300 of 500", "▲ leads, sure"), ("B", "20 %", "100 of 500", "▼ lags, sure"),
        ("C", "5 of 9", "5 of 9", "too few"),
    ]  # fmt: skip


def test_all_features_side_by_side_show_who_started_and_a_few_intervals() -> None:
    rows = [("export", "everyone", k, n, 40, 1) for k, n in ((0, 40), (1, 20), (2, 10), (3, 9))]
    rows.append(("open", "everyone", 0, 5, 5, 1))
    schema = ["feature", "segment", "interval", "n", "of", "cohorts"]

    labels = {"export": "Export", "open": "Open"}

    table = tables.returns(pl.DataFrame(rows, schema=schema, orient="row"), labels, "week")

    assert table.columns == ["feature", "Feature", "Started", "W1", "W2"]
    assert table.rows() == [("export", "Export", "40", "50 %", "25 %"), ("open", "Open", "5", "", "")]


def test_streamlit_never_gets_the_table_that_others_read(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[pa.Table] = []
    read: list[pl.DataFrame] = []
    to_pandas = pl.DataFrame.to_pandas

    def noted(frame: pl.DataFrame) -> Any:
        read.append(frame)
        return to_pandas(frame)

    monkeypatch.setattr(st, "dataframe", lambda table, **_: given.append(table))
    monkeypatch.setattr(pl.DataFrame, "to_pandas", noted)
    table = pl.DataFrame({"Segment": ["Pro"], "Rate": ["20 %"], "Used by": ["1 of 5"], "Gap to the rest": [""]})

    tables.show_segments(table, "key", "alt")
    tables.show_engagement(table, "key")
    tables.show_grid(table, lambda: None, "key", "alt")

    assert [found.to_pylist() for found in given] == [table.to_dicts()] * 3
    assert [frame is table for frame in read] == [False] * 3
