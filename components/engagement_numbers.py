"""From counts to the numbers of the engagement page: windows, quadrants, weekly series and their usual swing.

Whether something changed is judged week by week, on calendar weeks, which share no day: weekly actives, mean daily
actives and weekly stickiness (unit-days of the week over 7 x its actives). 28-day values sampled weekly would overlap,
so monthly actives have no verdict.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from queries.calendar import Calendar, Period
from queries.measures.lifecycle import STATES
from queries.product import Selection
from queries.stats import TOO_FEW, clustered
from queries.stats.weekly import weeks_of
from queries.stats.xmr import behaviours

MONTH, WEEK = 28, 7  # days
NEWS = 4  # weeks: a signal that began earlier is no news
LABELLED = 10  # features whose dots carry their name
FEWEST_DOTS = 4  # features, under which medians divide nothing
APART = 0.2  # days a week: where all features lie nearer to each other, who is above the median is chance
QUADRANTS = {
    "Core": "many, often", "Power": "few, often", "One-off": "many, rarely", "Niche": "few, rarely",
}  # fmt: skip


# Windows -------------------------------------------------------------------------------------------------------------


def back(pick: Selection) -> int:
    """How many days before lies what the last 28 days are compared with."""
    return MONTH if pick.compare == "previous" else 364


def ends(calendar: Calendar, pick: Selection) -> tuple[date, ...]:
    """The last days of the 28 days looked at and of those compared with."""
    return calendar.as_of, calendar.as_of - timedelta(days=back(pick))


def lasts(calendar: Calendar) -> tuple[date, ...]:
    """The last day of every whole week since history began."""
    return tuple(week.last for week in calendar.periods("week"))


def latest(calendar: Calendar, length: int) -> Period:
    """So many days up to the last full one."""
    return Period(calendar.as_of - timedelta(days=length - 1), calendar.as_of)


def days(calendar: Calendar, weeks: tuple[Period, ...]) -> tuple[date, ...]:
    """Every day from the first of some weeks to the last full one."""
    first = max(weeks[0].first, calendar.first_day) if weeks else calendar.first_day
    return tuple(first + timedelta(days=i) for i in range((calendar.as_of - first).days + 1))


# Weekly series and the last 28 days ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Series:
    """A weekly series with its natural process limits, and what they say of its latest week.

    weeks: day (the last of the week), value, centre, lower, upper; null where there is none. since: where a running
    signal began. up: it is on the upper side. trend: "growth" or
    "decline" where the limits lie along a line, else empty.
    """

    weeks: pl.DataFrame
    verdict: str
    since: date | None
    up: bool
    trend: str

    @property
    def news(self) -> bool:
        """Whether a signal began in the latest few weeks."""
        return self.since is not None and self.since in self.weeks["day"].tail(NEWS)


@dataclass(frozen=True)
class Overview:
    """How many are active and how often, now and before, whatever the view.

    month, before: of 28 days, as `stickiness` counts, with rate, low and high (clustered by unit). actives: day
    and units (weekly actives) of every whole week, oldest first.
    """

    month: dict[str, Any]
    before: dict[str, Any]
    actives: pl.DataFrame
    dau: Series
    wau: Series
    sticky: Series


def overview(
    months: pl.DataFrame, weekly: pl.DataFrame, *, judged: bool = True, anew: tuple[date, ...] = (),
    sticky_anew: tuple[date, ...] = (),
) -> Overview:  # fmt: skip
    """months: `stickiness` of the two 28 days of `ends`. weekly: that of 7 days, for every week of `lasts`.

    judged: whether units may be compared with their own past. anew, sticky_anew: days from whose week on what
    is usual of the actives, and of stickiness, starts anew.
    """
    month, before = _rates(months).to_dicts()
    observed = weekly.filter("complete")
    used = pl.col("units") > 0
    begun = used.cum_max() & used.cum_max().shift(1, fill_value=False)  # the first week of use may be no whole one
    enough = (pl.col("units") >= TOO_FEW) & judged  # for a rate; a count may fall under it, and that is worth knowing
    counts = begun & judged & (pl.col("units").filter(begun).median() >= TOO_FEW)
    before = before if judged else {**before, "complete": False}
    return Overview(
        month, before, observed.select("day", "units"),
        series(observed, pl.when(counts).then(pl.col("n") / WEEK), allow_trend=True, anew=anew),
        series(observed, pl.when(counts).then(pl.col("units")), allow_trend=True, anew=anew),
        series(observed, pl.when(begun & enough).then(pl.col("n") / pl.col("of")), most=1.0, anew=sticky_anew),
    )  # fmt: skip


def _rates(months: pl.DataFrame) -> pl.DataFrame:
    """Each unit's own count is its days, out of the same 28."""
    sums = months.with_columns(n_n="squares", n_of=MONTH * pl.col("n"), of_of=MONTH * pl.col("of"))
    return clustered(sums)


def by_segment(month: pl.DataFrame, flow: pl.DataFrame) -> pl.DataFrame:
    """Segments side by side: stickiness of the last 28 days, and the lifecycle of the last whole week.

    month: `stickiness` of one end. flow: `lifecycle` of one week. Both by segment, in its order.
    Columns: segment, units (active in the 28 days), rate, low, high, active (in the week), new, returning, resurrected,
    dormant, quick (null under 30 dormant).
    """
    sticky = _rates(month).select("segment", "units", "rate", "low", "high")
    joined = sticky.join(_wide(flow, "segment"), on="segment", how="left", maintain_order="left")
    return joined.select("segment", "units", "rate", "low", "high", "active", "new", "returning", "resurrected",
                         "dormant", "quick")  # fmt: skip


