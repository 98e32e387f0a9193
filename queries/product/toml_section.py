"""One table of a TOML file, read with care: every value by its key, every mistake noted with what to do."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar, cast

from queries.errors import Mistake, did_you_mean

T = TypeVar("T")
KINDS: dict[type, str] = {str: "text", bool: "true or false", int: "a whole number", date: "a date like 2026-03-01",
                          dict: "a table", list: "a list"}  # fmt: skip


class Section:
    """One table of the file: hands out values by key, notes each mistake, and at the end the keys nobody asked for."""

    def __init__(self, values: Any, where: str, mistakes: list[Mistake]) -> None:
        self.where, self.mistakes, self.asked = where, mistakes, set[str]()
        self.values: Mapping[str, Any] = values if isinstance(values, dict) else {}
        if not isinstance(values, dict):
            mistakes.append(Mistake(where, f"must be a table, not {self._shown(values)}."))
            self.mistakes = []  # that it lacks this and that goes without saying

    def at(self, key: str) -> str:
        return f"{self.where}.{key}" if self.where else key

    def note(self, key: str, what: str) -> None:
        self.mistakes.append(Mistake(self.at(key), what))

    def get(self, key: str, kind: type[T], default: T | None = None) -> T | None:
        self.asked.add(key)
        value = self.values.get(key, default)
        if value is None:
            return None
        right = isinstance(value, kind) and not (isinstance(value, bool) and kind is int)
        if right and not isinstance(value, datetime):
            if isinstance(value, str) and not value.strip():
                self.note(key, "is empty; give it a value or remove the line.")
                return default
            return cast(T, value)
        self.note(key, f"must be {KINDS[kind]}, not {self._shown(value)}.")
        return default

    def _shown(self, value: Any) -> str:
        """A value as a mistake may show it: in [warehouse] it may be a secret."""
        kinds: dict[type, str] = {str: "a text", list: "a list", dict: "a table"}
        may_be = type(value) in kinds and self.where.split(".")[0] == "warehouse"
        return kinds[type(value)] if may_be else f"{value!r:.60}"

    def need(self, key: str) -> str:
        value = self.get(key, str)
        if value is None and key not in self.values:
            self.note(key, "is missing; it must name " + ("a table or .sql file." if key == "table" else "a column."))
        return value or ""

    def share(self, key: str) -> float | None:
        """A share over 0 and up to 1; None where there is none."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            self.note(key, f"must be a share over 0 and up to 1, such as 0.42 for 42 %, not {value!r:.60}.")
            return None
        return float(value)

    def amount(self, key: str) -> float | None:
        """A number over 0; None where there is none."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            self.note(key, f"must be a number over 0, not {value!r:.60}.")
            return None
        return float(value)

    def points(self, key: str) -> float | None:
        """A difference of two shares, from -1 to 1; None where there is none."""
        self.asked.add(key)
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1:
            self.note(key, f"must be from -1 to 1, such as 0.05 for 5 points, not {value!r:.60}.")
            return None
        return float(value)

    def number(self, key: str, most: int) -> int | None:
        """A whole number from 1 to `most`; None where there is none."""
        value = self.get(key, int)
        if value is not None and not 1 <= value <= most:
            self.note(key, f"must be a whole number from 1 to {most}, not {value}.")
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A text or a list of values, as texts: true becomes "true", 1 becomes "1", as the warehouse casts them.

        Spaces around a text go, as they do in the warehouse's columns; but `contains` and `ends_with` may mean them.
        """
        self.asked.add(key)
        value = self.values.get(key, [])
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(v, str | int | float) for v in values):
            self.note(key, f"must be a text or a list of texts, not {value!r:.60}.")
            return ()
        if key in self.values and (not values or not all(str(v).strip() for v in values)):
            self.note(key, "is empty; give it a value or remove the line.")
            return ()
        texts = tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in values)
        return texts if key in ("contains", "ends_with") else tuple(text.strip(" ") for text in texts)

    def section(self, key: str) -> "Section | None":
        self.asked.add(key)
        return Section(self.values[key], self.at(key), self.mistakes) if key in self.values else None

    def sections(self, key: str) -> "list[tuple[str, Section]]":
        outer = self.section(key)
        if outer is None:
            return []
        outer.asked.update(outer.values)
        return [(name, Section(value, outer.at(name), self.mistakes)) for name, value in outer.values.items()]

    def listed(self, key: str) -> "list[Section]":
        """The tables of a list, `[[key]]`; each is named by its place, from 1."""
        self.asked.add(key)
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.note(key, f"must be a list: write [[{self.at(key)}]] before each of its tables.")
            return []
        return [Section(each, f"{self.at(key)}[{place}]", self.mistakes) for place, each in enumerate(value, 1)]

    def done(self) -> None:
        for key in sorted(self.values.keys() - self.asked):
            self.note(key, f"unknown key, {did_you_mean(key, sorted(self.asked))}")
