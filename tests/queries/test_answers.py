"""What was asked of a snapshot is counted once, and errors are not remembered."""

import threading
import time
from dataclasses import replace

import polars as pl
import pytest

from queries import answers
from queries.activity import Activity
from queries.errors import InsightsError
from queries.product import Segment, Selection
from tests.examples import three_users


@pytest.fixture
def activity() -> Activity:
    answers.forget()
    return replace(three_users()[0], key=("v1",))


def test_a_question_is_counted_once_for_one_snapshot(activity: Activity) -> None:
    asked: list[int] = []

    def measure(_: Activity, weeks: int) -> int:
        asked.append(weeks)
        return weeks

    found = [answers.ask(measure, activity, 4), answers.ask(measure, activity, 4), answers.ask(measure, activity, 5)]
    other = answers.ask(measure, replace(activity, key=("v2",)), 4)

    assert (found, other, asked) == ([4, 4, 5], 4, [4, 5, 4])


def test_many_who_ask_at_once_wait_for_one_answer(activity: Activity) -> None:
    asked: list[int] = []

    def slow(_: Activity) -> int:
        asked.append(1)
        time.sleep(0.2)
        return 7

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(answers.ask(slow, activity))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (found, asked) == ([7] * 8, [1])


def test_an_error_is_not_remembered(activity: Activity) -> None:
    tried: list[int] = []

    def failing(_: Activity) -> int:
        tried.append(1)
        if len(tried) == 1:
            raise InsightsError("not now")
        return 1

    with pytest.raises(InsightsError, match="not now"):
        answers.ask(failing, activity)

    assert answers.ask(failing, activity) == 1


def test_the_oldest_answers_make_room(activity: Activity) -> None:
    memory = answers._Memory(10, len)

    for answer in ("four", "five ", "six", "eleven chars"):
        memory.get(answer[:1], lambda answer=answer: answer)  # type: ignore[misc]

    assert (dict(memory.found), memory.weight) == ({"e": "eleven chars"}, 12)


def test_what_is_made_of_answers_is_made_once(activity: Activity) -> None:
    made: list[tuple[int, str]] = []

    def measure(_: Activity, n: int) -> pl.DataFrame:
        return pl.DataFrame({"n": [n]})

    def doubled(frame: pl.DataFrame, *, name: str) -> pl.DataFrame:
        made.append((frame["n"][0], name))
        return frame.select(2 * pl.col("n").alias(name))

    def total(frames: dict[str, pl.DataFrame], of: Activity) -> int:
        made.append((len(frames), of.unit))
        return int(sum(frame.to_series().sum() for frame in frames.values()))

    def asked() -> int:
        parts = {str(n): answers.derive(doubled, answers.ask(measure, activity, n), name="m") for n in (1, 2)}
        return answers.derive(total, parts, activity)

    assert [asked(), asked()] == [6, 6]
    assert made == [(1, "m"), (2, "m"), (2, "user")]


def test_what_is_made_of_an_activity_is_not_that_of_one_with_other_names_of_segments() -> None:
    activity = replace(three_users()[0], key=("the same",))
    both = [replace(activity, segments=(Segment("plan", label, "plan", "user"),)) for label in ("Plan", "Tariff")]

    assert [answers.derive(labels, each) for each in (*both, *both)] == [["Plan"], ["Tariff"]] * 2


def test_what_is_made_of_something_else_is_made_anew(activity: Activity) -> None:
    def height(frame: pl.DataFrame) -> int:
        return frame.height

    found = [answers.derive(height, pl.DataFrame({"n": range(n)})) for n in (1, 2, 3)]

    assert (found, answers._answers.found) == ([1, 2, 3], {})


def test_an_answer_that_made_room_is_no_name_for_another() -> None:
    memory = answers._Memory(1)
    first = memory.get("a", lambda: ["one"])
    memory.get("b", lambda: ["other"])

    with pytest.raises(LookupError):
        memory.key_of(first)
    assert memory.key_of(memory.found["b"]) == "b"


def test_the_same_selection_is_narrowed_once(activity: Activity) -> None:
    pick = Selection(where=(("plan", ("Free",)),))

    assert answers.within(activity, pick) is answers.within(activity, pick)
    assert answers.within(activity, Selection()) is not answers.within(activity, pick)


def labels(activity: Activity) -> list[str]:
    return [segment.label for segment in activity.segments]
