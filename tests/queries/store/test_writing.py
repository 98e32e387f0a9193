"""What people write comes back as it was written, and what cannot be kept is said in a sentence."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, cast

import pytest
import sqlalchemy as sa

from queries.errors import Changed, InputError, StoreError
from queries.store import Action, Annotation, Change, Kept, Note, Store

MONDAY = datetime(2026, 11, 16, 9, 30, 0, 123_456, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WEEK = date(2026, 11, 15)
LAUNCH = Annotation(
    date(2026, 11, 3), "launch", "Sign-in for all", "10 % first; Ünï 🎉", date(2026, 11, 5), "reach", "sso", True
)
ACTION = Action(WEEK, "reach", "Ben", "Ask the five largest", date(2026, 11, 30))


def test_an_annotation_is_listed_as_it_was_written_by_whom_and_when(store: Store, product: str) -> None:
    added = store.annotations.add(product, LAUNCH, by="anna", at=MONDAY)

    assert store.annotations.list(product) == (added,)
    assert added == Kept(product, added.id, 1, LAUNCH, "anna", MONDAY, "anna", MONDAY)


def test_a_change_keeps_who_wrote_it_first(store: Store, product: str) -> None:
    added = store.annotations.add(product, LAUNCH, by="anna", at=MONDAY)
    other = replace(LAUNCH, title="Sign-in", until=None, metric=None, divides=False)

    changed = store.annotations.change(added, other, by="ben", at=TUESDAY)

    assert store.annotations.list(product) == (changed,)
    assert changed == Kept(product, added.id, 2, other, "anna", MONDAY, "ben", TUESDAY)


def test_a_moment_in_any_zone_is_kept_in_utc_and_one_without_is_refused(store: Store, product: str) -> None:
    berlin = MONDAY.astimezone(timezone(timedelta(hours=1)))

    added = store.annotations.add(product, LAUNCH, by="anna", at=berlin)

    (listed,) = store.annotations.list(product)
    assert [kept.created_at.isoformat() for kept in (added, listed)] == [MONDAY.isoformat()] * 2
    with pytest.raises(ValueError, match="needs its time zone"):
        store.annotations.add(product, LAUNCH, by="anna", at=MONDAY.replace(tzinfo=None))


def test_annotations_are_listed_by_day_and_products_are_apart(store: Store, product: str) -> None:
    later, earlier = replace(LAUNCH, day=date(2026, 11, 4)), replace(LAUNCH, day=date(1999, 1, 1))
    for content in (later, earlier):
        store.annotations.add(product, content, by="anna", at=MONDAY)

    assert [kept.content for kept in store.annotations.list(product)] == [earlier, later]
    assert store.annotations.list(f"not {product}") == ()


def test_a_thing_of_one_product_is_out_of_reach_of_another(store: Store, product: str) -> None:
    added = store.annotations.add(product, LAUNCH, by="anna", at=MONDAY)

    with pytest.raises(StoreError, match=r"^This annotation is not in the store; look at the list anew\.$"):
        store.annotations.change(replace(added, product="other"), replace(LAUNCH, note=""), by="eve", at=MONDAY)
    store.annotations.remove(replace(added, product="other"), by="eve", at=MONDAY)

    assert store.annotations.list(product) == (added,)


def test_the_actions_of_a_week_are_those_of_that_week(store: Store, product: str) -> None:
    now = store.actions.add(product, ACTION, by="anna", at=MONDAY)
    before = store.actions.add(product, replace(ACTION, week=date(2026, 11, 8), status="done"), by="anna", at=MONDAY)

    assert store.actions.of(product, WEEK) == (now,)
    assert store.actions.list(product) == (before, now)


def test_a_note_is_written_changed_and_emptied(store: Store, product: str) -> None:
    first = store.notes.write(product, Note(WEEK, "", "All quiet"), None, by="anna", at=MONDAY)
    other = Note(WEEK, "", "Nearly quiet")
    second = store.notes.write(product, other, first, by="ben", at=TUESDAY)

    assert first is not None
    assert second == replace(first, version=2, content=other, changed_by="ben", changed_at=TUESDAY)
    assert store.notes.of(product, WEEK) == (second,)
    assert store.notes.write(product, Note(WEEK, "", " \n"), second, by="ben", at=TUESDAY) is None
    assert store.notes.write(product, Note(WEEK, "", ""), None, by="ben", at=TUESDAY) is None
    assert store.notes.of(product, WEEK) == ()


def test_whoever_saves_later_learns_who_was_faster_and_what_it_says_now(store: Store, product: str) -> None:
    seen = store.annotations.add(product, LAUNCH, by="anna", at=MONDAY)
    bens = store.annotations.change(seen, replace(LAUNCH, title="SSO `live`", until=None), by="ben", at=TUESDAY)

    with pytest.raises(Changed) as refused:
        store.annotations.change(seen, replace(LAUNCH, note="Mine"), by="anna", at=TUESDAY)

    assert refused.value.theirs == bens
    assert str(refused.value) == (
        "ben changed this annotation on 17 Nov 2026 at 09:30 UTC: title is now `SSO 'live'`, until is now `none`. "
        "Your words are still in the form; see what is new, then save again."
    )
    assert store.annotations.change(bens, replace(bens.content, note="Mine"), by="anna", at=TUESDAY).version == 3


def test_nothing_is_removed_that_was_changed_since_it_was_seen(store: Store, product: str) -> None:
    seen = store.actions.add(product, ACTION, by="anna", at=MONDAY)
    bens = store.actions.change(seen, replace(ACTION, status="done"), by="ben", at=TUESDAY)

    with pytest.raises(Changed) as refused:
        store.actions.remove(seen, by="anna", at=TUESDAY)

    assert store.actions.list(product) == (bens,)
    assert str(refused.value) == (
        "ben changed this action on 17 Nov 2026 at 09:30 UTC: status is now `done`. "
        "Nothing was removed; see what is new, then remove it again."
    )


def test_words_for_what_was_removed_are_not_lost_without_a_sentence(store: Store, product: str) -> None:
    seen = store.actions.add(product, ACTION, by="anna", at=MONDAY)
    store.actions.remove(seen, by="ben", at=TUESDAY)

    with pytest.raises(Changed) as refused:
        store.actions.change(seen, replace(ACTION, outcome="They like it"), by="anna", at=TUESDAY)

    assert refused.value.theirs is None
    assert str(refused.value) == (
        "ben removed this action on 17 Nov 2026 at 09:30 UTC. "
        "Your words are still in the form; save them as a new one, or leave it."
    )


def test_two_who_begin_the_same_note_learn_of_each_other(store: Store, product: str) -> None:
    bens = store.notes.write(product, Note(WEEK, "reach", "Up\n" + "a" * 300), None, by="ben", at=MONDAY)

    with pytest.raises(Changed) as refused:
        store.notes.write(product, Note(WEEK, "reach", "Down"), None, by="anna", at=TUESDAY)

    assert refused.value.theirs == bens
    assert str(refused.value) == (
        f"ben has already written this note, on 16 Nov 2026 at 09:30 UTC: text is now `Up {'a' * 196}…`. "
        "Your words are still in the form; see what is new, then save again."
    )


def test_saving_twice_what_is_already_there_is_no_change(store: Store, product: str) -> None:
    seen = store.actions.add(product, ACTION, by="anna", at=MONDAY)
    done = store.actions.change(seen, replace(ACTION, status="done"), by="anna", at=MONDAY)

    assert store.actions.change(seen, replace(ACTION, status="done"), by="anna", at=TUESDAY) == done
    store.actions.remove(done, by="anna", at=TUESDAY)
    store.actions.remove(done, by="anna", at=TUESDAY)

    assert [change.version for change in store.history(product)] == [1, 2, 3]


def test_the_history_tells_every_change_also_of_what_was_removed(store: Store, product: str) -> None:
    added = store.notes.add(product, Note(WEEK, "reach", "Up"), by="anna", at=MONDAY)
    changed = store.notes.change(added, Note(WEEK, "reach", "Down"), by="ben", at=TUESDAY)
    store.notes.remove(changed, by="anna", at=TUESDAY)
    other = store.actions.add(product, ACTION, by="anna", at=TUESDAY)

    up = {"week": "2026-11-15", "metric": "reach", "text": "Up"}
    down = {**up, "text": "Down"}
    assert store.history(product, added.id) == (
        Change(product, "note", added.id, 1, "anna", MONDAY, None, up),
        Change(product, "note", added.id, 2, "ben", TUESDAY, up, down),
        Change(product, "note", added.id, 3, "anna", TUESDAY, down, None),
    )
    assert [change.id for change in store.history(product)] == [added.id] * 3 + [other.id]


def test_a_closed_review_stays_and_closing_again_adds_another(store: Store, product: str) -> None:
    first = store.reviews.close(product, WEEK, date(2026, 11, 16), '{"reach": "41 %"}', by="anna", at=MONDAY)
    later = store.reviews.close(product, date(2026, 11, 22), date(2026, 11, 22), "[]", by="anna", at=TUESDAY)
    again = store.reviews.close(product, WEEK, date(2026, 11, 17), '{"reach": "42 %"}', by="ben", at=TUESDAY)

    assert store.reviews.list(product) == (later, again, replace(first, is_current=False))
    assert (again.version, again.is_current, later.version) == (2, True, 1)
    assert [store.reviews.content(closing) for closing in (first, again)] == ['{"reach": "41 %"}', '{"reach": "42 %"}']
    assert store.history(product, again.id) == (Change(
        product, "closing", again.id, 2, "ben", TUESDAY, None,
        {"week": "2026-11-15", "as_of": "2026-11-17", "content_hash": again.content_hash}),)  # fmt: skip


def test_a_closed_review_that_was_altered_behind_our_back_is_not_shown(store: Store, product: str) -> None:
    closing = store.reviews.close(product, WEEK, WEEK, '{"reach": "41 %"}', by="anna", at=MONDAY)
    with store._database.write() as connection:
        connection.execute(sa.text("UPDATE closings SET content = '{}' WHERE id = :id"), {"id": closing.id})

    with pytest.raises(StoreError, match="is not in the store as it was closed"):
        store.reviews.content(closing)


def test_what_cannot_be_seen_is_taken_out_and_lines_end_in_one_way(store: Store, product: str) -> None:
    title, note = " Sign-in\r\n\x00for\u00a0all\x1b ", "\n one\r\n\ttwo\rthree\x00\ud800 "
    typed = replace(LAUNCH, title=title, note=note, metric=" ", feature="")

    added = store.annotations.add(product, typed, by=" anna\n", at=MONDAY)

    assert store.annotations.list(product) == (added,)
    assert added.content == replace(LAUNCH, note="one\n\ttwo\nthree", metric=None, feature=None)
    assert added.created_by == "anna"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (replace(LAUNCH, title=" \x00\n"), "The title is empty; write something."),
        (replace(LAUNCH, title="a" * 121), "The title has 121 characters, and 120 is the most; shorten it."),
        (replace(LAUNCH, note="a" * 2_001), "The note has 2,001 characters, and 2,000 is the most; shorten it."),
        (replace(LAUNCH, until=date(2026, 11, 2)),
         "It ends on 2026-11-02, before it begins on 2026-11-03; turn the days round."),
        (replace(LAUNCH, kind=cast(Any, "party")),
         "An annotation is one of launch, incident, experiment, data, definition, holiday; choose one."),
    ],
)  # fmt: skip
def test_an_annotation_that_cannot_be_kept_says_why(
    store: Store, product: str, content: Annotation, sentence: str
) -> None:
    with pytest.raises(InputError) as refused:
        store.annotations.add(product, content, by="anna", at=MONDAY)

    assert str(refused.value) == sentence
    assert store.history(product) == ()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (replace(ACTION, text=""), "The action is empty; write something."),
        (replace(ACTION, owner=" "), "The owner is empty; write something."),
        (replace(ACTION, outcome="a" * 2_001), "The outcome has 2,001 characters, and 2,000 is the most; shorten it."),
        (replace(ACTION, status=cast(Any, "perhaps")), "An action is open, done, dropped; choose one."),
    ],
)
def test_an_action_that_cannot_be_kept_says_why(store: Store, product: str, content: Action, sentence: str) -> None:
    added = store.actions.add(product, ACTION, by="anna", at=MONDAY)

    with pytest.raises(InputError) as refused:
        store.actions.change(added, content, by="anna", at=MONDAY)

    assert str(refused.value) == sentence
    assert store.actions.list(product) == (added,)


def test_a_note_and_a_review_have_their_limits_too(store: Store, product: str) -> None:
    longest = store.notes.write(product, Note(WEEK, "", "ü" * 10_000), None, by="anna", at=MONDAY)
    largest = json.dumps("a" * 4_999_998)

    assert store.notes.of(product, WEEK) == (longest,)
    assert store.reviews.content(store.reviews.close(product, WEEK, WEEK, largest, by="anna", at=MONDAY)) == largest
    with pytest.raises(InputError, match=r"The note has 10,001 characters, and 10,000 is the most; shorten it\."):
        store.notes.write(product, Note(WEEK, "", "ü" * 10_001), longest, by="anna", at=MONDAY)
    with pytest.raises(InputError, match=r"The review has 5\.0 MB, and 5 MB is the most; show less in it\."):
        store.reviews.close(product, WEEK, WEEK, json.dumps("a" * 4_999_999), by="anna", at=MONDAY)
    for text in ("", "{", '"\ud800"', "[" * 100_000):
        with pytest.raises(InputError, match="is no JSON"):
            store.reviews.close(product, WEEK, WEEK, text, by="anna", at=MONDAY)
    with pytest.raises(InputError, match="The name is empty"):
        store.reviews.close(product, WEEK, WEEK, "{}", by="", at=MONDAY)
    assert len(store.reviews.list(product)) == 1


def test_words_that_look_like_sql_are_only_words(store: Store, product: str) -> None:
    words = "'); DROP TABLE notes; -- :id %s %(id)s ? $1 \\"

    added = store.notes.add(product, Note(WEEK, words, words), by=words, at=MONDAY)

    assert store.notes.list(product) == (added,)
    assert added.content == Note(WEEK, words, words)
