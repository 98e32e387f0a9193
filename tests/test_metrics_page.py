"""The catalogue of metrics as a person meets it, run by Streamlit's own test driver from `app.py`."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from queries.store import Cycle, View
from tests import products, screen, test_people
from tests.screen import address, answer, assert_stands, clicked, figure, picked, sentences, warnings
from tests.test_okrs_page import PRODUCT, WHO, aim, written
from tests.test_people import folder

__all__ = ["folder"]  # a fixture

pytestmark = pytest.mark.slow


def opened(**asked: Any) -> AppTest:
    """The page as a link with this query opens it."""
    app = screen.opened("metrics", **asked)
    assert_stands(app)
    return app


def table(app: AppTest) -> dict[str, dict[str, Any]]:
    """The rows of the table by their metric's key."""
    rows: list[dict[str, Any]] = app.dataframe[0].value.to_dict("records")
    return {row["metric"]: row for row in rows}


def said(app: AppTest) -> str:
    """All running text, as it is read."""
    return sentences(app).replace("\\", "")


@pytest.mark.usefixtures("demo")
def test_every_metric_has_its_value_meaning_owner_and_trust() -> None:
    app = opened()

    rows = table(app)
    assert answer(app).startswith("**57 metrics.** 2 certified · 3 approved · 1 draft · 1 deprecated · of 50 nobody")
    assert list(rows)[:3] == ["activation", "week4_retention", "weekly_actives"]
    assert list(rows)[-1] == "adoption.share_links"
    retention = rows["week4_retention"]
    assert re.fullmatch(r"\d\d %", retention["Now"])
    assert {key: retention[key] for key in ("Metric", "Trust", "Owner", "Tier", "Good", "Used in", "Changed")} == {
        "Metric": "Week-4 retention", "Trust": "Certified", "Owner": "Dana", "Tier": "1", "Good": "more", "Used in": 2,
        "Changed": "2 Mar 2026"}  # fmt: skip
    assert all(row["Now"] and row["Meaning"] for row in rows.values())


@pytest.mark.usefixtures("demo")
def test_a_search_by_another_name_finds_and_a_misspelt_one_is_led_to_what_was_meant() -> None:
    app = picked(opened(), "q", "stickiness")
    assert list(table(app)) == ["days_active"]

    app = picked(app, "q", "stickyness")
    assert "**No metric called “stickyness”.** Did you mean **Days active**?" in said(app)

    app = clicked(app, "Show Days active")
    assert address(app) == {"unit": ["user"], "w": ["12"], "vs": ["previous"], "metric": ["days_active"]}
    assert app.subheader[0].value == "Days active"
    assert len(table(clicked(app, "All metrics"))) == 57


@pytest.mark.usefixtures("demo")
def test_pills_narrow_the_table_and_stand_in_the_address() -> None:
    app = picked(opened(), "standing", "certified")

    assert list(table(app)) == ["week4_retention", "weekly_actives"]
    assert address(app)["standing"] == ["certified"]
    assert list(table(opened(standing="certified", about="Engagement"))) == ["weekly_actives"]
    assert "No metric is like this" in said(opened(standing="changed"))


@pytest.mark.usefixtures("demo")
def test_a_metric_in_full_says_what_it_is_made_of_who_vouches_for_it_and_where_it_is_used() -> None:
    app = opened(metric="week4_retention")

    text = said(app)
    assert ("**Certified** by Dana, who also changed it last. It was looked at on 5 Oct 2026 and counts as it did "
            "then.") in text  # fmt: skip
    assert "Owner Dana · tier 1 of 3 · an output" in text
    assert "| Out of whom | users that signed up in a week |" in text
    assert "Left out everywhere: employees, bots." in text
    assert "**Targets:** 45.0 % in the weekly review" in text
    assert "- 2 Mar 2026 · Dana: Counts from sign-up, no longer from the first board" in text
    assert re.search(r"\*\*Week-4 retention: \d\d %\*\*", text)
    assert len(figure(app, 0)["data"]) == 3
    certificate = next(code.value for code in app.code if code.value.startswith("[metrics"))
    assert re.fullmatch(r"\[metrics.week4_retention\]\ncertified = \{ by = \"local owner\", at = \d{4}-\d\d-\d\d, "
                        r"hash = \"[0-9a-f]{16}\" \}", certificate)  # fmt: skip


