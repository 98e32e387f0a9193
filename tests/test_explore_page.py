"""The explore page as a person meets it, run by Streamlit's own test driver from `app.py`."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from queries import snapshot
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

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("demo", "place")]


def explored(**asked: Any) -> AppTest:
    return opened("explore", **asked)


def table(app: AppTest) -> dict[str, list[str]]:
    """The last table: its columns."""
    return {name: list(values) for name, values in app.dataframe[-1].value.to_dict("list").items()}


def test_it_opens_with_questions_that_answer_themselves_and_one_click_asks_one() -> None:
    app = explored()

    assert_stands(app)
    questions = [button for button in app.button if button.key and button.key.startswith("question")]
    assert len(questions) == 6
    assert "Weekly actives: **5,243** in w/e 15 Nov" in sentences(app)
    for number in range(6):
        button: Any = app.get_by_key(f"question {number}")
        asked = clicked(explored(), button.label)
        assert_stands(asked)
        assert address(asked)["m"]
        assert len(asked.get("plotly_chart")) >= 1


def test_one_metric_says_what_the_weekly_review_says() -> None:
    weekly = opened("adoption").switch_page("pages/review/weekly.py")
    weekly.query_params.clear()
    weekly.query_params["line"] = "weekly_actives"
    said = sentences(weekly.run())

    told = answer_of(explored(m="weekly_actives"))

    assert told.removeprefix("In w/e 15 Nov: ") in said


def answer_of(app: AppTest) -> str:
    """The answer, wherever it begins."""
    return next(text.value for text in app.main.markdown if "Weekly actives: " in text.value)


def test_a_split_says_who_has_most_and_lists_all() -> None:
    app = explored(m="weekly_actives", slice="plan")

    assert_stands(app)
    assert answer(app) == ("**Weekly actives: 5,243** in w/e 15 Nov, most in Team 1,814 (34.6 %), "
                           "then Business 1,459 (27.8 %).")  # fmt: skip
    assert table(app)["Group"] == ["Enterprise", "Business", "Team", "Free", "(unknown)"]
    assert table(app)["w/e 15 Nov"] == ["711", "1,459", "1,814", "1,214", "45"]


def test_metrics_of_several_kinds_are_several_charts_and_that_is_said() -> None:
    app = explored(m=["new", "week4_retention", "resurrected"])

    assert "New counts users, Week\\-4 retention is a share: two charts." in sentences(app)
    assert len(app.get("plotly_chart")) == 2
    assert len(explored(m=["new", "resurrected"]).get("plotly_chart")) == 1
    assert "New adds up over its weeks, Weekly actives is a mean of its weeks: two charts." in sentences(
        explored(m=["new", "weekly_actives"], g="month"))  # fmt: skip


def test_a_group_has_the_same_colour_in_all_charts() -> None:
    app = explored(m=["weekly_actives", "new"], slice="plan")

    def colours(number: int) -> dict[str, str]:
        named = figure(app, number)["layout"]["annotations"]
        return {note["text"].split(" <b>")[0]: note["font"]["color"] for note in named if " <b>" in note["text"]}

    assert colours(0) == colours(1)
    assert len(set(colours(0).values())) == 5


def test_a_group_too_small_for_a_rate_is_not_drawn_and_is_named() -> None:
    assert "Not drawn, under 30 in every week: Enterprise, \\(unknown\\)." in sentences(
        explored(m="week4_retention", slice="plan"))  # fmt: skip


@pytest.mark.parametrize("look", [{"slice": "plan"}, {"look": "compare", "split": "plan"}])
def test_numbers_are_shown_as_a_chart_or_as_a_table_and_the_address_says_which(look: dict[str, str]) -> None:
    drawn = explored(m="week4_retention", **look)

    listed = picked(drawn, "shown", "table")

    assert_stands(listed)
    assert address(listed)["shown"] == ["table"]
    assert not listed.get("plotly_chart")
    assert not listed.expander
    again = explored(**address(listed))
    as_chart = explored(m="week4_retention", **look)
    assert table(again) == table(listed) == table(as_chart)
    assert len(as_chart.get("plotly_chart")) == 1
    assert [fold.label for fold in as_chart.expander] == [
        "The same as a table" if "slice" in look else "The differences as a table"]
    assert answer(again) == answer(as_chart)
    assert ("A dot: under 30, too few for a value." in sentences(again)) == ("slice" in look)
    assert {"CSV"} <= {each.proto.label for each in again.get("download_button")}


def test_segments_that_overlap_are_not_added_up() -> None:
    app = explored(m="weekly_actives", slice="used_on")

    assert_stands(app)
    assert "%" not in answer(app)
    assert "so they do not add up" in sentences(app)


def test_two_groups_differ_by_more_than_chance_or_not() -> None:
    app = explored(m=["week4_retention", "weekly_actives"], look="compare", split="plan", a="Enterprise")

    assert_stands(app)
    assert "Difference +14 pt (+8 pt to +20 pt, 95 %): more than chance." in answer(app)
    assert "A count goes with the size of a group; compare a share." in answer(app)
    assert table(app)["Verdict"] == ["more than chance", "not compared"]


def test_what_was_split_by_is_what_is_compared() -> None:
    app = picked(explored(m="new", slice="region"), "look", "compare")

    assert address(app)["split"] == ["region"]
    assert "slice" not in address(app)


def test_the_address_opens_the_same_view() -> None:
    app = picked(picked(explored(m=["new", "days_active"]), "slice", "plan"), "g", "month")

    again = explored(**address(app))

    assert warnings(again) == []
    assert sentences(again) == sentences(app)
    assert [figure(again, i) for i in (0, 1)] == [figure(app, i) for i in (0, 1)]


@pytest.mark.parametrize(("asked", "said"), [
    ({"m": "no_such"}, "The link asks for the metric “no\\_such”, which is not on offer here."),
    ({"m": ["new", "<b>x</b>"]}, "the metric “\\<b\\>x\\</b\\>”"),
    ({"m": ["new", "dormant", "resurrected", "activation", "days_active"]}, "more than 4 metrics; the first 4"),
    ({"m": "new", "slice": "id"}, "a split by “id”"), ({"m": "new", "g": "century"}, "a length of time, “century”"),
    ({"m": "new", "slice": "plan", "slice2": "plan"}, "a second split by “plan”"),
    ({"look": "under"}, "a view “under”"),
    ({"m": "new", "look": "compare", "a": "Nobody"}, "a group “Nobody”"),
])  # fmt: skip
def test_an_address_that_was_made_up_opens_as_far_as_it_goes(asked: dict[str, Any], said: str) -> None:
    app = explored(**asked)

    assert_stands(app)
    assert any(said in warning for warning in warnings(app)), warnings(app)


def test_nobody_left_is_said_with_ways_out() -> None:
    app = explored(m="new", s_plan="Free", s_company_size="1000+")

    assert_stands(app)
    assert ways_out(app)[:2] == ["Clear Plan", "Clear Company size"]
    assert "**Nobody matches.**" in sentences(app)


def test_accounts_are_counted_by_what_accounts_are() -> None:
    app = explored(m="weekly_actives", unit="account", slice="plan")

    assert_stands(app)
    assert table(app)["w/e 15 Nov"] != table(explored(m="weekly_actives", slice="plan"))["w/e 15 Nov"]
    splits: Any = app.get_by_key("pick slice")
    assert "Role" not in splits.options


def test_names_from_the_data_are_shown_as_they_are(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    keys = [f"adoption.f{number}" for number in (1, 3, 5)]

    pair = {"split": "plan", "a": "<script>alert(1)</script>", "z": "**bold**"}
    for app in (explored(), explored(m=keys), explored(m=keys[:1], slice="plan"),
                explored(m=keys, look="compare", **pair)):  # fmt: skip
        assert_stands(app)
        assert warnings(app) == []
        assert_nothing_unescaped(app)


@pytest.fixture
def made(quillboard: Path) -> Iterator[None]:
    """The demo with a difference and a ratio of its team's own."""
    text = quillboard.read_text()
    quillboard.write_text(f"{text}\n[metrics.gap]\nlabel = 'AI less *files*'\n"
                          "difference = ['adoption.ai_summaries', 'adoption.attachments']\n"
                          "[metrics.per_new]\nratio = ['weekly_actives', 'new']\n")  # fmt: skip
    yield
    quillboard.write_text(text)