def series(
    weeks: pl.DataFrame, value: pl.Expr, *, allow_trend: bool = False, most: float = np.inf,
    anew: tuple[date, ...] = (),
) -> Series:  # fmt: skip
    """The behaviour of a value of whole weeks (`day`), oldest first; limits are drawn within 0 and `most`.

    anew: days from whose week on what is usual starts anew.
    """
    found = weeks.select("day", value=value.cast(pl.Float64))
    heard = behaviours(found["value"].fill_null(np.nan).to_numpy()[None, :], weeks_of(found["day"], anew), allow_trend)
    lower, upper = heard.drawn(0.0, most)
    limits = {"centre": heard.centre[0], "lower": lower[0], "upper": upper[0]}
    if found.is_empty():
        limits = {name: np.array([]) for name in limits}
    drawn = found.with_columns(pl.Series(name, a).fill_nan(None) for name, a in limits.items())
    last = drawn.drop_nulls("value").tail(1)
    up = bool((last["value"] > last["centre"]).fill_null(False).any())
    verdict, since = str(heard.verdict[0]), int(heard.since[0])
    began = found["day"][since] if verdict == "real" and since >= 0 else None
    return Series(drawn, verdict, began, up, _trend(drawn) if str(heard.kind[0]) == "trended" else "")


def _trend(drawn: pl.DataFrame) -> str:
    centre = drawn["centre"].drop_nulls()
    return "growth" if centre[-1] > centre[0] else "decline"


def shown(now: Overview, weeks: int) -> pl.DataFrame:
    """So many of the latest weeks of stickiness."""
    return now.sticky.weeks.tail(weeks)


# The matrix ----------------------------------------------------------------------------------------------------------


def placed(counts: pl.DataFrame, gated: tuple[str, ...] = ()) -> pl.DataFrame:
    """Where each feature lies, most used first. counts: as `matrix` returns. gated: features not open to everybody.

    Adds users (all of them), breadth (0..1; null under 30 active units), often (days a week; null under 30 users) and
    quadrant (in which of the four that the medians make; null where a number is, and where there are no quadrants:
    under 4 features have both numbers, or all are used about as often) and gated.
    """
    some = (pl.col("of") >= TOO_FEW) & (pl.col("users") >= TOO_FEW)
    counts = counts.with_columns(users=pl.col("n") + pl.col("outside"), gated=pl.col("feature").is_in(list(gated)))
    found = counts.with_columns(
        breadth=pl.when(pl.col("of") >= TOO_FEW).then(pl.col("n") / pl.col("of")),
        often=pl.when(some).then(pl.col("days") / pl.col("unit_weeks")),
    )
    found = found.sort("users", descending=True, maintain_order=True)
    x, y = medians(found)
    if x is None or y is None or not differ(found):
        return found.with_columns(quadrant=pl.lit(None, pl.String))
    many, frequent = pl.col("breadth") >= x, pl.col("often") >= y
    high = pl.when(many).then(pl.lit("Core")).otherwise(pl.lit("Power"))
    low = pl.when(many).then(pl.lit("One-off")).otherwise(pl.lit("Niche"))
    named = pl.when(frequent).then(high).otherwise(low)
    return found.with_columns(quadrant=pl.when(pl.col("often").is_not_null()).then(named))


def dots(found: pl.DataFrame) -> pl.DataFrame:
    """The features that have a place in the matrix. found: as `placed` returns."""
    return found.drop_nulls(["breadth", "often"])


def promise(found: pl.DataFrame) -> str | None:
    """The feature that under half use, and those most often: where more users would be worth most.

    Not one that few may use: of all active units its users are few by its rule.
    """
    some = (pl.col("quadrant") == "Power") & (pl.col("breadth") < 0.5) & ~pl.col("gated")
    power = dots(found).filter(some).sort("often", descending=True)
    return power["feature"][0] if power.height else None


def named(found: pl.DataFrame) -> tuple[str | None, ...]:
    """The features whose dots carry their name: the most used, and the one to promote."""
    return (*dots(found)["feature"].head(LABELLED), promise(found))


def differ(found: pl.DataFrame) -> bool:
    """Whether some features are used more often than others, by those who use them."""
    often = dots(found)["often"].to_list()
    return max(often, default=0.0) - min(often, default=0.0) >= APART


def medians(found: pl.DataFrame) -> tuple[float | None, float | None]:
    """The median breadth and frequency of the features that have both; none for a handful of features."""
    shown = dots(found)
    if shown.height < FEWEST_DOTS:
        return None, None
    return shown["breadth"].median(), shown["often"].median()  # type: ignore[return-value]


# Lifecycle -----------------------------------------------------------------------------------------------------------


def flows(states: pl.DataFrame) -> pl.DataFrame:
    """A row a week: period, new, returning, resurrected, dormant, active, came, and quick (the quick ratio).

    states: as `lifecycle` returns; weeks that are not complete are left out. quick is null under 30 dormant units.
    """
    return _wide(states.filter("complete"), "period")


def _wide(states: pl.DataFrame, key: str) -> pl.DataFrame:
    """A row a key: how many in each state, active, came, and quick (null under 30 dormant)."""
    n = [pl.col("n").filter(pl.col("state") == name).sum().cast(pl.Int64).alias(name) for name in STATES]
    wide = states.group_by(key, maintain_order=True).agg(n)
    wide = wide.with_columns(active=pl.sum_horizontal(STATES[:3]), came=pl.col("new") + pl.col("resurrected"))
    enough = pl.col("dormant") >= TOO_FEW
    return wide.with_columns(quick=pl.when(enough).then(pl.col("came") / pl.col("dormant")))
