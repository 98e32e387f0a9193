"""Metrics that a product file makes of two others: how many for each, or how far apart in points."""

from collections.abc import Mapping

import polars as pl

from queries.activity import Activity, By
from queries.answers import ask
from queries.metrics.counting import KEYS, LESS, MORE, Metric, weekly
from queries.product.metrics import Governed, MadeOf


def ratio(activity: Activity, metric: Metric, by: By = ()) -> pl.DataFrame:
    """How many of one count there are for each of another, week by week.

    n: the count of the first metric; of: that of the second. Neither needs to be part of the other. A week that either
    has not counted is left out. Over several weeks or segments both are summed first, and divided then.

    Columns: segment, part (empty), period (last day of the week), n, of, complete.

    >>> from dataclasses import replace
    >>> from queries.metrics import catalogue
    >>> from tests.examples import three_users
    >>> said = Governed("per", made_of=MadeOf("ratio", ("weekly_actives", "new_adopters.export"), "Per"))
    >>> activity = replace(three_users()[0], governed=(said,))
    >>> ratio(activity, catalogue(activity)["per"]).select("n", "of").rows()
    [(2, 2)]
    """
    over, under = (ask(weekly, activity, each, by).with_columns(part=pl.lit("")) for each in metric.made_of)
    both = over.drop("of").join(under.select(*KEYS, pl.col("n").alias("of")), on=KEYS, maintain_order="left")
    return both.with_columns(pl.col("n", "of").cast(pl.Int64), complete=pl.lit(True))


def difference(activity: Activity, metric: Metric, by: By = ()) -> pl.DataFrame:
    """How far one share is above another, week by week.

    n, of: the counts of each share, a row for each part of it; those of the first begin with + and those of the second
    with -. A week that either has not counted is left out. Over several weeks or segments each share is summed first
    and divided then; the difference is taken last.

    Columns: segment, part (with its side), period (last day of the week), n, of, complete.

    >>> from dataclasses import replace
    >>> from queries.metrics import catalogue
    >>> from tests.examples import three_users
    >>> said = Governed("gap", made_of=MadeOf("difference", ("adoption.export", "adoption.open"), "Gap"))
    >>> activity = replace(three_users()[0], governed=(said,))
    >>> difference(activity, catalogue(activity)["gap"]).tail(2).select("part", "n", "of").rows()
    [('+export', 2, 3), ('-open', 0, 3)]
    """
    sides = [ask(weekly, activity, each, by).with_columns(side=pl.lit(side))
             for each, side in zip(metric.made_of, (MORE, LESS), strict=True)]  # fmt: skip
    counts = pl.concat([side.with_columns(pl.col("n", "of").cast(pl.Int64)) for side in sides])
    both = counts.filter(pl.col("side").n_unique().over("segment", "period") == 2)
    return both.with_columns(part=pl.col("side") + pl.col("part"), complete=pl.lit(True)).drop("side")


def metrics(known: Mapping[str, Metric], governed: tuple[Governed, ...]) -> list[Metric]:
    """The metrics that are made of two known ones; not those of which one is not counted here, as of a lost feature."""
    made = [(said.key, said.made_of) for said in governed if said.made_of]
    return [_made(key, how, known) for key, how in made if all(part in known for part in how.of)]


def _made(key: str, how: MadeOf, known: Mapping[str, Metric]) -> Metric:
    first, second = (known[part] for part in how.of)
    both = f"{first.label}: {_within(first)} {second.label}: {_within(second)}"
    if how.kind == "ratio":
        said = f"{first.label} for each of {second.label}; of several weeks both are summed first. {both}"
        return Metric(key, how.label, "mean", how.up, "output", said, ratio, _ratio, made_of=(first, second))
    said = f"{first.label} less {second.label}, in points. {both}"
    return Metric(key, how.label, "difference", how.up, "output", said, difference, _difference,
                  made_of=(first, second))  # fmt: skip


def _within(metric: Metric) -> str:
    """Its definition within a sentence."""
    said = metric.definition
    return said if said.startswith("{") else said[:1].lower() + said[1:]


def _ratio(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    return ratio(activity, metric, by)


def _difference(activity: Activity, by: By, metric: Metric) -> pl.DataFrame:
    return difference(activity, metric, by)
