"""The feature page as a person meets it, run by Streamlit's own test driver from `app.py`."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from components import words
from tests import products
from tests.screen import (
    address,
    answer,
    assert_nothing_unescaped,
    assert_stands,
    clicked,
    figure,
    opened,
    picked,
    sentences,
    warnings,
    ways_out,
)

pytestmark = pytest.mark.slow

TABS = ("overview", "who", "return", "lift")
FIGURES = {"overview": 3, "who": 2, "return": 2, "lift": 1}  # of a feature with a launch date


def feature_page(**asked: Any) -> AppTest:
    return opened("feature", **asked)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def title(app: AppTest) -> str:
    return app.subheader[0].value


# The demo ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("unit", ["user", "account"])
@pytest.mark.parametrize("tab", TABS)
def test_each_tab_answers_for_users_and_for_accounts(tab: str, unit: str) -> None:
    app = feature_page(feature="ai_summaries", tab=tab, unit=unit)

    assert_stands(app)
    assert warnings(app) == []
    assert title(app) == "AI summaries"
    assert f"eligible {unit}s" in answer(app)
    assert "used AI summaries** in the 4 weeks to 15 Nov" in answer(app)
    assert list(metrics(app)) == ["Adopted · target 30 %", "Retained, week 4", "New adopters", "Time to adopt, median"]
    assert len(app.get("plotly_chart")) == FIGURES[tab]
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("tab", "names"), [
    ("overview", ("Adoption", "Stages", "Cumulative")), ("who", ("Adoption", "Time to adopt", "Users of")),
    ("return", ("Retention", "Pooled", "Frequency days")), ("lift", ("Lift",)),
])  # fmt: skip
def test_what_a_tab_measures_is_defined_on_it(tab: str, names: tuple[str, ...]) -> None:
    said = sentences(feature_page(feature="export", tab=tab))

    for name in names:
        assert f"**{name}.** " in said


@pytest.mark.usefixtures("demo")
def test_whose_feature_it_is_and_when_it_came_out_stand_beside_its_name() -> None:
    assert "Automation · owner Jonas · launched 1 Jun 2026" in sentences(feature_page(feature="ai_summaries"))


@pytest.mark.usefixtures("demo")
def test_the_next_and_the_previous_feature_are_those_of_the_product_s_list() -> None:
    first = feature_page(feature="boards", s_plan="Team")
    second = clicked(first, "Next")

    assert title(second) == "Cards"
    assert address(second)["feature"] == ["cards"]
    assert address(second)["s.plan"] == ["Team"]
    assert title(clicked(second, "Previous")) == "Boards"
    assert [button.disabled for button in feature_page(feature="boards").button if button.label == "Previous"] == [True]
    assert [button.disabled for button in feature_page(feature="billing").button if button.label == "Next"] == [True]


@pytest.mark.usefixtures("demo")
def test_another_feature_is_picked_from_the_list() -> None:
    app = picked(feature_page(), "feature", "search")

    assert title(app) == "Search"
    assert address(app)["feature"] == ["search"]


@pytest.mark.usefixtures("demo")
def test_its_retention_keeps_the_filters() -> None:
    app = feature_page(feature="export", s_plan="Team", unit="account")

    link = next(link for link in app.get("page_link") if link.proto.label == "Its retention")
    query = link.proto.query_string
    assert "feature=export" in query
    assert "s.plan=Team" in query
    assert "unit=account" in query
    assert "start=" not in query


@pytest.mark.usefixtures("demo")
def test_a_click_on_adoption_lands_here_in_the_segment() -> None:
    app = feature_page(feature="export", unit="user", to_plan="Enterprise")

    assert "eligible users with Plan Enterprise" in answer(app)
    assert address(app)["feature"] == ["export"]
    assert [button.label for button in app.button if button.label.startswith("Plan")] == ["Plan: Enterprise"]


@pytest.mark.usefixtures("demo")
def test_who_uses_it_is_split_by_one_segment_or_by_two() -> None:
    app = feature_page(feature="sso", tab="who", by="plan")

    assert sorted(figure(app, 0)["layout"]["yaxis"]["ticktext"]) == ["Business", "Enterprise"]
    assert_stands(picked(app, "by2", "region"))
    assert "by Plan and Region" in sentences(app)
    labels = figure(app, 0)["layout"]["yaxis"]["ticktext"]
    assert {label.split(" · ")[0] for label in labels} == {"Business", "Enterprise"}
    assert len(labels) == len(set(labels)) > 4


@pytest.mark.usefixtures("demo")
def test_of_many_segments_the_sure_and_the_largest_are_drawn_and_all_are_in_the_table() -> None:
    app = feature_page(feature="export", tab="who", by="plan", by2="role")

    assert len(figure(app, 0)["layout"]["yaxis"]["ticktext"]) == 20
    assert "20 of 25: the sure ones, then the largest. All are in the table." in sentences(app)
    app.toggle(key="feature_segments Table").set_value(True).run()
    assert app.dataframe[0].value.shape[0] == 25


@pytest.mark.usefixtures("demo")
def test_the_segments_have_a_table_twin() -> None:
    app = feature_page(feature="audit_log", tab="who", by="plan")

    app.toggle(key="feature_segments Table").set_value(True).run()

    assert_stands(app)
    table = app.dataframe[0].value
    assert set(table["Segment"]) == {"Free", "(unknown)", "Team", "Business", "Enterprise"}
    assert table[["Segment", "Verdict"]].iloc[-1].tolist() == ["Enterprise", "▲ leads, sure"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("unit", ["user", "account"])
def test_segments_that_overlap_stand_side_by_side_uncompared(unit: str) -> None:
    app = feature_page(feature="export", tab="who", by="used_on", unit=unit)

    assert_stands(app)
    table = app.dataframe[0].value
    assert set(table["Segment"]) == {"Web", "Desktop", "iOS", "Android"}
    assert set(table["Verdict"]) == {"not compared"}
    assert f"one {unit} may be in several of them" in sentences(app)
    assert "chosen by their outcome" not in sentences(app)


@pytest.mark.usefixtures("demo")
def test_segments_by_what_people_did_are_said_to_be_chosen_by_their_outcome_alone() -> None:
    said = sentences(feature_page(feature="export", tab="who", by="sleepers"))

    assert "by what people did they are chosen by their outcome: none is compared with the others." in said
    assert "may be in several" not in said


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("unit", ["user", "account"])
def test_who_used_it_and_who_did_not_can_be_listed(unit: str) -> None:
    app = feature_page(feature="export", tab="who", unit=unit)

    app.toggle(key="feature_segments List").set_value(True).run()

    assert_stands(app)
    used, others = (app.dataframe[i].value for i in (0, 1))
    assert list(used.columns) == [unit.capitalize(), "First use", "Days"]
    assert max(len(used), len(others)) <= 1000
    assert f"{unit}s used it in the last 4 full weeks**" in sentences(app)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("tab", TABS)
def test_a_view_opens_as_it_was_left(tab: str) -> None:
    app = picked(picked(feature_page(feature="export"), "tab", tab), "unit", "account")

    again = feature_page(**address(app))

    assert warnings(again) == []
    assert answer(again) == answer(app)
    assert address(again)["tab"] == [tab]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("tab", TABS)
def test_filters_that_nobody_passes_are_said_with_a_way_out(tab: str) -> None:
    app = feature_page(feature="export", tab=tab, s_plan="(unknown)", s_role="Admin", s_platform="Android",
                       s_region="APAC", s_company_size="1000+")  # fmt: skip

    assert_stands(app)
    assert answer(app).startswith("**Nobody matches.** There are no users with")
    assert "Clear Plan" in ways_out(app)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("tab", TABS)
def test_a_feature_for_others_than_those_picked_says_who_it_is_for(tab: str) -> None:
    app = feature_page(feature="sso", tab=tab, s_plan="Free")

    assert_stands(app)
    assert answer(app) == ("**Nobody could use Single sign\\-on** in the 4 weeks to 15 Nov: it is for Plan Business or "
                           "Enterprise, and none of the users with Plan Free is.")  # fmt: skip
    assert "Clear Plan" in ways_out(app)


@pytest.mark.usefixtures("demo")
def test_a_lift_is_called_an_association() -> None:
    assert "Association, not proof: those who use it early may differ in other ways." in sentences(
        feature_page(feature="export", tab="lift"))  # fmt: skip


# Small and odd products ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_with_twelve_users_there_are_counts_and_no_rates(folder: Path, tab: str) -> None:
    products.write(folder, products.daily(12, date(2026, 9, 7), 70), products.people(12, date(2026, 9, 7), plan="Pro"),
                  more="[users.segments.plan]\n")  # fmt: skip

    app = feature_page(feature="open", tab=tab)

    assert_stands(app)
    said = "**12 of 12 eligible users used Open** in the 4 weeks to 15 Nov: too few for a rate (it needs 30)."
    assert answer(app) == said
    assert list(metrics(app).values()) == ["12 of 12", "12 of 12", "0", "too few"]


@pytest.mark.parametrize("tab", TABS)
def test_three_days_of_history_say_when_there_will_be_an_answer(folder: Path, tab: str) -> None:
    products.write(folder, products.daily(50, date(2026, 11, 16), 3))

    app = feature_page(feature="open", tab=tab)

    assert_stands(app)
    assert answer(app) == "**Not yet.** The first whole week of history ends on 22 Nov."


@pytest.mark.parametrize("tab", TABS)
def test_a_feature_that_never_occurs_asks_for_its_event_names(folder: Path, tab: str) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 70))

    app = feature_page(feature="export", tab=tab)

    assert_stands(app)
    assert answer(app) == ("**Nobody used Export** in the 4 weeks to 15 Nov, of 40 eligible users. "
                           "Export has no events at all: is export what its use is called in your data?")  # fmt: skip


@pytest.mark.parametrize("tab", TABS)
def test_a_feature_that_went_silent_is_pointed_out(folder: Path, tab: str) -> None:
    events = [*products.daily(40, date(2026, 9, 7), 70), *products.daily(40, date(2026, 9, 7), 60, "export")]
    products.write(folder, events)

    app = feature_page(feature="export", tab=tab)

    assert_stands(app)
    assert "**Export has no events since 6 Nov: tracking may be broken.**" in answer(app)


@pytest.mark.parametrize("tab", TABS)
def test_events_alone_or_one_user_on_one_day_are_a_product(folder: Path, tab: str) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 70), features={})
    assert_stands(feature_page(tab=tab))

    products.write(folder, products.daily(1, date(2026, 11, 10), 1))
    assert_stands(feature_page(tab=tab, feature="open"))
    assert_stands(feature_page(tab=tab, feature="export"))


@pytest.mark.parametrize("launched", ["2020-01-01", "2026-11-17", "2030-01-01"])
def test_a_launch_before_history_just_now_or_to_come_is_no_trouble(folder: Path, launched: str) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 70), products.people(40, date(2026, 9, 7)))
    with (folder / "product.toml").open("a") as file:
        file.write(f"launched = {launched}\ntarget = 0.5\n")

    for tab in TABS:
        assert_stands(feature_page(feature="export", tab=tab))


def test_accounts_without_account_segments_cannot_be_split(folder: Path) -> None:
    people = products.people(40, date(2026, 9, 7), role="x").with_columns(company=pl.lit("a"))
    products.write(folder, products.daily(40, date(2026, 9, 7), 70), people, more="[users.segments.role]\n")
    text = (folder / "product.toml").read_text().replace("signup = 'signup'", "signup = 'signup'\naccount = 'company'")
    (folder / "product.toml").write_text(text)

    for tab in TABS:
        assert_stands(feature_page(feature="open", tab=tab, unit="account"))


# Names from the data -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(products.HOSTILE)))
def test_names_from_the_data_are_shown_as_they_are(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    name = products.HOSTILE[number]

    for tab in TABS:
        app = feature_page(feature=f"f{number}", tab=tab, s_plan=products.HOSTILE)
        assert_stands(app)
        assert warnings(app) == []
        assert_nothing_unescaped(app)
        assert title(app) == words.md(name)
        assert f"used {words.md(name)}**" in answer(app)


def test_a_week_later_the_open_week_says_how_much_of_it_there_is(folder: Path) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 72))

    drawn = figure(feature_page(feature="open"), 0)

    assert "2 of 7 days" in [note["text"] for note in drawn["layout"]["annotations"]]
    assert date.fromisoformat(drawn["data"][3]["x"][-1][:10]) == date(2026, 9, 7) + timedelta(days=76)
