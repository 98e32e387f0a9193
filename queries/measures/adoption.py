"""Adoption: who uses a feature, out of those who could.

Three denominators can be chosen. *Eligible* units have entered by the period's last day, have not ended before its
first and meet the feature's rule; *all* is the same without the rule; *active* units used any active feature in the
period. Users of a feature who are not in the denominator (a beta group without the right plan, say) are not in the
numerator either: they are counted apart, as `outside`.
"""

from collections.abc import Callable
from datetime import date
from typing import Literal

import polars as pl

from queries.activity import ANY, Activity, By
from queries.calendar import Period, day_number
from queries.measures.cells import COUNT, by_segment, segments
from queries.product import FEW

Denominator = Literal["eligible", "active", "all"]


def adoption(
    activity: Activity, periods: tuple[Period, ...], *,
    by: By = (), of: Denominator = "eligible", features: tuple[str, ...] | None = None,
) -> pl.DataFrame:  # fmt: skip
    """Units that used a feature in a period, of those who could.

    n: units of the denominator with at least one event of the feature in the period, both ends included. of: the
    denominator (eligible, active or all, as chosen). outside: users of the feature who are not in the
    denominator. A period that begins before history or ends
    after the last full day is not complete.

    Arguments: by, segment keys (none, one or two), without which there is one segment, "everyone"; features, keys, by
    default all.
    Columns: feature, segment, period (its last day), n, of, outside (units), complete; in the product's order.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> adoption(activity, (week,)).rows(named=True)[0]["n"], adoption(activity, (week,))["of"][0]
    (2, 3)
    """
    chosen = [activity.feature(key) for key in features] if features is not None else list(activity.features)
    gates = {f.key: f"can_{f.key}" if of == "eligible" and f.eligible else "" for f in chosen}
    counts = _denominators(activity, periods, gates, by, of).join(
        _used(activity, periods, gates, by, of), on=["code", "segment", "number"], how="left"
    )
    found = _in_order(activity, periods, counts.with_columns(pl.col("users", "outside").fill_null(0))).select(
        "feature", "segment", "period", (pl.col("users") - pl.col("outside")).alias("n"), "of", "outside", "complete"
    )
    return _few_together(activity, found, gates, by)


def new_adopters(
    activity: Activity, periods: tuple[Period, ...], *, by: By = (), features: tuple[str, ...] | None = None
) -> pl.DataFrame:
    """Units whose first use of a feature, in all history, fell in a period.

    Units whose start is unknown (no sign-up date, first seen in the first 28 days of history) are never new.
    n: those units, of the eligible. of: eligible units in the period, whether they have used the feature or not.

    Arguments as of `adoption`. Columns as of `adoption`, without outside.
    """
    chosen = [activity.feature(key) for key in features] if features is not None else list(activity.features)
    gates = {f.key: f"can_{f.key}" if f.eligible else "" for f in chosen}
    codes = [activity.codes[f.key] for f in chosen]
    rows = activity.rows.filter(pl.col("feature").is_in(codes) & _begun(_span(periods))).rename({"feature": "code"})
    rows = activity.attributes(rows, "known_start", "ended_day", *filter(None, gates.values())).filter("known_start")
    rows = rows.with_columns(activity.segment_of(rows["unit"], by), allowed=_allowed(activity, gates))

    def first_use(period: Period) -> pl.Expr:
        return _begun(period) & _not_ended(period) & pl.col("allowed")

    taken = _by_period(rows, ["code", "segment"], periods, {"n": first_use})
    counts = _denominators(activity, periods, gates, by, "eligible").join(
        taken, on=["code", "segment", "number"], how="left"
    )
    found = _in_order(activity, periods, counts.with_columns(pl.col("n").fill_null(0))).select(
        "feature", "segment", "period", "n", "of", "complete"
    )
    return _few_together(activity, found, gates, by)


