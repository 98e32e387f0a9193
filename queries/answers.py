"""What was asked of a snapshot is remembered, because many people open the same page.

One small cache for all pages, keyed by what the activity was made of (snapshot, viewer, selection) and the question. A
question asked by several at once is answered once; an error is not remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

import polars as pl

from queries.activity import AND, Activity, By

T = TypeVar("T")
ENTRIES = 512  # small frames of counts
NARROWED, NARROWED_BYTES = 64, 1e9  # activities narrowed by a selection: each can be as large as the whole


class _Memory:
    """The last few answers, each made once however many wait for it.

    most: entries. weigh: what an entry weighs; the oldest go while all weigh more than `heaviest`, but for the last.
    """

    def __init__(self, most: int, weigh: Callable[[Any], float] = lambda _: 0.0, heaviest: float = 0.0) -> None:
        self.most, self.weigh, self.heaviest, self.lock = most, weigh, heaviest, threading.Lock()
        self.found: OrderedDict[Hashable, Any] = OrderedDict()
        self.making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self.lock:
            if key in self.found:
                self.found.move_to_end(key)
                return cast(T, self.found[key])
            making = self.making.setdefault(key, threading.Lock())
        with making:
            with self.lock:
                if key in self.found:
                    return cast(T, self.found[key])
            try:
                value = make()
            finally:
                with self.lock:
                    self.making.pop(key, None)
            with self.lock:
                self.found[key] = value
                while len(self.found) > self.most or (len(self.found) > 1 and self._weight() > self.heaviest):
                    self.found.popitem(last=False)
            return value

    def _weight(self) -> float:
        return sum(map(self.weigh, self.found.values()))


_answers = _Memory(ENTRIES)
_activities = _Memory(NARROWED, lambda activity: float(activity.rows.estimated_size()), NARROWED_BYTES)


def ask(measure: Callable[..., T], activity: Activity, *args: Hashable, **kwargs: Hashable) -> T:
    """measure(activity, ...), remembered. The arguments must be plain values.

    by may name one attribute of events, which no measure knows: then the measure is asked once for each of its values.
    """
    key = (activity.key, measure.__module__, measure.__qualname__, args, tuple(sorted(kwargs.items())))
    overlapping = [s.key for s in activity.segments if s.of == "event" and s.key in cast(By, kwargs.get("by", ()))]
    if overlapping:
        return _answers.get(key, lambda: _by_value(measure, activity, overlapping[0], args, kwargs))
    return _answers.get(key, lambda: measure(activity, *args, **kwargs))


def _by_value(
    measure: Callable[..., T], activity: Activity, key: str, args: tuple[Hashable, ...], kwargs: dict[str, Hashable]
) -> T:
    """What a measure says of each value of an attribute of events, one below the other; segments are the values."""
    by = cast(By, kwargs["by"])
    rest = {**kwargs, "by": tuple(name for name in by if name != key)}
    parts = [cast(pl.DataFrame, measure(activity, *args, **rest)).clear()]
    for label, part in activity.by_value(key):
        both = [pl.lit(label), pl.col("segment")] if by[0] == key else [pl.col("segment"), pl.lit(label)]
        name = pl.concat_str(both, separator=AND) if rest["by"] else pl.lit(label)
        parts.append(cast(pl.DataFrame, measure(part, *args, **rest)).with_columns(segment=name))
    return cast(T, pl.concat(parts))


def within(activity: Activity, pick: Any) -> Activity:
    """activity.within(pick), remembered: the few selections looked at now."""
    key = (activity.key, pick.unit, tuple(sorted(pick.where)), pick.behaviours)
    return _activities.get(key, lambda: activity.within(pick))


def forget() -> None:
    """Drop everything remembered (a new snapshot has keys of its own; this frees the memory of the old)."""
    for memory in (_answers, _activities):
        with memory.lock:
            memory.found.clear()
