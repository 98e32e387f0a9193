"""What people wrote of objectives, as the store has it, and gathered as the values that are judged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from queries.okr import Asked, board, written
from queries.okr import CheckIn as Said
from queries.store import CheckIn, Cycle, Grade, Kept, KeyResult, Objective, Store

Defined = Callable[[str], str]  # the key of a metric -> the hash of what it counts; empty where there is none


@dataclass(frozen=True)
class Written:
    """All that a product's people wrote of objectives; each in its order, check-ins the oldest first."""

    cycles: tuple[Kept[Cycle], ...]
    objectives: tuple[Kept[Objective], ...]
    key_results: tuple[Kept[KeyResult], ...]
    check_ins: tuple[Kept[CheckIn], ...]
    grades: tuple[Kept[Grade], ...]

    def cycle(self, name: str) -> Kept[Cycle] | None:
        """The cycle of a name."""
        return next((kept for kept in self.cycles if kept.content.name == name), None)

    def of_cycle(self, cycle: Kept[Cycle]) -> tuple[Kept[Objective], ...]:
        """The objectives of a cycle."""
        return tuple(kept for kept in self.objectives if kept.content.cycle == cycle.id)

    def of_objective(self, objective: str) -> tuple[Kept[KeyResult], ...]:
        """The key results of an objective, by its id."""
        return tuple(kept for kept in self.key_results if kept.content.objective == objective)

    def key_result(self, id: str) -> Kept[KeyResult]:
        """The key result of an id."""
        return next(kept for kept in self.key_results if kept.id == id)

    def objective(self, id: str) -> Kept[Objective]:
        """The objective of an id."""
        return next(kept for kept in self.objectives if kept.id == id)

    def said(self, key_result: str) -> tuple[Kept[CheckIn], ...]:
        """The check-ins of a key result, the oldest first."""
        return tuple(kept for kept in self.check_ins if kept.content.key_result == key_result)

    def grade(self, key_result: str) -> Kept[Grade] | None:
        """The grade that a key result was given."""
        return next((kept for kept in self.grades if kept.content.key_result == key_result), None)


def read(store: Store, product: str) -> Written:
    """All that the store has of a product's objectives. Raises StoreError."""
    return Written(store.cycles.list(product), store.objectives.list(product), store.key_results.list(product),
                   store.check_ins.list(product), store.grades.list(product))  # fmt: skip


def latest(cycles: tuple[Kept[Cycle], ...], today: date) -> str:
    """The name of the cycle of a day: the last to begin of those that are not over, else the last that has begun."""
    begun = [kept.content for kept in cycles if kept.content.first <= today] or [kept.content for kept in cycles[:1]]
    going = [cycle for cycle in begun if cycle.last is None or cycle.last >= today]
    return (going or begun)[-1].name if begun else ""


def gathered(found: Written, cycle: Kept[Cycle], defined: Defined) -> board.Cycle:
    """A cycle with its objectives and key results, as the board takes it. defined: the hash of what a metric counts."""
    objectives = tuple(_objective(found, kept, defined) for kept in found.of_cycle(cycle))
    return board.Cycle(cycle.content.name, cycle.content.first, cycle.content.last, objectives)


def _objective(found: Written, kept: Kept[Objective], defined: Defined) -> board.Objective:
    one = kept.content
    parent = next((other.content.title for other in found.objectives if other.id == one.parent), None)
    keys = tuple(key for key in one.features.split(", ") if key)
    results = tuple(asked(each, found.said(each.id), defined) for each in found.of_objective(kept.id))
    return board.Objective(kept.id, one.title, one.owner, results, parent, one.pillar, keys, one.weight)


def asked(kept: Kept[KeyResult], said: tuple[Kept[CheckIn], ...] = (), defined: Defined = lambda _: "") -> Asked:
    """A key result with its check-ins, as it is judged. defined: as of `gathered`."""
    one = kept.content
    return Asked(kept.id, one.title, one.goal, one.owner, one.weight, one.metric, one.unit,
                 written.segments(one.segments), tuple(map(_said, said)), one.window,
                 defined(one.metric) if one.metric else "")  # fmt: skip


def _said(kept: Kept[CheckIn]) -> Said:
    one = kept.content
    return Said(one.day, one.value, one.as_of, one.confidence, one.comment, one.blockers, one.next_step,
                kept.created_by, one.definition)  # fmt: skip
