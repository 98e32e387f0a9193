"""What the retention page says of one interval over time, and of two groups side by side."""

from datetime import date

import polars as pl

from components.retention_words import comparable, nobody, returning, starting, when
from components.theme import percent, points
from components.words import PLURALS, Answer, cohort_name, many, md, not_yet, population
from queries.activity import Activity, By
from queries.measures.cells import segments
from queries.measures.returning import Returning
from queries.product import Selection
from queries.stats import TOO_FEW, Charted, Difference, difference

ELSE = "everyone else"
ASSOCIATION = ("**No proof of a cause**: who is compared was chosen by what people did, which is known only "
               "afterwards and goes with coming back.")  # fmt: skip


def over_time(activity: Activity, pick: Selection, question: Returning, interval: int, chart: Charted) -> Answer:
    """Where one interval stands, and whether it has left its usual swing."""
    who, name = starting(activity, pick, question), f"{question.grain.capitalize()}-{interval} retention"
    much = f" on {question.at_least} or more days" if question.at_least > 1 else ""
    back = returning(activity, question)
    what = f"{name}{much}{' or later' if question.count == 'on_or_after' else ''}"
    what += "" if question.back is None else f", {back},"
    if activity.units.is_empty():
        return Answer(f"**Nobody matches.** There are no {population(activity, pick)} in this data.", "empty")
    if chart.points.is_empty():
        waits = f"**Not yet.** No cohort has completed {question.grain} {interval}."
        return Answer(not_yet(activity, question.grain) or waits, "young")
    row = chart.points.row(-1, named=True)
    cohort = cohort_name(row["cohort"], question.grain, activity.calendar.as_of)
    if row["of"] < TOO_FEW:
        whom = starting(activity, pick, question, one=row["of"] == 1)
        few = f"{row['n']:,} of {row['of']:,} {whom} were {back} {when(question, interval)}; a rate needs {TOO_FEW}"
        return Answer(f"**Too few for a rate** in the latest cohort to complete it ({cohort}): {few}.", "few")
    now = f"**{what} was {percent(row['n'], row['of'])}** for the latest cohort to complete it ({cohort})"
    judged = _not_judged(question, pick.unit)
    if is_judged(activity, question):
        judged = _swing(chart, question.grain, activity.calendar.as_of)
    return Answer(f"{now}, of {row['of']:,} {who}. {judged}".strip())


def _not_judged(question: Returning, unit: str) -> str:
    """Why there is no usual swing."""
    if question.start == "any_use":
        shared = f"a {unit} is in the cohort of every {question.grain} of use"
        return f"Cohorts share {PLURALS[unit]} ({shared}), so they are not compared."
    if question.count == "on_or_after":
        return "Older cohorts have had longer to come back, so cohorts are not compared."
    return "" if question.grain == "week" else "A usual swing is told of weekly cohorts alone."


def _swing(chart: Charted, grain: str, now: date) -> str:
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
    since = f", since the cohort of {cohort_name(first[0], grain, now)}" if first and first[0] != row["cohort"] else ""
    if not chart.outside:
        return f"That is a real change: cohort after cohort {way} the usual {100 * row['centre']:.1f} %{rests}{since}."
    return f"That is a real change: {way} what is usual ({usual}{rests}){since}."


def over_time_note(question: Returning, interval: int, cohorts: int) -> str:
    """The line under an interval over time."""
    dated = f"dated by the week in which the cohort completed {question.grain} {interval}"
    return f"One point a cohort, {dated}, of {cohorts} that have. Hollow: under 100; no point: under {TOO_FEW}."


