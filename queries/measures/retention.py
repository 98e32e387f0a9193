"""Retention: of the units that started in a period, who came back, and when.

Units are put into cohorts by the calendar period in which they started; interval k of cohort c is the k-th period after
it (calendar windows), or days counted from each unit's own start day (rolling windows: day k; week k is days 7k..7k+6;
month k is days 30k..30k+29). Interval 0 is always the cohort's size. An interval that is not fully loaded for a cohort
is null, never 0. A *bracket* a..b joins intervals: back in any of them. This is not a funnel: *on* counts who was back
in the interval itself, so interval 5 may exceed interval 4; *on or after* counts who was back in it or later, up to one
day common to all cohorts, and never rises.
"""

from collections.abc import Iterator
from datetime import date

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Calendar, Period, day_number
from queries.measures import recurring
from queries.measures.cells import COUNT, segments
from queries.measures.returning import (
    Returning,
    Runs,
    check,
    cohorts_of,
    ends_of,
    followed,
    in_calendar,
    in_rolling,
    length,
    periods_ahead,
    recurs,
)


def retention(
    activity: Activity, question: Returning, *, cohorts: int, intervals: int, skip: int = 0, by: By = ()
) -> pl.DataFrame:
    """Units of each cohort that were back in each interval.

    n: units of the cohort that came back, null where the interval is not complete. of: units of the cohort. Units whose
    start is unknown are in no cohort, except with any_use.

    Arguments: cohorts, how many of the latest complete periods, once the latest `skip` are left out; intervals, how
    many, with interval 0 (brackets say it themselves); by, segment keys (none, one or two).
    Columns: segment, cohort (its last day), interval, n, of (units), complete, completes (the day it does).

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> retention(activity, Returning(), cohorts=2, intervals=2).select("interval", "n", "of").rows()
    [(0, 3, 3), (1, 2, 3), (0, 0, 0), (1, None, 0)]
    """
    check(question)
    runs = question.runs(intervals)
    periods = cohorts_of(activity.calendar, question.grain, cohorts, skip)
    cells = _grid(activity, question, periods, runs, by)
    if recurs(question):
        ahead = _looks(activity, question, periods, runs)
        found = [recurring.counts(activity, followed(question), question.back, periods, ahead, runs, by)]
    else:
        found = [_returned(activity, question, of, runs, by, starts)
                 for of, starts in _starts(activity, question, periods)]  # fmt: skip
    keys = ["segment", "cohort", "interval"]
    nothing = cells.select(*keys, pl.lit(0, COUNT).alias("n"), pl.lit(0, COUNT).alias("of")).clear()
    found = [frame.cast({"segment": nothing["segment"].dtype}) for frame in found]
    counts = cells.join(pl.concat([nothing, *found]), on=keys, how="left", maintain_order="left")
    counted = counts.with_columns(pl.col("n", "of").fill_null(0))
    n = pl.when("complete").then(pl.when(pl.col("interval") == 0).then("of").otherwise("n"))
    return counted.select(*keys, n.alias("n"), "of", "complete", "completes").with_columns(
        pl.col("segment").cast(pl.String)
    )


def pooled(cells: pl.DataFrame) -> pl.DataFrame:
    """One curve of all cohorts: returned over cohort sizes, summed over the cohorts whose interval is complete.

    A cohort too young for an interval changes nothing there.

    Columns: segment, interval, n, of, cohorts (how many).

    >>> cells = pl.DataFrame({"segment": ["all"] * 2, "cohort": [1, 2], "interval": [1, 1],
    ...                       "n": [500, 400], "of": [1000, 500], "complete": [True, True]})
    >>> pooled(cells).rows()
    [('all', 1, 900, 1500, 2)]
    """
    whole = cells.filter(pl.col("complete") & (pl.col("of") > 0))
    return whole.group_by("segment", "interval", maintain_order=True).agg(
        pl.col("n").sum(), pl.col("of").sum(), pl.col("cohort").n_unique().alias("cohorts")
    ).sort("interval", maintain_order=True)  # fmt: skip


