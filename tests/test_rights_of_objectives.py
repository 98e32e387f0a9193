"""Objectives, and files to take away, as people with different rights meet them, and as who means harm would."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import review_views
from queries import config
from queries.access import REFUSED
from queries.errors import StoreError
from queries.store import CheckIn, Cycle, KeyResult, MeetingNote, Objective, Store, connect
from tests.test_people import Taken, app_of, everything, folder, labels, log, sentences, taken

__all__ = ["folder", "taken"]  # fixtures

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("folder")]

SIGNED: Any = {"by": "anna", "at": datetime(2026, 9, 1, 9, tzinfo=UTC)}
TODAY = datetime.now(UTC).date()
ACTIVE: Any = {"metric": "weekly_actives", "unit": "user"}
OF_ADMINS = {"Open again", "Close with these grades", "Remove", "Take in"}
FORMS_OF_ADMINS = ("cycle", "objective", "key")


def written(write: Callable[[Store], Any]) -> Any:
    with closing(connect(config.store())) as store:
        return write(store)


def aim(store: Store, *results: dict[str, Any]) -> list[str]:
    """A cycle with one objective and key results, each with a check-in and a note of its meeting; their ids."""
    first, last = date(2026, 7, 1), TODAY + timedelta(days=60)
    cycle = store.cycles.add("Example", Cycle("Autumn", first, last), **SIGNED)
    parent = store.objectives.add("Example", Objective(cycle.id, "Everybody stays", "Dana"), **SIGNED)
    ids = []
    for i, each in enumerate(results):
        made = {"start": 0.0, "target": 90.0, "type": "increase to", "kind": "committed", "title": f"Key {i}", **each}
        result = KeyResult(parent.id, owner="Dana", first=first, last=last, **made)
        kept = store.key_results.add("Example", result, **SIGNED)
        said = CheckIn(kept.id, TODAY, 77.125, confidence=5, comment="Said of everybody")
        store.check_ins.add("Example", said, **SIGNED)
        store.meeting_notes.add("Example", MeetingNote(kept.id, TODAY, "Met about everybody"), **SIGNED)
        ids.append(kept.id)
    return ids


def at_okrs(email: str, **asked: Any) -> AppTest:
    app = app_of(email).switch_page("pages/review/okrs.py")
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def forms_on(app: AppTest) -> set[str]:
    """The last word of the name of each form of the page: cycle, objective, key; and the id of each check-in's."""
    return {button.form_id.split()[-1] if button.form_id.split()[0] != "check-in" else "check-in"
            for button in app.button if button.form_id and button.form_id != "save view"}  # fmt: skip


def said_by(app: AppTest) -> str:
    return "\n".join(sentences(app)).replace("\\", "")


# Who does what --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "forms", "buttons"),
    [("vera@example.com", set(), set()), ("ed@example.com", {"check-in"}, set()),
     ("dana@example.com", {"check-in", *FORMS_OF_ADMINS}, OF_ADMINS - {"Open again"})],
)  # fmt: skip
def test_each_role_finds_the_forms_it_may_send(email: str, forms: set[str], buttons: set[str]) -> None:
    written(lambda store: aim(store, ACTIVE, {**ACTIVE, "metric": None, "unit": "calls"}))

    app = at_okrs(email)

    assert (forms_on(app), OF_ADMINS & {*labels(app)}) == (forms, buttons)
    assert bool(app.text_area) == (email != "vera@example.com")
    assert bool(app.get("file_uploader")) == (email == "dana@example.com")
    assert "Met about everybody" in everything(app)


@pytest.mark.parametrize(("email", "may"), [("vera@example.com", False), ("dana@example.com", True)])
def test_only_an_admin_begins_the_first_cycle(email: str, may: bool) -> None:
    app = at_okrs(email)

    assert said_by(app).count("**No cycle yet.**") == 1
    assert (forms_on(app), bool(app.get("file_uploader"))) == ({"cycle"} if may else set(), may)


@pytest.mark.parametrize(("email", "may"), [("vera@example.com", False), ("ed@example.com", False),
                                            ("dana@example.com", True)])  # fmt: skip
def test_of_an_empty_cycle_only_who_may_add_to_it_is_told_to(email: str, may: bool) -> None:
    written(lambda store: aim(store))

    said = said_by(at_okrs(email))

    assert "**No key results for Autumn yet.**" in said
    assert ("Add an objective" in said, "say how you will know" in said) == (may, may)
    assert ("Once an admin has added some, they are here." in said) == (not may)


