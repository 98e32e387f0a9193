"""What the explore page says: its questions, the answer over time, two groups compared, and the small print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from components import compare_words, review_words
from components.choices import Values
from components.review_words import change, value
from components.theme import day, percent, points
from components.words import PLURALS, Answer, md, named, not_yet, overlapping, population
from queries.activity import Activity, By
from queries.explore import MOST_GROUPS, ONE_COHORT, Compared, Grain, Side
from queries.metrics import Metric
from queries.product import EVERYONE, OTHER, Selection
from queries.review import Line
from queries.stats import TOO_FEW

OPENING = "**Any metric, by any split.** Begin with a question, or pick up to four metrics."
GROUPS_EXPLAIN = "What is real is told of the whole, by separate weeks alone; groups and longer spans only explain."
ONE_TEST = "Each difference stands by one test of these two alone: of twenty such looks one seems sure by chance."
NO_RATE = f"Nothing to draw: under {TOO_FEW} in every period."
MOST_SAID = 3  # metrics in the answer


@dataclass(frozen=True)
class Question:
    """A question that is ready to be asked: what it picks, and the metric whose latest value stands under it."""

    text: str
    metric: str
    picks: Mapping[str, Values]


def questions(known: Mapping[str, Metric], splits: Mapping[str, str], feature: str) -> tuple[Question, ...]:
    """Six questions that this product can answer. splits: segments by key. feature: the key of the first."""
    first = next(iter(splits), "")
    by, which = (splits[first].lower(), f"Which {md(splits[first].lower())}") if first else ("", "Who")
    split, adoption = (first,), f"adoption.{feature}"
    label = md(known[adoption].label.removeprefix("Adoption of ")) if adoption in known else ""
    depth = "core_adoption" if "core_adoption" in known else "days_active"
    made = [
        Question(f"How many come each week{f', by {md(by)}' if by else ''}?", "weekly_actives", {"slice": split}),
        Question("Who is new, who came back, who left?", "new", {"m": ("new", "resurrected", "dormant")}),
        Question(f"{which} keeps its new users?", "week4_retention", {"slice": split, "g": ("month",)}),
        Question("Do new users arrive, month by month?", "activation", {"g": ("month",)}),
        Question("Do they use it more deeply?", depth, {"m": (depth, *({"days_active"} - {depth}))}),
        Question(f"Does one group use {label} more than the rest?", adoption,
                 {"look": ("compare",), "split": split}),
    ]  # fmt: skip
    return tuple(Question(one.text, one.metric, {"m": (one.metric,), **one.picks}) for one in made
                 if one.metric in known)  # fmt: skip


def latest(metric: Metric, row: Mapping[str, Any] | None) -> str:
    """The metric of a question with its latest value."""
    if row is None or row["value"] is None:
        return md(metric.label)
    return f"{md(metric.label)}: **{value(metric.form, row['value'], row['of'])}** in w/e {day(row['period'])}"


# Over time ------------------------------------------------------------------------------------------------------------


def period(last: date, grain: Grain, now: date) -> str:
    """What a period is called by its last day: w/e 15 Nov, Oct 2026, Q3 2026."""
    if grain == "week":
        return f"w/e {day(last, now=now)}"
    return f"{last:%b %Y}" if grain == "month" else f"Q{(last.month + 2) // 3} {last.year}"


def nothing(activity: Activity, pick: Selection, grain: Grain, *, some: bool) -> Answer | None:
    """Why there is no answer, where there is none. some: whether any period is whole."""
    if activity.units.is_empty():
        return Answer(f"**Nobody matches.** There are no {population(activity, pick)} in this data.", "empty")
    if some:
        return None
    return Answer(not_yet(activity, "week") or f"**Not yet.** No {grain} that was counted is whole.", "young")


def judged(activity: Activity, pick: Selection, lines: Sequence[Line]) -> Answer:
    """Where each metric stands in its last week, and whether it has left its usual swing: as the weekly review says."""
    said = [review_words.sentence(line, activity.calendar.as_of) for line in lines[:MOST_SAID]]
    when = period(lines[0].now.last, "week", activity.calendar.as_of)
    return Answer(f"In {when}: {' '.join(said)}{_more(lines)}{_whose(activity, pick)}")


def totals(
    activity: Activity, pick: Selection, grain: Grain, found: Sequence[tuple[Metric, pl.DataFrame]]
) -> Answer:  # fmt: skip
    """Where each metric stands in its last whole period, against the one before, or a year before."""
    said, now = [], activity.calendar.as_of
    for metric, frame in found[:MOST_SAID]:
        rows = list(frame.iter_rows(named=True))
        last, when = rows[-1], period(rows[-1]["period"], grain, now)
        back = {"week": 52, "month": 12, "quarter": 4}[grain] if pick.compare == "year" else 1
        before = rows[-1 - back] if len(rows) > back and not activity.chosen_by_outcome else None
        moved = change(metric.form, last["value"], before["value"], last["of"]) if before else ""
        on = f", {moved} on {period(before['period'], grain, now)}" if before and moved else ""
        each = " a week" if metric.form == "level" and grain != "week" else ""
        if last["value"] is None:
            said.append(_too_few(metric, last, when))
            continue
        said.append(f"**{md(metric.label)}: {value(metric.form, last['value'], last['of'])}{each}**"
                    f"{_n(metric, last)} in {when}{on}.")  # fmt: skip
    return Answer(f"{' '.join(said)}{_more(found)}{_whose(activity, pick)}")


def _whose(activity: Activity, pick: Selection) -> str:
    """Who is counted, where that is not all users."""
    return f" Counted: {population(activity, pick)}." if pick.where or pick.unit != "user" else ""


def split(
    activity: Activity, by: By, grain: Grain, found: Sequence[tuple[Metric, pl.DataFrame]],
    whole: Mapping[str, pl.DataFrame],
) -> Answer:  # fmt: skip
    """Who has most, of each metric in its last whole period. whole: by the key of a metric, as `series` unsplit."""
    said = [_spread(activity, by, grain, metric, frame, whole[metric.key]) for metric, frame in found[:MOST_SAID]]
    return Answer(f"{' '.join(said)}{_more(found)}")


def _more(found: Sequence[object]) -> str:
    rest = len(found) - MOST_SAID
    return f" And {rest} more below." if rest > 0 else ""


def _n(metric: Metric, row: Mapping[str, Any]) -> str:
    return f" (n {row['of']:,})" if metric.is_share and row["of"] is not None else ""


def _spread(
    activity: Activity, by: By, grain: Grain, metric: Metric, frame: pl.DataFrame, whole: pl.DataFrame
) -> str:  # fmt: skip
    """A metric in its last period: the whole, and the groups at either end; Other and unknown are nobody's news."""
    total = whole.row(-1, named=True)
    known = {*named(activity, by)} if activity.groups(by) else {*frame["segment"]}
    now = frame.filter(pl.col("period") == total["period"], pl.col("value").is_not_null(),
                       pl.col("segment").is_in(list(known)))  # fmt: skip
    rows = now.sort("value", descending=True, maintain_order=True).rows(named=True)
    when = period(total["period"], grain, activity.calendar.as_of)
    if total["value"] is None:
        return _too_few(metric, total, when)
    head = f"**{md(metric.label)}: {value(metric.form, total['value'], total['of'])}** in {when}"
    if not total["value"]:
        return f"{head}."
    if not rows:
        return f"{head}; no group has enough to be told apart."
    if metric.is_count:
        shares = not activity.overlaps(by) and total["n"]
        most = [f"{md(row['segment'])} {value(metric.form, row['value'])}"
                + (f" ({percent(row['n'], total['n'])})" if shares and total["n"] >= TOO_FEW else "")
                for row in rows[:2]]  # fmt: skip
        return f"{head}, most in {', then '.join(most)}."
    ends = [rows[0]] if len(rows) == 1 else [rows[0], rows[-1]]
    told = [f"{md(row['segment'])} ({value(metric.form, row['value'], row['of'])}{_of(metric, row)})" for row in ends]
    return f"{head}: highest in {told[0]}" + (f", lowest in {told[1]}." if len(told) == 2 else ".")


