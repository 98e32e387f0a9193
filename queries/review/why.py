"""Why a metric moved: its change by each attribute of the units, and the features that moved beside it."""

from datetime import date, timedelta

import polars as pl

from queries import metrics, stats
from queries.activity import Activity
from queries.answers import ask
from queries.calendar import Period
from queries.measures.adoption import adoption
from queries.metrics import Metric
from queries.product import Segment
from queries.review import Moved, Part, Why
from queries.stats.why import Split, split_count, split_rate

WEEKS, LEAST = 8, 4  # at most, of the latest since a change began and of those before it; and at least of these
SWING = timedelta(weeks=24)  # from which the usual swing of a segment is told
LATELY = timedelta(weeks=4)  # since when the features listed beside a change moved
MOST_FEATURES = 5  # listed beside a change
GROWTH = timedelta(weeks=52)  # from which the line of a segment is told
NOBODY = -0.5  # units: a line that leads to fewer is no measure of anybody
A_WEEK = timedelta(days=7)


def why(
    activity: Activity, metric: Metric, week: date, since: date | None, usual: tuple[date, ...] = (), *,
    trended: bool = False,
) -> tuple[Why, ...]:  # fmt: skip
    """What a metric's change is made of, by each attribute of the units, the most telling first.

    The weeks since the change began (the week alone where nothing did), at most eight, against up to eight usual
    ones before it; or, where the metric is judged along its line (trended), against where a year of growth would lead.
    usual: the weeks that were no part of a signal, the oldest first; nothing before the first of them is looked at.
    """
    began = since or week
    now = Period(max(began, week - (WEEKS - 1) * A_WEEK), week)
    before = tuple(end for end in usual if end < began)[-WEEKS:]
    if len(before) < LEAST:
        return ()
    of = ("user", "account") if activity.unit == "user" else ("account",)
    found = [
        _as_why(segment, split, before, now)
        for segment in activity.segments
        if segment.behaviour is None and segment.of in of
        and (split := _split(activity, metric, segment, before, now, usual[0], trended=trended)) is not None
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda why: -why.uneven))


def _split(
    activity: Activity, metric: Metric, segment: Segment, before: tuple[date, ...], now: Period, first: date, *,
    trended: bool,
) -> Split | None:  # fmt: skip
    """None where there are too few weeks before, too few units, one segment alone, or a line that is below zero by now.

    now: from and to a week's end. first: the earliest week that may tell.
    """
    span = GROWTH if trended else SWING
    counts = ask(metrics.weekly, activity, metric, (segment.key,)).filter(
        pl.col("period").is_between(max(before[-1] - span, first), now.last))  # fmt: skip
    counts = counts.filter((pl.sum_horizontal("n", "of") > 0).any().over("segment"))  # those that had anybody
    then = counts.filter(pl.col("period").is_in(before))
    after = counts.filter(pl.col("period").is_between(now.first, now.last))
    history = counts.filter(pl.col("period") <= before[-1])
    if then["period"].n_unique() < len(before) or counts["segment"].n_unique() < 2:
        return None
    if any(metrics.values(frame, metric.form)["value"].item() is None for frame in (then, after)):
        return None
    if metric.is_count:
        split = split_count(then, after, history, along=trended)
        return split if split.parts["before"].min() > NOBODY else None  # type: ignore[operator]
    return split_rate(then, after, history)


def _as_why(segment: Segment, split: Split, before: tuple[date, ...], now: Period) -> Why:
    parts = split.parts.sort(pl.col("carried").abs(), descending=True, maintain_order=True)
    names = ("segment", "before", "after", "share", "behaviour", "mix", "carried", "noise", "sure", "fresh")
    rows = tuple(Part(**row) for row in parts.select(names).iter_rows(named=True))
    return Why(segment.label, split.change, split.behaviour, split.mix, split.uneven, split.opposite, rows, before,
               now)  # fmt: skip


def moved(activity: Activity, week: date, own: str | None) -> tuple[Moved, ...]:
    """The other features whose weekly adoption left what is usual in this week, the largest change first."""
    weeks = ask(adoption, activity, activity.calendar.periods("week"))
    weeks = weeks.filter(pl.col("period") <= week, pl.col("complete"))
    now = weeks.filter(period=week)
    before = weeks.filter(pl.col("period").is_between(week - LATELY, week - A_WEEK)).group_by(
        "feature", maintain_order=True).agg(pl.col("n", "of").sum(), complete=True)  # fmt: skip
    labels = {feature.key: feature.label for feature in activity.features if feature.key != own}
    lately = (pl.col("verdict") == "real") & (pl.col("since") >= week - LATELY)
    found = stats.changes(now, before, weeks, 1).filter(lately, pl.col("feature").is_in(list(labels)))
    ranked = found.sort(pl.col("change").abs(), descending=True, nulls_last=True).head(MOST_FEATURES)
    return tuple(Moved(labels[row["feature"]], row["rate"], row["change"], row["up"])
                 for row in ranked.iter_rows(named=True))  # fmt: skip
