"""Annotations: what happened on a day, so that whoever sees a curve turn there knows why."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Self, get_args

from queries.errors import InputError
from queries.store import text

Kind = Literal["launch", "incident", "experiment", "data", "definition", "holiday"]


@dataclass(frozen=True)
class Annotation:
    """Something that happened from `day` until and including `until`, or on that day alone.

    metric, feature: the keys of what it is about; None means all. divides: what is usual starts anew here, so the
    limits of a series are computed anew from the week that holds `day`.
    """

    day: date
    kind: Kind
    title: str
    note: str = ""
    until: date | None = None
    metric: str | None = None
    feature: str | None = None
    divides: bool = False

    def checked(self) -> Self:
        """The same, fit to keep: a title of at most 120 characters, a note of at most 2,000. Raises InputError."""
        if self.kind not in get_args(Kind):
            raise InputError(f"An annotation is one of {', '.join(get_args(Kind))}; choose one.")
        if self.until is not None and self.until < self.day:
            raise InputError(f"It ends on {self.until}, before it begins on {self.day}; turn the days round.")
        return replace(
            self, title=text.line("the title", self.title), note=text.prose("the note", self.note, 2_000),
            metric=text.key("the metric", self.metric), feature=text.key("the feature", self.feature),
        )  # fmt: skip