def _too_few(metric: Metric, row: Mapping[str, Any], when: str) -> str:
    counts = "" if row["n"] is None else f": {row['n']:,} of {row['of']:,}"
    return f"**{md(metric.label)}** has too few for a rate in {when}{counts}."


def _of(metric: Metric, row: Mapping[str, Any]) -> str:
    return f", n {row['of']:,}" if metric.is_share and row["of"] is not None else ""


# What makes no sense --------------------------------------------------------------------------------------------------


def axis(metric: Metric, grain: Grain, unit: str) -> str:
    """What a metric is on an axis, in words; those that are alike share one."""
    if not metric.is_count:
        return "is a share" if metric.is_share else "is a mean of days"
    longer = "adds up over its weeks" if metric.form == "flow" else "is a mean of its weeks"
    return f"counts {PLURALS[unit]}" if grain == "week" else longer


def apart(panels: Sequence[tuple[str, Sequence[Metric]]]) -> str:
    """Why there are several charts: "New counts users, Adoption is a share: two charts". Nothing where there is one."""
    if len(panels) < 2:
        return ""
    numbers = {2: "two", 3: "three", 4: "four"}
    said = [f"{md(metrics[0].label)} {what}" for what, metrics in panels]
    return f"{', '.join(said)}: {numbers[len(panels)]} charts."


def notes(activity: Activity, by: By, grain: Grain, many: int) -> str:
    """The small print of a split. many: how many groups it has."""
    said = []
    if many > MOST_GROUPS:
        rest = "are shown, and no sum of the others" if activity.overlaps(by) else f"and {OTHER} are shown"
        said.append(f"That split gives {many:,} groups: the {MOST_GROUPS} largest {rest}.")
    said += [f"Not compared: {why}." for why in overlapping(activity, by, "lines")] if by else []
    if grain != "week":
        said.append(f"Whole {grain}s alone, each made of the weeks that end in it.")
    if by or grain != "week":
        said.append(GROUPS_EXPLAIN)
    return " ".join(said)