def members(activity: Activity, question: Returning, cohort: date, interval: int) -> pl.DataFrame:
    """Who is in a cohort, and who of them was back in an interval (or the bracket that begins with it).

    cohort: its last day. back: null where the interval is not complete for the cohort.
    Columns: id (as the warehouse has it), start (the day), back; in the order of the ids. Raises AccessError for who
    may not see units one by one.
    """
    activity.check_may_list()
    period = activity.calendar.period_of(cohort, question.grain)
    a, b = next((run for run in question.runs(interval + 1) if run[0] == interval), (interval, interval))
    _, rows = next(_starts(activity, question, (period,)))
    back = activity.rows_of(question.back).drop("feature", "first_day")
    rows = activity.beside(rows, back).with_columns(pl.col(activity.words.names).fill_null(0))
    complete = ends_of(activity.calendar, question, (period,), b + 1)[0][b] <= activity.calendar.as_of
    if question.windows == "rolling":
        words, rows = activity.words.aligned(rows, "start")
        looks = in_rolling(words, question, b + 1)
    else:
        looks = _looks(activity, question, (period,), ((a, b),))
    is_back = pl.lit(True) if interval == 0 else pl.any_horizontal(looks[a : b + 1])
    found = rows.select(
        id=activity.everyone["id"].gather(rows["unit"]), start=pl.col("start").cast(pl.Int32).cast(pl.Date),
        back=is_back if complete else pl.lit(None, pl.Boolean),
    )  # fmt: skip
    return found.sort("id")


def _used_in(activity: Activity, question: Returning, period: Period) -> pl.DataFrame:
    """Who used the feature in a period, and when first in it: unit, start, cohort."""
    days = day_number(period.first), day_number(period.last)
    used = activity.rows_of(followed(question)).filter(activity.active(period))
    return used.select("unit", activity.words.first_in(*days).alias("start"), pl.lit(0, pl.Int16).alias("cohort"))


def recurring_sums(
    activity: Activity, question: Returning, *, cohorts: int, intervals: int, skip: int = 0, by: By = ()
) -> pl.DataFrame:
    """Recurring cohorts (any use, calendar windows) together, with what an interval clustered by unit needs.

    n, of: as `pooled`: a unit counts once for each cohort it is in. units: in any of these cohorts. n_n, n_of, of_of:
    sums over the units of their own n and of, squared or multiplied (`stats.clustered`). The arguments are those of
    `retention`; with other starts, or rolling windows, there are no rows.

    Columns: segment, interval, n, of, units, n_n, n_of, of_of.
    """
    check(question)
    runs = question.runs(intervals)
    periods = cohorts_of(activity.calendar, question.grain, cohorts, skip)
    if not (recurs(question) and periods):
        return pl.DataFrame(schema=recurring.SUMS)
    ends = ends_of(activity.calendar, question, periods, length(runs))
    complete = tuple(sum(lasts[b] <= activity.calendar.as_of for lasts in ends) for _, b in runs)
    ahead = _looks(activity, question, periods, runs)
    return recurring.sums(activity, followed(question), question.back, periods, ahead, runs, complete, by)


def trend(cells: pl.DataFrame, interval: int, calendar: Calendar) -> pl.DataFrame:
    """One interval over time: how the cohorts did at the same age, one point a cohort.

    Each point is dated by the week in which the cohort completed the interval. n, of: as `retention` returns; only
    cohorts that have somebody and have completed it.

    Columns: segment, cohort (its last day), period (the last day of the week), n, of, complete.
    """
    found = cells.filter(pl.col("interval") == interval, pl.col("complete"), pl.col("of") > 0)
    weeks = [calendar.period_of(day, "week").last for day in found["completes"]]
    period = pl.Series("period", weeks, dtype=pl.Date)
    return found.select("segment", "cohort", period, "n", "of", "complete")


def _grid(
    activity: Activity, question: Returning, periods: tuple[Period, ...], runs: Runs, by: By
) -> pl.DataFrame:
    """Every segment that has units x cohort x interval: complete, and the day on which it completes."""
    ends = ends_of(activity.calendar, question, periods, length(runs))
    cells = pl.DataFrame(
        [(cohort.last, a, lasts[b]) for cohort, lasts in zip(periods, ends, strict=True) for a, b in runs],
        schema={"cohort": pl.Date, "interval": pl.Int16, "completes": pl.Date}, orient="row",
    ).with_columns(complete=pl.col("completes") <= activity.calendar.as_of)  # fmt: skip
    return segments(activity, by).join(cells, how="cross")


