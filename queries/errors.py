"""Everything that can go wrong in words a person can act on.

    InsightsError
    ├── ProductError      product.toml says something that cannot be; carries every mistake at once
    ├── WarehouseError    the warehouse did not answer as asked; `kind` says how
    ├── DataError         it answered, and what it holds cannot be counted
    ├── SnapshotError     our own copy is missing, damaged or being made
    ├── AccessError       whoever asks may not see or do this
    └── StoreError        what people write cannot be kept or read
        ├── InputError    it cannot be kept as it is written: too long, empty, or at odds with itself
        └── Changed       somebody else was faster; carries what it says now

A message is one sentence or two: what is the matter, then what to do next. `app.py` catches `InsightsError` around the
page and prints it; nothing else catches it, and no stack trace reaches a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


class InsightsError(Exception):
    """Base of the family: its text is ready for the screen."""


@dataclass(frozen=True)
class Mistake:
    """One thing wrong in a product file: where it stands and what to do about it."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"`{self.where}`: {self.what}"


class ProductError(InsightsError):
    """The product file cannot be used. `mistakes` holds all that is wrong with it, not only the first."""

    def __init__(self, file: object, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        count = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        lines = "\n".join(f"- {mistake}" for mistake in mistakes)
        super().__init__(f"{file} has {count} to mend:\n{lines}")


class WarehouseError(InsightsError):
    """The warehouse did not answer.

    kind: unreachable, login (who asks is not let in), compute (nothing there to compute with), busy, timeout, missing,
    denied or query.
    """

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


class DataError(InsightsError):
    """The warehouse answered, but what it holds cannot be counted."""


class SnapshotError(InsightsError):
    """Our own copy of the data is missing or damaged."""


class AccessError(InsightsError):
    """Whoever asks may not see or do this."""


class StoreError(InsightsError):
    """What people write cannot be kept, or not be read."""


class InputError(StoreError):
    """What somebody wrote cannot be kept as it is."""


class Changed(StoreError):
    """Somebody else was faster. `theirs` is the thing as the store has it now (Kept), or None where it was removed."""

    def __init__(self, message: str, theirs: Any) -> None:
        self.theirs = theirs
        super().__init__(message)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The nearest known names as a question, or the known names themselves when there are few and none is near.

    >>> did_you_mean("tme", ["time", "user", "name"])
    'did you mean `time`?'
    >>> did_you_mean("zzz", ["time", "user"])
    'known: `time`, `user`.'
    >>> did_you_mean("zzz", [])
    'there are none.'
    """
    known = list(known)
    near = get_close_matches(name.lower(), [k.lower() for k in known], n=3, cutoff=0.6)
    found = [k for k in known if k.lower() in near]
    if found:
        return f"did you mean {' or '.join(f'`{k}`' for k in found)}?"
    if not known:
        return "there are none."
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f"known: {', '.join(f'`{k}`' for k in known[:12])}{more}."
