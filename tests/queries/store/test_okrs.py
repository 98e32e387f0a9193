"""Cycles, objectives, key results and check-ins: kept as written, and refused in a sentence where they cannot be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from queries.errors import AccessError, Changed, InputError
from queries.okr import Goal, Point
from queries.store import CheckIn, Cycle, Grade, KeyResult, MeetingNote, Objective, Store

NOW = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
CYCLE = Cycle("2026 Q4", FIRST, LAST)
AIM = Objective("cycle", "Teams stay", "Dana", "parent", "Up-market", "sso, audit_log", 2.0)
KEY = KeyResult("aim", "More come back", "Dana", "increase to", "aspirational", 0.28, 0.35, FIRST, LAST,
                "week4_retention", "user", '{"plan": ["Pro", "Ünï"]}', "2026-11-15 0.3\n2026-12-15 0.34", 1.5, 4)
SAID = CheckIn("key", date(2026, 11, 16), 0.312, date(2026, 11, 15), 6, "Slow *start*", "Hiring", "Ask five")


def test_all_of_a_cycle_is_listed_as_it_was_written(store: Store, product: str) -> None:
    pairs: list[tuple[Any, Any]] = [(store.cycles, CYCLE), (store.objectives, AIM), (store.key_results, KEY),
                                    (store.check_ins, SAID), (store.grades, Grade("key", 0.7, 0.74, 0.33, LAST)),
                                    (store.meeting_notes, MeetingNote("key", FIRST, "Said"))]  # fmt: skip

    for collection, content in pairs:
        collection.add(product, content, by="anna", at=NOW)

    assert [[kept.content for kept in collection.list(product)] for collection, _ in pairs] == [
        [content] for _, content in pairs]  # fmt: skip
    assert [change.what for change in store.history(product)] == [
        "cycle", "objective", "key result", "check-in", "grade", "meeting note"]  # fmt: skip


def test_a_key_result_has_its_goal_with_the_plan() -> None:
    plan = (Point(date(2026, 11, 15), 0.3), Point(date(2026, 12, 15), 0.34))

    assert KEY.goal == Goal("increase to", "aspirational", 0.28, 0.35, FIRST, LAST, plan)


def test_two_cycles_of_one_name_are_one_too_many(store: Store, product: str) -> None:
    store.cycles.add(product, CYCLE, by="anna", at=NOW)

    with pytest.raises(Changed, match="anna has already written this cycle"):
        store.cycles.add(product, replace(CYCLE, last=None), by="ben", at=LATER)


def test_of_two_who_change_a_key_result_the_second_is_told(store: Store, product: str) -> None:
    seen = store.key_results.add(product, KEY, by="anna", at=NOW)
    store.key_results.change(seen, replace(KEY, target=0.4), by="anna", at=NOW)

    with pytest.raises(Changed, match=r"anna changed this key result .*: target is now `0.4`"):
        store.key_results.change(seen, replace(KEY, target=0.5), by="ben", at=LATER)


def test_a_check_in_that_is_sent_twice_is_kept_once_and_cannot_be_changed(store: Store, product: str) -> None:
    first = store.check_ins.add(product, SAID, by="anna", at=NOW)
    again = store.check_ins.add(product, SAID, by="anna", at=LATER)
    other = store.check_ins.add(product, replace(SAID, value=None, as_of=None), by="anna", at=LATER)

    assert again == first
    assert store.check_ins.list(product) == (first, other)
    assert not hasattr(store.check_ins, "change")
    assert not hasattr(store.check_ins, "remove")


def test_a_meeting_note_is_kept_as_it_stands_in_the_field(store: Store, product: str) -> None:
    note = MeetingNote("key", FIRST, "First")
    seen = store.meeting_notes.write(product, note, None, by="anna", at=NOW)

    with pytest.raises(Changed, match="anna has already written this meeting note"):
        store.meeting_notes.write(product, replace(note, text="Other"), None, by="ben", at=LATER)
    store.meeting_notes.write(product, replace(note, text=" "), seen, by="anna", at=LATER)

    assert store.meeting_notes.list(product) == ()


def test_the_day_of_a_value_is_that_of_the_check_in_where_none_is_given() -> None:
    assert replace(SAID, as_of=None).checked().as_of == SAID.day
    assert replace(SAID, value=None).checked().as_of is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (replace(CYCLE, last=date(2026, 9, 1)),
         "It ends on 2026-09-01, before it begins on 2026-10-01; turn the days round."),
        (replace(CYCLE, name=" "), "The name is empty; write something."),
        (replace(AIM, weight=0.0), "A weight is more than 0 and at most 1,000; write another."),
        (replace(KEY, target=0.2),
         "From 0.28 to 0.2 is the other way; choose “decrease to”, or turn start and target round."),
        (replace(KEY, target=float("nan")), "A value has to be a number that one can reach; write another."),
        (replace(KEY, type="milestone"), "A milestone is as far as its owner says; choose no metric, or another type."),
        (replace(KEY, unit="team"), "A metric counts users or accounts; choose one."),
        (replace(KEY, window=0), "A window has 1 to 13 whole weeks; choose another."),
        (replace(KEY, window=14), "A window has 1 to 13 whole weeks; choose another."),
        (replace(KEY, metric=None, segments=""), "A typed value has no window; leave it at 1, or choose a metric."),
        (replace(KEY, metric=None, window=1), "A typed value has no segments; leave them out, or choose a metric."),
        (replace(KEY, segments="plan=Pro"), 'The segments cannot be read; write them like {"plan": ["Pro", "Team"]}.'),
        (replace(KEY, segments='{"plan": "Pro"}'),
         'The segments cannot be read; write them like {"plan": ["Pro", "Team"]}.'),
        (replace(KEY, plan="soon"), "The line “soon” of the plan cannot be read. "
         "Write a plan as a day and a value a line, such as 2026-11-15 0.3."),
        (replace(KEY, plan="2026-11-15 1;2026-11-15 2"), "Two lines of the plan are of one day; leave one. "
         "Write a plan as a day and a value a line, such as 2026-11-15 0.3."),
        (replace(KEY, plan="2027-01-01 0.3"),
         "The plan has days outside of the key result's own; move them, or its first or last day."),
        (replace(SAID, confidence=11), "Confidence goes from 0 (will not happen) to 10 (as good as done); choose one."),
        (replace(SAID, as_of=date(2026, 11, 17)),
         "The value is of 2026-11-17, after the check-in of 2026-11-16; choose an earlier day."),
        (CheckIn("key", FIRST), "The check-in says nothing; give a value, a confidence or a comment."),
        (replace(SAID, comment="x" * 2_001), "The comment has 2,001 characters, and 2,000 is the most; shorten it."),
        (Grade("key", 1.1), "A grade goes from 0.0 to 1.0; choose one."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said(wrong: Any, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        wrong.checked()

    assert str(refused.value) == sentence


@pytest.mark.parametrize("type", ["increase to", "decrease to", "stay above", "stay below"])
def test_a_target_that_equals_the_start_may_be_written(type: Any) -> None:
    assert replace(KEY, type=type, target=KEY.start).checked().goal.stays


def test_several_writes_at_once_are_kept_together(store: Store, product: str) -> None:
    with store.at_once("manage") as whole:
        cycle = whole.cycles.add(product, CYCLE, by="anna", at=NOW)
        whole.cycles.change(cycle, replace(CYCLE, closed=LAST), by="anna", at=NOW)
        assert [kept.content.closed for kept in whole.cycles.list(product)] == [LAST]

    assert [kept.version for kept in store.cycles.list(product)] == [2]


def test_of_several_writes_at_once_none_is_kept_where_one_fails(store: Store, product: str) -> None:
    seen = store.cycles.add(product, CYCLE, by="anna", at=NOW)
    now = store.cycles.change(seen, replace(CYCLE, closed=LAST), by="ben", at=NOW)

    def write() -> None:
        with store.at_once("manage") as whole:
            whole.objectives.add(product, AIM, by="anna", at=LATER)
            whole.cycles.change(seen, replace(CYCLE, last=None), by="anna", at=LATER)

    with pytest.raises(Changed):
        write()

    assert (store.objectives.list(product), store.cycles.list(product)) == ((), (now,))
    assert len(store.history(product)) == 2


def test_each_write_of_several_asks_for_its_right(store: Store, product: str) -> None:
    def permit(right: str) -> None:
        if right == "manage":
            raise AccessError("No.")

    theirs = store.used_by("ed", permit)

    def write() -> None:
        with theirs.at_once() as whole:
            whole.check_ins.add(product, SAID, by="ed", at=NOW)
            whole.cycles.add(product, CYCLE, by="ed", at=NOW)

    with pytest.raises(AccessError):
        write()

    assert store.history(product) == ()
