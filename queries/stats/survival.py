"""From counts of a waiting time to curves: Kaplan-Meier, which uses also what is known of those still waiting.

The input are counts per day as `measures.time_to_adopt` returns them. Intervals are 95 %: Greenwood's variance on the
log(-log) scale, which never leaves 0..1.
"""

import polars as pl
from scipy.stats import norm

from queries.stats import TOO_FEW

HORIZONS = (7, 30, 90)  # days
Z = float(norm.ppf(0.975))
TIE = 1e-12  # how far from a half a share may be by rounding alone


def survival(counts: pl.DataFrame) -> pl.DataFrame:
    """The share that has adopted by each day (0..1), were everybody watched for as long.

    counts: segment, day, adopted, censored, at_risk; the days of a segment in order. Adds share, se (standard error),
    low and high; the last three are null while the share is 0 and once it is 1, where there is no variance to tell.
    No row is left out for being few.

    >>> counts = pl.DataFrame({"segment": ["all"] * 2, "day": [1, 5], "adopted": [20, 10], "censored": [10, 60],
    ...                        "at_risk": [100, 70]})
    >>> survival(counts).select(pl.col("share", "se", "low", "high").round(3)).rows()
    [(0.2, 0.04, 0.134, 0.293), (0.314, 0.048, 0.231, 0.419)]
    """
    n, d = pl.col("at_risk").cast(pl.Float64), pl.col("adopted").cast(pl.Float64)
    stays = pl.when(pl.col("adopted") == pl.col("at_risk")).then(0.0).otherwise((n - d) / n)
    greenwood = pl.when(pl.col("adopted") < pl.col("at_risk")).then(d / (n * (n - d))).otherwise(0.0)
    curve = counts.with_columns(
        stays.cum_prod().over("segment").alias("left"), greenwood.cum_sum().over("segment").alias("variance")
    )
    left, spread = pl.col("left"), pl.col("variance").sqrt()
    between = (left > 0) & (pl.col("variance") > 0)
    reach = Z * spread / left.log().abs()
    return curve.with_columns(
        (1 - left).alias("share"),
        pl.when(between).then(left * spread).alias("se"),
        pl.when(between).then(1 - left ** (-reach).exp()).alias("low"),
        pl.when(between).then(1 - left ** reach.exp()).alias("high"),
    ).drop("left", "variance")


def steps(counts: pl.DataFrame, most: int, days: int, *, least: int = TOO_FEW) -> pl.DataFrame:
    """The curves of the largest segments as they are drawn, each from day 0 as long as enough units are watched.

    counts as for `survival`. most: how many segments. days: the longest drawn; a curve that goes on is drawn up to
    there. least: units; a segment that had fewer is left out, and a curve ends when fewer are at risk.
    Columns: segment, day, share, low, high (the last two are the share itself where no variance can be told).

    >>> counts = pl.DataFrame({"segment": ["all"] * 2, "day": [1, 20], "adopted": [20, 0], "censored": [0, 80],
    ...                        "at_risk": [100, 80]})
    >>> steps(counts, most=5, days=10).with_columns(pl.col("share", "low", "high").round(3)).rows()
    [('all', 0, 0.0, 0.0, 0.0), ('all', 1, 0.2, 0.134, 0.293), ('all', 10, 0.2, 0.134, 0.293)]
    """
    curve = survival(counts).filter(pl.col("at_risk") >= least)
    sizes = curve.group_by("segment", maintain_order=True).agg(pl.col("at_risk").max(), pl.col("day").max())
    largest = sizes.sort("at_risk", descending=True, maintain_order=True).head(most)["segment"].to_list()
    curve = curve.filter(pl.col("segment").is_in(largest)).select(
        "segment", pl.col("day").cast(pl.Int32), "share", pl.col("low", "high").fill_null(pl.col("share"))
    )
    shown, beyond = curve.filter(pl.col("day") <= days), curve.filter(pl.col("day") > days)["segment"].unique()
    parts = []
    for segment in curve["segment"].unique(maintain_order=True):
        own = shown.filter(pl.col("segment") == segment)
        start = pl.DataFrame([(segment, 0, 0.0, 0.0, 0.0)], schema=curve.schema, orient="row")
        whole = own if own.height and own["day"][0] == 0 else pl.concat([start, own])
        last = whole.tail(1).with_columns(day=pl.lit(days, pl.Int32))
        parts.append(pl.concat([whole, last]) if segment in beyond and whole["day"][-1] < days else whole)
    return pl.concat([curve.clear(), *parts])