@pytest.mark.parametrize(
    ("was", "becomes", "label", "why"),
    [("ed@example.com", "vera@example.com", "Check in", "write"),
     ("dana@example.com", "ed@example.com", "Remove", "manage"),
     ("dana@example.com", "ed@example.com", "Close with these grades", "manage"),
     ("dana@example.com", "ed@example.com", "Keep", "manage"),
     ("dana@example.com", "pat@partner.example", "Remove", "whole"),
     ("dana@example.com", "eve@evil.org", "Remove", None)],
)  # fmt: skip
def test_a_write_that_was_begun_with_more_rights_is_refused(was: str, becomes: str, label: str, why: Any) -> None:
    written(lambda store: aim(store, ACTIVE))
    before = log()
    app = at_okrs(was)
    app.user["email"] = becomes

    next(button for button in app.button if button.label == label).click().run()

    assert not app.exception
    assert log() == before
    if why:
        assert REFUSED[why] in said_by(app)


def test_what_somebody_writes_bears_the_name_they_signed_in_with() -> None:
    (id,) = written(lambda store: aim(store, ACTIVE))
    app = at_okrs("ed@example.com")
    app.get_by_key(f"comment {id}").set_value("It goes on")  # type: ignore[union-attr]

    next(button for button in app.button if button.label == "Check in").click().run()

    assert (log()[-1].what, log()[-1].by) == ("check-in", "ed@example.com")
    assert "ed@example.com" in said_by(at_okrs("vera@example.com"))


def test_before_a_meeting_a_viewer_reads_the_note_and_writes_none() -> None:
    written(lambda store: aim(store, ACTIVE))

    app = at_okrs("vera@example.com", seen="present")

    assert list(app.text_area) == []
    assert "Met about everybody" in said_by(app)


# What is hidden -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [{}, {"seen": "present"}, {"cycle": "Autumn", "kr": "' OR 1=1 --"}, {"pillar": "x"}])
def test_who_sees_some_users_is_shown_no_objective_and_told_why(asked: dict[str, str], taken: Taken) -> None:
    (id,) = written(lambda store: aim(store, ACTIVE))

    app = at_okrs("pat@partner.example", **asked, **({} if "kr" in asked else {"kr": id}))

    assert REFUSED["whole"] in said_by(app)
    assert not any(words in everything(app) for words in ("Everybody stays", "Key 0", "Met about", "Said of", "anna"))
    assert (list(app.metric), list(app.dataframe), app.get("plotly_chart"), taken) == ([], [], [], {})


def test_a_key_result_of_too_small_a_group_has_no_number_for_who_may_not_see_it(taken: Taken) -> None:
    small = {**ACTIVE, "segments": '{"region": ["EMEA"], "team": ["Small"]}', "title": "Few of them"}
    few, _ = written(lambda store: aim(store, small, ACTIVE))

    app = at_okrs("vera@example.com", kr=few)

    assert "**Few of them: not shown to you.** It is of fewer than 5 users" in said_by(app)
    table = app.dataframe[0].value.set_index("Key result")
    assert table.loc["Few of them", ["Bullet", "Base → now → target", "Pace", "Forecast"]].fillna("").to_list() == [
        "", "→ 90", "", ""]  # fmt: skip
    assert "77" not in said_by(app)
    assert taken["okr Check-ins"]().count(b"77.125") == 1
    assert [b"Few of them" in taken[f"okr {kind}"]() for kind in ("TOML", "CSV")] == [False, False]
    assert "77" in said_by(at_okrs("dana@example.com", kr=few))


def test_an_admin_who_may_not_see_a_number_grades_nothing(folder: Path) -> None:
    file = folder / "product.toml"
    file.write_text(file.read_text().replace('list_units = ["dana@example.com", ', "list_units = ["))
    small = {**ACTIVE, "segments": '{"region": ["EMEA"], "team": ["Small"]}'}
    written(lambda store: aim(store, small))
    before = log()

    app = at_okrs("dana@example.com")
    next(button for button in app.button if button.label == "Close with these grades").click().run()

    assert "ask an admin who may list users to close the cycle" in said_by(app)
    assert log() == before


