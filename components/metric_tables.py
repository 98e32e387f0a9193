"""The values of metrics as texts: all in a table, each with its weeks; and the latest of two side by side."""

from collections.abc import Mapping, Sequence

import polars as pl

from components import metric_words as words
from components.metric_places import Places
from components.review_words import value
from components.theme import day
from components.words import PLURALS
from queries import metrics, snapshot
from queries.activity import Activity
from queries.answers import ask, derive, within
from queries.metrics import Metric
from queries.metrics.standing import Entry
from queries.product import Selection, Unit

TREND = 26  # weeks
COLUMNS = ("metric", "Metric", "Now", "Trend", "Trust", "Owner", "Tier", "Good", "Meaning", "Used in", "Changed")


def overview(found: Sequence[Entry], activity: Activity, places: Mapping[str, Places]) -> pl.DataFrame:
    """A row a metric, first its key: the value of the last whole week, 26 weeks, what it means and what is said of it.

    activity: of users. places: where each is used.
    """
    schema: dict[str, pl.DataType] = {**dict.fromkeys(COLUMNS, pl.String()), "Trend": pl.List(pl.Float64),
                                      "Used in": pl.Int64()}  # fmt: skip
    rows = [_row(one, activity, len(places[one.metric.key].links)) for one in found]
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.drop(head for head in ("Trust", "Owner", "Tier", "Changed") if not (table[head] != "").any())


def _row(one: Entry, activity: Activity, used: int) -> tuple[object, ...]:
    weeks, metric = _weeks(activity, one.metric), one.metric
    last = weeks["value"].tail(TREND)
    trend = last.to_list() if last.count() else None  # of nothing there is no line
    return (metric.key, metric.label, _latest(weeks, metric), trend, words.standing(one), one.owner or "",
            str(one.said.tier or ""), "more" if metric.up == "better" else "less", words.meaning(metric), used,
            day(one.changed, year=True) if one.changed else "")  # fmt: skip


def _weeks(activity: Activity, metric: Metric) -> pl.DataFrame:
    """period, n, of, value of each whole week."""
    return derive(metrics.values, ask(metrics.weekly, activity, metric), metric.form, "period")


def _latest(weeks: pl.DataFrame, metric: Metric) -> str:
    """The value of the last whole week; why there is none, where there is none."""
    if weeks.is_empty():
        return words.NOT_YET
    last = weeks.tail(1).row(0, named=True)
    return words.TOO_FEW if last["value"] is None else value(metric.form, last["value"], last["of"])


def latest_of_both(activity: Activity, one: Metric, other: Metric) -> list[tuple[str, str, str]]:
    """The last whole week of two metrics, of users and, where there are any, of accounts: name, value, value."""
    units: tuple[Unit, ...] = ("user", "account") if snapshot.product().has_accounts else ("user",)
    counted = {unit: within(activity, Selection(unit)) for unit in units}
    return [(f"{PLURALS[unit].capitalize()}, last whole week", _latest(_weeks(counted[unit], one), one),
             _latest(_weeks(counted[unit], other), other)) for unit in units]  # fmt: skip
