"""What the retention page says: the answer, the line under the curve, and what is behind a cell."""

from datetime import date
from typing import Any, cast

import polars as pl

from components.theme import day, percent, points
from components.words import Answer, many, md, not_yet, population
from queries.activity import Activity
from queries.measures.returning import Returning, horizon
from queries.product import Selection
from queries.stats import TOO_FEW, difference, rates

STARTS = {"signup": "Sign-up", "first_active": "First active day", "first_use": "First use", "any_use": "Any use"}
IN = {"day": "on", "week": "in", "month": "in"}
BEFORE = {"previous": "the cohorts before", "year": "the cohorts a year before"}
SPOKEN_OF = {"day": 7, "week": 4, "month": 1}  # the interval the answer is about, or the latest before it


def answer(
    activity: Activity, pick: Selection, question: Returning,
    cells: pl.DataFrame, now: pl.DataFrame, before: pl.DataFrame, bands: pl.DataFrame | None = None,
) -> Answer:  # fmt: skip
    """How many come back, how sure that is, and whether the cohorts compared with did better.

    cells: as `retention` returns. now, before: as `pooled` returns, of these cohorts and of those compared with.
    bands: interval, low and high of cohorts that share units.
    """
    grain, back = question.grain, returning(activity, question)
    if cells.is_empty() or cells["of"].sum() == 0:
        return nobody(activity, pick, question)
    later = now.filter(pl.col("interval") > 0)
    if later.is_empty():
        started = cells.filter((pl.col("interval") == 1) & (pl.col("of") > 0))
        first = day(cast(date, started["completes"].min())) if started.height else "a later day"
        return Answer(f"**Not yet.** No cohort has completed {grain} 1; the first does on {first}.", "young")
    row = later.filter(interval=spoken_of(question, later)).row(0, named=True)
    k, n, of = row["interval"], row["n"], row["of"]
    then, who = when(question, k), starting(activity, pick, question, one=of == 1 and question.start != "any_use")
    if of < TOO_FEW:
        out_of = _of(of, pick, question).removeprefix(", of ")
        few = f"**Too few for a rate.** Of {out_of} {who}, {n:,} were {back} {then}; a rate needs {TOO_FEW}."
        return Answer(few, "few")
    found = rates(now.filter(pl.col("interval") == k)).row(0, named=True)
    if question.start == "any_use" and bands is not None:
        found = next(iter(bands.filter(pl.col("interval") == k).rows(named=True)), {"low": None})
    sure = "" if found["low"] is None or (question.start == "any_use" and bands is None) else f" ({_band(found)})"
    against = _against(before, row, question, pick)
    return Answer(f"**{percent(n, of)} were {back} {then}**{sure}{_of(of, pick, question)} {who}. {against}".strip())


def returning(activity: Activity, question: Returning) -> str:
    """To what they come back: back, or back to Export."""
    return "back" if question.back is None else f"back to {md(activity.feature(question.back).label)}"


def when(question: Returning, k: int) -> str:
    """The interval k, or the bracket that begins with it: in week 4, on 3 or more days of a week in weeks 4-7."""
    last = next((b for a, b in question.brackets if a == k), k)
    name = f"{question.grain} {k}" if last == k else f"{question.grain}s {k}–{last}"
    later = " or later" if question.count == "on_or_after" else ""
    if question.at_least == 1:
        return f"{IN[question.grain] if last == k else 'in'} {name}{later}"
    return f"on {question.at_least} or more days of {name if last == k else f'a {question.grain} in {name}'}{later}"


def ticks(question: Returning, intervals: list[int]) -> dict[int, str]:
    """What intervals are called where there is little room: W4, or W4-7 of a bracket."""
    ends = dict(question.brackets)
    letter = question.grain[0].upper()
    return {k: f"{letter}{k}" if ends.get(k, k) == k else f"{letter}{k}–{ends[k]}" for k in intervals}


def spoken_of(question: Returning, curve: pl.DataFrame) -> int:
    """The interval an answer is about: the usual one, or else the latest before it that has been completed."""
    most = max([k for k in curve["interval"] if 0 < k <= SPOKEN_OF[question.grain]], default=0)
    return most or min([k for k in curve["interval"] if k > 0], default=SPOKEN_OF[question.grain])


def nobody(activity: Activity, pick: Selection, question: Returning) -> Answer:
    """Nobody started: too early, all since before anybody looked, or none of those picked."""
    young, who = not_yet(activity, question.grain), starting(activity, pick, question)
    if young:
        return Answer(young, "young")
    if 0 < activity.units.height == activity.unknown_starts and question.start != "any_use":
        return Answer("**Nobody is known to have started.** There are no sign-up dates, and everybody was first seen "
                      "in the first 28 days of history, so when they started is unknown. "
                      "Pick a feature and start from any use of it.", "young")  # fmt: skip
    return Answer(f"**Nobody started.** There are no {who} in these {question.grain}s.", "empty")


def _of(of: int, pick: Selection, question: Returning) -> str:
    """Out of how many; where units recur, they are counted once for each period of use, and it is said."""
    if question.start != "any_use":
        return f", of {of:,}"
    return f", of {many(of, f'{pick.unit}-{question.grain}')} (each counted in every {question.grain} of use) of"


def _band(row: dict[str, Any]) -> str:
    return f"95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f}"


def comparable(question: Returning) -> bool:
    """Whether cohorts may be compared: not when they share units, nor when the older had longer to come back."""
    return question.start != "any_use" and question.count == "on"


