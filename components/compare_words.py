"""What the retention page says of one interval over time, and of two groups side by side."""

from datetime import date

import polars as pl

from components.retention_words import comparable, starting
from components.theme import day, percent, points
from components.words import Answer, md, not_yet
from queries.activity import Activity
from queries.measures.returning import Returning
from queries.product import Selection
from queries.stats import TOO_FEW, Charted, difference

ELSE = "everyone else"


def over_time(activity: Activity, pick: Selection, question: Returning, interval: int, chart: Charted) -> Answer:
    """Where one interval stands, and whether it has left its usual swing."""
    what, who = f"{question.grain.capitalize()}-{interval} retention", starting(activity, pick, question)
    if chart.points.is_empty():
        waits = f"**Not yet.** No cohort has completed {question.grain} {interval}."
        return Answer(not_yet(activity, question.grain) or waits, "young")
    row = chart.points.row(-1, named=True)
    if row["of"] < TOO_FEW:
        few = f"**Too few for a rate.** {row['n']:,} of {row['of']:,} {who} were back; a rate needs {TOO_FEW}."
        return Answer(few, "few")
    now = f"**{what} was {percent(row['n'], row['of'])}** for the latest cohort to complete it"
    return Answer(f"{now} (w/e {day(row['period'])}), of {row['of']:,} {who}. {_swing(chart)}")


def _swing(chart: Charted) -> str:
    """Whether the latest point is within its usual swing."""
    row = chart.points.row(-1, named=True)
    if chart.verdict == "too few" or row["lower"] is None:
        return "There are too few cohorts to say what is usual: it takes 6."
    usual = f"{100 * row['lower']:.0f}–{100 * row['upper']:.0f} %"
    rests = " (provisional: under 12 cohorts)" if chart.provisional else ""
    if chart.verdict != "real":
        near = ", though close to its edge or on one side for a while: one to watch" if chart.verdict == "watch" else ""
        return f"That is inside its usual swing of {usual}{rests}{near}."
    way = "above" if row["rate"] > row["centre"] else "below"
    since = f", since the cohort of w/e {day(chart.since)}" if chart.since and chart.since != row["period"] else ""
    return f"That is a real change: {way} what is usual ({usual}{rests}){since}."


def over_time_note(question: Returning, interval: int, cohorts: int) -> str:
    """The line under an interval over time."""
    when = f"dated by the week in which the cohort completed {question.grain} {interval}"
    return (f"One point a cohort, {when}; limits from all {cohorts} cohorts that have. "
            f"Hollow: under 100; no point: under {TOO_FEW}.")  # fmt: skip


def compared(
    activity: Activity, pick: Selection, question: Returning, interval: int,
    a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame],
) -> Answer:  # fmt: skip
    """Two groups at one interval: both rates, the difference with its interval, and whether that is sure.

    a, z: name, and interval, n, of.
    """
    who, (one, first), (other, second) = starting(activity, pick, question), _at(a, interval), _at(z, interval)
    if first is None or second is None:
        return Answer(f"**Not yet.** No cohort of both has completed {question.grain} {interval}.", "young")
    said = f"in {question.grain} {interval}, of {who}"
    few = [f"{n:,} of {of:,} in {name}" for name, (n, of) in ((one, first), (other, second)) if of < TOO_FEW]
    if few:
        return Answer(f"**Too few to compare** {said}: {' and '.join(few)}; a rate needs {TOO_FEW}.", "few")
    rates = f"**{one}: {percent(*first)}, {other}: {percent(*second)}** {said} (n {first[1]:,} and {second[1]:,})."
    gap = difference(*first, *second) if comparable(question) else None
    if gap is None:
        return Answer(f"{rates} They are not compared: with these choices the groups had unequal time.")
    of = min(first[1], second[1])
    span = f"{points(gap.low, of)} to {points(gap.high, of)}, 95 %"
    judged = "more than chance" if gap.sure else "could be chance"
    return Answer(f"{rates} Difference {points(gap.value, of)} ({span}): {judged}.")


def _at(group: tuple[str, pl.DataFrame], interval: int) -> tuple[str, tuple[int, int] | None]:
    found = group[1].filter(pl.col("interval") == interval).select("n", "of").rows()
    return md(group[0]), found[0] if found else None


def compared_note(question: Returning, as_of: date) -> str:
    """The line under two groups side by side."""
    said = "Pooled over the cohorts that have completed each interval; bands are 95 %. Segments by today's value"
    return f"{said}; those by what people did, as of {day(as_of)}: who did more also had more chances, so no cause."
