"""What is signal and what is noise in a weekly series: the process behaviour chart (XmR) of many series at once.

Any series swings from week to week. The chart draws how far it usually swings: the *centre* is the mean, the *natural
process limits* lie at the mean +- 2.66 x the mean *moving range* (the difference between neighbouring weeks). Three
rules find what is more than the usual swing: a point outside the limits; 8 in a row on one side of the centre; 3 of 4
nearer to the same limit than to the centre. (Wheeler, *Understanding Variation* and *Making Sense of Data*.)

Limits are *locked* on the first weeks, so that a change does not hide in limits it has itself moved; *divided* where a
known change begins a new series; and *trended*, parallel to a line, where a count grows steadily. The chart needs
separate weeks: a trailing or cumulative value sampled weekly would cry wolf.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

LEAST, FIRM, LOCK = 6, 12, 24  # weeks: for any limits, for firm ones, and at most to lock them on
LIMIT, RANGE_LIMIT = 2.66, 3.268  # times the mean moving range
RUN, SOON = 8, 6  # in a row on one side: a signal, and one to watch
BY_CHANCE = 0.01  # how often the line of a steady series may pass for growth
ROUNDING = 1e-9  # of the largest value: what a sum of floats may be off
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Behaviours:
    """How weekly series behave as of their latest week: a row a series; a column a week where it is said of each week.

    Limits are NaN in weeks that have none, because there are under 6 points in their stretch and those before it.
    """

    verdict: npt.NDArray[np.str_]  # real, watch, normal or too few
    kind: npt.NDArray[np.str_]  # steady or trended: the limits that judge the latest week
    since: Ints  # the week in which the signal that reaches the latest week began; -1 without one
    provisional: Bools  # the limits that judge the latest week rest on fewer than 12 weeks
    centre: Floats  # by week
    lower: Floats  # by week, and not clamped to what the metric can be
    upper: Floats
    moving_range: Floats  # by week, the distance from the week before; under a trend, that of the distances to the line
    range_limit: Floats  # by week
    outside: Bools  # by week, the points of each rule
    in_a_row: Bools
    near_limit: Bools

    def drawn(self, least: float = -np.inf, most: float = np.inf) -> tuple[Floats, Floats]:
        """The lower and upper limits as they are drawn: none beyond what the metric can be."""
        return np.clip(self.lower, least, most), np.clip(self.upper, least, most)


@dataclass(frozen=True)
class _Points:
    """The values of the series without their gaps, moved to the left, so that neighbours are neighbours; then NaN."""

    value: Floats
    week: Ints  # the column each came from
    stretch: Ints  # between which two changes it lies
    latest: Bools


@dataclass(frozen=True)
class _Lines:
    """The limits of each series and stretch: centre = level + slope x week, limits parallel to it."""

    weeks: Floats  # points in the stretch
    level: Floats
    slope: Floats
    swing: Floats  # mean moving range


def behaviours(
    values: npt.ArrayLike, changes: Sequence[int] = (), allow_trend: bool = False, lock: int | None = LOCK
) -> Behaviours:
    """The behaviour of series x complete weeks, oldest first; NaN where a week has no value.

    changes: weeks (columns) at which limits start anew; a stretch of under 6 points keeps the limits before it until it
    has 6. allow_trend: a series that a line explains gets trended limits. lock: the first points of a stretch that make
    its limits; the latest point of all is never among them, so that it is judged by those before it. None: all are.
    Verdicts: *real* when a signal includes the latest week; *watch* when that week is in the outer third towards a
    limit or ends a run of 6 or 7; *normal* otherwise; *too few* when it has no value or there are under 6 points.

    >>> usual = [50, 52, 49, 51, 50, 52, 49, 51, 50, 52, 49]
    >>> behaviours([[*usual, 60], [*usual, 51]]).verdict.tolist()
    ['real', 'normal']
    """
    x = np.atleast_2d(np.asarray(values, np.float64))
    x = x if x.shape[1] else np.full((len(x), 1), np.nan)
    stretch = np.searchsorted(np.sort(np.asarray(changes, np.int64)), np.arange(x.shape[1]), side="right")
    points = _points(x, stretch)
    stretches = range(len(changes) + 1)
    each = [_limits(points, points.stretch == k, allow_trend, lock) for k in stretches]
    lines = _Lines(*(np.stack(one, axis=1) for one in zip(*each, strict=True)))
    judge = np.maximum.accumulate(np.where(lines.weeks >= LEAST, np.array(stretches), -1), axis=1)[:, stretch]
    return _behaviours(x, points, lines, judge)


def _points(x: Floats, stretch: Ints) -> _Points:
    week = np.argsort(np.isnan(x), axis=1, kind="stable")
    value = np.take_along_axis(x, week, axis=1)
    number = (~np.isnan(value)).sum(axis=1, keepdims=True)
    latest = np.arange(x.shape[1]) == number - 1
    return _Points(value, week, np.where(np.isnan(value), -1, stretch[week]), latest)


def _limits(points: _Points, here: Bools, allow_trend: bool, lock: int | None) -> tuple[Floats, ...]:
    """Weeks, level, slope and swing (as _Lines says) of the points here, an entry a series.

    A line is locked too, but grows with the series: it goes through all points but the last 8, and at least the first
    24. From the first 24 alone a small error of the slope would take it ever farther off the mark; through the last 8
    it would follow the change it should show. What is never below zero has no line that by now would be.
    """
    free, most = (here, here.shape[1]) if lock is None else (here & ~points.latest, lock)
    sofar, weeks = np.cumsum(here, axis=1), here.sum(axis=1)
    base = free & (sofar <= most)
    level, slope = _mean(points.value, base), np.zeros(len(here))
    swing = _mean(_ranges(points.value), base[:, 1:] & base[:, :-1])
    if allow_trend and here.any():
        base = free & (sofar <= np.maximum(most, weeks - RUN)[:, None])
        grows, start, tilt = _growth(points, base)
        last = np.where(points.latest, points.week, 0).sum(axis=1)
        grows &= (start + tilt * last > 0) | (np.where(here, points.value, 0.0).min(axis=1) < 0)
        rest: Floats = np.asarray(points.value - tilt[:, None] * points.week, np.float64)
        swing = np.where(grows, _mean(_ranges(rest), base[:, 1:] & base[:, :-1]), swing)
        level, slope = np.where(grows, start, level), np.where(grows, tilt, 0.0)
    return weeks * 1.0, level, slope, swing


def _growth(points: _Points, base: Bools) -> tuple[Bools, Floats, Floats]:
    """Whether a line explains the points of the base, its level at week 0, and its slope (least squares).

    It does when the slope is not chance (t-test, 1 %) and a line leaves less unexplained than the best single step from
    one level to another would, for a step is a change and no growth.
    """
    number = base.sum(axis=1)
    middle, level = _mean(points.week.astype(np.float64), base), _mean(points.value, base)
    week: Floats = np.where(base, points.week - middle[:, None], 0.0)
    value: Floats = np.where(base, points.value - level[:, None], 0.0)
    slope = (week * value).sum(axis=1) / np.maximum((week**2).sum(axis=1), 1.0)
    total, by_line = (value**2).sum(axis=1), slope * (week * value).sum(axis=1)
    sofar = np.cumsum(base, axis=1)
    split = sofar * (number[:, None] - sofar)  # a step after so many points explains sum^2 n / (k (n - k))
    by_step = np.where(split > 0, np.cumsum(value, axis=1) ** 2 * number[:, None] / np.maximum(split, 1), 0.0)
    freedom = np.maximum(number - 2, 1)
    critical = stdtrit(freedom, 1 - BY_CHANCE / 2)
    not_chance = by_line * freedom > critical**2 * np.maximum(total - by_line, 0.0)
    moves = np.sqrt(total) > ROUNDING * _largest(points.value)
    grows = (number >= FIRM - 1) & moves & not_chance & (by_line > by_step.max(axis=1))
    return grows, level - slope * middle, slope


def _behaviours(x: Floats, points: _Points, lines: _Lines, judge: Ints) -> Behaviours:
    """Limits by week, the points that signal, and verdicts. judge: by week, the stretch whose limits hold, or -1."""
    level, slope, swing = (_of(a, judge) for a in (lines.level, lines.slope, lines.swing))
    centre = level + slope * np.arange(x.shape[1])
    off, reach = (np.take_along_axis(a, points.week, axis=1) for a in (x - centre, LIMIT * swing))
    held = np.where(np.isnan(points.value), -1, np.take_along_axis(judge, points.week, axis=1))
    rounding = ROUNDING * _largest(x)[:, None]
    off = np.where((held < 0) | (np.abs(off) <= rounding), 0.0, off)
    reach = np.where(held < 0, np.inf, reach + rounding)

    side, same = np.sign(off), held == _before(held)
    runs, in_a_row = _runs(side, same)
    outside, near = np.abs(off) > reach, _three_of_four(np.where(np.abs(off) > reach / 2, side, 0), held)
    began = _began(outside | in_a_row | near, side, same)
    verdict, since = _verdicts(points, held, off, reach, runs, began)
    verdict = np.where(np.isnan(x[:, -1:]).any(axis=1), "too few", verdict)
    weeks, tilt = (_of(a, judge[:, -1:])[:, -1] for a in (lines.weeks, lines.slope))
    ranges = np.where(same & (held >= 0), np.abs(off - _before(off)), np.nan)
    ranges[:, 0] = np.nan
    return Behaviours(
        verdict, np.where(np.nan_to_num(tilt) != 0, "trended", "steady"), np.where(verdict == "real", since, -1),
        ~(weeks >= FIRM), centre, centre - LIMIT * swing, centre + LIMIT * swing, _back(ranges, points),
        RANGE_LIMIT * swing, _back(outside, points), _back(in_a_row, points), _back(near, points),
    )  # fmt: skip


def _runs(side: Floats, same: Bools) -> tuple[Ints, Bools]:
    """How many in a row up to each point lie on its side of the centre, and whether it is one of 8; 0 on the centre.

    same: whether the limits of a point are those of the point before.
    """
    place = np.broadcast_to(np.arange(side.shape[1]), side.shape)
    first = _latest_place(~same | (side != _before(side)))
    length = np.where(side == 0, 0, place - first + 1)
    eighth = np.minimum(first + RUN - 1, side.shape[1] - 1)
    whole = (np.take_along_axis(first, eighth, axis=1) == first) & (np.take_along_axis(length, eighth, axis=1) >= RUN)
    return length, whole & (side != 0)


def _three_of_four(near: Any, held: Ints) -> Bools:
    """The points of any 4 neighbours under the same limits of which 3 are near the same limit."""
    inside = np.zeros(near.shape, bool)
    windows = max(near.shape[1] - 3, 0)
    for limit in (-1, 1):
        hit = near == limit
        enough = sum(hit[:, i : i + windows].astype(np.int8) for i in range(4)) >= 3
        enough = enough & (held[:, :windows] == held[:, 3 : 3 + windows])
        for i in range(4 if windows else 0):
            inside[:, i : i + windows] |= enough & hit[:, i : i + windows]
    return inside


def _began(signal: Bools, side: Floats, same: Bools) -> Ints:
    """For each point, where the unbroken signal on its side began; one place later than the point without a signal."""
    breaks = ~same | (side != _before(side)) | ~_before(signal)
    return np.where(signal, _latest_place(breaks), signal.shape[1])


def _verdicts(
    points: _Points, held: Ints, off: Floats, reach: Floats, runs: Ints, began: Ints
) -> tuple[npt.NDArray[np.str_], Ints]:
    """The verdict of each series by its latest point, and the week in which the signal there began."""
    last = np.maximum(points.latest.argmax(axis=1), 0)[:, None]
    soon = (runs >= SOON) | (np.abs(off) > reach * 2 / 3)
    words = np.where(soon, "watch", "normal")
    words = np.where(began < points.week.shape[1], "real", words)
    words = np.where(held < 0, "too few", words)
    first = np.take_along_axis(began, last, axis=1) % points.week.shape[1]
    return np.take_along_axis(words, last, axis=1)[:, 0], np.take_along_axis(points.week, first, axis=1)[:, 0]


def _latest_place(here: Bools) -> Ints:
    """For each point, the latest place up to it that is here; 0 before any."""
    return np.maximum.accumulate(np.where(here, np.arange(here.shape[1]), 0), axis=1)


def _before(a: Any) -> Any:
    """What stands one place to the left; in the first place, what stands there."""
    return np.concatenate([a[:, :1], a[:, :-1]], axis=1)


def _of(by_stretch: Floats, judge: Ints) -> Floats:
    """What holds in each week, of what is known by stretch; NaN where nothing does."""
    return np.where(judge < 0, np.nan, np.take_along_axis(by_stretch, np.maximum(judge, 0), axis=1))


def _back(by_point: Any, points: _Points) -> Any:
    """What is known by point, in the week of the point."""
    by_week = np.empty_like(by_point)
    np.put_along_axis(by_week, points.week, by_point, axis=1)
    return by_week


def _mean(a: Floats, here: Bools) -> Floats:
    """The mean of each row's values that are here; 0 of none."""
    return np.asarray(np.where(here, a, 0.0).sum(axis=1) / np.maximum(here.sum(axis=1), 1))


def _ranges(a: Floats) -> Floats:
    return np.abs(np.diff(a, axis=1))


def _largest(a: Floats) -> Floats:
    return np.asarray(np.nan_to_num(np.abs(a)).max(axis=1, initial=0.0))