def summary(counts: pl.DataFrame, horizons: tuple[int, ...] = HORIZONS, *, least: int = TOO_FEW) -> pl.DataFrame:
    """The share that has adopted within so many days (0..1), a row a segment and horizon.

    counts as for `survival`. Columns: segment, day (the horizon), units, at_risk (units still watched on that day that
    had not adopted before it), share, low, high. All three are null where there are fewer units than `least`, or where
    nobody was watched for that long and not all had adopted: what would follow is not known.

    >>> counts = pl.DataFrame({"segment": ["all"] * 2, "day": [1, 20], "adopted": [20, 0], "censored": [0, 80],
    ...                        "at_risk": [100, 80]})
    >>> summary(counts).select("day", "at_risk", pl.col("share", "low").round(3)).rows()
    [(7, 80, 0.2, 0.134), (30, 0, None, None), (90, 0, None, None)]
    """
    asked = pl.DataFrame({"horizon": horizons}, schema={"horizon": pl.Int32})
    leaving, by_then = pl.col("adopted") + pl.col("censored"), pl.col("day") <= pl.col("horizon")
    found = survival(counts).join(asked, how="cross").group_by("segment", "horizon", maintain_order=True).agg(
        leaving.sum().alias("units"),
        leaving.filter(pl.col("day") >= pl.col("horizon")).sum().alias("at_risk"),
        pl.col("share").filter(by_then).last().fill_null(0.0),
        pl.col("low", "high").filter(by_then).last(),
    )  # fmt: skip
    is_known = (pl.col("units") >= least) & ((pl.col("at_risk") > 0) | (pl.col("share") == 1))
    shares = pl.when(is_known).then(pl.col("share", "low", "high"))
    return found.select("segment", pl.col("horizon").alias("day"), "units", "at_risk", shares)


def median(counts: pl.DataFrame, *, least: int = TOO_FEW) -> pl.DataFrame:
    """The day by which half have adopted, a row a segment.

    counts as for `survival`. The interval holds the days on which the share's own interval holds a half, up to the
    first on which it no longer does; where it steps over a half at once, it is that day alone.
    Columns: segment, units, median, low, high (days). median and high are null where they are not reached, low where
    even that is not; all three where there are fewer units than `least`.

    >>> counts = pl.DataFrame({"segment": ["all"] * 3, "day": [1, 5, 9], "adopted": [40, 15, 30],
    ...                        "censored": [0, 0, 15], "at_risk": [100, 60, 45]})
    >>> median(counts).rows()
    [('all', 100, 5, 1, 9)]
    """
    curve = survival(counts).with_columns(units=(pl.col("adopted") + pl.col("censored")).sum().over("segment"))
    day, holds = pl.col("day"), (pl.col("low") <= 0.5) & (pl.col("high") >= 0.5)
    holding = day.filter(holds.fill_null(False))
    found = curve.group_by("segment", maintain_order=True).agg(
        pl.col("units").first(),
        day.filter(pl.col("share") >= 0.5 - TIE).first().alias("median"),
        holding.first().alias("low"),
        day.filter((pl.col("adopted") > 0) & (day > holding.last())).first().alias("high"),
    )
    low = pl.min_horizontal("median", "low")
    high = pl.when(pl.col("low").is_null()).then("median").when(pl.col("high").is_not_null()).then(
        pl.max_horizontal("median", "high")
    )  # fmt: skip
    enough = pl.col("units") >= least
    return found.with_columns(low=low, high=high).select(
        "segment", "units", pl.when(enough).then(pl.col("median", "low", "high"))
    )
