"""The pages as a person meets them, run by Streamlit's own test driver from `app.py`."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from components import words
from queries import snapshot
from queries.snapshot.manifest import Manifest
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
    rows,
    sentences,
    set_to,
    started,
    warnings,
    ways_out,
)

pytestmark = pytest.mark.slow  # half a minute in all

PAGES = ("adoption", "retention")


# The demo ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_before_anything_is_picked(page: str) -> None:
    app = opened(page)

    assert_stands(app)
    assert warnings(app) == []
    assert answer(app)[2].isalnum()
    assert app.markdown[1].value.startswith(":small[● Complete to Wed 18 Nov 2026 · this week has 3 of 7 days")


@pytest.mark.usefixtures("demo")
def test_the_root_opens_adoption() -> None:
    app = started().run()

    assert_stands(app)
    assert answer(app) == answer(opened("adoption"))


@pytest.mark.usefixtures("demo")
def test_adoption_counts_users_weeks_and_segments_as_the_demo_was_made() -> None:
    app = opened("adoption", by="plan")

    assert [metric.label for metric in app.metric] == ["Eligible users", "Used a feature", "Median features used",
                                                       "New adopters", "Activated in 7 days"]  # fmt: skip
    assert len(app.dataframe[0].value) == 24
    assert figure(app, 0)["layout"]["xaxis"]["ticktext"] == ["Enterprise", "Business", "Team", "Free", "(unknown)"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
def test_every_measure_on_a_page_has_its_definition(page: str) -> None:
    said = sentences(opened(page))

    names = ("Adoption", "New adopters", "Reach", "Breadth") if page == "adoption" else ("Retention", "Pooled")
    for name in names:
        assert re.search(rf"\*\*{name}\.\*\* \w.{{40}}", said), name


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("page", "name", "value", "now"), [
    ("adoption", "unit", "account", "eligible accounts in"), ("retention", "unit", "account", "accounts who signed up"),
    ("adoption", "s.plan", ["Enterprise"], "eligible users with Plan Enterprise in"),
    ("retention", "s.plan", ["Free", "Team"], "users with Plan Free or Team who signed up"),
    ("adoption", "vs", "year", "against the 4 weeks to 16 Nov"),
    ("retention", "vs", "year", "compared with those a year before"),
    ("retention", "w", "26", "the latest 26 cohorts"),
    ("adoption", "of", "active", "active users in the 4 weeks"), ("adoption", "of", "all", "who have entered and"),
    ("retention", "feature", "export", "who first used Export"),
    ("retention", "start", "first_active", "became active"), ("retention", "back", "export", "back to Export"),
    ("retention", "count", "on_or_after", "in week 4 or later"),
    ("retention", "grain", "month", "in month 1"), ("retention", "grain", "day", "on day 7"),
    ("retention", "windows", "rolling", "weeks counted from each user's own start"),
])  # fmt: skip
def test_what_is_picked_changes_what_is_said(page: str, name: str, value: Any, now: str) -> None:
    app = opened(page)
    assert now not in sentences(app)

    picked(app, name, value)

    assert_stands(app)
    assert now in sentences(app)
    wanted = value if isinstance(value, list) else [value]
    assert address(app)[name] == wanted
    assert warnings(app) == []


@pytest.mark.usefixtures("demo")
def test_more_weeks_make_longer_trends() -> None:
    app = opened("adoption")

    picked(app, "w", "26")

    assert {len(trend) for trend in app.dataframe[0].value["Weekly"]} == {26}


@pytest.mark.usefixtures("demo")
def test_a_split_changes_the_columns_of_the_heatmap() -> None:
    app = picked(opened("adoption"), "by", "region")

    assert figure(app, 0)["layout"]["xaxis"]["ticktext"] == ["EMEA", "Americas", "APAC"]


@pytest.mark.usefixtures("demo")
def test_accounts_are_split_by_what_accounts_are() -> None:
    app = picked(opened("adoption", by="role"), "unit", "account")

    assert_stands(app)
    assert app.get_by_key("pick by").options == ["Plan", "Region", "Company size", "Used on", "Sleepers"]  # type: ignore[union-attr]
    assert address(app)["by"] == ["plan"]


@pytest.mark.usefixtures("demo")
def test_a_feature_picked_starts_at_its_first_use_and_follows_it_back() -> None:
    app = picked(opened("retention"), "feature", "export")

    assert "back to Export in week 4" in answer(app)
    assert "users who first used Export." in answer(app)
    assert (address(app)["start"], address(app)["back"]) == (["first_use"], ["export"])


@pytest.mark.usefixtures("demo")
def test_back_to_any_feature_survives_a_reload() -> None:
    app = picked(picked(opened("retention"), "feature", "export"), "back", "")

    again = opened("retention", **address(app))

    assert answer(again) == answer(app)
    assert "were back in week 4" in answer(again)


@pytest.mark.usefixtures("demo")
def test_recurring_use_has_a_band_clustered_by_user_and_no_comparison() -> None:
    app = opened("retention", feature="boards", start="any_use")

    assert re.search(r"in week 4\*\* \(95 %: \d+–\d+\), of [\d,]+ user-weeks", answer(app))
    assert "the cohorts before" not in answer(app)
    assert "cohorts overlap: the band is clustered by user, and nothing is compared" in sentences(app)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("page", "toggle", "columns"), [
    ("adoption", "cells as table", ["Feature ", "Admin", "Manager", "Member", "Viewer", "(unknown)"]),
    ("retention", "cohorts as table", ["Cohort", "n", *(f"W{k}" for k in range(1, 12))]),
])  # fmt: skip
def test_a_figure_has_a_table_twin(page: str, toggle: str, columns: list[str]) -> None:
    app = opened(page)

    app.toggle(key=toggle).set_value(True).run()

    assert_stands(app)
    assert list(app.dataframe[-1].value.columns) == columns


@pytest.mark.usefixtures("demo")
def test_a_filter_is_shown_as_a_button_that_takes_it_off() -> None:
    app = opened("adoption", s_plan=["Enterprise", "Team"])

    next(button for button in app.button if button.label == "Plan: Team").click().run()

    assert address(app)["s.plan"] == ["Enterprise"]
    assert [button.label for button in app.button if button.label.startswith("Plan")] == ["Plan: Enterprise"]


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
def test_an_address_opens_as_it_was_left(page: str) -> None:
    app = picked(picked(picked(opened(page), "unit", "account"), "s.region", ["APAC"]), "w", "6")

    again = opened(page, **address(app))

    assert warnings(again) == []
    assert answer(again) == answer(app)
    assert "accounts with Region APAC" in answer(again)


@pytest.mark.usefixtures("demo")
def test_a_click_carries_its_segment_to_retention_alone() -> None:
    asked = {"feature": "export", "start": "first_use", "back": "export", "to_role": "Admin"}

    assert "users with Role Admin who first used Export" in answer(opened("retention", **asked))
    left = opened("adoption", **asked)
    assert warnings(left) == []
    assert "Role Admin" not in sentences(left)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("page", "asked", "said"), [
    ("retention", {"feature": "exprot"}, "The link asks for feature “exprot”, which is not on offer here."),
    ("adoption", {"w": "13"}, "The link asks for weeks “13”, which is not on offer here."),
    ("adoption", {"unit": "<b>x</b>"}, r"The link asks for count “\<b\>x\</b\>”, which is not on offer here."),
    ("adoption", {"s_plan": "Gold"}, "The link asks for plan “Gold”, which is not on offer here."),
    ("adoption", {"s_shoe_size": "44"}, r"The link filters by shoe\_size, which is no segment here."),
    ("retention", {"to_plan": "Gold"}, "The link asks for plan “Gold”, which is not on offer here."),
    ("adoption", {"by2": "plam"}, "The link asks for a second split by “plam”, which is not on offer here."),
    ("adoption", {"b": "gone"}, "The link asks for a segment by what people did, “gone”, which is not on offer here."),
    ("adoption", {"of": "most"}, "The link asks for a denominator “most”, which is not on offer here."),
    ("retention", {"start": "first_use"}, r"The link asks for start “first\_use”, which is not on offer here."),
    ("adoption", {"by": "x" * 500}, f"The link asks for split by “{'x' * 60}”, which is not on offer here."),
])  # fmt: skip
def test_what_a_link_asks_for_in_vain_is_said_and_ignored(page: str, asked: dict[str, str], said: str) -> None:
    app = opened(page, **asked)

    assert_stands(app)
    assert warnings(app) == [f"{said} It is ignored."]
    assert answer(app) == answer(opened(page))


@pytest.mark.usefixtures("demo")
def test_a_group_is_not_compared_with_itself() -> None:
    app = opened("retention", view="compare", split="plan", a="Enterprise", z="Enterprise")

    said = "The link asks for a group to compare with, “Enterprise”, which is not on offer here. It is ignored."
    assert warnings(app) == [said]
    assert "everyone else: " in answer(app)


@pytest.mark.usefixtures("demo")
def test_a_bad_link_is_said_once() -> None:
    app = opened("retention", feature="exprot")

    picked(app, "w", "26")

    assert warnings(app) == []
    assert "feature" not in app.query_params


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
def test_filters_that_nobody_passes_are_said(page: str) -> None:
    app = opened(page, s_plan="(unknown)", s_role="Admin", s_platform="Android", s_region="APAC",
                 s_company_size="1000+")  # fmt: skip

    assert_stands(app)
    assert answer(app).startswith(("**Nobody matches.** There are no users with", "**Nobody started.**"))


@pytest.mark.usefixtures("demo")
def test_an_answer_that_is_none_offers_the_ways_out_of_it() -> None:
    app = opened("retention", s_plan="(unknown)", s_region="APAC")

    offered = ways_out(app)
    again = clicked(app, "Clear Plan")

    assert offered == ["Clear Plan", "Clear Region", "Widen to 26 weeks"]
    assert address(again)["s.region"] == ["APAC"]
    assert "s.plan" not in address(again)
    assert ways_out(again) == []


@pytest.mark.usefixtures("demo")
def test_an_interval_is_followed_over_time_and_the_planted_drop_is_real() -> None:
    app = opened("retention", view="trend", s_company_size="1-50", w="26")

    assert_stands(app)
    assert answer(app).startswith("**Week-4 retention was")
    assert "That is a real change: below what is usual" in answer(app)
    assert len(figure(app, 0)["data"][3]["x"]) == 26


@pytest.mark.usefixtures("demo")
def test_two_groups_are_compared_and_all_values_and_features_stand_beside() -> None:
    app = opened("retention", view="compare", split="company_size", a="1-50")

    assert_stands(app)
    assert re.match(r"\*\*1\\-50: \d+ %, everyone else: \d+ %\*\* were back in week 4", answer(app))
    assert answer(app).endswith("more than chance among the 4 groups compared.")
    assert "among the 4 groups compared (Benjamini–Hochberg, 10 %)." in sentences(app)
    segments, features = (frame.value for frame in app.dataframe)
    assert segments["Verdict"].iloc[0] == "▼ lags, sure"
    assert list(features.columns[:3]) == ["Feature", "Started", "W1"]


@pytest.mark.usefixtures("demo")
def test_groups_by_two_segments_are_compared() -> None:
    app = opened("retention", view="compare", split="company_size", split2="role", w="26", a="1-50 · Member")

    assert_stands(app)
    assert warnings(app) == []
    assert re.match(r"\*\*1\\-50 · Member: [\d.]+ %, everyone else: [\d.]+ %\*\* were back in week 4", answer(app))
    offered = app.get_by_key("pick a").options  # type: ignore[union-attr]
    assert set(app.dataframe[0].value["Segment"]) <= set(offered)
    assert offered[:2] == ["1-50 · Admin", "1-50 · Manager"]


@pytest.mark.usefixtures("demo")
def test_of_groups_by_two_segments_a_filter_leaves_its_own() -> None:
    app = opened("retention", view="compare", split="plan", split2="role", s_role="Admin")

    offered = app.get_by_key("pick a").options  # type: ignore[union-attr]
    assert {group.split(" · ")[1] for group in offered} == {"Admin"}


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("page", PAGES)
def test_a_segment_by_what_people_did_filters_as_any_other(page: str) -> None:
    app = opened(page, b="used.export.28", **{"s_used.export.28": "used Export in the last 28 days"})

    assert_stands(app)
    assert warnings(app) == []
    assert "users that used Export in the last 28 days" in answer(app)


@pytest.mark.usefixtures("demo")
def test_a_segment_by_what_people_did_is_defined_on_screen() -> None:
    app = opened("adoption")

    set_to(app, "define kind", "inactive")
    set_to(app, "define days", 14)
    clicked(app, "Add")

    assert address(app)["b"] == ["inactive.14"]
    assert address(app)["s.inactive.14"] == ["were not active in the last 14 days"]
    assert "users that were not active in the last 14 days" in answer(app)


@pytest.mark.usefixtures("demo")
def test_adoption_splits_by_two_segments_at_once() -> None:
    app = opened("adoption", by="plan", by2="role")

    assert_stands(app)
    columns = figure(app, -1)["layout"]["xaxis"]["ticktext"]
    assert len(columns) == 20
    assert "Team · Member" in columns
    assert "The 20 largest of 25 segments; all are in the table." in sentences(app)
    marked = sum(mark in text for mark in "▲▼" for text in figure(app, -1)["data"][1]["text"])
    assert f"▲▼ {marked} cells differ from the rest of the row" in sentences(app)
    assert "Numbers are on hover and in the table" in sentences(app)


@pytest.mark.usefixtures("demo")
def test_segments_that_overlap_are_shown_and_never_compared() -> None:
    app = opened("adoption", by="used_on")

    assert_stands(app)
    assert figure(app, -1)["layout"]["xaxis"]["ticktext"] == ["Web", "Desktop", "iOS", "Android"]
    assert not any(mark in text for mark in "▲▼" for text in figure(app, -1)["data"][1]["text"])
    assert "one user may be in several columns, so they do not add up" in sentences(app)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("unit", ["user", "account"])
def test_filtered_by_what_the_events_say_fewer_use_a_feature_and_as_many_could(unit: str) -> None:
    whole, some = (opened("adoption", unit=unit, **where) for where in ({}, {"s_used_on": "iOS"}))

    assert "(by events with Used on iOS alone)" in answer(some)
    assert some.metric[0].value == whole.metric[0].value
    assert some.metric[1].value < whole.metric[1].value


SLEEPERS = {"s_sleepers": "were not active in the last 28 days"}


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("page", "asked"), [
    ("adoption", {}), ("retention", {}), ("retention", {"view": "trend"}), ("retention", {"view": "compare"}),
    ("feature", {"feature": "export"}), ("engagement", {"show": "stickiness"}),
])  # fmt: skip
def test_who_was_chosen_by_the_outcome_is_compared_with_nothing(page: str, asked: dict[str, str]) -> None:
    app = opened(page, **asked, **SLEEPERS)

    assert_stands(app)
    said = answer(app)
    assert not re.search(r"real change|Newly beyond|Worse|Better|more than chance|usual swing of", said)
    deltas = [metric.delta or "95 %" for metric in app.metric]
    assert all("95 %" in delta or "within" in delta for delta in deltas)
    assert "so nothing is compared with their own past" in sentences(app)


@pytest.mark.usefixtures("demo")
def test_segments_by_what_people_did_are_never_ranked_and_their_difference_is_no_cause() -> None:
    split = opened("adoption", by="sleepers")
    compared = opened("retention", view="compare", split="sleepers")

    assert "leads most" not in answer(split)
    assert "**No proof of a cause**: who is compared was chosen by what people did" in answer(compared)
    assert set(compared.dataframe[0].value["Verdict"]) <= {"not compared", "too few"}


@pytest.mark.usefixtures("demo")
def test_only_values_that_the_filter_leaves_can_be_compared() -> None:
    app = opened("retention", view="compare", split="plan", s_plan="Free", w="26")

    assert app.get_by_key("pick a").options == ["Free"]  # type: ignore[union-attr]
    assert answer(app).startswith("**Only one group is left: nothing to compare.**")
    assert ways_out(app) == ["Clear Plan"]


@pytest.mark.usefixtures("demo")
def test_over_time_is_of_all_cohorts_so_nothing_looks_further_back() -> None:
    app = opened("retention", view="trend", s_plan="Enterprise", s_role="Viewer", s_region="APAC")

    assert answer(app).startswith("**Too few for a rate** in the latest cohort to complete it (w/e ")
    assert ways_out(app) == ["Clear Role", "Clear Plan", "Clear Region"]


@pytest.mark.usefixtures("demo")
def test_all_groups_are_headed_by_what_their_rates_are_of() -> None:
    app = opened("retention", view="compare", w="26", feature="export", start="signup", days="3",
                 brackets="1-1.2-3.4-7.8-11")  # fmt: skip

    what = "back to Export on 3 or more days of a week in weeks 4–7"
    assert f"were {what}, of users who signed up" in answer(app)
    assert f"**All of them**, {what}" in sentences(app)


@pytest.mark.usefixtures("demo")
def test_brackets_and_active_days_are_said_wherever_they_are_counted() -> None:
    bracket, days = opened("retention", w="26", brackets="1-1.2-3.4-7.8-11"), opened("retention", days="3")

    assert "were back in weeks 4–7**" in answer(bracket)
    assert figure(bracket, 1)["layout"]["xaxis"]["ticktext"] == ["W1", "W2–3", "W4–7", "W8–11"]
    assert "were back on 3 or more days of week 4**" in answer(days)
    assert "On = back on 3 or more days in that week" in sentences(days)


# Small and odd products ----------------------------------------------------------------------------------------------


def test_with_twelve_users_there_are_counts_and_no_rates(folder: Path) -> None:
    products.write(folder, products.daily(12, date(2026, 9, 7), 70), products.people(12, date(2026, 9, 7), plan="Pro"),
                  more="[users.segments.plan]\n")  # fmt: skip

    adoption, retention = opened("adoption"), opened("retention")

    assert_stands(adoption)
    assert_stands(retention)
    assert answer(adoption) == (
        "**Open** is used most: 12 of 12 eligible users, too few for a rate (it needs 30) in the 4 weeks to 15 Nov. "
        "There are too few units or weeks to tell a real change from noise."
    )
    assert [metric.value for metric in adoption.metric] == ["12", "12 of 12", "1", "0", "—"]
    assert set(adoption.dataframe[0].value["Adoption"].isna()) == {True}
    assert answer(retention) == (
        "**Too few for a rate.** Of 12 users who signed up, 12 were back in week 4; a rate needs 30."
    )
    assert set(figure(retention, 0)["data"][3]["text"]) <= {"·", ""}
    assert ways_out(retention) == []  # there are but ten weeks


def test_with_too_few_in_twelve_weeks_one_click_looks_further_back(folder: Path) -> None:
    people = products.people(40, date(2026, 6, 1)).with_columns(
        signup=pl.Series([date(2026, 6, 1)] * 20 + [date(2026, 9, 7)] * 20))  # fmt: skip
    products.write(folder, products.daily(20, date(2026, 6, 1), 168), people)

    app = opened("retention")
    few = answer(app)
    wider = clicked(app, "Widen to 26 weeks")

    assert few.startswith("**Too few for a rate.** Of 20 users")
    assert answer(wider).startswith("**50 % were back in week 4**")


def test_a_product_of_three_days_says_when_there_will_be_an_answer(folder: Path) -> None:
    products.write(folder, products.daily(50, date(2026, 11, 16), 3))

    for page in PAGES:
        app = opened(page)
        assert_stands(app)
        assert answer(app) == "**Not yet.** The first whole week of history ends on 22 Nov."


def test_a_product_of_one_week_has_adoption_and_says_when_retention_begins(folder: Path) -> None:
    products.write(folder, products.daily(50, date(2026, 11, 9), 10), products.people(50, date(2026, 11, 9)))

    adoption, retention = opened("adoption"), opened("retention")

    assert answer(adoption).startswith("**Open** is used most: 100 % of 50 eligible users")
    assert answer(retention) == "**Not yet.** No cohort has completed week 1; the first does on 22 Nov."
    assert rows(retention) == ["all together", "w/e 15 Nov   n 50"]
    assert_stands(adoption)
    assert_stands(retention)


def test_a_product_without_segments_has_nothing_to_compare(folder: Path) -> None:
    products.write(folder, products.daily(100, date(2026, 9, 7), 70), products.people(100, date(2026, 9, 7)))

    app = opened("retention", view="compare")

    assert_stands(app)
    assert answer(app) == "**Nothing to compare.** There are no segments."
    assert ways_out(app) == []


def test_before_there_is_anything_to_compare_it_says_when_there_will_be(folder: Path) -> None:
    people = products.people(50, date(2026, 11, 16), plan="Pro")
    products.write(folder, products.daily(50, date(2026, 11, 16), 3), people, more="[users.segments.plan]\n")

    app = opened("retention", view="compare")

    assert_stands(app)
    assert answer(app) == "**Not yet.** The first whole week of history ends on 22 Nov."


def test_events_alone_are_a_product(folder: Path) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 70), features={})

    for page in PAGES:
        app = opened(page)
        assert_stands(app)
        assert "Filter" not in [getattr(block, "label", "") for block in app.get("popover")]
        with pytest.raises(KeyError):
            app.get_by_key("pick unit")
    assert answer(opened("adoption")).startswith("**open** is used most: 100 % of 40 eligible users")
    assert "40 users of unknown start" in sentences(opened("retention"))


def test_one_user_on_one_day_is_a_product(folder: Path) -> None:
    products.write(folder, products.daily(1, date(2026, 11, 10), 1))

    for page in PAGES:
        for asked in ({}, {"feature": "open", "start": "any_use"}):
            assert_stands(opened(page, **asked))
    assert "1 event read, 1 user since 10 Nov 2026" in sentences(opened("adoption"))


@pytest.mark.parametrize("page", PAGES)
def test_no_event_at_all_is_said_in_a_sentence(folder: Path, page: str) -> None:
    products.write(folder, [])

    app = opened(page)

    assert not app.exception
    assert [error.value for error in app.error] == [
        "The events table 'events' has no event that can be counted (0 rows). "
        "Load some events, or name another table in the product file."
    ]


def test_all_mistakes_of_a_product_file_are_shown_at_once(folder: Path) -> None:
    products.write(folder, [])
    text = (folder / "product.toml").read_text()
    (folder / "product.toml").write_text(f"timezone = 'Europe/Berlim'\n{text}labl = 'x'\n".replace("time =", "tme ="))

    app = opened("adoption")

    assert not app.exception
    said = app.error[0].value
    assert said.startswith("product.toml has 4 mistakes to mend:\n- ")
    assert said.count("\n- `") == 4
    assert "`timezone`: 'Europe/Berlim' is no time zone; did you mean `Europe/Berlin`" in said


@pytest.mark.parametrize("page", PAGES)
def test_a_warehouse_that_is_not_there_is_said_in_a_sentence(folder: Path, page: str) -> None:
    products.write(folder, [])
    (folder / "events.parquet").unlink()

    app = opened(page)

    assert not app.exception
    assert "events.parquet" in app.error[0].value
    assert "Traceback" not in app.error[0].value


def test_after_a_mistake_is_mended_trying_again_reads_the_warehouse_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    products.write(folder, [])
    app = opened("adoption")
    products.write(folder, products.daily(40, date(2026, 9, 7), 70))
    read: list[str] = []
    refresh = snapshot.refresh

    def counted(*args: Any, **more: Any) -> Manifest:
        read.append("once")
        return refresh(*args, **more)

    monkeypatch.setattr(snapshot, "refresh", counted)

    next(button for button in app.button if button.label == "Try again").click().run()

    assert_stands(app)
    assert read == ["once"]


def test_a_refresh_shows_what_is_new(folder: Path) -> None:
    products.write(folder, products.daily(40, date(2026, 9, 7), 63))
    app = opened("adoption")
    products.write(folder, products.daily(45, date(2026, 9, 7), 70))

    next(button for button in app.button if button.label == "Refresh now").click().run()
    snapshot.background.wait()
    app.run()

    assert_stands(app)
    assert "of 45 eligible users in the 4 weeks to 15 Nov" in answer(app)


# Names from the data -------------------------------------------------------------------------------------------------



@pytest.mark.parametrize("number", range(len(products.HOSTILE)))
def test_names_from_the_data_are_shown_as_they_are(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    name = products.HOSTILE[number]

    adoption = opened("adoption", s_plan=name)
    retention = opened("retention", feature=f"f{number}", s_plan=products.HOSTILE)
    adoption.toggle(key="cells as table").set_value(True).run()
    retention.toggle(key="cohorts as table").set_value(True).run()

    for app in (adoption, retention):
        assert_stands(app)
        assert warnings(app) == []
        assert_nothing_unescaped(app)
    short = name if len(name) <= 60 else name[:59] + "…"
    assert f"{words.md(':red[Plan] **x**')} {words.md(short)} in the 4 weeks" in answer(adoption)
    assert f"first used {words.md(name)}" in answer(retention)
    assert name in adoption.dataframe[-1].value["Feature "].tolist()


def test_no_name_breaks_the_figures(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))

    drawn = figure(opened("adoption"), 0)["layout"]

    assert "&lt;script&gt;alert(1)&lt;…" in drawn["xaxis"]["ticktext"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in drawn["yaxis"]["ticktext"]
    assert '"quoted" &amp; \'single\'' in drawn["yaxis"]["ticktext"]
