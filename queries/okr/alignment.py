"""Which objective is part of which: a tree, in the order in which it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from queries.okr.results import Aim


@dataclass(frozen=True)
class Branch:
    """An objective in the tree. depth: how many it is part of, one within the other."""

    aim: Aim
    depth: int


def tree(aims: Sequence[Aim], parents: Mapping[str, str | None]) -> tuple[Branch, ...]:
    """Each objective once, those that are part of one right below it; alike ones in the order given.

    parents: the id of an objective -> that of the one it is part of. Whose is not among the objectives stands at the
    root, and so does the first of those that are part of each other in a circle.
    """
    below: dict[str | None, list[Aim]] = {}
    ids = {aim.id for aim in aims}
    for aim in aims:
        parent = parents.get(aim.id)
        below.setdefault(parent if parent in ids else None, []).append(aim)
    found: dict[str, Branch] = {}

    def grow(aim: Aim, depth: int) -> None:
        if aim.id not in found:
            found[aim.id] = Branch(aim, depth)
            for each in below.get(aim.id, ()):
                grow(each, depth + 1)

    for root in (*below.get(None, ()), *aims):  # those in a circle are below no root
        grow(root, 0)
    return tuple(found.values())


def above(ids: Sequence[str], parents: Mapping[str, str | None]) -> frozenset[str]:
    """All that some objectives are part of, however far up, without themselves."""
    found, left = set[str](), list(ids)
    while left:
        parent = parents.get(left.pop())
        if parent and parent not in found:
            found.add(parent)
            left.append(parent)
    return frozenset(found - {*ids})
