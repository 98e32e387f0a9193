"""The steps of a refresh, as they are told to whoever waits, and how one is asked to stop."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """What a refresh does now. detail: of which days, or how much was read before it."""

    name: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.detail}" if self.detail else self.name


Progress = Callable[[Step], None]
WAIT = "Waiting for another refresh to end"
LOOK = "Looking at the tables"
FIND = "Finding the first and the last day"
READ = "Reading who used what"
PEOPLE = "Reading users and accounts"
ASSEMBLE = "Putting it together"
WRITE = "Writing the snapshot"


def quietly(_: Step) -> None:
    """Tell nobody."""
