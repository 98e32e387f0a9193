"""Pages are drawn one after the other, and nobody is held up by a long one, or by one that fails."""

from collections.abc import Callable
from threading import Event, Lock, Thread
from time import sleep

import pytest

from components.turns import Turns

EVER = 60.0  # seconds; longer than any test


def test_each_has_a_turn_alone_in_the_order_in_which_they_came() -> None:
    turns, drawn, inside, most = Turns(EVER), list[int](), Lock(), 20
    first = Event()

    def draw(number: int) -> None:
        with turns.taken():
            assert inside.acquire(blocking=False), "two at once"
            if number == 0:
                first.wait(EVER)
            sleep(0.001)
            drawn.append(number)
            inside.release()

    threads = [in_line(turns, draw, number) for number in range(most)]
    first.set()
    for thread in threads:
        thread.join(EVER)

    assert drawn == list(range(most))


def test_a_long_turn_holds_up_nobody_for_longer_than_it_may() -> None:
    turns, ended = Turns(0.01), Event()

    def endless(_: int) -> None:
        with turns.taken():
            ended.wait(EVER)

    long = [in_line(turns, endless, number) for number in range(3)]
    with turns.taken():
        alive = [thread.is_alive() for thread in long]
    ended.set()

    assert alive == [True] * 3


def test_a_turn_that_fails_is_over() -> None:
    turns = Turns(EVER)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError

    assert turns._last.over.is_set()


def test_who_is_broken_off_while_waiting_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = Turns(EVER)
    monkeypatch.setattr(turns._last.begun, "wait", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError), turns.taken():
        pass

    assert (turns._last.begun.is_set(), turns._last.over.is_set()) == (True, True)


def test_turns_that_take_too_long_begin_one_after_the_other() -> None:
    turns, begun, ended = Turns(0.02), list[int](), Event()

    def endless(number: int) -> None:
        with turns.taken():
            begun.append(number)
            ended.wait(EVER)

    threads = [in_line(turns, endless, number) for number in range(10)]
    while len(begun) < len(threads):
        sleep(0.001)
    ended.set()

    assert begun == list(range(10))


def in_line(turns: Turns, draw: Callable[[int], None], number: int) -> Thread:
    """A thread that draws, and stands in line by now."""
    last = turns._last
    thread = Thread(target=draw, args=(number,), daemon=True)
    thread.start()
    while turns._last is last:
        sleep(0.0005)
    return thread
