"""What the value of a key result is of: which metric, of whom, over how many weeks; and how all of it is judged."""

from datetime import date

from components.theme import day
from components.words import counting, md
from queries.okr.results import Result

HOW = (
    "**Progress** is how far from start to target the value is. **Expected** is how much of the way was due by "
    "the day of the value: in even steps to the last day, or by the plan of dates where there is one. **Pace** is "
    "progress over expected; of an aspirational key result, over 0.7 of it. On track from 0.95, at risk from "
    "0.75, else off track; too early in the first 15 % of the time. What is to *stay* above or below is on track "
    "while it does now and did 90 % of the time. The value of a metric is that of the last whole **week**, or of as "
    "many as the key result says: counts are added up first and divided then, and runs of weeks stand beside each "
    "other and share none. **Forecast**: a straight line through the last 8 of them, "
    "from 4 on, with the range in which 19 of 20 would fall. An objective is the mean of its key results by "
    "weight, each counted from 0 to 100 %, and its status is their worst; stale ones (no check-in for 14 days) "
    "and too early ones are left aside. Confidence is the owner's own, from 0 to 10."
)


def definition(found: Result) -> str:
    """What the metric of a key result counts, and of whom; empty where its value is typed."""
    if not found.series.definition:
        return ""
    said = counting(found.series.definition, "account" if found.asked.unit == "account" else "user")
    named = ", ".join(f"{md(key)} {' or '.join(map(md, labels))}" for key, labels in found.asked.where)
    only = f" Of {named} alone." if named else ""
    return f"{md(found.series.label)}: {md(said)}{only}{_window(found)}"


def _window(found: Result) -> str:
    """How the weeks of a window are made one value."""
    weeks = found.asked.window
    if weeks == 1:
        return ""
    made = {"flow": "added up", "level": "their mean"}.get(found.series.form or "", "added up first and divided then")
    return f" Of {weeks} whole weeks, {made}."


def redefined(found: Result) -> str:
    """That the metric counts something else than at an earlier check-in; empty where it does not."""
    if found.redefined is None or not found.series.label:
        return ""
    before, after = found.redefined
    year = before.day.year != (after or before).day.year
    when = f"between {day(before.day, year=year)} and {day(after.day, year=year)}" if after else (
        f"after {day(before.day)}")  # fmt: skip
    return (f"**The definition of {md(found.series.label)} changed {when}; values checked in before are not "
            "comparable.**")  # fmt: skip


def until(found: Result, on: date) -> str:
    """The day of a value, or the weeks to it: 15 Nov 2026, 4 weeks to 15 Nov 2026."""
    weeks = found.asked.window
    return ("" if weeks == 1 else f"{weeks} weeks to ") + day(on, year=True)


def as_of(found: Result) -> str:
    """Of when the value is: w/e 15 Nov, in the 4 weeks to w/e 15 Nov, as of 15 Nov; empty without one."""
    when, weeks = day(found.judged.as_of) if found.judged.as_of else "", found.asked.window
    if not when or not found.asked.metric:
        return when and f"as of {when}"
    mean = "mean of" if found.series.form == "level" else "in"
    return f"w/e {when}" if weeks == 1 else f"{mean} the {weeks} weeks to w/e {when}"


def runs(found: Result) -> str:
    """What its values are of, many of them: weeks, or separate runs of weeks."""
    weeks = found.asked.window
    return "weeks" if weeks == 1 else f"separate runs of {weeks} weeks"
