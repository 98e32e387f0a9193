"""Weekly series judged by their process behaviour charts (`xmr`): what the latest week says, and since when.

`judged` any value of one series; `charted` and `usual_swing` the rates of one, `changes` those of many at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl

from queries.calendar import Period
from queries.stats.proportions import RATE, rates
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
    least: float = 0.0, most: float = np.inf,
) -> Judged:  # fmt: skip
    """The behaviour of `value` over whole weeks (`period`, the last day of each), the oldest first.

    changes: days from whose week on what is usual starts anew. ignored: spans that are no news, such as holidays: a
    week that shares a day with one is drawn and makes neither limits nor signals. allow_trend: a series that grows
    steadily gets limits along its line. least, most: below and above which the metric cannot be.
    """
    weeks = weeks.with_columns(ignored=_touched(ignored))
    value = pl.when(~pl.col("ignored")).then(pl.col("value").cast(pl.Float64))
    series = weeks.select(value.fill_null(np.nan)).to_series().to_numpy()
    at = weeks_of(weeks["period"], changes)
    heard = behaviours(series[None, :], at, allow_trend)
    lower, upper = heard.drawn(least, most)
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


@dataclass(frozen=True)
class Charted:
    """One weekly series with its process behaviour chart.

    points: as they came, with rate, low and high beside them, and centre, lower and upper (limits, within 0..1; null
    where there are none). since: the period in which a signal that reaches the latest point began. outside: that point
    is beyond the limits.
    """

    points: pl.DataFrame
    verdict: str
    since: date | None
    provisional: bool
    outside: bool


def charted(points: pl.DataFrame, *, judged: bool = True, anew: tuple[date, ...] = ()) -> Charted:
    """The process behaviour chart of a rate. points: period, n, of; complete and separate, the oldest first.

    judged: whether the points may be compared; where not, there are no limits. anew: days from whose week on what is
    usual starts anew.
    """
    found = rates(points)
    series = found["rate"].fill_null(float("nan")).to_numpy() if found.height and judged else np.full(
        max(1, found.height), np.nan)  # fmt: skip
    heard = behaviours(series, weeks_of(found["period"], anew))
    lower, upper = heard.drawn(0.0, 1.0)
    lines = {"centre": heard.centre, "lower": lower, "upper": upper}
    limits = [pl.Series(name, line[0][: found.height]).fill_nan(None) for name, line in lines.items()]
    since = found["period"][int(heard.since[0])] if heard.since[0] >= 0 else None
    return Charted(found.with_columns(limits), str(heard.verdict[0]), since, bool(heard.provisional[0]),
                   bool(heard.outside[0, -1]))  # fmt: skip


def changes(
    now: pl.DataFrame, before: pl.DataFrame, weeks: pl.DataFrame, shown: int, *, judged: bool = True,
    anew: tuple[tuple[str, tuple[date, ...]], ...] = (),
) -> pl.DataFrame:  # fmt: skip
    """What moved, a row a feature: the rate now, its change (0..1), and whether the weekly series calls it real.

    now, before: feature, n, of, complete in two periods; with one not complete nothing is compared. weeks: feature,
    period, n, of, complete, over all of history; the limits come from all of it (`xmr`). shown: how many of the latest
    weeks to return as the trend.
    Adds rate, low, high, change (null where either rate is), verdict, since (the week in which a running signal began),
    up and outside (the latest week is above its centre, beyond its limits) and trend (list of weekly rates, 0..1).
    judged: whether the units may be compared with their own past; where not, there is no change, and the verdict is
    "not judged". anew: for features of which it is known, the days from whose week on what is usual starts anew.
    """
    earlier = rates(before.filter("complete")).select("feature", before="rate")
    table = rates(now).join(earlier, on="feature", how="left", maintain_order="left")
    whole, days = weeks.filter("complete"), dict(anew)
    known = [_verdicts(whole.filter(feature=key), shown, days[key]) for key in days]
    others = _verdicts(whole.filter(~pl.col("feature").is_in(list(days))), shown)
    joined = table.join(pl.concat([others, *known]), on="feature", how="left", maintain_order="left")
    if not judged:
        return joined.with_columns(
            change=pl.lit(None, pl.Float64), verdict=pl.lit("not judged"), since=pl.lit(None, pl.Date)
        )
    return joined.with_columns(change=pl.col("rate") - pl.col("before"), verdict=pl.col("verdict").fill_null("too few"))


def usual_swing(weeks: pl.DataFrame, *, judged: bool = True, anew: tuple[date, ...] = ()) -> pl.DataFrame:
    """The weekly rates of one feature with the limits of their usual swing, as `changes` judges them.

    weeks: period, n, of, complete, over all of history. Adds rate (of an open week too), centre, lower and upper (as
    drawn: within 0..1), signal (the week is one of a signal) and outside (it is beyond the limits). The limits are null
    before the first whole week of use, in weeks without a rate and in open ones, and in all where nothing is to be
    judged. anew: days from whose week on what is usual starts anew.
    """
    weeks = weeks.with_columns(rate=RATE).sort("period")
    whole = weeks.filter("complete")
    rate, used = whole["rate"].to_numpy(), whole["n"].fill_null(0).to_numpy() > 0
    begun = _from_first_use(rate[None, :], used[None, :] & judged)
    heard, here = behaviours(begun, weeks_of(whole["period"], anew)), ~np.isnan(begun[0])
    columns = dict(zip(("centre", "lower", "upper"), (heard.centre, *heard.drawn(0, 1)), strict=True))
    limits = [pl.Series(name, np.where(here, found[0, : whole.height], np.nan), nan_to_null=True)
              for name, found in columns.items()]  # fmt: skip
    signal = (heard.outside | heard.in_a_row | heard.near_limit)[0, : whole.height]
    beyond = pl.Series(heard.outside[0, : whole.height])
    found = whole.select("period").with_columns(*limits, signal=pl.Series(signal), outside=beyond)
    joined = weeks.join(found, on="period", how="left", maintain_order="left")
    return joined.with_columns(pl.col("signal", "outside").fill_null(False))


def weeks_of(periods: pl.Series, days: Sequence[date]) -> list[int]:
    """At which of some weeks, by the last day of each and the oldest first, the days fall."""
    return [int((periods < day).sum()) for day in days]


def _was_told(series: Floats, at: Sequence[int], allow_trend: bool, since: int) -> bool:
    """Whether a signal that began in a week already read real in any week before the latest."""

    def read(end: int) -> str:
        return str(behaviours(series[None, :end], [k for k in at if k < end], allow_trend).verdict[0])

    return any(read(end) == "real" for end in range(len(series) - 1, since, -1))


def _touched(spans: Sequence[Period]) -> pl.Expr:
    """Whether a week (named by its last day) shares a day with any of the spans."""
    first = pl.col("period").dt.offset_by("-6d")
    return pl.any_horizontal(pl.lit(False), *((pl.col("period") >= s.first) & (first <= s.last) for s in spans))


def _verdicts(weeks: pl.DataFrame, shown: int, anew: tuple[date, ...] = ()) -> pl.DataFrame:
    """feature, verdict, since and trend of weekly series, each of which begins with its first whole week of use."""
    weeks = weeks.with_columns(rate=RATE)
    features, periods = (weeks[name].unique().sort() for name in ("feature", "period"))
    cell = tuple(weeks[name].rank("dense").cast(pl.Int64).to_numpy() - 1 for name in ("feature", "period"))
    rate = np.full((len(features), len(periods)), np.nan)
    used = np.zeros(rate.shape, bool)
    rate[cell], used[cell] = weeks["rate"].to_numpy(), weeks["n"].fill_null(0).to_numpy() > 0
    heard = behaviours(_from_first_use(rate, used), weeks_of(periods, anew))
    since = pl.when(pl.col("week") >= 0).then(pl.lit(periods).gather(pl.col("week").clip(0)))
    up, outside = (each[:, -1:].any(axis=1) for each in (rate > heard.centre, heard.outside))
    found = pl.DataFrame({"feature": features, "verdict": heard.verdict.tolist(), "week": heard.since, "up": up,
                          "outside": outside}, schema_overrides={"verdict": pl.String})  # fmt: skip
    trend = weeks.sort("period").group_by("feature").agg(pl.col("rate").tail(shown).alias("trend"))
    some = pl.when(pl.col("trend").list.drop_nulls().list.len() > 0).then(shown).otherwise(0)
    return found.select("feature", "verdict", "up", "outside", since=since).join(
        trend.with_columns(pl.col("trend").list.head(some)), on="feature")  # fmt: skip


def _from_first_use(rate: Floats, used: npt.NDArray[np.bool_]) -> Floats:
    """Weekly rates, each series from its first whole week of use on; NaN before."""
    begun = np.maximum.accumulate(used, axis=1)
    begun[:, 1:] &= begun[:, :-1]  # the launch may have been within its first week, which is then no whole one
    return np.where(begun, rate, np.nan)