def test_a_grade_tells_nothing_of_too_small_a_group() -> None:
    small = {**ACTIVE, "segments": '{"region": ["EMEA"], "team": ["Small"]}', "title": "Few of them"}
    written(lambda store: aim(store, small))
    admin = at_okrs("dana@example.com")

    next(button for button in admin.button if button.label == "Close with these grades").click().run()

    assert "Few of them: **0.0**, missed" in said_by(at_okrs("dana@example.com"))
    assert "- Few of them: **not shown to you**" in said_by(at_okrs("vera@example.com"))


@pytest.mark.parametrize("email", ["dana@example.com", "vera@example.com"])
def test_a_review_is_counted_for_all_and_names_no_small_group(email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    monkeypatch.setattr(review_views, "page", lambda activity, week: seen.append(activity.least))

    app_of(email, "weekly").run()

    assert seen == [5]


# What is taken away ---------------------------------------------------------------------------------------------------


def test_each_file_of_a_cycle_is_in_the_log_before_it_is_given(taken: Taken) -> None:
    written(lambda store: aim(store, ACTIVE))
    at_okrs("vera@example.com")
    before = len(log())

    data = {key: make() for key, make in taken.items() if key.startswith("okr ")}

    noted = [(change.what, change.by, (change.after or {})["file"], (change.after or {})["bytes"])
             for change in log()[before:]]  # fmt: skip
    assert noted == [("export", "vera@example.com", name, len(data[f"okr {label}"])) for label, name in (
        ("TOML", "Autumn.toml"), ("CSV", "Autumn.csv"), ("Check-ins", "Autumn check-ins.csv"))]  # fmt: skip
    assert b"Everybody stays" in data["okr TOML"]


def test_a_meeting_is_taken_away_as_the_page_shows_it_and_is_in_the_log(taken: Taken) -> None:
    small = {**ACTIVE, "segments": '{"region": ["EMEA"], "team": ["Small"]}', "title": "Few of them"}
    written(lambda store: aim(store, small, ACTIVE))
    at_okrs("vera@example.com")

    page, slides, message = (taken[key]() for key in ("take html", "take pptx", "take md"))

    assert [(change.by, (change.after or {})["file"], (change.after or {})["bytes"]) for change in log()[-3:]] == [
        ("vera@example.com", f"Autumn check-in {TODAY}.{ending}", len(made))
        for ending, made in (("html", page), ("pptx", slides), ("md", message))]  # fmt: skip
    assert "**Few of them: not shown to you.** It is of fewer than 5 users" in message.decode()
    assert "Met about everybody" in page.decode()
    few = message.decode().split("Few of them: not")[1].partition("- **Key 1")[0]
    assert "77" not in few
    at_okrs("dana@example.com")
    assert "not shown to you" not in taken["take md"]().decode()


@pytest.mark.parametrize("email", ["vera@example.com", "pat@partner.example"])
def test_each_file_of_a_review_is_in_the_log_before_it_is_given(email: str, taken: Taken) -> None:
    app_of(email, "weekly").run()
    files = {key: make for key, make in taken.items() if key in ("take html", "take pptx", "take md")}

    data = [make() for make in files.values()]

    assert len(data) == 3
    assert [(change.by, (change.after or {})["bytes"]) for change in log()] == [(email, len(each)) for each in data]
    assert all(str((change.after or {})["file"]).startswith("weekly_review_2026-") for change in log())
    assert all(str((change.after or {})["view"]).startswith("weekly") for change in log())


def test_a_file_that_cannot_be_noted_is_not_given(folder: Path, taken: Taken, monkeypatch: pytest.MonkeyPatch) -> None:
    written(lambda store: aim(store, ACTIVE))
    at_okrs("vera@example.com")
    app_of("vera@example.com", "weekly").run()
    monkeypatch.setenv("SIGHTLINE_STORE", str(folder))  # a folder is no file

    for key in ("okr TOML", "okr CSV", "okr Check-ins", "take html", "take pptx", "take md"):
        with pytest.raises(StoreError):
            taken[key]()


def test_a_review_taken_away_by_who_sees_some_users_says_nothing_of_the_others(taken: Taken) -> None:
    editor = app_of("ed@example.com", "weekly").run()
    next(button for button in editor.button if button.label == "Close").click().run()
    taken.clear()

    app_of("pat@partner.example", "weekly").run()

    page = taken["take html"]().decode()
    assert "Secret land" not in page
    assert "ed@example.com" not in page