def compared(
    activity: Activity, pick: Selection, question: Returning, interval: int,
    a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame], gaps: pl.DataFrame, *, split: By,
) -> Answer:  # fmt: skip
    """Two groups at one interval: both rates, the difference with its interval, and whether that is sure.

    a, z: name, and interval, n, of. gaps: of all groups at this interval, as `stats.against_the_rest` returns.
    """
    found = _incomparable(activity, pick, question, a, z, split)
    if found:
        return found
    (one, first), (other, second) = _at(a, interval), _at(z, interval)
    if first is None or second is None:
        return Answer(f"**Not yet.** No cohort of both has completed {question.grain} {interval}.", "young")
    said = f"{returning(activity, question)} {when(question, interval)}, of {starting(activity, pick, question)}"
    few = [f"{n:,} of {of:,} {'' if name == ELSE else 'in '}{name}"
           for name, (n, of) in ((one, first), (other, second)) if of < TOO_FEW]  # fmt: skip
    if few:
        return Answer(f"**Too few to compare** who were {said}: {' and '.join(few)}; a rate needs {TOO_FEW}.", "few")
    rates = f"**{one}: {percent(*first)}, {other}: {percent(*second)}** were {said} (n {first[1]:,} and {second[1]:,})."
    why = _why_not(activity, question, split)
    gap = None if why else difference(*first, *second)
    if gap is None:
        return Answer(f"{rates} They are not compared{why}.")
    of = min(first[1], second[1])
    span = f"{points(gap.low, of)} to {points(gap.high, of)}, 95 %"
    if by_outcome(activity, split):
        return Answer(f"{rates} Difference {points(gap.value, of)} ({span}). {ASSOCIATION}")
    judged = _judged(gap, a[0], gaps) if z[0] == ELSE else f"{_alone(gap)}, by one test of these two alone"
    return Answer(f"{rates} Difference {points(gap.value, of)} ({span}): {judged}.")


def _incomparable(
    activity: Activity, pick: Selection, question: Returning, a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame],
    split: By,
) -> Answer | None:  # fmt: skip
    """Why there are no two groups, where there are none: nobody at all, one group, or nobody in one of them."""
    gone, who = [md(name) for name, frame in (a, z) if frame.is_empty()], starting(activity, pick, question)
    if len(gone) == 2 and z[0] == ELSE:
        return nobody(activity, pick, question)
    if not split:
        return Answer("**Nothing to compare.** There are no segments.", "empty")
    if segments(activity, split).height == 1:
        return Answer(f"**Only one group is left: nothing to compare.** All {who} are in it.", "empty")
    if gone == [ELSE]:
        return Answer(f"**Nobody else started.** All {who} in these cohorts are in {md(a[0])}.", "empty")
    nobody_in = f"**Nobody started.** There are no {who} in {' or '.join(gone)} in these cohorts."
    return Answer(nobody_in, "empty") if gone else None


def _alone(gap: Difference) -> str:
    return "more than chance" if gap.sure else "could be chance"


def _judged(gap: Difference, name: str, gaps: pl.DataFrame) -> str:
    """The verdict of a group's row in the table of all groups."""
    among = f"among the {_compared(gaps)} compared"
    if gap.sure and not gaps.filter(segment=name)["marked"].any():
        return f"alone it would be more than chance, {among} it is not: cannot tell yet"
    return f"{_alone(gap)} {among}" if gap.sure else _alone(gap)


def _compared(gaps: pl.DataFrame) -> str:
    """How many groups are compared with the rest."""
    return many(gaps["gap"].count(), "group")


def family(gaps: pl.DataFrame) -> str:
    """How the verdicts of all groups are made."""
    return f"Sure: more than chance among the {_compared(gaps)} compared (Benjamini–Hochberg, 10 %)."


def _why_not(activity: Activity, question: Returning, split: By) -> str:
    """Why two groups are not compared; empty where they may be."""
    if activity.overlaps(split) and not activity.is_behaviour(split):
        return f": one {activity.unit} may be in both"
    if question.start == "any_use":
        return f": a unit is in the cohort of every {question.grain} of use, so one counts many times"
    late = ": they may have started at different times, and who started earlier has had longer to come back"
    return "" if comparable(question) else late


def by_outcome(activity: Activity, split: By) -> bool:
    """Whether groups differ by what people did, or are compared among people chosen by it: no difference is a cause."""
    return activity.chosen_by_outcome or activity.is_behaviour(split)


def is_judged(activity: Activity, question: Returning) -> bool:
    """Whether an interval over time has a usual swing: not where cohorts had unequal time, or share units."""
    return comparable(question) and question.grain == "week" and not activity.chosen_by_outcome


def _at(group: tuple[str, pl.DataFrame], interval: int) -> tuple[str, tuple[int, int] | None]:
    found = group[1].filter(pl.col("interval") == interval).select("n", "of").rows()
    return md(group[0]), found[0] if found else None


def compared_note(question: Returning, *, of_behaviour: bool) -> str:
    """The line under two groups side by side."""
    band = "cohorts share units, so there is no band" if question.start == "any_use" else "bands are 95 %"
    whose = "by what they did up to the last day loaded" if of_behaviour else "by today's value of the attribute"
    return f"Pooled over the cohorts that have completed each interval; {band}. Segments {whose}."
