"""A cycle as a file: TOML to be kept beside code, CSV for a spreadsheet. What is written reads back as it was.

Check-ins and grades are no part of it: they are what happened, and not what is meant.
"""

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from itertools import groupby
from math import isfinite
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from queries.errors import InputError, did_you_mean
from queries.product.toml_text import quoted

MOST_BYTES = 1_000_000
RISKY = re.compile(r"^'*[=+\-@\t\r]")  # how a cell begins that a spreadsheet runs, or that was made harmless already
QUOTED = re.compile(r"^'+[=+\-@\t\r]")


@dataclass(frozen=True)
class KeyResultEntry:
    """A key result as a file has it: as `store.KeyResult`, but for its objective."""

    title: str
    owner: str
    type: str
    kind: str
    start: float
    target: float
    first: date
    last: date | None = None
    metric: str | None = None
    unit: str = ""
    segments: str = ""
    plan: str = ""
    weight: float = 1.0
    window: int = 1


@dataclass(frozen=True)
class ObjectiveEntry:
    """An objective as a file has it. parent: the title of the one it is part of."""

    title: str
    owner: str
    parent: str | None = None
    pillar: str | None = None
    features: str = ""
    weight: float = 1.0
    key_results: tuple[KeyResultEntry, ...] = ()


@dataclass(frozen=True)
class CycleFile:
    """A cycle as a file has it; no two of its objectives have one title, nor two key results of an objective."""

    name: str
    first: date
    last: date | None = None
    objectives: tuple[ObjectiveEntry, ...] = ()

    def checked(self) -> "CycleFile":
        """The same. Raises InputError where two have one title: nobody could tell which one is meant."""
        _apart("objectives", [one.title for one in self.objectives])
        for one in self.objectives:
            _apart(f"key results of “{one.title}”", [each.title for each in one.key_results])
        return self


T = TypeVar("T", KeyResultEntry, ObjectiveEntry, CycleFile)
MEANT = {date: "a day such as 2026-12-31", float: "a number", int: "a whole number"}
NESTED = ("objectives", "key_results")


def _apart(what: str, titles: list[str]) -> None:
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:
        raise InputError(f"Two {what} are called “{twice[:60]}”; give one another title.")


def _types(kind: type[Any]) -> dict[str, Any]:
    return {field.name: get_type_hints(kind)[field.name] for field in fields(kind) if field.name not in NESTED}


def _made(kind: type[T], found: Mapping[str, Any], where: str, **nested: Any) -> T:
    """An entry of what a file says. Raises InputError, with where it stands, where that cannot be one."""
    types = _types(kind)
    for name in found:
        if name not in types:
            raise InputError(f"{where}: there is no `{str(name)[:60]}`; {did_you_mean(str(name), list(types))}")
    needed = [field.name for field in fields(kind) if field.default is MISSING and field.name not in found]
    if needed:
        raise InputError(f"{where}: `{needed[0]}` is missing; write it.")
    return kind(**{name: _fitting(value, types[name], f"{where}, `{name}`") for name, value in found.items()}, **nested)


def _fitting(value: Any, hint: Any, where: str) -> Any:
    kinds = set(get_args(hint)) or {hint}
    if value is None and NoneType in kinds:
        return None
    if float in kinds and isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    if int in kinds and isinstance(value, int) and not isinstance(value, bool):
        return value
    if date in kinds and isinstance(value, date) and not isinstance(value, datetime):
        return value
    if str in kinds and isinstance(value, str):
        return value
    meant = next((word for kind, word in MEANT.items() if kind in kinds), "a text")
    raise InputError(f"{where} is {str(value)[:60]!r}; write {meant}.")


# TOML -----------------------------------------------------------------------------------------------------------------


def toml(cycle: CycleFile) -> str:
    """A cycle as TOML; `from_toml` reads it back."""
    parts = ["[cycle]", *_lines(cycle)]
    for one in cycle.objectives:
        parts += ["", "[[objective]]", *_lines(one)]
        for each in one.key_results:
            parts += ["", "[[objective.key_result]]", *_lines(each)]
    return "\n".join(parts) + "\n"


def _lines(entry: Any) -> list[str]:
    """An entry's lines, but for those that say what goes without saying."""
    pairs = [(field, getattr(entry, field.name)) for field in fields(entry) if field.name not in NESTED]
    return [f"{field.name} = {_toml_value(value)}" for field, value in pairs if value != field.default]


