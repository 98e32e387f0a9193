"""The weekly review as its meeting uses it, run by Streamlit's own test driver from `app.py`."""

import re
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from queries.store import connect
from tests import products
from tests.screen import address, answer, assert_stands, clicked, figure, opened, sentences, set_to

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("place")]

DROP = "2026-08-30"  # the week in which the planted drop of retention shows first
RETENTION = "week4_retention"


def weekly(**asked: Any) -> AppTest:
    """The review as a link with this query opens it."""
    return opened("weekly", **asked)


def filled(app: AppTest, **fields: Any) -> AppTest:
    """The app with the fields of a form filled in and nothing sent; `mark_title` stands for "mark title"."""
    for name, value in fields.items():
        widget: Any = app.get_by_key(name.replace("_", " ", 1 if name.startswith("mark") else 2))
        widget.set_value(value)
    return app


@pytest.mark.usefixtures("demo")
def test_the_planted_drop_is_news_in_its_week_and_explained_by_small_companies() -> None:
    app = weekly(week=DROP)

    assert_stands(app)
    assert answer(app).startswith("**1 real · ")
    assert "Week\\-4 retention: 29 %, below its usual 32.4–61.1 %, for the worse." in answer(app)
    carried = r"against the 8 (usual )?weeks to 23 Aug\. Mostly \*\*Company size 1\\-50\*\* −1[56]\.\d pt"
    assert re.search(carried, sentences(app))
    assert app.dataframe[0].value["Metric"].iloc[0] == "Week-4 retention"


@pytest.mark.usefixtures("demo")
def test_what_is_said_and_decided_is_there_for_everybody_and_first_in_the_next_week() -> None:
    app = weekly(week=DROP)
    set_to(app, f"note {DROP} {RETENTION}", "Set-up is *too long*.")
    app = clicked(filled(app, act_text_week4_retention="Ask five small companies"), "Add action")

    assert weekly(week=DROP).text_area[0].value == "Set-up is *too long*."
    assert app.get_by_key(f"act text {RETENTION}").value == ""  # type: ignore[union-attr]
    after = sentences(weekly(week="2026-09-06"))
    assert "**From earlier weeks** · 1" in after
    assert re.search(r"\*\*Dana\*\* Ask five small companies · due 13 Sep · .*overdue.* · Week\\-4 retention \+", after)


@pytest.mark.usefixtures("demo")
def test_an_action_that_is_done_says_once_what_became_of_its_number() -> None:
    app = weekly(week=DROP)
    app = clicked(filled(app, act_text_week4_retention="Ask five small companies"), "Add action")
    assert app.dataframe[0].value["Action"].iloc[0] == "Dana: Ask five small companies, due 13 Sep"

    status = next(box for box in app.selectbox if box.label == "Status")
    status.set_value("done").run()

    assert re.search(r"Ask five small companies .* Week\\-4 retention \+\d", sentences(weekly(week="2026-09-06")))
    assert "Ask five small companies" not in sentences(weekly(week="2026-09-13"))


@pytest.mark.usefixtures("demo")
def test_an_action_without_words_is_refused_and_the_form_stays() -> None:
    app = clicked(weekly(week=DROP), "Add action")

    assert len(app.error) == 1
    assert app.get_by_key(f"act owner {RETENTION}").value == "Dana"  # type: ignore[union-attr]


@pytest.mark.usefixtures("demo")
def test_of_two_who_write_the_same_note_the_second_sees_the_first_and_loses_no_word() -> None:
    one, other = weekly(week=DROP), weekly(week=DROP)
    key = f"note {DROP} {RETENTION}"
    set_to(one, key, "It is the set-up.")

    set_to(other, key, "It is the price.")
    assert "It is the set-up." in other.error[0].value
    assert "Your words are still in the form" in other.error[0].value
    assert other.text_area[0].value == "It is the price."
    set_to(other, key, "It is the set-up, and the price.")

    assert weekly(week=DROP).text_area[0].value == "It is the set-up, and the price."


@pytest.mark.usefixtures("demo")
def test_a_mark_stands_on_every_chart_over_time() -> None:
    app = weekly(week=DROP)
    app = clicked(filled(app, mark_title="Onboarding <b>2</b>"), "Mark")

    assert "▲ Onboarding &lt;b&gt;2&lt;/…" in str(figure(app, 0)["layout"]["annotations"])
    for page, asked in (("feature", {"feature": "boards", "w": "26"}), ("retention", {"view": "trend", "w": "26"}),
                        ("engagement", {"show": "stickiness", "w": "26"})):  # fmt: skip
        other = opened(page, **asked)
        assert any("▲ Onboarding" in str(figure(other, n)) for n in range(len(other.get("plotly_chart")))), page
    curve = opened("retention", w="26")
    assert any("launch: Onboarding" in note.get("hovertext", "") and note["text"] == "▲"
               for note in figure(curve, -1)["layout"]["annotations"])  # fmt: skip
    gone = clicked(app, "Remove")
    assert "Onboarding" not in str(figure(gone, 0))