def _against(before: pl.DataFrame, row: dict[str, int], question: Returning, pick: Selection) -> str:
    earlier = before.filter(pl.col("interval") == row["interval"])
    if not comparable(question) or earlier.is_empty():
        return ""
    n, of = earlier.select("n", "of").row(0)
    gap = difference(row["n"], row["of"], n, of)
    if gap is None:
        return ""
    span = f"{points(gap.low, of)} to {points(gap.high, of)}, 95 %"
    if not gap.sure:
        return f"No sure difference from {BEFORE[pick.compare]}: {percent(n, of)} ({span})."
    word = "Better" if gap.value > 0 else "Worse"
    return f"{word} than {BEFORE[pick.compare]}: {percent(n, of)} ({points(gap.value, of)}; {span})."


def starting(activity: Activity, pick: Selection, question: Returning, *, one: bool = False) -> str:
    """Who is followed: users who first used Export, accounts with Plan Enterprise who signed up. one: there is one."""
    feature = md(activity.feature(question.feature).label) if question.feature else ""
    did = {"signup": "signed up", "first_active": "became active", "first_use": f"first used {feature}",
           "any_use": f"used {feature}"}[question.start]  # fmt: skip
    return f"{population(activity, pick, 1 if one else None)} who {did}"


def small_print(activity: Activity, pick: Selection, question: Returning, cells: pl.DataFrame) -> str:
    """The line under the curve: what counts as back, which windows, how many cohorts, who is in none."""
    grain, unit = question.grain, pick.unit
    days = f" on {question.at_least} or more days" if question.at_least > 1 else ""
    parts = [f"On = back{days} {IN[grain]} that {grain}"]
    if question.count == "on_or_after":
        until = day(horizon(activity.calendar, question), year=True)
        parts = [f"On or after = back{days} {IN[grain]} that {grain} or later, up to {until} for all cohorts alike"]
    own = f"{grain}s counted from each {unit}'s own start; by day, so hour-exact windows are not offered"
    parts.append(f"calendar {grain}s" if question.windows == "calendar" else own)
    whole = cells.filter(pl.col("complete") & (pl.col("interval") == 1) & (pl.col("of") > 0))["cohort"].n_unique()
    parts.append(f"{whole} {'cohort has' if whole == 1 else 'cohorts have'} completed {grain} 1")
    parts.append("each point pools those that have completed it, so the right end is older cohorts alone")
    if question.count == "on_or_after":
        parts.append("older cohorts have had longer to come back, so cohorts are not compared")
    if question.start == "any_use":
        parts.append(f"a {unit} is in the cohort of every {grain} of use, so cohorts overlap: "
                     f"the band is clustered by {unit}, and nothing is compared")
    elif activity.unknown_starts:
        unknown = f"{many(activity.unknown_starts, unit)} of unknown start"
        are = "is" if activity.unknown_starts == 1 else "are"
        parts.append(f"{unknown} (no sign-up date, seen in the first 28 days of history) {are} in none")
    return "; ".join(parts) + "."


def note(activity: Activity, pick: Selection, question: Returning, size: int) -> str:
    """What is shown, and against what."""
    against = "as many before them" if pick.compare == "previous" else "those a year before"
    what = f"{asked(activity, question).removesuffix('.')}: the latest {size} cohorts"
    return f"{what}, compared with {against} at the same age." if comparable(question) else f"{what}."


def asked(activity: Activity, question: Returning) -> str:
    """What is asked, without against what."""
    back = "any active feature" if question.back is None else md(activity.feature(question.back).label)
    return f"{STARTS[question.start]} to {back}, by {question.grain}."


def key(top: float) -> str:
    """What the colours and marks of a cohort grid mean."""
    dark = f"The strongest colour is {100 * top:.0f} % or more"
    return f"{dark}; a dotted cell is not complete yet; a dot stands for fewer than {TOO_FEW}, no rate."


def cell(row: dict[str, Any], question: Returning, unit: str) -> str:
    """One cohort and interval. row: of `retention`, with its rates."""
    n, of, then = row["n"], row["of"], when(question, row["interval"])
    if n is None:
        name = then.removeprefix("in ").removeprefix("on ")
        return f"Not yet: {name} of this cohort completes on {day(row['completes'], year=True)}."
    if of < TOO_FEW:
        return f"{n:,} of {many(of, unit)} were back {then}: too few for a rate (it needs {TOO_FEW})."
    return f"**{percent(n, of)}** ({_band(row)}): {n:,} of {many(of, unit)} were back {then}."


def cell_against(row: dict[str, Any], pool: pl.DataFrame, question: Returning, unit: str) -> str:
    """The cohort of a cell against all the other cohorts together at the same age."""
    together = pool.filter(pl.col("interval") == row["interval"])
    if row["n"] is None or together.is_empty():
        return ""
    n, of = together["n"][0] - row["n"], together["of"][0] - row["of"]
    gap = difference(row["n"], row["of"], n, of) if comparable(question) else None
    others = f"The other cohorts together: {n:,} of {many(of, unit)}"
    if gap is None:
        return f"{others}."
    judged = "a sure difference" if gap.sure else "could be chance"
    span = f"95 %: {points(gap.low, of)} to {points(gap.high, of)}"
    return f"{others} ({percent(n, of)}). Difference {points(gap.value, of)}, {judged} ({span})."
