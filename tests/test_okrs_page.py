"""Objectives and check-ins as their meeting uses them, run by Streamlit's own test driver from `app.py`."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components import okr_file_forms, okr_kept
from queries import store as stores
from queries.errors import StoreError
from queries.okr.files import CycleFile, as_csv, toml
from queries.store import CheckIn, Collection, Cycle, KeyResult, Objective, Store
from tests import products, screen
from tests.screen import address, answer, assert_stands, clicked, figure, sentences, set_to

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("place")]

PRODUCT = "Quillboard"
WHO: Any = {"by": "anna", "at": datetime(2026, 11, 2, 9, tzinfo=UTC)}
TODAY = datetime.now(UTC).date()
FIRST, LAST = date(2026, 8, 3), date(2026, 12, 20)  # the data ends on 18 November
AGO, AHEAD = TODAY - timedelta(days=60), TODAY + timedelta(days=60)


def opened(**asked: Any) -> AppTest:
    """The page as a link with this query opens it."""
    return screen.opened("okrs", **asked)


def written(place: Path, write: Callable[[Store], Any]) -> Any:
    """What somebody wrote before, or what is kept now."""
    with closing(stores.connect(str(place))) as store:
        return write(store)


def aim(store: Store, cycle: Cycle, *results: dict[str, Any], product: str = PRODUCT, **more: Any) -> list[str]:
    """An objective with key results in a cycle of its own; their ids."""
    kept = store.cycles.add(product, cycle, **WHO)
    parent = store.objectives.add(product, Objective(kept.id, "New teams stay", "Dana", **more), **WHO)
    made = [KeyResult(**{"objective": parent.id, "title": f"Key {i}", "owner": "Dana", "type": "increase to",
                         "kind": "committed", "start": 0.0, "target": 100.0, "first": cycle.first, "last": cycle.last,
                         **each}) for i, each in enumerate(results)]  # fmt: skip
    return [store.key_results.add(product, one, **WHO).id for one in made]


def fill(app: AppTest, key: str, **fields: Any) -> AppTest:
    """The app with fields of a form filled in, and nothing sent."""
    for name, value in fields.items():
        widget: Any = app.get_by_key(f"{key} {name}")
        widget.set_value(value)
    return app


def send(app: AppTest, key: str, label: str = "Keep") -> AppTest:
    """The app after a form was sent."""
    return next(b for b in app.button if b.label == label and b.form_id == key).click().run()


QUARTER = Cycle("Autumn", FIRST, LAST)
RETENTION = {"title": "More are back", "metric": "week4_retention", "unit": "user", "start": 0.40, "target": 0.60}
STAY = {"title": "Few gone", "metric": "dormant", "unit": "user", "type": "stay below", "target": 99_999.0}


@pytest.mark.usefixtures("demo")
def test_without_a_cycle_the_page_says_what_one_is_and_makes_the_first() -> None:
    app = opened()
    assert_stands(app)
    assert answer(app).startswith("**No cycle yet.** A cycle is the time in which")

    quarter = app.get_by_key("new cycle name").value  # type: ignore[union-attr]
    app = send(app, "new cycle")

    assert answer(app).startswith(f"**No key results for {quarter} yet.** Add an objective, and ")


@pytest.mark.usefixtures("demo")
def test_a_key_result_is_added_and_its_start_is_told_by_the_data(place: Path) -> None:
    written(place, lambda store: store.cycles.add(PRODUCT, QUARTER, **WHO))
    app = send(fill(opened(), "new objective", title="Teams *stay*", owner="Dana", pillar="Up-market"), "new objective")
    assert "no key result yet: say how you will know that it is reached" in sentences(app)

    app = fill(app, "new key", title="AI is used", owner="Jonas", metric="adoption.ai_summaries", target=0.9)
    app = send(app, "new key")

    (kept,) = written(place, lambda store: store.key_results.list(PRODUCT))
    assert_stands(app)
    assert (kept.content.metric, kept.content.unit, kept.content.target) == ("adoption.ai_summaries", "user", 0.9)
    assert 0.1 < kept.content.start < 0.2
    assert answer(app).startswith("**1 off.** Furthest behind: AI is used, pace ")
    assert app.get_by_key("new key title").value == ""  # type: ignore[union-attr]


@pytest.mark.usefixtures("demo")
def test_a_value_over_four_weeks_is_said_to_be_so_and_is_copied_with_its_window(place: Path) -> None:
    (id,) = written(place, lambda store: aim(store, QUARTER, RETENTION))

    app = send(fill(opened(), f"{id} key", window=4), f"{id} key")

    assert_stands(app)
    assert "**More are back: 36 %** of 60.0 % (n 627 added up), in the 4 weeks to w/e 15 Nov." in sentences(app)
    assert "Of 4 whole weeks, added up first and divided then." in sentences(app)
    line = next(trace for trace in figure(app, 0)["data"] if trace.get("mode") == "lines+markers")
    days = [date.fromisoformat(day[:10]) for day in line["x"]]
    assert {(after - before).days for before, after in pairwise(days)} == {28}
    written(place, lambda store: store.cycles.add(PRODUCT, Cycle("Winter", LAST, None), **WHO))
    clicked(opened(cycle="Winter"), "Copy 1 unfinished of Autumn")
    assert [kept.content.window for kept in written(place, lambda store: store.key_results.list(PRODUCT))] == [4, 4]


@pytest.mark.usefixtures("demo")
def test_what_cannot_be_a_key_result_is_said_and_the_words_stay(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER))

    app = send(fill(opened(), "new key", title="Fewer", owner="Jonas", start=5.0, target=3.0), "new key")

    assert "From 5 to 3 is the other way; choose “decrease to”" in app.error[0].value.replace("\\", "")
    assert app.get_by_key("new key title").value == "Fewer"  # type: ignore[union-attr]


@pytest.mark.usefixtures("demo")
def test_the_planted_drop_of_retention_is_off_track_and_stands_first(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, STAY, RETENTION))

    app = opened()

    assert_stands(app)
    assert answer(app).startswith("**1 on track · 1 off.** Furthest behind: More are back, pace −0.")
    assert app.dataframe[0].value["Key result"].to_list() == ["More are back", "Few gone"]
    assert app.dataframe[0].value["Status"].to_list() == ["○ off track", "● on track"]
    assert app.dataframe[0].value["Base → now → target"].iloc[0] == "40.0 % → 32 % → 60.0 %"
    assert "unlikely without a change" in sentences(app)
    assert any(trace["line"].get("dash") == "dash" for trace in figure(app, 0)["data"] if "line" in trace)


@pytest.mark.usefixtures("demo")
def test_a_check_in_has_the_value_of_the_data_and_is_there_for_everybody(place: Path) -> None:
    (id,) = written(place, lambda store: aim(store, QUARTER, RETENTION))
    app = opened()
    assert "owed by Dana" in answer(app)

    app = fill(app, "confidence", **{id: 8})
    app = fill(app, "comment", **{id: "Set-up is *too long*"})
    app = send(app, f"check-in {id}", "Check in")

    (kept,) = written(place, lambda store: store.check_ins.list(PRODUCT))
    assert (kept.content.as_of, kept.content.confidence) == (date(2026, 11, 15), 8)
    assert len(kept.content.definition) == 16
    assert 0.31 < kept.content.value < 0.33
    after = opened()
    assert "owed" not in answer(after)
    assert after.dataframe[0].value["Confidence"].iloc[0] == "8/10 ⚑"
    assert "The definition of" not in sentences(after)
    assert "**Worth talking about:** Dana is more confident than the pace (8 of 10)." in sentences(after)
    assert "Set\\-up is \\*too long\\*" in sentences(after)


@pytest.mark.usefixtures("demo")
def test_a_metric_that_came_to_count_something_else_is_said_beside_the_story(place: Path) -> None:
    def write(store: Store) -> None:
        (id,) = aim(store, QUARTER, RETENTION)
        store.check_ins.add(PRODUCT, CheckIn(id, date(2026, 11, 9), 0.35, confidence=5, definition="another"), **WHO)

    written(place, write)

    said = "**The definition of Week-4 retention changed after 9 Nov; values checked in before are not comparable.**"
    assert said in sentences(opened()).replace("\\", "")


@pytest.mark.usefixtures("demo")
def test_a_typed_value_is_typed_and_a_milestone_goes_no_further_than_all_of_it(place: Path) -> None:
    cycle = Cycle("Now", AGO, AHEAD)
    two = {"unit": "calls"}, {"type": "milestone", "title": "Live"}
    id, milestone = written(place, lambda store: aim(store, cycle, *two))
    app = opened(kr=id)
    assert "no value yet" in sentences(app)
    assert opened(kr=milestone).get_by_key(f"value {milestone}").max == 1.0  # type: ignore[union-attr]

    app = send(fill(app, "value", **{id: 55.0}), f"check-in {id}", "Check in")

    assert answer(app).startswith("**1 on track · 1 without a value.**")
    assert "**Key 0: 55 calls** of 100 calls" in sentences(app)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("cycle", "result", "said"),
    [(Cycle("X", FIRST, None), RETENTION, "without a last day there is no pace"),
     (Cycle("X", date(2026, 11, 9), date(2027, 6, 30)), RETENTION, "too early to say more: the first 15 % of the time"),
     (Cycle("X", date(2026, 12, 1), date(2027, 6, 30)), RETENTION, "too early to say more: it begins on 1 Dec"),
     (QUARTER, {**RETENTION, "plan": "2026-12-01 0.4"}, "too early to say more: nothing is due by its plan yet"),
     (QUARTER, {**RETENTION, "metric": "week4_retentoin"}, "cannot be counted any more.** There is no metric"),
     (QUARTER, {**RETENTION, "start": 0.1, "target": 0.3}, "more than was meant"),
     (QUARTER, {**RETENTION, "type": "decrease to", "start": 0.6, "target": 0.2}, "pace 0.9"),
     (QUARTER, {**RETENTION, "start": 0.3, "target": 0.3}, "It stays above, and did "),
     (QUARTER, {**RETENTION, "start": 0.5, "target": 0.5}, "It does not stay above, and did ")],
)  # fmt: skip
def test_each_edge_has_its_words(place: Path, cycle: Cycle, result: dict[str, Any], said: str) -> None:
    written(place, lambda store: aim(store, cycle, result))

    app = opened()

    assert_stands(app)
    assert said in sentences(app).replace("\\", "")


@pytest.mark.usefixtures("demo")
def test_before_a_meeting_there_is_one_key_result_a_screen_and_notes_are_kept_at_once(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, STAY, RETENTION))
    app = opened(seen="present")

    assert_stands(app)
    assert [button.label for button in app.button] == ["Back", "On", "Leave"]
    assert app.header[0].value == "1 on track · 1 off"
    app.text_area[0].set_value("Ask the *five*").run()
    on = clicked(app, "On")

    assert "Few gone" in sentences(on)
    assert on.header[0].value == "New teams stay"
    assert opened(seen="present").text_area[0].value == "Ask the *five*"
    assert address(clicked(on, "Leave")).get("seen") is None


@pytest.mark.usefixtures("demo")
def test_a_strategy_pillar_shows_who_uses_what_was_built_for_it(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, RETENTION, pillar="Up-market", features="sso, audit_log"))

    app = opened(by="plan")

    assert_stands(app)
    assert "**2 features of Up\\-market.**" in sentences(app)
    assert "Enterprise leads with " in sentences(app)
    assert set(figure(app, -1)["layout"]["yaxis"]["ticktext"]) == {"Single sign-on", "Audit log"}
    assert "**2 features of Up\\-market.**" in sentences(set_to(app, "pick unit", "account"))


@pytest.mark.usefixtures("demo")
def test_objectives_stand_below_those_that_they_are_part_of_also_of_another_cycle(place: Path) -> None:
    def write(store: Store) -> str:
        year = aim(store, Cycle("2026", date(2026, 1, 1), None), {"title": "Of the year"})
        above = next(kept for kept in store.objectives.list(PRODUCT))
        aim(store, QUARTER, RETENTION, parent=above.id)
        return year[0]

    id = written(place, write)

    app = opened(cycle="Autumn")
    assert_stands(app)
    assert [button.label for button in app.expander[0].button] == ["New teams stay", "New teams stay"]
    assert [caption.value for caption in app.expander[0].caption] == ["stale · Dana · 2026", "0 % · stale · Dana"]
    app.expander[0].button[0].click().run()
    assert (address(app)["cycle"], address(app)["kr"]) == (["2026"], [id])


@pytest.mark.usefixtures("demo")
def test_what_was_launched_stands_on_the_story_of_a_key_result(place: Path) -> None:
    (id,) = written(place, lambda store: aim(store, QUARTER, RETENTION))
    launch = stores.Annotation(date(2026, 9, 14), "launch", "Guided <b>tour</b>")
    written(place, lambda store: store.annotations.add(PRODUCT, launch, **WHO))

    notes = [note["text"] for note in figure(opened(kr=id), 0)["layout"]["annotations"]]
    assert [note for note in notes if "Guided" in note] == ["▲ Guided &lt;b&gt;tour&lt;/b&gt;"]


@pytest.mark.usefixtures("demo")
def test_a_pillar_without_features_says_how_it_gets_some(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, RETENTION, pillar="Up-market"))

    app = opened()

    assert_stands(app)
    assert "**No feature belongs to Up\\-market yet.**" in sentences(app)


@pytest.mark.usefixtures("demo")
def test_what_is_removed_leaves_its_history_and_then_its_objective_may_go_too(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, RETENTION))

    app = clicked(clicked(opened(), "Remove"), "Remove")

    assert_stands(app)
    assert answer(app).startswith("**No key results for Autumn yet.**")
    changes = written(place, lambda store: [change.after is None for change in store.history(PRODUCT)])
    assert changes == [False, False, False, True, True]


# The end of a cycle, and files ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("demo")
def test_a_cycle_is_closed_with_its_grades_and_can_be_opened_again(place: Path) -> None:
    written(place, lambda store: aim(store, QUARTER, STAY, RETENTION, {"kind": "aspirational", "unit": "calls"}))
    app = opened()

    app = clicked(app, "Close with these grades")

    said = sentences(app)
    assert "**Closed on " in said
    assert "More are back: **0.0**, missed: committed ones are due whole" in said
    assert "Few gone: **1.0**, kept" in said
    assert "Key 2: **no grade**, no value to grade" in said
    grades = written(place, lambda store: [kept.content.grade for kept in store.grades.list(PRODUCT)])
    assert sorted(grades, key=str) == [0.0, 1.0, None]
    again = clicked(clicked(app, "Open again"), "Close with these grades")
    assert_stands(again)
    assert len(written(place, lambda store: store.grades.list(PRODUCT))) == 3


@pytest.mark.usefixtures("demo")
def test_what_is_unfinished_is_copied_once_from_where_it_is_now(place: Path) -> None:
    done = {"title": "Done", "metric": "weekly_actives", "unit": "user", "start": 1.0, "target": 2.0}
    planned = {**RETENTION, "plan": "2026-09-01 0.5"}

    def write(store: Store) -> None:
        aim(store, QUARTER, STAY, planned, done, pillar="Up-market")
        store.cycles.add(PRODUCT, Cycle("Winter", date(2026, 12, 21), date(2027, 3, 31)), **WHO)

    written(place, write)

    app = clicked(opened(cycle="Winter"), "Copy 2 unfinished of Autumn")
    clicked(app, "Copy 2 unfinished of Autumn")

    every = written(place, lambda store: store.key_results.list(PRODUCT))
    copied = {kept.content.title: kept.content for kept in every if kept.content.first == date(2026, 12, 21)}
    assert len(every) == 5
    assert set(copied) == {"Few gone", "More are back"}
    assert 0.31 < copied["More are back"].start < 0.33
    assert (copied["More are back"].plan, copied["More are back"].last) == ("", date(2027, 3, 31))
    assert copied["Few gone"].target == 99_999.0
    objectives = written(place, lambda store: [kept.content for kept in store.objectives.list(PRODUCT)])
    assert [(one.title, one.pillar) for one in objectives] == [("New teams stay", "Up-market")] * 2


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("kind", ["toml", "csv"])
def test_a_cycle_goes_to_a_file_and_comes_back_whole_into_an_empty_store(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    segments = {**RETENTION, "window": 2, "segments": '{"plan": ["Team"]}', "plan": "2026-09-01 0.5", "title": "=cmd()"}
    written(place, lambda store: aim(store, QUARTER, STAY, segments, pillar="Up-market", features="sso"))
    write = {"toml": toml, "csv": as_csv}[kind]
    text = written(place, lambda store: write(_file(store)))
    monkeypatch.setenv("SIGHTLINE_STORE", str(tmp_path / "other.sqlite"))

    app = _taken_in(opened(), f"cycle.{kind}", text)
    again = _taken_in(app, f"cycle.{kind}", text)

    assert_stands(again)
    assert answer(again).startswith("**1 on track · 1 off.**")
    assert written(tmp_path / "other.sqlite", lambda store: write(_file(store))) == text
    assert written(tmp_path / "other.sqlite", lambda store: len(store.history(PRODUCT))) == 4


@pytest.mark.usefixtures("demo")
def test_a_file_with_one_mistake_changes_nothing(place: Path) -> None:
    text = ("[cycle]\nname = 'New'\nfirst = 2026-10-01\n[[objective]]\ntitle = 'A'\nowner = 'D'\n"
            "[[objective.key_result]]\ntitle = 'B'\nowner = 'D'\ntype = 'increase to'\nkind = 'committed'\n"
            "start = 2\ntarget = 1\nfirst = 2026-10-01\n")  # fmt: skip

    app = _taken_in(opened(), "cycle.toml", text)

    assert "“B” of “A”: From 2 to 1 is the other way" in app.error[0].value.replace("\\", "")
    assert written(place, lambda store: store.history(PRODUCT)) == ()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("click", "fails"), [("Close with these grades", "change"), ("Take in", "add"),
                                              ("Copy 2 unfinished of Autumn", "add")])  # fmt: skip
def test_what_is_several_writes_leaves_all_as_it_was_where_one_of_them_fails(
    place: Path, monkeypatch: pytest.MonkeyPatch, click: str, fails: str
) -> None:
    def write(store: Store) -> None:
        aim(store, QUARTER, STAY, RETENTION)
        store.cycles.add(PRODUCT, Cycle("Winter", date(2026, 12, 21), date(2027, 3, 31)), **WHO)

    def fail(self: Any, *arguments: Any, **more: Any) -> Any:
        content = arguments[1]
        if isinstance(content, Cycle) if fails == "change" else getattr(content, "title", "") == "More are back":
            raise StoreError("The disk is full; free some room.")
        return really(self, *arguments, **more)

    written(place, write)
    text = written(place, lambda store: toml(_file(store))).replace('"Autumn"', '"Spring"')
    before = written(place, lambda store: store.history(PRODUCT))
    app = opened(cycle="Winter" if click.startswith("Copy") else "Autumn")
    app.file_uploader[0].set_value(("spring.toml", text.encode(), "text/plain")).run()
    really = getattr(Collection, fails)
    monkeypatch.setattr(Collection, fails, fail)

    app = clicked(app, click)

    assert "The disk is full" in app.error[0].value
    assert written(place, lambda store: store.history(PRODUCT)) == before


def _file(store: Store) -> CycleFile:
    found = okr_kept.read(store, PRODUCT)
    return okr_file_forms.as_file(found, found.cycles[0])


def _taken_in(app: AppTest, name: str, text: str) -> AppTest:
    """The app after a file was taken in."""
    app.file_uploader[0].set_value((name, text.encode(), "text/plain")).run()
    return clicked(app, "Take in")


@pytest.mark.usefixtures("demo")
def test_of_two_who_change_a_key_result_the_second_sees_the_first_and_loses_no_word(place: Path) -> None:
    (id,) = written(place, lambda store: aim(store, QUARTER, RETENTION))
    one, other = opened(), opened()
    send(fill(one, f"{id} key", target=0.7), f"{id} key")

    other = send(fill(other, f"{id} key", target=0.8), f"{id} key")
    assert "local owner changed this key result" in other.error[0].value
    other = send(other, f"{id} key")

    assert [kept.content.target for kept in written(place, lambda store: store.key_results.list(PRODUCT))] == [0.8]


@pytest.mark.usefixtures("demo")
def test_a_link_to_what_is_not_there_says_so() -> None:
    app = opened(cycle="1066 Q4", kr="<b>")

    assert [w.value for w in app.warning] == [
        "The link asks for cycle “1066 Q4”, which is not on offer here. It is ignored.",
        "The link asks for a key result “\\<b\\>”, which is not on offer here. It is ignored."]  # fmt: skip


@pytest.mark.usefixtures("demo")
def test_a_store_that_cannot_be_read_is_said(place: Path) -> None:
    place.write_bytes(b"no database, but long enough to be taken for one" * 40)

    app = opened()

    assert len(app.error) == 1
    assert not app.exception


def test_words_full_of_markup_are_shown_as_they_are(
    place: Path, hostile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(hostile))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    worst = "<script>x</script> **b** :red[x] $1$ `c`"
    product = "**Name** <b>x</b> :red[x] $1$"

    def write(store: Store) -> None:
        every: list[dict[str, Any]] = [{"title": worst, "owner": worst, "unit": worst},
                 {"title": worst, "owner": worst, "metric": "adoption.f0", "unit": "user", "target": 1.0}]  # fmt: skip
        ids = aim(store, Cycle(worst, AGO, AHEAD), *every, product=product, pillar=worst)
        said = CheckIn(ids[0], TODAY, 3, TODAY, 5, worst, worst, worst)
        store.check_ins.add(product, said, **WHO)

    written(place, write)

    for seen in ("", "present"):
        app = opened(seen=seen)
        assert_stands(app)
        assert "<script>" not in sentences(app)
        assert ":red[" not in sentences(app)


@pytest.mark.parametrize(("users", "first", "days"), [(50, date(2026, 11, 16), 3), (1, date(2026, 11, 10), 1)])
def test_a_product_of_a_few_days_has_objectives_all_the_same(
    tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch, users: int, first: date, days: int
) -> None:
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    products.write(tmp_path, products.daily(users, first, days))
    written(place, lambda store: aim(store, QUARTER, {"metric": "weekly_actives", "unit": "user"}, product="Example"))

    app = opened()

    assert_stands(app)
    assert "**1 without a value.**" in answer(app)