def _toml_value(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    return value.isoformat() if isinstance(value, date) else repr(value)


def from_toml(text: str) -> CycleFile:
    """The cycle of a TOML file. Raises InputError, with where it stands, for what cannot be read."""
    try:
        found = tomllib.loads(_small(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"The file is no TOML: {error}. Mend it, and take it in again.") from None
    objectives = tuple(_objective(each, number) for number, each in enumerate(_tables(found, "objective"), start=1))
    cycle = found.get("cycle")
    if not isinstance(cycle, dict):
        raise InputError("The file has no [cycle]; begin it with one, with its name and first day.")
    return _made(CycleFile, cycle, "[cycle]", objectives=objectives).checked()


def _objective(found: Mapping[str, Any], number: int) -> ObjectiveEntry:
    where = f"Objective {number}"
    results = tuple(_made(KeyResultEntry, each, f"{where}, key result {place}")
                    for place, each in enumerate(_tables(found, "key_result"), start=1))  # fmt: skip
    own = {name: value for name, value in found.items() if name != "key_result"}
    return _made(ObjectiveEntry, own, where, key_results=results)


def _tables(found: Mapping[str, Any], name: str) -> Iterable[Mapping[str, Any]]:
    tables = found.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise InputError(f"`{name}` is no list; write each below [[{name}]].")
    return tables


# CSV ------------------------------------------------------------------------------------------------------------------

READS: Mapping[type, Callable[[str], Any]] = {date: date.fromisoformat, float: float, int: int}
PREFIXES: tuple[tuple[str, type[Any]], ...] = (
    ("cycle_", CycleFile), ("objective_", ObjectiveEntry), ("", KeyResultEntry))  # fmt: skip
COLUMNS = [f"{prefix}{name}" for prefix, kind in PREFIXES for name in _types(kind)]


def as_csv(cycle: CycleFile) -> str:
    """A cycle as CSV, a row a key result, in which no text can be mistaken for a formula; `from_csv` reads it back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in cycle.objectives or (None,):
        for each in (one.key_results if one else ()) or (None,):
            cells = [getattr(entry, name) if entry else None
                     for entry, (_, kind) in zip((cycle, one, each), PREFIXES, strict=True)
                     for name in _types(kind)]  # fmt: skip
            writer.writerow([_cell(value) for value in cells])
    return out.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}" if RISKY.match(value) else value
    return "" if value is None else value.isoformat() if isinstance(value, date) else repr(value)


def from_csv(text: str) -> CycleFile:
    """The cycle of a CSV file. Raises InputError, with the line, for what cannot be read."""
    try:
        rows = list(csv.DictReader(io.StringIO(_small(text), newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"The file is no CSV: {error}. Save it as CSV with commas, and take it in again.") from None
    if not rows:
        raise InputError(f"The file has no rows; its first line is {','.join(COLUMNS[:4])} and so on.")
    parsed = [_row(row, f"Line {number}") for number, row in enumerate(rows, start=2)]
    if len({cycle for cycle, _, _ in parsed}) > 1:
        raise InputError("The file has rows of several cycles; take in one at a time.")
    objectives = [ObjectiveEntry(**{**vars(one), "key_results": tuple(each for *_, each in group if each)})
                  for one, group in groupby(parsed, key=lambda row: row[1]) if one]  # fmt: skip
    return CycleFile(**{**vars(parsed[0][0]), "objectives": tuple(objectives)}).checked()


def _row(row: Mapping[str, Any], where: str) -> tuple[CycleFile, ObjectiveEntry | None, KeyResultEntry | None]:
    unknown = next((name for name in row if name not in COLUMNS), "")
    if unknown != "":
        raise InputError(f"There is no column `{str(unknown)[:60]}`; {did_you_mean(str(unknown), COLUMNS)}")
    found: list[Any] = []
    for prefix, kind in PREFIXES:
        cells = {name: row.get(f"{prefix}{name}") or "" for name in _types(kind)}
        values = {name: _read(cell, _types(kind)[name], f"{where}, `{prefix}{name}`") for name, cell in cells.items()
                  if cell != ""}  # fmt: skip
        found.append(_made(kind, values, where) if values or kind is CycleFile else None)
    return found[0], found[1], found[2]


def _read(cell: str, hint: Any, where: str) -> Any:
    kinds = set(get_args(hint)) or {hint}
    text = cell[1:] if QUOTED.match(cell) else cell
    try:
        return next((read(text) for kind, read in READS.items() if kind in kinds), text)
    except ValueError:
        return _fitting(text, hint, where)


def _small(text: str) -> str:
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise InputError("The file is larger than 1 MB, which no cycle needs; take in less at a time.")
    return text.removeprefix("\ufeff")
