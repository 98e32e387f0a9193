"""Links, saved views, find and files as a person meets them, run by Streamlit's own test driver from `app.py`."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow.parquet as pq
import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from queries import config, snapshot
from queries.store import connect
from tests import products
from tests.screen import (
    OPENED,
    address,
    answer,
    assert_nothing_unescaped,
    assert_stands,
    clicked,
    opened,
    picked,
    sentences,
    set_to,
    started,
    warnings,
)

pytestmark = pytest.mark.slow
HOSTILE = "**bold** <b>x :red[y]"
FIRST = date(2026, 9, 7)
SUNDAY, LATEST = date(2026, 11, 8), date(2026, 11, 15)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product of 40 users that was read on a Monday, and a week later with ten more that came late."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "store.sqlite"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    for users, last in ((40, SUNDAY), (50, LATEST)):
        people = products.people(users, FIRST, plan="Pro")
        products.write(tmp_path, products.daily(users, FIRST, (last - FIRST).days + 1), people,
                       more="[users.segments.plan]\nlabel = 'Plan'\n")  # fmt: skip
        snapshot.refresh(datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC) + timedelta(hours=12))
    return tmp_path


def links(app: AppTest) -> list[str]:
    """The addresses under Share: of the exact view where there is one, and of the latest."""
    return [code.value for code in app.code if code.value.startswith(("/", "http"))]


def followed(link: str) -> AppTest:
    """The page that a link opens."""
    parts = urlsplit(link)
    return opened(parts.path.strip("/").rpartition("/")[2], **parse_qs(parts.query, keep_blank_values=True))


def counted(app: AppTest) -> str:
    return next(metric.value for metric in app.metric if metric.label == "Eligible users")


def test_what_opens_over_a_page_is_drawn_when_it_is_opened_and_not_before() -> None:
    app = opened()
    for key in OPENED:
        app.session_state[key] = False
    closed = app.run()
    assert (list(closed.code), "Refresh now" in [button.label for button in closed.button]) == ([], False)
    assert "New adopters." not in sentences(closed)
    assert "Plan" not in [pick.label for pick in closed.multiselect]

    for key in OPENED:
        closed.session_state[key] = True
    again = closed.run()
    assert len(links(again)) == 2
    assert "Refresh now" in [button.label for button in again.button]
    assert "New adopters." in sentences(again)
    assert "Plan" in [pick.label for pick in again.multiselect]


def test_a_segment_that_is_half_defined_is_still_there_when_the_filters_were_closed_meanwhile() -> None:
    app = opened()
    app.selectbox(key="define kind").set_value("adopted")
    app.number_input(key="define days").set_value(14).run()
    for is_open in (False, False, True):
        app.session_state["filter"] = is_open
        app.run()

    assert (app.selectbox(key="define kind").value, app.number_input(key="define days").value) == ("adopted", 14)


def test_a_link_filters_while_the_filters_are_closed() -> None:
    app = started("adoption", s_plan="Pro")
    app.session_state["filter"] = False

    assert "with Plan Pro" in answer(app.run())


def test_what_is_typed_for_a_view_is_still_there_when_its_list_was_closed_meanwhile() -> None:
    app = opened()
    app.session_state["view name"] = "Enterprise"
    for is_open in (False, False, True):
        app.session_state["saved views"] = is_open
        app.run()

    assert app.text_input(key="view name").value == "Enterprise"


@pytest.mark.parametrize(("page", "asked"), [
    ("adoption", {"w": "26", "of": "all"}), ("retention", {"view": "compare"}), ("engagement", {"show": "stickiness"}),
    ("feature", {"feature": "open", "tab": "who"}), ("explore", {"m": ["new", "days_active"], "g": "month"}),
])  # fmt: skip
def test_a_link_to_an_exact_view_names_every_value_and_opens_the_same_view(page: str, asked: dict[str, Any]) -> None:
    app = opened(page, **asked)
    exact, latest = links(app)[:2]

    again = followed(exact)

    assert_stands(again)
    assert warnings(again) == []
    named = parse_qs(urlsplit(exact).query, keep_blank_values=True)
    assert {**named, **address(app)} == named
    assert named["asof"] == [str(LATEST)]
    assert "asof" not in parse_qs(urlsplit(latest).query)
    assert links(again)[:2] == [exact, latest]


def test_a_link_as_of_an_earlier_day_shows_it_as_it_was_read_then_and_the_way_to_the_latest() -> None:
    app = opened("adoption", asof=str(SUNDAY))

    assert_stands(app)
    assert counted(app) == "40"
    assert "◷ As of 8 Nov 2026, as it was read then" in sentences(app)
    moved = picked(app, "w", "6")
    assert (counted(moved), address(moved)["asof"]) == ("40", [str(SUNDAY)])
    latest = clicked(moved, "See the latest")
    assert counted(latest) == "50"
    assert "asof" not in address(latest)
    assert "As of 8 Nov" not in sentences(latest)


@pytest.mark.parametrize(("asked", "said"), [
    ("2026-11-01", "The numbers as they were read for 1 Nov 2026 are no longer kept. These are the latest; data that "
                   "came late may have changed them."),
    ("2030-01-01", "The link asks for numbers as of 1 Jan 2030, which is not loaded yet; these are the latest."),
    ("<b>", "The link asks for numbers as of a day that is none. These are the latest."),
])  # fmt: skip
def test_a_day_that_is_not_kept_is_said_and_the_latest_is_shown(asked: str, said: str) -> None:
    app = opened("adoption", asof=asked)

    assert_stands(app)
    assert warnings(app) == [said]
    assert counted(app) == "50"


def test_a_day_that_was_counted_by_other_rules_or_is_damaged_is_not_shown(folder: Path) -> None:
    earlier = next(one for one in snapshot.snapshots() if one.as_of == SUNDAY)
    (earlier.folder / "rows.parquet").write_bytes(b"")

    app = opened("adoption", asof=str(SUNDAY))

    assert_stands(app)
    assert "no longer kept" in warnings(app)[0]
    assert counted(app) == "50"


def test_the_answer_is_a_sentence_with_where_it_is_from() -> None:
    app = opened("adoption")

    sentence = app.code[2].value
    assert sentence.startswith("Open is used most: 100 % of 50 eligible users in the 4 weeks to 15 Nov.")
    assert "Sightline · Example · Adoption · data to 15 Nov 2026" in sentence
    assert sentence.endswith(links(app)[0])


def test_files_say_what_their_numbers_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: dict[str, Any] = {}
    monkeypatch.setattr(streamlit, "download_button", lambda *_, data, key, **__: taken.update({key: data}))
    opened("adoption", w="26")

    rows, _, about = taken["share csv adoption"]().decode().partition("\n\n")
    parquet = pq.read_table(BytesIO(taken["share parquet adoption"]()))

    assert rows.startswith("feature,Feature,Adoption,")
    assert len(rows.splitlines()) == 1 + parquet.num_rows == 3
    for said in ("Product,Example", "Data to,15 Nov 2026", "Weeks,26 wk", "\nAdoption,", "\nDefinition,",
                 "asof=2026-11-15"):  # fmt: skip
        assert said in about, said
    assert b'"Data to": "15 Nov 2026"' in parquet.schema.metadata[b"sightline"]


# Saved views ----------------------------------------------------------------------------------------------------------


def saved(app: AppTest, name: str, *, team: bool = False) -> AppTest:
    for key, value in (("view name", name), ("view team", team)):
        widget: Any = app.get_by_key(key)
        widget.set_value(value)
    return clicked(app, "Save")


def view_links(app: AppTest) -> dict[str, str]:
    """What the saved views are called, and where they lead."""
    found = [link.proto for link in app.get("page_link")]
    return {link.label: f"/{link.page}?{link.query_string}" for link in found if "bookmark" in link.icon}


def test_a_saved_view_restores_all_picks_and_is_brought_up_to_date_and_removed() -> None:
    app = saved(opened("explore", m=["new", "dormant"], g="month", w="26"), "Coming, going", team=True)

    (link,) = view_links(app).values()
    again = followed(link)

    assert_stands(again)
    assert address(again) == parse_qs(urlsplit(link).query, keep_blank_values=True)
    assert answer(again) == answer(app)
    changed = clicked(picked(again, "g", "quarter"), "Update")
    assert "g=quarter" in view_links(changed)["Coming, going"]
    assert view_links(clicked(changed, "Remove")) == {}


def test_a_view_that_names_what_is_gone_opens_the_nearest_and_says_so(folder: Path) -> None:
    app = saved(opened("adoption", s_plan="Pro", by="plan"), "Pro")
    text = (folder / "product.toml").read_text().replace("[users.segments.plan]\nlabel = 'Plan'\n", "")
    (folder / "product.toml").write_text(text)

    again = followed(view_links(app)["Pro"])

    assert_stands(again)
    assert "The link filters by plan, which is no segment here. It is ignored." in warnings(again)


def test_names_and_notes_of_views_are_shown_as_they_were_written() -> None:
    app = opened("explore", m=["new"])
    for key, value in (("view name", HOSTILE), ("view note", HOSTILE), ("view team", True)):
        widget: Any = app.get_by_key(key)
        widget.set_value(value)
    app = clicked(app, "Save")

    assert HOSTILE in [label.replace("\\", "").replace("&lt;", "<") for label in view_links(app)]
    used_in = opened("metrics", metric="new")
    links = [link.proto.label for link in used_in.get("page_link")]
    assert any("bold" in label for label in links)
    assert_nothing_unescaped(used_in)
    for text in (*links, *view_links(app), *(caption.value for caption in app.caption)):
        assert not any(markup in text for markup in ("**bold**", "<b>x", ":red[")), text


def test_a_view_without_a_name_is_not_kept_and_that_is_said() -> None:
    app = clicked(opened("adoption"), "Save")

    assert [error.value for error in app.error] == ["The name is empty; write something\\."]
    assert view_links(app) == {}


# Find -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("found", "page", "named"), [
    ("metric new", "explore", {"m": ["new"]}), ("feature export", "feature", {"feature": ["export"]}),
    ("page engagement", "engagement", {"show": ["matrix"]}),
])  # fmt: skip
def test_find_goes_to_a_metric_a_feature_or_a_page_with_the_filters_that_are_on(
    found: str, page: str, named: dict[str, list[str]]
) -> None:
    app = set_to(opened("adoption", s_plan="Pro", w="26"), "find", found)

    assert_stands(app)
    asked = address(app)
    assert {name: asked[name] for name in (*named, "w", "s.plan")} == {**named, "w": ["26"], "s.plan": ["Pro"]}
    assert app.session_state["address"][0] == page


def test_find_opens_a_view_with_its_own_picks_alone() -> None:
    app = saved(opened("retention", grain="month"), "Months", team=True)
    (kept,) = connect(config.store()).views.list("Example")

    opened_view = set_to(picked(app, "w", "52"), "find", f"view {kept.id}")

    assert (address(opened_view)["w"], address(opened_view)["grain"]) == (["12"], ["month"])
