"""What was asked of a snapshot is remembered, because many people open the same page.

One cache for all pages, keyed by what the activity was made of (snapshot, viewer, selection) and the question (`ask`);
what is made of answers alone, such as a table or a figure, is remembered beside them (`derive`). What is asked by
several at once is answered once; an error is not remembered.
"""

import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, ParamSpec, TypeVar, cast

import polars as pl

from queries.activity import AND, Activity, By
from queries.errors import AccessError
from queries.product import Selection

P = ParamSpec("P")
T = TypeVar("T")
ANSWERS_BYTES, ENTRY_BYTES = 64e6, 2e3  # of all answers; and what an entry takes, however small the answer
NARROWED_BYTES = 0.5e9  # of all activities narrowed by a selection: each can be as large as the whole


class _Memory:
    """The latest answers, each made once however many wait for it; the oldest go while all weigh more than `most`.

    weigh: what an answer weighs. The last one always stays.
    """

    def __init__(self, most: float, weigh: Callable[[Any], float] = lambda _: 1.0) -> None:
        self.most, self.weigh, self.lock = most, weigh, threading.Lock()
        self.making: dict[Hashable, threading.Lock] = {}
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.found: OrderedDict[Hashable, Any] = OrderedDict()
            self.weights: dict[Hashable, float] = {}
            self.keys: dict[int, Hashable] = {}  # by the id of an answer
            self.weight = 0.0

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
                self._keep(key, value, self.weigh(value))
            finally:
                with self.lock:
                    self.making.pop(key, None)
            return value

    def _keep(self, key: Hashable, value: Any, weight: float) -> None:
        with self.lock:
            self.found[key], self.weights[key], self.keys[id(value)] = value, weight, key
            self.weight += weight
            while self.weight > self.most and len(self.found) > 1:
                oldest, gone = self.found.popitem(last=False)
                self.weight -= self.weights.pop(oldest)
                self.keys.pop(id(gone), None)

    def key_of(self, answer: object) -> Hashable:
        """The key under which an answer is remembered; LookupError where it is not."""
        with self.lock:
            return self.keys[id(answer)]


def _own_bytes(narrowed: Activity) -> float:
    """What a narrowed activity takes that the one it was made of does not: rows where some are gone, and units."""
    whole = narrowed.made_of[0].rows if narrowed.made_of else None
    rows = 0 if narrowed.rows is whole else narrowed.rows.estimated_size()
    return float(rows + narrowed.everyone.estimated_size())


def _bytes(answer: object) -> float:
    """About how much an answer takes."""
    return ENTRY_BYTES + (answer.estimated_size() if isinstance(answer, pl.DataFrame) else len(pickle.dumps(answer)))


_answers = _Memory(ANSWERS_BYTES, _bytes)
_activities = _Memory(NARROWED_BYTES, _own_bytes)


def ask(measure: Callable[..., T], activity: Activity, *args: Hashable, **kwargs: Hashable) -> T:
    """measure(activity, ...), remembered. The arguments must be plain values.

    by may name one attribute of events, which no measure knows: then the measure is asked once for each of its values.
    """
    key = (activity.key, measure.__module__, measure.__qualname__, args, tuple(sorted(kwargs.items())))
    overlapping = [s.key for s in activity.segments if s.of == "event" and s.key in cast(By, kwargs.get("by", ()))]
    if overlapping:
        return _answers.get(key, lambda: _by_value(measure, activity, overlapping[0], args, kwargs))
    return _answers.get(key, lambda: measure(activity, *args, **kwargs))


def derive(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """function(...), remembered where its arguments are answers, activities, plain values, or lists or dicts of these.

    The function must be pure. With an argument of which it is not known whether it changes, it is only called.
    """
    try:
        named = tuple(map(_name, args)), tuple((name, _name(value)) for name, value in kwargs.items())
    except LookupError:
        return function(*args, **kwargs)
    return _answers.get((function.__module__, function.__qualname__, *named), lambda: function(*args, **kwargs))


def _name(value: object) -> Hashable:
    """What stands for an argument in a key; LookupError for what is neither an answer nor plain."""
    if isinstance(value, Activity):
        return value.name
    if isinstance(value, dict):
        return tuple((key, _name(each)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_name, value))
    try:
        hash(value)
    except TypeError:
        return _answers.key_of(value)
    return value


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


def within(activity: Activity, pick: Selection) -> Activity:
    """activity.within(pick), remembered: the few selections looked at now.

    Raises AccessError where who looks may not see so small a group as the filters leave.
    """
    key = (activity.key, pick.unit, tuple(sorted(pick.where)), pick.behaviours)
    found = _activities.get(key, lambda: activity.within(pick))
    if activity.least and pick.where and 0 < found.size < activity.least:
        raise AccessError(f"The filters leave fewer than {activity.least} {pick.unit}s, and you may not see so small a "
                          "group; take a filter off.")  # fmt: skip
    return found


def forget() -> None:
    """Drop everything remembered (a new snapshot has keys of its own; this frees the memory of the old)."""
    _answers.clear()
    _activities.clear()
