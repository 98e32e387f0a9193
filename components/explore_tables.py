"""The tables of the explore page: a row a metric or group with its periods side by side, and what is taken away."""

from collections.abc import Sequence

import polars as pl

from components import explore_compared_words as of_two
from components import explore_words as words
from components.review_words import value
from queries.calendar import Calendar
from queries.explore import Compared, Grain
from queries.metrics import Metric

Found = Sequence[tuple[Metric, pl.DataFrame]]


def wide(found: Found, grain: Grain, calendar: Calendar) -> pl.DataFrame:
    """Texts: the metric and group, then a column a period, the latest first. found: as `explore.series` returns."""
    whens = sorted({when for _, frame in found for when in frame["period"]}, reverse=True)
    names = {when: words.period(when, grain, calendar.as_of) for when in whens}
    several, split = len(found) > 1, any(frame["segment"].n_unique() > 1 for _, frame in found)
    rows = []
    for metric, frame in found:
        for (group,), part in frame.group_by("segment", maintain_order=True):
            said = {when: value(metric.form, number, of) for when, number, of in part["period", "value", "of"].rows()}
            name = " · ".join(text for text, on in ((metric.label, several or not split), (str(group), split)) if on)
            rows.append([name, *(said.get(when, "") for when in whens)])
    columns = ["Group" if split and not several else "Metric", *names.values()]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def long(found: Found) -> pl.DataFrame:
    """What is taken away: metric, segment, period (its last day), n, of, value, low, high."""
    return pl.concat([frame.select(pl.lit(metric.label).alias("metric"), pl.all()).cast({"n": pl.Int64, "of": pl.Int64})
                      for metric, frame in found])  # fmt: skip


def pairs(found: Sequence[tuple[Metric, Compared | None]], names: tuple[str, str]) -> pl.DataFrame:
    """Two groups side by side, a row a metric, as texts."""
    rows = [
        (metric.label, of_two.side_value(metric, one.one), of_two.side_value(metric, one.other),
         of_two.gap(metric, one), of_two.limits(metric, one), of_two.verdict(one))
        for metric, one in found if one is not None
    ]  # fmt: skip
    first, *last = own = ("Metric", "Difference", "95 %", "Verdict")
    groups = (f"{name}\N{NO-BREAK SPACE}" if name in own else name for name in names)  # a group may be called so
    columns = (first, *groups, *last)
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")
