"""Lifecycle: of the units active in a period, who is new, who stayed and who came back; and who is gone.

new + returning + resurrected = active in the period. *Dormant* units were active in the period before and are not in
this one: they are counted in this one, and drawn below zero. "New" is the first time that a unit is active at all,
which is not the first use of some feature.
"""

from itertools import pairwise

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Grain, Period, day_number
from queries.measures.cells import COUNT, cells

STATES = ("new", "returning", "resurrected", "dormant")


def lifecycle(activity: Activity, grain: Grain, count: int, *, by: By = ()) -> pl.DataFrame:
    """Units by what they did in a period and in the one before.

    New: active in the period for the first time in all history; never a unit that entered before history begins, nor
    one whose start is unknown. Returning: active in the period and in the one before. Resurrected: active in the
    period, not in the one before, and not new. Dormant: active in the one before, and not in the period. Active: at
    least one event of an active feature, both ends included.
    n: units in the state. of: units active in the period; for dormant, units active in the one before. A period is not
    complete when the one before begins before history.

    Arguments: grain, day, week or month; count, how many of the latest complete periods (the first of history has none
    before it, and is left out); by, segment keys (none, one or two), without which there is one segment, "everyone".
    Columns: segment, period (its last day), state (new, returning, resurrected, dormant), n, of (units), complete.

    >>> from tests.examples import three_users
    >>> lifecycle(three_users()[0], "week", 1).select("state", "n", "of").rows()
    [('new', 0, 2), ('returning', 2, 2), ('resurrected', 0, 2), ('dormant', 1, 3)]
    """
    periods = activity.calendar.periods(grain, count + 1)
    pairs = list(pairwise(periods))
    at = pl.DataFrame(
        [(period.last, activity.calendar.is_observed(before)) for before, period in pairs],
        schema={"period": pl.Date, "complete": pl.Boolean}, orient="row",
    )  # fmt: skip
    active = [pl.col(f"active {i}") for i in range(len(periods))]
    counts = {
        "active": [now.sum() for now in active[1:]],
        "before": [before.sum() for before in active[:-1]],
        "returning": [(before & now).sum() for before, now in pairwise(active)],
        "new": [_began(period).sum() for _, period in pairs],
    }
    counted = cells(activity, _rows(activity, periods), by, at, counts).with_columns(
        resurrected=pl.col("active") - pl.col("returning") - pl.col("new"),
        dormant=pl.col("before") - pl.col("returning"),
    )
    return _by_state(counted)


def _rows(activity: Activity, periods: tuple[Period, ...]) -> pl.DataFrame:
    """unit, active 0, 1 ... (whether it was in each period), began: when first active, where that can be new."""
    rows = activity.attributes(activity.rows_of(None), "known_start", "entry_day")
    may_be_new = pl.col("known_start") & (pl.col("entry_day") >= day_number(activity.calendar.first_day))
    flags = [activity.active(period).alias(f"active {i}") for i, period in enumerate(periods)]
    return rows.select("unit", pl.when(may_be_new).then("first_day").alias("began"), *flags)


def _began(period: Period) -> pl.Expr:
    return pl.col("began").is_between(day_number(period.first), day_number(period.last))


def _by_state(counted: pl.DataFrame) -> pl.DataFrame:
    """A row for each state of what has a column for each, in the order of the states."""
    denominator = {"dormant": "before"}
    states = [
        pl.struct(
            pl.lit(state).alias("state"), pl.col(state).cast(COUNT).alias("n"),
            pl.col(denominator.get(state, "active")).cast(COUNT).alias("of"),
        )
        for state in STATES
    ]  # fmt: skip
    long = counted.select("segment", "period", pl.concat_list(states).alias("states"), "complete")
    return long.explode("states").unnest("states")