@pytest.mark.usefixtures("demo")
def test_a_change_that_parts_history_is_marked_on_the_figure_of_a_deprecated_metric() -> None:
    app = opened(metric="adoption.share_links")

    assert "**Deprecated**; take **Adoption of Attachments** instead." in said(app)
    names = [each["text"] for each in figure(app, 0)["layout"]["annotations"]]
    assert any(name.startswith("■ Opening a link") for name in names)


@pytest.mark.usefixtures("demo")
def test_two_metrics_stand_side_by_side_with_what_differs_first() -> None:
    app = picked(opened(metric="adoption.sso"), "beside", "new_adopters.sso")

    text = said(app)
    assert ("**Adoption of Single sign-on** and **New adopters of Single sign-on** differ in: what is counted, out of "
            "whom and unit.") in text  # fmt: skip
    lines = [line for line in text.splitlines() if line.startswith(("| ≠", "| ="))]
    assert [line[2:3] for line in lines] == ["≠"] * 3 + ["="] * 4
    assert "| = Who can be in it | users with Plan Business or Enterprise | users with Plan Business or Ent" in text
    assert "| Accounts, last whole week |" in text


@pytest.mark.usefixtures("demo")
def test_a_metric_leads_to_the_views_in_which_it_is_picked(place: Path) -> None:
    views = [View("Ours", "explore", "m=days_active&slice=plan", team=True),
             View("Other", "explore", "m=new", team=True)]  # fmt: skip
    written(place, lambda store: [store.views.add(PRODUCT, view, **WHO) for view in views])

    app = opened(metric="days_active")

    links = {link.proto.label.replace("\\", ""): link.proto.query_string for link in app.get("page_link")}
    assert links["Ours (view)"] == "m=days_active&slice=plan"
    assert "Other (view)" not in links


@pytest.mark.usefixtures("demo")
def test_a_metric_leads_to_the_key_results_that_are_of_it(place: Path) -> None:
    cycle = Cycle("2026 Q4", date(2026, 10, 1), date(2026, 12, 31))
    written(place, lambda store: aim(store, cycle, {"metric": "days_active", "unit": "user", "target": 2.5}))

    app = opened(metric="days_active")

    assert "2.50 of the key result Key 0" in said(app)
    assert "Key 0" in [link.proto.label for link in app.get("page_link")]


@pytest.mark.usefixtures("demo")
def test_a_link_to_a_metric_that_there_is_not_says_so_and_shows_all() -> None:
    app = opened(metric="week5", q="week")

    assert warnings(app) == ["The link asks for a metric “week5”, which is not on offer here. It is ignored."]
    assert list(table(app)) == ["week4_retention", "weekly_actives"]


@pytest.mark.usefixtures("folder")
def test_who_sees_some_of_the_users_sees_the_values_of_these_alone() -> None:
    whole, some = (table(test_people.opened(email, "metrics")) for email in ("vera@example.com", "pat@partner.example"))

    assert (whole["weekly_actives"]["Now"], some["weekly_actives"]["Now"]) == ("80", "40")


@pytest.mark.usefixtures("place")
def test_before_there_are_weeks_or_enough_users_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    first = date.today() - timedelta(days=40)
    made = "[metrics.gap]\ndifference = ['adoption.open', 'adoption.export']\n"
    products.write(tmp_path, products.daily(9, first, 30), products.people(9, first), more=made)

    rows = table(opened())

    assert [rows[key]["Now"] for key in ("adoption.open", "gap", "weekly_actives")] == ["too few", "too few", "9"]
    assert "too few were counted for one." in said(opened(metric="gap"))


@pytest.mark.usefixtures("place")
def test_a_metric_that_is_added_to_the_product_file_is_there_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, first = tmp_path / "product.toml", date.today() - timedelta(days=40)
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(file))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    products.write(tmp_path, products.daily(40, first, 30), products.people(40, first))
    before = opened(metric="per")

    file.write_text(file.read_text() + "[metrics.per]\nratio = ['weekly_actives', 'new']\nlabel = 'Per new'\n")
    after = opened(metric="per")

    assert warnings(before) == ["The link asks for a metric “per”, which is not on offer here. It is ignored."]
    assert (warnings(after), after.subheader[0].value) == ([], "Per new")


@pytest.mark.parametrize("metric", ["", "adoption.f0", "new_adopters.f9"])
def test_names_full_of_markup_are_shown_and_not_obeyed(
    hostile: Path, monkeypatch: pytest.MonkeyPatch, metric: str
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)

    app = opened(metric=metric, beside="adoption.f3")

    assert not re.search(r"(?<!\\)<script>|(?<!\\)\*\*bold\*\*|(?<!\\):red\[x", sentences(app))