def reach(activity: Activity, period: Period) -> pl.DataFrame:
    """The product as a whole in a period: one row of counts of units.

    of: entered and not ended. n: of those, used at least one active feature. adopted: of those, used some feature for
    the first time in all history (never a unit whose start is unknown).

    Columns: period, n, of, adopted, complete.
    """
    inside = pl.col("entry_day").le(day_number(period.last)) & _not_ended(period)
    units = activity.units.filter(inside)
    rows = activity.attributes(activity.rows_of(None), "ended_day").filter(_not_ended(period))
    first_uses = activity.rows.filter((pl.col("feature") != ANY) & _begun(period))
    fresh = activity.attributes(first_uses, "known_start", "ended_day")
    return pl.DataFrame(
        {
            "period": [period.last],
            "n": [rows.select(activity.active(period).sum()).item()],
            "of": [units.height],
            "adopted": [fresh.filter(pl.col("known_start") & _not_ended(period))["unit"].n_unique()],
            "complete": [activity.calendar.is_observed(period)],
        },
        schema={"period": pl.Date, "n": COUNT, "of": COUNT, "adopted": COUNT, "complete": pl.Boolean},
    )


def breadth(activity: Activity, period: Period) -> pl.DataFrame:
    """How many distinct features the active units used in a period.

    A row a number of features (those not marked active among them): n active units that used exactly so many, of all
    active units.

    Columns: features, n, of.
    """
    active = activity.rows_of(None).lazy().filter(activity.active(period))
    used = activity.rows.lazy().filter(pl.col("feature") != ANY).filter(activity.active(period))
    per_unit = used.join(active, on="unit", how="semi").group_by("unit").agg(pl.len().alias("features").cast(pl.UInt16))
    counts = per_unit.group_by("features").agg(pl.len().alias("n")).sort("features").collect()
    return counts.with_columns(of=pl.col("n").sum())


def _few_together(activity: Activity, counts: pl.DataFrame, gates: dict[str, str], by: By) -> pl.DataFrame:
    """Counts in which the segments of a feature that too few of meet its rule, for who looks, are one: `FEW`.

    They are the same in all periods, whoever is there then, so that nothing seems to come or go.
    """
    few = [(key, name) for key, gate in gates.items() if gate for name in activity.too_few_could(key, by)]
    if not few:
        return counts
    named = pl.DataFrame(few, schema={"feature": pl.String, "segment": pl.String}, orient="row").with_columns(few=True)
    marked = counts.join(named, on=["feature", "segment"], how="left", maintain_order="left")
    segment = pl.when("few").then(pl.lit(FEW)).otherwise("segment").alias("segment")
    keys = ["feature", "segment", "period"]
    numbers = pl.col([name for name in counts.columns if name not in (*keys, "complete")]).sum()
    together = marked.with_columns(segment).group_by(keys, maintain_order=True).agg(numbers, pl.col("complete").all())
    return together.select(counts.columns)


def _allowed(activity: Activity, gates: dict[str, str]) -> pl.Expr:
    """Whether a row's unit meets the rule of the row's feature (its `code`)."""
    gated = [pl.when(pl.col("code") == activity.codes[key]).then(gate) for key, gate in gates.items() if gate]
    return pl.coalesce(*gated, pl.lit(True)) if gated else pl.lit(True)


def _begun(period: Period) -> pl.Expr:
    """Whether a feature was first used in a period."""
    return pl.col("first_day").is_between(day_number(period.first), day_number(period.last))


def _span(periods: tuple[Period, ...]) -> Period:
    """From the first day of some periods to their last; where there are none, a time without days."""
    firsts, lasts = [period.first for period in periods], [period.last for period in periods]
    return Period(min(firsts, default=date.max), max(lasts, default=date.min))


def _not_ended(period: Period) -> pl.Expr:
    return pl.col("ended_day").is_null() | (pl.col("ended_day") >= day_number(period.first))


def _by_period(
    rows: pl.DataFrame, keys: list[str], periods: tuple[Period, ...], conditions: dict[str, Callable[[Period], pl.Expr]]
) -> pl.DataFrame:
    """Count rows by keys and period: keys, number (of the period), and a count for each condition named."""
    each = [
        condition(period).sum().cast(COUNT).alias(f"{name} {i}")
        for name, condition in conditions.items()
        for i, period in enumerate(periods)
    ]
    wide = by_segment(rows, each) if keys == ["segment"] else rows.group_by(keys).agg(each)
    long = [
        wide.unpivot([f"{name} {i}" for i in range(len(periods))], index=keys, variable_name="number", value_name=name)
        for name in conditions
    ]
    counts = pl.concat([long[0], *(frame.select(frame.columns[-1]) for frame in long[1:])], how="horizontal")
    number = pl.col("number").str.split(" ").list.last().cast(pl.UInt16)
    return counts.with_columns(number, pl.col(list(conditions)).cast(COUNT))


