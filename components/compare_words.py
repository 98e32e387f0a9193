"""What the retention page says of one interval over time, and of two groups side by side."""

import polars as pl

from components.retention_words import comparable, starting, when
from components.theme import percent, points
from components.words import Answer, cohort_name, md, not_yet
from queries.activity import Activity, By
from queries.measures.returning import Returning
from queries.product import Selection
from queries.stats import TOO_FEW, Charted, difference

ELSE = "everyone else"


def over_time(activity: Activity, pick: Selection, question: Returning, interval: int, chart: Charted) -> Answer:
    """Where one interval stands, and whether it has left its usual swing."""
    who, name = starting(activity, pick, question), f"{question.grain.capitalize()}-{interval} retention"
    much = f" on {question.at_least} or more days" if question.at_least > 1 else ""
    what = f"{name}{much}{' or later' if question.count == 'on_or_after' else ''}"
    if chart.points.is_empty():
        waits = f"**Not yet.** No cohort has completed {question.grain} {interval}."
        return Answer(not_yet(activity, question.grain) or waits, "young")
    row = chart.points.row(-1, named=True)
    if row["of"] < TOO_FEW:
        few = f"**Too few for a rate.** {row['n']:,} of {row['of']:,} {who} were back; a rate needs {TOO_FEW}."
        return Answer(few, "few")
    cohort = cohort_name(row["cohort"], question.grain)
    now = f"**{what} was {percent(row['n'], row['of'])}** for the latest cohort to complete it ({cohort})"
    judged = _swing(chart, question.grain) if is_judged(activity, question) else _not_judged(question)
    return Answer(f"{now}, of {row['of']:,} {who}. {judged}".strip())


def _not_judged(question: Returning) -> str:
    """Why there is no usual swing."""
    if question.count == "on_or_after":
        return "Older cohorts have had longer to come back, so cohorts are not compared."
    return "" if question.grain == "week" else "A usual swing is told of weekly cohorts alone."


def _swing(chart: Charted, grain: str) -> str:
    """Whether the latest point is within its usual swing."""
    row = chart.points.row(-1, named=True)
    if chart.verdict == "too few" or row["lower"] is None:
        return "There are too few cohorts to say what is usual: it takes 6."
    usual = f"{100 * row['lower']:.1f}–{100 * row['upper']:.1f} %"
    rests = " (provisional: under 12 cohorts)" if chart.provisional else ""
    if chart.verdict != "real":
        near = ", though close to its edge or on one side for a while: one to watch" if chart.verdict == "watch" else ""
        return f"That is inside its usual swing of {usual}{rests}{near}."
    way = "above" if row["rate"] > row["centre"] else "below"
    first = chart.points.filter(pl.col("period") == chart.since)["cohort"].to_list()
    since = f", since the cohort of {cohort_name(first[0], grain)}" if first and first[0] != row["cohort"] else ""
    return f"That is a real change: {way} what is usual ({usual}{rests}){since}."


def over_time_note(question: Returning, interval: int, cohorts: int) -> str:
    """The line under an interval over time."""
    dated = f"dated by the week in which the cohort completed {question.grain} {interval}"
    return f"One point a cohort, {dated}, of {cohorts} that have. Hollow: under 100; no point: under {TOO_FEW}."


def compared(
    activity: Activity, pick: Selection, question: Returning, interval: int,
    a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame], *, split: By = (),
) -> Answer:  # fmt: skip
    """Two groups at one interval: both rates, the difference with its interval, and whether that is sure.

    a, z: name, and interval, n, of.
    """
    who, (one, first), (other, second) = starting(activity, pick, question), _at(a, interval), _at(z, interval)
    gone = [md(name) for name, frame in (a, z) if frame.is_empty()]
    if gone:
        return Answer(f"**Nobody started.** There are no {who} in {' or '.join(gone)} in these cohorts.", "empty")
    if first is None or second is None:
        return Answer(f"**Not yet.** No cohort of both has completed {question.grain} {interval}.", "young")
    said = f"{when(question, interval)}, of {who}"
    few = [f"{n:,} of {of:,} in {name}" for name, (n, of) in ((one, first), (other, second)) if of < TOO_FEW]
    if few:
        return Answer(f"**Too few to compare** {said}: {' and '.join(few)}; a rate needs {TOO_FEW}.", "few")
    rates = f"**{one}: {percent(*first)}, {other}: {percent(*second)}** {said} (n {first[1]:,} and {second[1]:,})."
    why = _why_not(activity, question, split)
    gap = None if why else difference(*first, *second)
    if gap is None:
        return Answer(f"{rates} They are not compared{why}.")
    of = min(first[1], second[1])
    span = f"{points(gap.low, of)} to {points(gap.high, of)}, 95 %"
    judged = "more than chance" if gap.sure else "could be chance"
    return Answer(f"{rates} Difference {points(gap.value, of)} ({span}): {judged}.")


def _why_not(activity: Activity, question: Returning, split: By) -> str:
    """Why two groups are not compared; empty where they may be."""
    if activity.overlaps(split) or activity.chosen_by_outcome:
        return ": who did what is known only afterwards, so the groups are chosen by their outcome"
    if question.start == "any_use":
        return f": a unit is in the cohort of every {question.grain} of use, so one counts many times"
    return "" if comparable(question) else ": older cohorts have had longer to come back"


def is_judged(activity: Activity, question: Returning) -> bool:
    """Whether an interval over time has a usual swing: not where older cohorts had longer, nor by the day or month."""
    return question.count == "on" and question.grain == "week" and not activity.chosen_by_outcome


def _at(group: tuple[str, pl.DataFrame], interval: int) -> tuple[str, tuple[int, int] | None]:
    found = group[1].filter(pl.col("interval") == interval).select("n", "of").rows()
    return md(group[0]), found[0] if found else None


def compared_note(question: Returning, *, of_behaviour: bool) -> str:
    """The line under two groups side by side."""
    band = "cohorts share units, so there is no band" if question.start == "any_use" else "bands are 95 %"
    whose = "by what they did up to the last day loaded" if of_behaviour else "by today's value of the attribute"
    return f"Pooled over the cohorts that have completed each interval; {band}. Segments {whose}."
