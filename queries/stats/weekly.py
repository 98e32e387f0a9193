"""One weekly series judged: the process behaviour chart of its values, and what it says of the latest week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from queries.calendar import Period
from queries.stats.xmr import Floats, behaviours


@dataclass(frozen=True)
class Judged:
    """A weekly series with its natural process limits.

    weeks: as given, and centre, lower, upper (as drawn, within what the metric can be; null where there are none),
    signal (the week is one of a signal), outside (it is beyond its limits) and ignored.
    verdict: real, watch, normal or too few. since: the week in which the signal that reaches the latest week began.
    is_news: before the latest week nobody could have told of that signal. is_up: the latest week is above its centre.
    trended: the limits lie along a line.
    """

    weeks: pl.DataFrame
    verdict: str
    since: date | None
    is_news: bool
    is_up: bool
    provisional: bool
    trended: bool


def judged(
    weeks: pl.DataFrame, *, changes: Sequence[date] = (), ignored: Sequence[Period] = (), allow_trend: bool = False,
    most: float = np.inf,
) -> Judged:  # fmt: skip
    """The behaviour of `value` over whole weeks (`period`, the last day of each), the oldest first.

    changes: days from whose week on what is usual starts anew. ignored: spans that are no news, such as holidays: a
    week that shares a day with one is drawn and makes neither limits nor signals. allow_trend: a series that grows
    steadily gets limits along its line. most: above which the metric cannot be.
    """
    weeks = weeks.with_columns(ignored=_touched(ignored))
    value = pl.when(~pl.col("ignored")).then(pl.col("value").cast(pl.Float64))
    series = weeks.select(value.fill_null(np.nan)).to_series().to_numpy()
    at = [int((weeks["period"] < day).sum()) for day in changes]
    heard = behaviours(series[None, :], at, allow_trend)
    lower, upper = heard.drawn(0.0, most)
    signal = heard.outside | heard.in_a_row | heard.near_limit
    lines = {"centre": heard.centre, "lower": lower, "upper": upper}
    limits = [pl.Series(name, line[0, : weeks.height], pl.Float64).fill_nan(None) for name, line in lines.items()]
    begun = pl.col("value").is_not_null().cum_max()  # before a feature is used nothing is usual
    drawn = weeks.with_columns(
        *(pl.when(begun).then(limit).alias(limit.name) for limit in limits),
        signal=pl.Series(signal[0, : weeks.height], dtype=pl.Boolean),
        outside=pl.Series(heard.outside[0, : weeks.height], dtype=pl.Boolean),
    )
    since, verdict = int(heard.since[0]), str(heard.verdict[0])
    return Judged(
        drawn, verdict, weeks["period"][since] if since >= 0 else None,
        is_news=verdict == "real" and not _was_told(series, at, allow_trend, since),
        is_up=bool((drawn["value"] > drawn["centre"]).tail(1).fill_null(False).any()),
        provisional=bool(heard.provisional[0]), trended=str(heard.kind[0]) == "trended",
    )  # fmt: skip


def _was_told(series: Floats, at: Sequence[int], allow_trend: bool, since: int) -> bool:
    """Whether a signal that began in a week already read real in any week before the latest."""

    def read(end: int) -> str:
        return str(behaviours(series[None, :end], [k for k in at if k < end], allow_trend).verdict[0])

    return any(read(end) == "real" for end in range(len(series) - 1, since, -1))


def _touched(spans: Sequence[Period]) -> pl.Expr:
    """Whether a week (named by its last day) shares a day with any of the spans."""
    first = pl.col("period").dt.offset_by("-6d")
    return pl.any_horizontal(pl.lit(False), *((pl.col("period") >= s.first) & (first <= s.last) for s in spans))