def _in_order(activity: Activity, periods: tuple[Period, ...], counts: pl.DataFrame) -> pl.DataFrame:
    """Counts in the order of the screen, with each period's last day and whether it is complete."""
    counts = counts.sort("position", "segment", "number")
    ends = pl.Series([period.last for period in periods], dtype=pl.Date)
    period = ends.gather(counts["number"]).alias("period")
    observed = pl.Series("complete", [activity.calendar.is_observed(p) for p in periods], dtype=pl.Boolean)
    complete = observed.gather(counts["number"])
    return counts.with_columns(period, complete, pl.col("segment").cast(pl.String))


def _denominators(
    activity: Activity, periods: tuple[Period, ...], gates: dict[str, str], by: By, of: Denominator
) -> pl.DataFrame:
    """Position and code of the feature, feature, segment, number (of the period), of."""
    features = pl.DataFrame(
        [(i, key, activity.codes[key], gate) for i, (key, gate) in enumerate(gates.items())],
        schema={"position": pl.UInt16, "feature": pl.String, "code": pl.UInt16, "gate": pl.String}, orient="row",
    )  # fmt: skip
    counted = [
        _denominator(activity, periods, by, of, gate).with_columns(gate=pl.lit(gate))
        for gate in dict.fromkeys([*gates.values(), ""])
    ]
    return features.join(pl.concat(counted), on="gate")


def _denominator(
    activity: Activity, periods: tuple[Period, ...], by: By, of: Denominator, gate: str
) -> pl.DataFrame:
    """segment, number (of the period), of: every segment that has units."""
    units = activity.units.filter(gate) if gate else activity.units
    if of == "active":
        units = activity.beside(units.select("unit"), activity.rows_of(None))

    def inside(period: Period) -> pl.Expr:
        there = (pl.col("entry_day") <= day_number(period.last)) & _not_ended(period)
        return activity.active(period) if of == "active" else there

    needed = activity.words.names if of == "active" else ["entry_day", "ended_day"]
    units = units.select(activity.segment_of(units["unit"], by), *needed)
    counted = _by_period(units, ["segment"], periods, {"of": inside})
    numbers = pl.DataFrame({"number": range(len(periods))}, schema={"number": pl.UInt16})
    every = segments(activity, by).join(numbers, how="cross")
    return every.join(counted, on=["segment", "number"], how="left").with_columns(pl.col("of").fill_null(0))


def _used(
    activity: Activity, periods: tuple[Period, ...], gates: dict[str, str], by: By, of: Denominator
) -> pl.DataFrame:
    """Code (of the feature), segment, number (of the period), users of it, outside: those not in the denominator."""
    whole = len(gates) == len(activity.features)
    some = [activity.rows.clear(), *map(activity.rows_of, gates)]
    rows = activity.rows.filter(pl.col("feature") != ANY) if whole else pl.concat(some)
    rows = rows.filter(activity.active(_span(periods)))
    rows = rows.rename({"feature": "code"}).with_columns(activity.segment_of(rows["unit"], by))
    if of == "active":
        anything = activity.rows_of(None).select("unit", pl.col("^d[0-9]+$").name.prefix("any_"))
        rows = activity.beside(rows, anything)
    else:
        rows = activity.attributes(rows, "ended_day", *filter(None, gates.values()))
    rows = rows.with_columns(allowed=_allowed(activity, gates))

    def outside(period: Period) -> pl.Expr:
        # nobody can use a feature before entering: entry is the earlier of sign-up and first event
        counted = activity.active(period, "any_").fill_null(False) if of == "active" else _not_ended(period)
        return activity.active(period) & ~(counted & pl.col("allowed"))

    doubtful = rows if of == "active" else rows.filter(pl.col("ended_day").is_not_null() | ~pl.col("allowed"))
    users = _by_period(rows, ["code", "segment"], periods, {"users": activity.active})
    others = _by_period(doubtful, ["code", "segment"], periods, {"outside": outside})
    return users.join(others, on=["code", "segment", "number"], how="left")