@pytest.mark.usefixtures("made")
def test_metrics_of_ones_own_have_a_chart_and_words_each() -> None:
    app = explored(m=["gap", "per_new", "days_active"])

    assert_stands(app)
    assert ("AI less \\*files\\* is a difference in points, Per new is so many for each of New, Days active is a mean "
            "of days: three charts.") in sentences(app)  # fmt: skip
    axes = [figure(app, number)["layout"]["yaxis"] for number in range(3)]
    below = [value for value in table(app).values() if value[0].startswith("−")]
    assert below
    assert axes[0]["range"][0] < 0
    assert [axis["range"][0] for axis in axes[1:]] == [0, 0]

    said = answer(explored(m=["gap", "per_new"], look="compare", split="plan", a="Enterprise"))
    assert ("A difference of shares has no interval here; compare Adoption of AI summaries and Adoption of Attachments "
            "one by one.") in said  # fmt: skip
    assert "**Per new: Enterprise too few and everyone else " in said


@pytest.mark.parametrize(("a", "z", "counts"), [("Metric", "everyone else", (40, 50)), ("everyone else", "", (50, 40))])
def test_groups_called_as_columns_or_as_the_rest_are_compared_as_any_other(
    folder: Path, a: str, z: str, counts: tuple[int, int]
) -> None:
    sizes = {"Metric": 40, "everyone else": 50}
    parts = [products.people(size, date(2026, 6, 1), plan=name).with_columns(id=name + pl.col("id"))
             for name, size in sizes.items()]  # fmt: skip
    events = [(f"{name}{user}", at, "open") for name, size in sizes.items()
              for user, at, _ in products.daily(size, date(2026, 7, 1), 28)]  # fmt: skip
    products.write(folder, events, pl.concat(parts), more="[users.segments.plan]\nlabel = 'Plan'\n")
    snapshot.refresh(datetime.now(UTC))

    app = opened("explore", m="weekly_actives", look="compare", split="plan", a=a, z=z, shown="table")

    assert_stands(app)
    compared = app.dataframe[0].value
    assert list(compared.columns)[3:] == ["Difference", "95 %", "Verdict"]
    assert tuple(compared.iloc[0])[1:3] == tuple(map(str, counts))