def _starts(
    activity: Activity, question: Returning, periods: tuple[Period, ...]
) -> Iterator[tuple[tuple[Period, ...], pl.DataFrame]]:
    """The cohorts with unit, start (day number) and cohort (its number): all at once, or one by one if units recur."""
    if not periods:
        return
    if question.start == "any_use":
        for period in periods:
            yield (period,), _used_in(activity, question, period)
        return
    if question.start == "signup":
        units = activity.units.select("unit", "known_start", start="signup_day")
    else:
        feature = followed(question) if question.start == "first_use" else None
        units = activity.attributes(activity.rows_of(feature), "known_start").select(
            "unit", "known_start", start="first_day"
        )
    first, last = day_number(periods[0].first), day_number(periods[-1].last)
    units = units.filter(pl.col("known_start") & pl.col("start").is_between(first, last)).drop("known_start")
    firsts = pl.Series([day_number(period.first) for period in periods], dtype=pl.Int32)
    cohort = (firsts.search_sorted(units["start"], side="right").cast(pl.Int16) - 1).alias("cohort")
    yield periods, units.with_columns(cohort)


def _returned(
    activity: Activity, question: Returning, periods: tuple[Period, ...], runs: Runs, by: By,
    starts: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """segment, cohort (its last day), interval, n, of: counted from the bits of those who started."""
    back = activity.rows_of(question.back).drop("feature", "first_day")
    rows = activity.beside(starts.with_columns(activity.segment_of(starts["unit"], by)), back)
    if question.windows == "rolling":
        words, rows = activity.words.aligned(rows.with_columns(pl.col(activity.words.names).fill_null(0)), "start")
        is_back, shift = in_rolling(words, question, length(runs)), pl.lit(0)
    else:
        is_back = _looks(activity, question, periods, runs)
        shift = pl.col("cohort")  # period j is interval j - c of cohort c
    if question.brackets:
        rows = rows.with_columns(expr.alias(f"back {j}") for j, expr in enumerate(is_back))
        is_back, shift = _bracketed(question, runs, len(periods)), pl.lit(0)
    wide = rows.group_by("segment", "cohort").agg(
        pl.len().cast(COUNT).alias("of"), *(expr.sum().cast(COUNT).alias(str(j)) for j, expr in enumerate(is_back))
    )
    long = wide.unpivot(index=["segment", "cohort", "of"], variable_name="j", value_name="n")
    lasts = pl.Series([period.last for period in periods], dtype=pl.Date)
    at = long.select("of", "segment", "n", at=pl.col("j").cast(pl.Int16) - shift.cast(pl.Int16)).with_columns(
        cohort=lasts.gather(long["cohort"])
    )
    firsts = pl.DataFrame({"at": range(len(runs)), "interval": [a for a, _ in runs]}, schema=dict.fromkeys(
        ("at", "interval"), pl.Int16))  # fmt: skip
    return at.join(firsts, on="at").select("segment", "cohort", "interval", "n", "of")


def _looks(activity: Activity, question: Returning, periods: tuple[Period, ...], runs: Runs) -> list[pl.Expr]:
    """For each period from the first cohort's on that a run may reach, whether a row was back in it."""
    return in_calendar(activity, question, periods_ahead(activity.calendar, question, periods, length(runs)))


def _bracketed(question: Returning, runs: Runs, cohorts: int) -> list[pl.Expr]:
    """For each bracket, whether a row was back in any of its intervals; calendar ones begin where the cohort does."""
    if question.windows == "rolling":
        return [pl.any_horizontal(f"back {k}" for k in range(a, b + 1)) for a, b in runs]
    return [
        pl.any_horizontal(
            (pl.col("cohort") == c) & pl.any_horizontal(f"back {j}" for j in range(c + a, c + b + 1))
            for c in range(cohorts)
        )
        for a, b in runs
    ]
