"""The engagement page as a person meets it, run by Streamlit's own test driver from `app.py`."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import words
from tests import products
from tests.screen import (
    address,
    answer,
    assert_nothing_unescaped,
    assert_stands,
    figure,
    picked,
    sentences,
    warnings,
    ways_out,
)
from tests.screen import opened as open_page

pytestmark = pytest.mark.slow

VIEWS = ("matrix", "stickiness", "lifecycle")
NOBODY = {"s_plan": "(unknown)", "s_role": "Admin", "s_platform": "Android", "s_region": "APAC",
          "s_company_size": "1000+"}  # fmt: skip


def opened(view: str = "matrix", **asked: Any) -> AppTest:
    return open_page("engagement", show=view, **asked)


# The demo ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_the_page_opens_with_the_matrix() -> None:
    app = open_page("engagement")

    assert_stands(app)
    assert warnings(app) == []
    assert answer(app) == answer(opened("matrix"))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("view", "unit", "said", "charts"), [
    ("matrix", "user", "active users use it", 1), ("matrix", "account", "core", 1),
    ("stickiness", "user", "**Users came on 5.3 of 28 days**: stickiness 18.9 % (95 %: 18.7–19.1)", 3),
    ("stickiness", "account", "**Accounts came on", 3),
    ("lifecycle", "user", "active users in the week to 15 Nov** 2.9 % are new", 2),
    ("lifecycle", "account", "active accounts in the week to 15 Nov**", 2),
])  # fmt: skip
def test_each_view_answers_before_anything_else_is_picked(view: str, unit: str, said: str, charts: int) -> None:
    app = opened(view, unit=unit)

    assert_stands(app)
    assert warnings(app) == []
    assert said in answer(app)
    assert len(app.get("plotly_chart")) == charts
    assert [metric.label for metric in app.metric] == ["DAU", "WAU", "MAU", "Stickiness"]


@pytest.mark.usefixtures("demo")
def test_the_view_is_picked_on_the_page() -> None:
    app = picked(opened(), "show", "lifecycle")

    assert_stands(app)
    assert "quick ratio" in answer(app)
    assert address(app)["show"] == ["lifecycle"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("view", "names"), [
    ("matrix", ("Matrix", "Stickiness")), ("stickiness", ("Stickiness", "Days active", "Actives on")),
    ("lifecycle", ("Lifecycle",)),
])  # fmt: skip
def test_every_measure_of_a_view_has_its_definition(view: str, names: tuple[str, ...]) -> None:
    said = sentences(opened(view))

    for name in names:
        assert f"**{name}.** " in said


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("view", VIEWS)
def test_a_segment_that_nobody_is_in_offers_a_way_out(view: str) -> None:
    app = opened(view, **NOBODY)

    assert_stands(app)
    assert answer(app).startswith("**Nobody matches.** There are no users with")
    assert "Clear Plan" in ways_out(app)
    assert not app.get("plotly_chart")


@pytest.mark.usefixtures("demo")
def test_a_row_of_the_table_twin_opens_its_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened(unit="account")
    app.toggle(key="matrix toggle").set_value(True).run()
    assert_stands(app)
    table = app.dataframe[0].value
    assert list(table.columns) == ["Feature", "Breadth", "Days a week", "Accounts", "Quadrant"]
    assert table["Quadrant"][0] == "Core: many, often"

    monkeypatch.setattr("components.drills.selected", lambda key, what: 0)
    monkeypatch.setattr("components.tables.st.dataframe", lambda *_, on_select, **__: on_select())
    app.run().run()

    assert_stands(app)
    assert [title.value for title in app.subheader] == ["Boards"]


@pytest.mark.usefixtures("demo")
def test_the_last_seven_days_have_bars_of_their_own() -> None:
    app = opened("stickiness")
    assert len(figure(app, 0)["data"][0]["x"]["bdata"]) > 20

    app.toggle(key="stickiness toggle").set_value(True).run()

    assert_stands(app)
    assert "Days active, last 7" in sentences(app)
    assert figure(app, 0)["layout"]["xaxis"]["title"]["text"] == "days or more, of 7"


@pytest.mark.usefixtures("demo")
def test_more_weeks_and_a_year_before_are_looked_at_when_picked() -> None:
    app = picked(picked(opened("lifecycle"), "w", "26"), "vs", "year")

    assert_stands(app)
    assert "over the 26 weeks" in answer(app)
    assert app.metric[0].delta is not None


# Small and odd products ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("view", "said"), [
    ("matrix", "**Open** is used most: 12 of 12 active users used it in the 10 weeks to 15 Nov. "
               "Too few for a rate (it needs 30)."),
    ("stickiness", "**Too few for a rate.** 12 users were active in the 28 days to 15 Nov, on 28.0 of them on "
                   "average; stickiness needs 30."),
    ("lifecycle", "**Too few for rates.** Of 12 active users in the week to 15 Nov: 0 new, 12 returning, 0 back; "
                  "0 left."),
])  # fmt: skip
def test_twelve_users_are_counted_and_not_rated(folder: Path, view: str, said: str) -> None:
    products.write(folder, products.daily(12, date(2026, 9, 7), 70), products.people(12, date(2026, 9, 7)))

    app = opened(view)

    assert_stands(app)
    assert answer(app) == said
    assert [metric.value for metric in app.metric] == ["12", "12", "12", "—"]


@pytest.mark.parametrize("view", VIEWS)
def test_three_days_of_history_say_when_there_will_be_an_answer(folder: Path, view: str) -> None:
    products.write(folder, products.daily(50, date(2026, 11, 16), 3))

    app = opened(view)

    assert_stands(app)
    assert answer(app) == "**Not yet.** The first whole week of history ends on 22 Nov."


@pytest.mark.parametrize(("view", "said"), [
    ("matrix", "**Open** is used most: 100 % of 50 active users use it, on 7.0 days in a week of use, in the week to"),
    ("stickiness", "**Not yet.** Stickiness is that of 28 days"), ("lifecycle", "**Not yet.** Lifecycle needs two"),
])  # fmt: skip
def test_one_whole_week_is_enough_for_the_matrix_alone(folder: Path, view: str, said: str) -> None:
    products.write(folder, products.daily(50, date(2026, 11, 9), 10))

    app = opened(view)

    assert_stands(app)
    assert answer(app).startswith(said)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("users", "days"), [(40, 70), (1, 1), (31, 15)])
def test_events_alone_are_a_product(folder: Path, view: str, users: int, days: int) -> None:
    first = date(2026, 11, 15) - timedelta(days=days - 1)
    products.write(folder, products.daily(users, first, days), features={})

    app = opened(view)

    assert_stands(app)
    assert answer(app)


@pytest.mark.parametrize("view", VIEWS)
def test_users_who_stopped_long_ago_are_no_error(folder: Path, view: str) -> None:
    lone = [(user, at, "ping") for user, at, _ in products.daily(1, date(2026, 5, 4), 190)]
    products.write(folder, [*products.daily(40, date(2026, 5, 4), 30), *lone], features={"open": "Open"})

    app = opened(view)

    assert_stands(app)
    assert answer(app).startswith("**No")
    assert "Clear" not in ways_out(app)


def test_where_everybody_stays_nobody_left(folder: Path) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 70))

    app = opened("lifecycle")

    assert "0 came or came back: nobody left." in answer(app)
    assert len(app.get("plotly_chart")) == 1


# Names from the data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_names_from_the_data_are_shown_as_they_are(hostile: Path, monkeypatch: pytest.MonkeyPatch, view: str) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    for name in products.HOSTILE[3:8]:
        app = opened(view, s_plan=name)

        assert_stands(app)
        assert_nothing_unescaped(app)
        assert words.md(name) in answer(app)


def test_no_name_breaks_the_matrix_or_its_table(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    app = opened()

    hovers = figure(app, 0)["data"][0]["hovertext"]
    app.toggle(key="matrix toggle").set_value(True).run()

    assert any("&lt;script&gt;alert(1)&lt;/script&gt;" in text for text in hovers)
    assert not any("<script>" in text for text in hovers)
    assert_stands(app)
    assert "<script>alert(1)</script>" in app.dataframe[0].value["Feature"].tolist()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("view", ["stickiness", "lifecycle"])
@pytest.mark.parametrize("asked", [{"by": "plan"}, {"by": "plan", "by2": "role"}, {"by": "used_on"}, {"by": "sleepers"},
                                   {"by": "region", "unit": "account"}])  # fmt: skip
def test_segments_stand_side_by_side_under_the_whole(view: str, asked: dict[str, str]) -> None:
    app = opened(view, **asked)

    assert_stands(app)
    table = app.dataframe[-1].value
    assert table.columns.tolist()[:4] == [
        "Segment", f"{'Accounts' if asked.get('unit') else 'Users'}, 28 days", "Stickiness", "95 %"
    ]  # fmt: skip
    counted = [[int(cell.replace(",", "")) for cell in row] for row in table.iloc[:, 4:8].to_numpy()]
    assert all(active == new + returning + back for active, new, returning, back in counted)