def undrawn(found: Sequence[tuple[Metric, pl.DataFrame]], grain: Grain) -> str:
    """Which groups have no value in any period shown, because they are too few in each; nothing where all have."""
    gone = list(dict.fromkeys(
        str(group) for _, frame in found for (group,), part in frame.group_by("segment", maintain_order=True)
        if not part["value"].count()))  # fmt: skip
    if not gone:
        return ""
    named = ", ".join(md(group) for group in gone[:MOST_SAID])
    more = f" and {len(gone) - MOST_SAID} more" if len(gone) > MOST_SAID else ""
    longer = "" if grain == "quarter" else " Longer spans hold more."
    return f"Not drawn, under {TOO_FEW} in every {grain}: {named}{more}.{longer}"


def definitions(chosen: Sequence[Metric], unit: str) -> str:
    """What each metric counts."""
    return " ".join(f"**{md(metric.label)}.** {definition(metric, unit)}" for metric in chosen)


def definition(metric: Metric, unit: str) -> str:
    """What a metric counts, of users or of accounts."""
    said = metric.definition.replace("{units}", PLURALS[unit])
    return md(said[:1].upper() + said[1:])


# Two groups -----------------------------------------------------------------------------------------------------------


def compared(
    activity: Activity, by: By, found: Sequence[tuple[Metric, Compared | None]], groups: tuple[str, str]
) -> Answer:
    """How two groups differ in each metric, and whether that is more than chance."""
    if activity.units.is_empty() or not by or groups[0] == EVERYONE:
        return Answer("**Nothing to compare.** There are no segments with anybody in them.", "empty")
    told = [_difference(activity, metric, one) for metric, one in found]
    cause = f" {compare_words.ASSOCIATION}" if compare_words.by_outcome(activity, by) else ""
    return Answer(" ".join(told) + cause)


def _difference(activity: Activity, metric: Metric, found: Compared | None) -> str:
    if found is None:
        return f"**{md(metric.label)}**: nobody to compare in one of the groups."
    said = " and ".join(f"{md(side.name)} {side_value(metric, side)}" for side in (found.one, found.other))
    when = span(found, activity.calendar.as_of)
    head = f"**{md(metric.label)}: {said}** ({when})."
    if found.gap is None:
        return f"{head} {_no_gap(metric, found)}"
    return f"{head} Difference {gap(metric, found)} ({limits(metric, found)}, 95 %): {verdict(found)}."


def _no_gap(metric: Metric, found: Compared) -> str:
    if metric.is_count:
        return "A count goes with the size of a group; compare a share."
    few = [side for side in (found.one, found.other) if side.of is not None and side.of < TOO_FEW]
    return f"Too few to compare; it needs {TOO_FEW} in each." if few else (
        "A mean over several features has no interval; compare one of them.")  # fmt: skip


def side_value(metric: Metric, side: Side) -> str:
    """The value of a group, with its denominator where it is a share; the counts where they are too few."""
    if side.value is None:
        return f"{side.n:,} of {side.of:,}" if side.n is not None and side.of is not None else "too few"
    return value(metric.form, side.value, side.of) + (f" (n {side.of:,})" if metric.is_share and side.of else "")


def span(found: Compared, now: date) -> str:
    """The weeks in which two groups were compared."""
    weeks = ((found.last - found.first).days + 1) // 7
    return f"w/e {day(found.last, now=now)}" if weeks == 1 else f"the {weeks} weeks to {day(found.last, now=now)}"


def gap(metric: Metric, found: Compared) -> str:
    """The difference of two groups: a share in points, days as they are; nothing where it cannot be told."""
    return "" if found.gap is None else _apart(metric, found.gap.value, found)


def limits(metric: Metric, found: Compared) -> str:
    """From where to where the difference may be."""
    return "" if found.gap is None else " to ".join(
        _apart(metric, each, found) for each in (found.gap.low, found.gap.high))  # fmt: skip


def _apart(metric: Metric, number: float, found: Compared) -> str:
    if metric.is_share:
        return points(number, min(found.one.of or 0, found.other.of or 0))
    return f"{'−' if number < 0 else '+'}{abs(number):.2f}"


def verdict(found: Compared) -> str:
    """Whether two groups differ by more than chance."""
    if found.gap is None:
        return "not compared"
    return "more than chance" if found.gap.sure else "could be chance"


def compared_note(found: Sequence[tuple[Metric, Compared | None]]) -> str:
    """The small print of two groups."""
    cohorts = any(metric.key in ONE_COHORT for metric, _ in found)
    weekly = any(metric.key not in ONE_COHORT and one and one.gap for metric, one in found)
    said = [
        *(["Cohorts of all the weeks picked together, as each unit is in one of them."] if cohorts else []),
        *(["The last whole week alone where a unit may be counted again in the next."] if weekly else []),
        ONE_TEST, "Segments by today's value of the attribute.",
    ]  # fmt: skip
    return " ".join(said)