@pytest.mark.usefixtures("demo")
def test_a_change_that_has_come_to_stay_starts_what_is_usual_anew_everywhere() -> None:
    app = weekly(line=RETENTION)
    before = dict(app.dataframe[0].value[["Metric", "Verdict"]].to_numpy())

    app = clicked(app, "This is the new usual")

    every = [frame.value for frame in app.dataframe if "Verdict" in frame.value]
    after = {name: verdict for frame in every for name, verdict in frame[["Metric", "Verdict"]].to_numpy()}
    assert (before["Week-4 retention"], after["Week-4 retention"]) == ("▼ since 16 Aug", "normal")
    assert "That is inside its usual swing" in answer(opened("retention", view="trend"))


@pytest.mark.usefixtures("demo")
def test_a_closed_review_is_read_as_it_was_and_says_what_changed_since() -> None:
    app = weekly(week=DROP)
    set_to(app, f"note {DROP} {RETENTION}", "Set-up is too long.")
    clicked(app, "Close")
    kept = weekly(week=DROP)

    assert "Closed by local owner" in sentences(kept)
    assert "Nothing has changed since." in sentences(kept)
    assert "> Set\\-up is too long\\." in sentences(kept)
    assert not kept.text_area

    now = set_to(kept, "as closed", False)
    clicked(filled(now, mark_title="Tracking broken", mark_alone=True, mark_divides=True), "Mark")
    later = weekly(week=DROP)
    assert later.dataframe[0].value["Verdict"].iloc[0] == "▼ real"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("frozen", ['{"product": "Quillboard"}', "[]"])
def test_of_a_review_that_another_version_closed_the_numbers_of_now_are_shown(place: Path, frozen: str) -> None:
    with closing(connect(str(place))) as kept:
        week = date.fromisoformat(DROP)
        kept.reviews.close("Quillboard", week, week, frozen, by="dana", at=datetime(2026, 9, 1, tzinfo=UTC))

    app = weekly(week=DROP)

    assert "This review was closed with another version of Sightline" in app.warning[0].value
    assert "Week\\-4 retention: 29 %" in answer(app)
    assert "Close" in [button.label for button in app.button]


@pytest.mark.usefixtures("demo")
def test_a_note_that_is_left_by_the_click_on_close_is_in_the_closed_review() -> None:
    app = weekly(week=DROP)
    note: Any = app.get_by_key(f"note {DROP} {RETENTION}")
    note.set_value("Typed just now")

    clicked(app, "Close")

    assert "> Typed just now" in sentences(weekly(week=DROP))


@pytest.mark.usefixtures("demo")
def test_a_review_is_not_closed_over_words_that_could_not_be_kept() -> None:
    one, other = weekly(week=DROP), weekly(week=DROP)
    key = f"note {DROP} {RETENTION}"
    set_to(one, key, "It is the set-up.")
    note: Any = other.get_by_key(key)
    note.set_value("It is the price.")

    other = clicked(other, "Close")

    assert "Your words are still in the form" in other.error[0].value
    assert "Closed by" not in sentences(weekly(week=DROP))


@pytest.mark.usefixtures("demo")
def test_before_a_meeting_there_is_one_metric_a_screen_and_no_controls() -> None:
    app = weekly(week=DROP, seen="present")

    assert_stands(app)
    assert [button.label for button in app.button] == ["Back", "On", "Leave"]
    assert "1 real" in app.header[0].value
    on = clicked(app, "On")
    assert on.header[0].value == "Adoption of AI summaries"
    assert address(clicked(on, "Leave")).get("seen") is None


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("content", [b"no database, but long enough to be taken for one" * 40, None])
def test_a_store_that_cannot_be_read_is_said_and_the_numbers_are_elsewhere(place: Path, content: bytes | None) -> None:
    place.mkdir() if content is None else place.write_bytes(content)

    app = weekly()
    assert len(app.error) == 1
    assert not app.exception
    assert_stands(opened("adoption"))
    assert content is None or place.read_bytes() == content


@pytest.mark.usefixtures("demo")
def test_a_week_that_a_link_asks_for_in_vain_is_said() -> None:
    app = weekly(week="2026-11-22")

    assert "The link asks for week “2026\\-11\\-22”, which is not on offer here. It is ignored." in [
        warning.value for warning in app.warning]  # fmt: skip
    assert app.get_by_key("pick week").value == "2026-11-15"  # type: ignore[union-attr]


def test_names_full_of_markup_are_shown_as_they_are(hostile: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)

    assert_stands(weekly())
    assert_stands(weekly(seen="present"))


@pytest.mark.parametrize(("users", "first", "days"), [(50, date(2026, 11, 16), 3), (1, date(2026, 11, 10), 1),
                                                      (50, date(2026, 11, 2), 17)])  # fmt: skip
def test_a_product_of_a_few_days_is_reviewed_as_far_as_there_is_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, users: int, first: date, days: int
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    products.write(tmp_path, products.daily(users, first, days))

    app = weekly()

    assert_stands(app)
    assert re.match(r"\*\*(Not yet|\d+ too few)", answer(app))
