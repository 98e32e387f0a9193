"""What the explore page says: its questions, the answer over time, what makes no sense, and the small print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from components import review_words
from components.choices import Values
from components.review_words import change, value
from components.theme import day, percent
from components.words import PLURALS, Answer, counting, md, named, not_yet, overlapping, population
from queries.activity import Activity, By
from queries.explore import MOST_GROUPS, Grain
from queries.metrics import Metric
from queries.product import EVERYONE, OTHER, Selection
from queries.review import Line
from queries.stats import TOO_FEW

OPENING = "**Any metric, by any split.** Begin with a question, or pick up to four metrics."
GROUPS_EXPLAIN = "What is real is told of the whole, by separate weeks alone; groups and longer spans only explain."
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
    if row is None:
        return md(metric.label)
    said = "too few" if row["value"] is None else f"**{value(metric.form, row['value'], row['of'])}**"
    return f"{md(metric.label)}: {said} in w/e {day(row['period'])}"


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
    if not total["value"] and metric.range[0] == 0:  # so no group has any
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
    """That a metric has no value: so many of so many where it is a share, else what there is to divide by."""
    what = "a ratio" if metric.made_of and metric.form == "mean" else f"a {metric.form}"
    there = f"{row['of']:,} to divide by, and it takes {TOO_FEW}"
    counts = f"{row['n']:,} of {row['of']:,}" if metric.is_share and row["n"] is not None else there
    return f"**{md(metric.label)}** has too few for {what} in {when}: {counts}."


def _of(metric: Metric, row: Mapping[str, Any]) -> str:
    return f", n {row['of']:,}" if metric.is_share and row["of"] is not None else ""


# What makes no sense --------------------------------------------------------------------------------------------------


def axis(metric: Metric, grain: Grain, unit: str) -> str:
    """What a metric is on an axis, in words; those that are alike share one."""
    if metric.is_count:
        longer = "adds up over its weeks" if metric.form == "flow" else "is a mean of its weeks"
        return f"counts {PLURALS[unit]}" if grain == "week" else longer
    per = f"is so many for each of {md(metric.made_of[1].label)}" if metric.made_of else "is a mean of days"
    return {"rate": "is a share", "difference": "is a difference in points"}.get(metric.form, per)


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
    """Which metrics or groups have no value in any period shown, being too few in each; nothing where all have."""
    gone = [_named(metric, str(group), several=len(found) > 1)
            for metric, frame in found for (group,), part in frame.group_by("segment", maintain_order=True)
            if not part["value"].count()]  # fmt: skip
    if not gone:
        return ""
    more = f" and {len(gone) - MOST_SAID} more" if len(gone) > MOST_SAID else ""
    longer = "" if grain == "quarter" else " Longer spans hold more."
    return f"Not drawn, under {TOO_FEW} in every {grain}: {', '.join(gone[:MOST_SAID])}{more}.{longer}"


def too_few(found: Sequence[tuple[Metric, pl.DataFrame]]) -> str:
    """What a dot in the table stands for; nothing where there is none."""
    return f"A dot: under {TOO_FEW}, too few for a value." if any(f["value"].null_count() for _, f in found) else ""


def _named(metric: Metric, group: str, *, several: bool) -> str:
    """A group by its name; of several metrics with that of its metric, as in the table."""
    parts = [metric.label] * (several or group == EVERYONE) + [group] * (group != EVERYONE)
    return " · ".join(map(md, parts))


def definitions(chosen: Sequence[Metric], unit: str) -> str:
    """What each metric counts."""
    return " ".join(f"**{md(metric.label)}.** {md(counting(metric.definition, unit))}" for metric in chosen)
