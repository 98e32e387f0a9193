"""The lines of a review: each metric up to a week, judged by the weeks before it, and over months and quarters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import cast

import polars as pl

from queries import metrics
from queries.activity import Activity
from queries.answers import ask, within
from queries.calendar import Period
from queries.metrics import Metric
from queries.product import Product, Selection, Unit
from queries.product.metrics import Governed
from queries.product.review import METRICS, Reviewed
from queries.review import Line, Review, Span, Week
from queries.review.why import moved, why
from queries.stats import TOO_FEW
from queries.stats.weekly import Judged, judged

SETTLES = timedelta(weeks=12)  # in which history sees for the first time what was done long before
NEW_FOR = timedelta(days=182)  # a launch is watched for half a year
YEAR = 364  # days: the same weekdays a year before
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
ORDER = ("real", "watch", "normal", "too few")


@dataclass(frozen=True)
class Known:
    """What is known about a metric beforehand: days on which what is usual starts anew, and spans that are no news."""

    changes: tuple[date, ...] = ()
    ignored: tuple[Period, ...] = ()


def lines_of(product: Product, activity: Activity, week: date) -> tuple[Reviewed, ...]:
    """What is reviewed: as the product file says, or else what a review usually needs, with the latest launches."""
    if product.review:
        return product.review
    known = metrics.catalogue(activity, product.activation)
    launched = [f for f in activity.features if f.launched and timedelta() <= week - f.launched <= NEW_FOR]
    old = {said.key for said in product.metrics if said.status == "deprecated"}
    made = [said.key for said in product.metrics if said.made_of]
    named = [key for key in (*METRICS, *made) if key in known and key not in old]
    return tuple(Reviewed(key) for key in named) + tuple(
        Reviewed("new_adopters", feature.key, owner=feature.owner) for feature in launched
    )


def review(product: Product, activity: Activity, week: date, known: Mapping[tuple[str, Unit], Known]) -> Review:
    """A week, reviewed. activity: everybody. week: its last day. known: by metric and unit, where there is any."""
    found = []
    catalogue = metrics.catalogue(activity, product.activation)
    for asked in lines_of(product, activity, week):
        counted = within(activity, Selection(asked.unit))
        metric = metrics.metric(catalogue, asked.key)
        made = asked_line(product, counted, metric, asked, week, known.get((asked.key, asked.unit), Known()))
        if made.weeks:  # else the metric begins later, as retention does
            found.append(made)
    return Review(product.name, week, activity.calendar.as_of, tuple(found), product.definition_hash())


def asked_line(
    product: Product, activity: Activity, metric: Metric, asked: Reviewed, week: date, known: Known
) -> Line:  # fmt: skip
    """As `line`, with owner and target: those that the review asks for, or else those of the metric."""
    said = next((said for said in product.metrics if said.key == asked.key), Governed(asked.key))
    target = said.target if asked.target is None else asked.target
    return replace(ask(line, activity, metric, week, known), owner=asked.owner or said.owner, target=target)


def line(
    activity: Activity, metric: Metric, week: date, known: Known = Known(), *, explained: bool = True
) -> Line:
    """A metric up to a week, judged by what was known of the weeks before, and explained where it moved.

    activity: of the unit that is reviewed. week: its last day. explained: whether to look for what carries a change.
    """
    counts = ask(metrics.weekly, activity, metric).filter(pl.col("period") <= week)
    weeks = _up_to(week, metrics.values(counts, metric.form, "period"))
    found = judged(_judgeable(weeks, metric), changes=known.changes, ignored=known.ignored,
                   allow_trend=metric.is_count, least=metric.range[0], most=metric.range[1])  # fmt: skip
    made = Line(
        metric.key, metric.label, metric.form, metric.up, metric.kind, metric.definition, activity.unit, None, None,
        _weeks(weeks, found), found.verdict, found.since, found.is_news, found.is_up, found.provisional, found.trended,
        *_spans(counts, metric, week),
    )  # fmt: skip
    if made.verdict not in ("real", "watch") or not explained or metric.made_of:  # its two tell what carries it
        return made
    judged_weeks = [one for one in made.weeks if one.value is not None and one.centre is not None]
    anew = max((day for day in known.changes if day <= (made.since or week)), default=date.min)  # since when as now
    usual = tuple(one.last for one in judged_weeks if not one.signal and not one.ignored and one.last >= anew)
    parts = why(activity, metric, week, made.since, usual, trended=made.trended)
    return replace(made, why=parts, moved=moved(activity, week, metric.feature))


def _up_to(week: date, weeks: pl.DataFrame) -> pl.DataFrame:
    """Every week from the first one counted up to this one; those that were not counted without a value."""
    first = cast(date | None, weeks["period"].min()) or week
    ends = pl.DataFrame({"period": pl.date_range(first, week, "7d", eager=True)})
    return ends.join(weeks, on="period", how="left", maintain_order="left")


def _judgeable(weeks: pl.DataFrame, metric: Metric) -> pl.DataFrame:
    """The values that are judged: from the first whole week with any on; of counts, those that are usually 30.

    Of first uses, those of the first weeks of history are not: many of them are no first ones.
    """
    begun = (pl.coalesce("n", "value").fill_null(0) != 0).cum_max()
    begun = begun & begun.shift(1, fill_value=True)  # what begins within a week has no whole one yet
    if any(one.feature and one.form == "flow" for one in metric.made_of or (metric,)):
        begun &= pl.col("period") >= pl.col("period").min() + SETTLES
    enough = pl.col("n").filter(begun).median() >= TOO_FEW if metric.is_count else pl.lit(True)
    return weeks.with_columns(value=pl.when(begun & enough).then("value"))


def _weeks(weeks: pl.DataFrame, found: Judged) -> tuple[Week, ...]:
    drawn = weeks.select(last="period", value="value", n="n", of="of").hstack(
        found.weeks.select("centre", "lower", "upper", "signal", "ignored"))  # fmt: skip
    return tuple(Week(**row) for row in drawn.iter_rows(named=True))


# Longer than a week ---------------------------------------------------------------------------------------------------


def _spans(counts: pl.DataFrame, metric: Metric, week: date) -> tuple[tuple[Span, ...], Span | None, Span | None]:
    """The last twelve whole months, this month to date and this quarter to date; each of the weeks that end in it.

    Only those whose first week is history.
    """
    month = week.replace(day=1)
    starts = [_months_before(month, back) for back in range(12, -1, -1)]
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    asked = [Period(first, after - A_DAY) for first, after in pairwise(starts)]
    asked += [Period(month, week), Period(quarter, week)]
    now, before = (_over(counts, metric, spans) for spans in (asked, [span.shifted(-YEAR) for span in asked]))
    made = [Span(span.first, span.last, value, before[i][1] if before[i][0] == weeks else None) if weeks else None
            for i, (span, (weeks, value)) in enumerate(zip(asked, now, strict=True))]  # fmt: skip
    begins = cast(date, counts["period"].min())
    whole = [span if span and begins - A_WEEK < span.first else None for span in made]
    return tuple(span for span in whole[:-2] if span), whole[-2], whole[-1]


def _months_before(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _over(counts: pl.DataFrame, metric: Metric, spans: Sequence[Period]) -> list[tuple[int, float | None]]:
    """For each span how many weeks were counted that end in it, and the value over them."""
    keys = ["number", "first", "last"]
    at = pl.DataFrame([(i, span.first, span.last) for i, span in enumerate(spans)], schema=keys, orient="row")
    within = counts.join(at, how="cross").filter(pl.col("period").is_between("first", "last"))
    weeks = within.group_by("number").agg(weeks=pl.col("period").n_unique())
    found = weeks.join(metrics.values(within, metric.form, "number"), on="number")
    by_number = {number: (weeks, value) for number, weeks, value in found.select("number", "weeks", "value").rows()}
    return [by_number.get(i, (0, None)) for i in range(len(spans))]


def ranked(lines: Sequence[Line]) -> list[Line]:
    """The lines by how much they ask for: what is new, what goes on (the latest change first), what to watch."""
    def place(line: Line) -> tuple[int, bool, int]:
        return ORDER.index(line.verdict), not line.is_news, -(line.since or date.min).toordinal()

    return sorted(lines, key=place)
