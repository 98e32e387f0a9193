r"""Words that all pages share: units, periods, who a number is about, how fresh the data is.

Sentences about numbers are computed from them by rules that stand here and beside (`adoption_words`,
`retention_words`), never by a model. They are Markdown, so names that come from data go through `md`. A sentence says
what is sure, says so when nothing is, and names its denominator and period.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from components.theme import day
from queries.activity import Activity, By
from queries.answers import ask
from queries.calendar import Grain, Period
from queries.product import OTHER, UNKNOWN, Feature, Selection
from queries.snapshot.background import Running
from queries.snapshot.manifest import Manifest

PLURALS = {"user": "users", "account": "accounts"}
LONG = 60  # characters of a name in a sentence
STALE_DAYS = 2  # without data, until the freshness strip says so


@dataclass(frozen=True)
class Answer:
    """The sentences a page opens with, as Markdown. state: why they are no answer yet, where they are none.

    empty: nobody is left to count. few: too few for a rate. young: not enough time has passed.
    """

    text: str
    state: Literal["", "empty", "few", "young"] = ""


CHOSEN = ("Filtered by what they did: they were chosen by the very days that are looked at, "
          "so nothing is compared with their own past.")  # fmt: skip


def md(text: object) -> str:
    r"""A text from the data as Markdown that shows it as it is.

    >>> print(md("<b>*Pro*</b> :red[x] $1$"))
    \<b\>\*Pro\*\</b\> \:red\[x\] \$1\$
    """
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~$:^=&])", r"\\\1", " ".join(str(text).split()))


def spoken(text: str) -> str:
    r"""A sentence of ours without its Markdown, for a screen reader.

    >>> spoken(r"**34 % were back to Audit\-log**, of 9.")
    '34 % were back to Audit-log, of 9.'
    """
    return re.sub(r"\\(.)|\*\*", r"\1", text)


def many(n: float, unit: str) -> str:
    """A number of units.

    >>> many(1, "user"), many(1240, "account")
    ('1 user', '1,240 accounts')
    """
    return f"{n:,.0f} {unit if n == 1 else PLURALS.get(unit, unit + 's')}"


def span(period: Period, now: date | None = None) -> str:
    """A run of whole weeks: the 4 weeks to 15 Nov; with the year where it is not that of `now`."""
    weeks, to = period.days // 7, day(period.last, now=now)
    return f"the week to {to}" if weeks == 1 else f"the {weeks} weeks to {to}"


def swung(row: Mapping[str, Any], now: date) -> str:
    """How a weekly rate with a signal stands to what is usual, by its own side. row: up, outside, since."""
    side, since = "above" if row["up"] else "below", day(row["since"], now=now)
    if row["outside"]:
        return f"{side} its usual weekly swing since w/e {since}"
    return f"week after week {side} its usual since w/e {since}"


def cohort_name(last: date, grain: str, now: date | None = None) -> str:
    """What a cohort is called by its last day: w/e 15 Nov, Sun 15 Nov, Nov 2026; with the year where `now` has another.

    >>> cohort_name(date(2025, 9, 7), "week", now=date(2026, 11, 18))
    'w/e 7 Sep 2025'
    """
    said = day(last, now=now)
    return {"day": f"{last:%a} {said}", "week": f"w/e {said}"}.get(grain, f"{last:%b %Y}")


def not_yet(activity: Activity, grain: Grain) -> str:
    """When the first whole period of history ends, where none has ended yet; else nothing."""
    calendar = activity.calendar
    if calendar.periods(grain, 1):
        return ""
    ends = day(calendar.period_of(calendar.first_day, grain).last)
    return f"**Not yet.** The first whole {grain} of history ends on {ends}."


def titles(features: Sequence[Feature]) -> dict[str, str]:
    """Feature key -> label."""
    return {feature.key: feature.label for feature in features}


def named(activity: Activity, by: By) -> list[str]:
    """The groups of a split that are somebody in particular: no part of them is Other or unknown."""
    return [name for name, values in ask(Activity.groups, activity, by).items() if not {OTHER, UNKNOWN} & {*values}]


def overlapping(activity: Activity, by: By, places: str) -> list[str]:
    """Why the groups of a split are not compared, a reason each; none where they may be. places: what groups are."""
    split = [segment for segment in activity.segments if segment.key in by]
    several = f"by what the events say one {activity.unit} may be in several {places}, so they do not add up"
    chosen = "by what people did they are chosen by their outcome"
    return [several] * any(s.of == "event" for s in split) + [chosen] * any(bool(s.behaviour) for s in split)


def population(activity: Activity, pick: Selection, n: int | None = None) -> str:
    """Who the numbers are about: users, or users with Plan Enterprise that used Export in the last 28 days.

    n: how many they are, where that stands before it.
    """
    labels = {segment.key: segment.label for segment in activity.segments}
    kinds = {segment.key: "did" if segment.behaviour else segment.of for segment in activity.segments}
    parts: list[str] = []
    acts: list[str] = []
    events: list[str] = []
    for key, values in pick.where:
        said = f"{md(labels.get(key, key))} {_any_of(values)}"
        if kinds.get(key) == "did":
            known = [value for value in values if value != UNKNOWN]
            unsure = [f"cannot be told yet for {md(labels[key])}"] if len(known) < len(values) else []
            acts.append(" or ".join([*([_any_of(known)] if known else []), *unsure]))
        else:
            (events if kinds.get(key) == "event" else parts).append(said)
    whose = f" with {' and '.join(parts)}" if parts else ""
    did = f" that {' and '.join(acts)}" if acts else ""
    units = pick.unit if n == 1 else PLURALS[pick.unit]
    return f"{units}{whose}{did}" + (f" (by events with {' and '.join(events)} alone)" if events else "")


def _any_of(values: Sequence[str]) -> str:
    named = [md(value if len(value) <= LONG else value[: LONG - 1] + "…") for value in values[:3]]
    return " or ".join([*named, *([f"{len(values) - 3} more"] if len(values) > 3 else [])])


def freshness(activity: Activity, today: date) -> str:
    """How far the data goes: complete to when, how much of the open week there is, and whether it has stopped."""
    calendar = activity.calendar
    week = calendar.period_of(calendar.as_of, "week")
    said = [f"Complete to {calendar.as_of:%a %-d %b %Y}"]
    if not calendar.is_complete(week):
        said.append(f"this week has {(calendar.as_of - week.first).days + 1} of 7 days and is in no comparison")
    late = (today - calendar.as_of).days
    if late > STALE_DAYS:
        said.append(f":orange[**nothing since, for {late:,} days**]")
    return " · ".join(said)


def refreshing(going: Running) -> str:
    """What a refresh does, for how long, and how long it may take still; or that it is stopping."""
    said, spent = md(going.step), f"{going.seconds:.0f} s"
    if going.stopping:
        return f"Stopping: {said[:1].lower() + said[1:]} · {spent}"
    left = "" if going.remaining is None else f", about {max(1, round(going.remaining))} s more"
    after = "; then everything is read again" if going.then_all else ""
    return f"Refreshing: {said[:1].lower() + said[1:]} · {spent}{left}{after}"


def trouble(older_shown: str | None, failure: str | None) -> str:
    """Why the numbers are not the newest there could be; nothing where they are."""
    said = []
    if older_shown:
        said.append(f"Shown are the last good numbers. {md(older_shown)}")
    if failure:
        said.append(f"The last refresh failed, the numbers are those from before. {md(' '.join(failure.split()))}")
    return f":orange[{' '.join(said)}]" if said else ""


def left_out(found: Manifest) -> list[str]:
    """What is counted nowhere, or with a caveat, a line each."""
    return [f"{row.n:,} of {row.of:,} {row.what.rstrip('.')}." for row in found.left_out]


def counting(said: str, unit: str) -> str:
    """A definition in which `{units}` stands for users or accounts, as a sentence about these.

    >>> counting("{units} active in the week.", "account")
    'Accounts active in the week.'
    """
    told = said.replace("{units}", PLURALS[unit])
    return told[:1].upper() + told[1:]


def definition(measure: object) -> str:
    """A measure's definition for the screen: its docstring, up to what only a programmer needs."""
    text = re.split(r"\n\s*(?:Arguments:|Columns|>>>)", getattr(measure, "__doc__", None) or "")[0]
    return "\n\n".join(md(part) for part in text.split("\n\n") if part.strip())
