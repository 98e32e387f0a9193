"""What the feature page says of the feature as a whole: whose it is, the answer, the headline numbers, the overview."""

from datetime import date, timedelta
from typing import Any, cast

import polars as pl

from components.adoption_words import arrow, verdict
from components.theme import count, day, percent, points
from components.words import PLURALS, Answer, many, md, not_yet, population, span, swung
from queries.activity import Activity
from queries.calendar import Period
from queries.product import Feature, Selection
from queries.stats import TOO_FEW, rates, survival

SPOKEN = 4  # the week of retention in the headline, or the latest before it
WITHIN = 30  # days
NOBODY = "Nothing to draw: nobody that could is left."


def about(feature: Feature, as_of: date) -> str:
    """Area, owner and launch of a feature, as far as the product file names them."""
    verb = "launches" if _is_to_come(feature, as_of) else "launched"
    launched = f"{verb} {day(feature.launched, year=True)}" if feature.launched else None
    owner = f"owner {md(feature.owner)}" if feature.owner else None
    return " · ".join(part for part in (md(feature.area or ""), owner, launched) if part)


def _is_to_come(feature: Feature, as_of: date) -> bool:
    return feature.launched is not None and feature.launched > as_of


def answer(
    activity: Activity, pick: Selection, feature: Feature, changes: pl.DataFrame, silent: pl.DataFrame, period: Period
) -> Answer:
    """How many use it of those who could, whether that really changed, whether it went silent, and its target.

    changes: the feature's row, as `stats.changes` returns. silent: as `depth.silent` returns, of everybody.
    """
    who, name, row = population(activity, pick), md(feature.label), changes.row(0, named=True)
    n, of, quiet = row["n"], row["of"], silence(feature, silent, activity.calendar.as_of)
    if activity.units.is_empty():
        return Answer(f"**Nobody matches.** There are no {who} in this data.", "empty")
    young = not_yet(activity, "week")
    if young:
        return Answer(young, "young")
    if not of:
        few = f", or fewer than {activity.least}," if activity.least and feature.eligible else ""
        said = f"**Nobody{few} could use {name}** in {span(period)}: {_why_nobody(activity, feature, who)}."
        return Answer(said, "empty")
    whom = f"{of:,} eligible {who}"
    if not n:
        said = f"**Nobody used {name}** in {span(period)}, of {whom}. {quiet}"
        return Answer(said.strip(), "empty")
    if of < TOO_FEW:
        said = f"**{n:,} of {whom} used {name}** in {span(period)}: too few for a rate (it needs {TOO_FEW}). {quiet}"
        return Answer(said.strip(), "few")
    used = f"**{n:,} of {whom} ({percent(n, of)}) used {name}** in {span(period)}{_moved(row, period)}."
    aimed = "" if _is_to_come(feature, activity.calendar.as_of) else _against_target(feature, n, of)
    return Answer(" ".join(filter(None, (used, quiet, aimed))))


def _why_nobody(activity: Activity, feature: Feature, who: str) -> str:
    labels = {segment.key: segment.label for segment in activity.segments}
    rules = [f"{md(labels.get(key, key))} {' or '.join(map(md, values))}" for key, values in feature.eligible]
    if not rules:
        return f"none of the {who} was there"
    few = ", or too few are to be shown to you" if activity.least else ""
    return f"it is for {' and '.join(rules)}, and none of the {who} is{few}"


def _moved(row: dict[str, Any], period: Period) -> str:
    """The change against the period compared with, and whether it is real."""
    if row["change"] is None:
        return ""
    said = f"; {points(row['change'], row['of'])}, "
    if row["verdict"] == "real" and row["since"] is not None:
        real = "a real change: " if row["since"] >= period.first else ""
        return f"{said}{'' if _agrees(row) else 'yet '}{real}{swung(row, period.last)}"
    return said + {
        "watch": "one to watch: near the edge of its usual weekly swing",
        "normal": "inside its usual weekly swing",
    }.get(row["verdict"], "with too few weeks to tell a real change from noise")


def _agrees(row: dict[str, Any]) -> bool:
    """Whether the change is to the side on which the signal of the latest week lies; over a year it need not be."""
    return bool((row["change"] > 0) == row["up"])


def silence(feature: Feature, silent: pl.DataFrame, as_of: date) -> str:
    """That nobody has used it at all for far longer than is usual, or ever."""
    row, name = silent.row(0, named=True), md(feature.label)
    if row["last_day"] is None and feature.launched and _is_to_come(feature, as_of):
        return f"It launches on {day(feature.launched, year=True)}."
    if row["last_day"] is None:
        events = " or ".join(md(event) for event in feature.events[:3])
        return f"{name} has no events at all: is {events} what its use is called in your data?"
    after = row["last_day"] + timedelta(days=1)
    return f"**{name} has no events since {day(after)}: tracking may be broken.**" if row["silent"] else ""


def _against_target(feature: Feature, n: int, of: int) -> str:
    if feature.target is None:
        return ""
    gap = n / of - feature.target
    how = "reached" if gap >= 0 else f"{points(-gap, of).removeprefix('+')} short"
    return f"Target {aim(feature.target)}: {how}."


def aim(target: float) -> str:
    """A target as it is said.

    >>> aim(0.42), aim(0.125)
    ('42 %', '12.5 %')
    """
    return f"{100 * target:.3g} %"


# Headline numbers ----------------------------------------------------------------------------------------------------


def headline(
    feature: Feature, pick: Selection, changes: pl.DataFrame, period: Period,
    retained: pl.DataFrame, adopters: pl.DataFrame, times: pl.DataFrame,
) -> list[dict[str, Any]]:  # fmt: skip
    """Adopted, retained, new adopters and time to adopt, as `st.metric` takes them.

    changes: as `stats.changes` returns. retained: as `retention.pooled` returns, from first use to the same feature.
    adopters: the feature's new adopters in the period and the one compared with. times: as `time_to_adopt` returns.
    """
    return [_adopted(feature, pick, changes.row(0, named=True), period), _retained(retained, pick),
            _new(adopters, pick, period), _time(times, pick)]  # fmt: skip


def _adopted(feature: Feature, pick: Selection, row: dict[str, Any], period: Period) -> dict[str, Any]:
    n, of, change = row["n"], row["of"], row["change"]
    word, news = verdict(row, period.first), False
    if row["verdict"] == "real" and change is not None:
        news = row["since"] >= period.first and _agrees(row)
        word = "real" if news else f"{word}, by week"
    return {
        "label": f"Adopted · target {aim(feature.target)}" if feature.target else "Adopted, 4 weeks",
        "value": percent(n, of) if of >= TOO_FEW else f"{n:,} of {of:,}",
        "help": f"{n:,} of {many(of, 'eligible ' + pick.unit)} used it in {span(period)}.",
        "delta": None if change is None else f"{points(change, of)} · {word}",
        "delta_color": ("blue" if row["up"] else "orange") if news and change else "off",
        "delta_arrow": {"▲": "up", "▼": "down"}.get(arrow(change), "off"),
        "delta_description": None if change is None else against(pick),
    }


def against(pick: Selection) -> str:
    """What numbers are compared with, in short."""
    return "vs 4 wk before" if pick.compare == "previous" else "vs a year before"


def _retained(pooled: pl.DataFrame, pick: Selection) -> dict[str, Any]:
    later = rates(pooled.filter(pl.col("interval").is_between(1, SPOKEN)).tail(1))
    nothing: dict[str, Any] = {"interval": SPOKEN, "n": 0, "of": 0, "rate": None}
    row = later.row(0, named=True) if later.height else nothing
    sure = row["rate"] is not None
    return {
        "label": f"Retained, week {row['interval']}",
        "value": percent(row["n"], row["of"]) if sure else f"{row['n']:,} of {row['of']:,}" if row["of"] else "not yet",
        "help": f"{row['n']:,} of {many(row['of'], pick.unit)} who first used it in the weeks looked at used it again "
                f"in week {row['interval']} after; weeks of first use that have come so far.",
        "delta": f"95 %: {100 * row['low']:.0f}–{100 * row['high']:.0f}" if sure else None,
        "delta_color": "off", "delta_arrow": "off",
        "delta_description": f"n {count(row['of'])}" if sure else None,
    }  # fmt: skip


def _new(adopters: pl.DataFrame, pick: Selection, period: Period) -> dict[str, Any]:
    by_period = {last: (n, complete) for last, n, complete in adopters["period", "n", "complete"].rows()}
    now, (before, known) = by_period.pop(period.last)[0], next(iter(by_period.values()), (0, False))
    change = round(100 * (now / before - 1)) if known and before >= TOO_FEW else None
    return {
        "label": "New adopters", "value": count(now),
        "help": f"Eligible {PLURALS[pick.unit]} whose first use in all history was in {span(period)}.",
        "delta": None if change is None else f"{change:+d} %".replace("-", "−") if change else "0 %",
        "delta_color": "off", "delta_arrow": "off" if not change else "up" if change > 0 else "down",
        "delta_description": None if change is None else against(pick),
    }  # fmt: skip


def _time(times: pl.DataFrame, pick: Selection) -> dict[str, Any]:
    middle = survival.median(times).to_dicts()
    share = survival.summary(times, (WITHIN,)).to_dicts()
    enough = bool(middle) and middle[0]["units"] >= TOO_FEW
    days = middle[0]["median"] if enough else None
    within = share[0]["share"] if share else None
    low, high = (middle[0]["low"], middle[0]["high"]) if enough else (None, None)
    sure = "" if days is None else f" 95 %: {low} to {'not reached' if high is None else many(high, 'day')}."
    return {
        "label": "Time to adopt, median",
        "value": "too few" if not enough else "not reached" if days is None else many(days, "day"),
        "help": f"Days from when {PLURALS[pick.unit]} could first use it to first use, those who have not yet counted "
                "in (Kaplan-Meier); without those who used it before its launch. Not reached: under half have."
                + sure,
        "delta": None if within is None else f"{100 * within:.0f} % within {WITHIN} days",
        "delta_color": "off", "delta_arrow": "off",
    }  # fmt: skip


# The overview --------------------------------------------------------------------------------------------------------


def weekly(feature: Feature, pick: Selection, weeks: pl.DataFrame) -> str:
    """The line under weekly adoption. weeks: as `stats.usual_swing` returns."""
    known = weeks.filter(pl.col("centre").is_not_null()).height
    said = f"Share of eligible {PLURALS[pick.unit]} that used {md(feature.label)} in each week."
    if not known:
        return f"{said} No limits yet: they need 6 whole weeks since the first use."
    said += f" Grey: its usual swing (natural process limits, from {known} weeks). ▲▼ blue or orange: part of a signal."
    return f"{said} Thin line: the share in the 4 weeks to then, which the target is of." if feature.target else said


def trend(feature: Feature, weeks: pl.DataFrame, shown: int) -> str:
    """What weekly adoption shows, in a sentence. weeks: as `stats.usual_swing` returns."""
    whole = weeks.filter("complete").tail(shown).filter(pl.col("rate").is_not_null())
    if whole.is_empty():
        return f"**{md(feature.label)} by week**: no whole week with enough units for a rate yet."
    last, beyond = whole.row(-1, named=True), int(whole["outside"].sum())
    said = f"**{percent(last['n'], last['of'])} in the week to {day(last['period'])}**"
    if last["centre"] is None:
        return f"{said}; too early to say what is usual."
    if last["signal"]:
        low, usual, high = (percent(last[name] * last["of"], last["of"]) for name in ("lower", "centre", "upper"))
        side = "above" if last["rate"] > last["centre"] else "below"
        if last["lower"] <= last["rate"] <= last["upper"]:
            return f"{said}, part of a run {side} its usual {usual}."
        return f"{said}, {side} its usual swing of {low} to {high}."
    return f"{said}, inside its usual swing; {beyond or 'none'} of the last {whole.height} weeks beyond it."


def opened(weeks: pl.DataFrame, as_of: date) -> str:
    """How much of the open week there is: 3 of 7 days."""
    last = weeks.filter(~pl.col("complete"))["period"].max()
    return f"{7 - (cast(date, last) - as_of).days} of 7 days" if last is not None else ""


def stages(feature: Feature, counts: pl.DataFrame) -> str:
    """How far people come with it, in a sentence. counts: as `depth.stages` returns."""
    n = dict(counts["stage", "n"].rows())
    if not n.get("eligible"):
        return f"**How deep?** {NOBODY}"
    if n["tried"] < TOO_FEW:
        return f"**{n['tried']:,} have tried it**, {n['habitual']:,} with a habit: too few for rates."
    return (f"**{percent(n['habitual'], n['tried'])} of those who tried it have a habit**: "
            f"{n['habitual']:,} of {n['tried']:,}.")  # fmt: skip


STAGES = ("Eligible: on the last day. Tried: ever. Repeated: in 2 or more weeks. Habitual: in 3 of the last 4 full "
          "weeks. Each of those before; active (any feature, last 28 days) stands beside. Shares of the "
          "eligible.")  # fmt: skip


def launches(feature: Feature, curves: dict[str, pl.DataFrame], first_day: date) -> str:
    """How it does since launch against the others at the same age. curves: feature key -> rates by week, complete.

    first_day: when history begins.
    """
    name = md(feature.label)
    if feature.launched is None:
        return f"**Since launch**: no launch date is set for {name} (`launched` in the product file)."
    if feature.launched < first_day:
        return f"**Since launch**: {name} came out before history begins, so its first uses were not seen."
    own = curves.get(feature.key)
    if own is None or own.filter(pl.col("rate").is_not_null()).is_empty():
        return f"**Since launch**: nothing to draw yet; {name} needs a whole week after its launch within history."
    last = own.filter(pl.col("rate").is_not_null()).row(-1, named=True)
    said = f"**{percent(last['n'], last['of'])} have used it by week {last['week']}**"
    ahead = [_is_ahead(own, curve) for key, curve in curves.items() if key != feature.key]
    known = [one for one in ahead if one is not None]
    if not known:
        return f"{said}; there is no other launch to compare with."
    if len(known) == 1:
        return f"{said}, {'ahead of' if known[0] else 'behind'} the one other launch at the same age."
    return f"{said}, ahead of {sum(known)} of {len(known)} other launches at the same age."


def _is_ahead(own: pl.DataFrame, other: pl.DataFrame) -> bool | None:
    """Whether a launch did better than another at the latest age that both have reached; None without one."""
    both = own.join(other.select("week", was="rate"), on="week").drop_nulls(("rate", "was")).sort("week").tail(1)
    return bool(both["rate"][0] > both["was"][0]) if both.height else None


LAUNCHES = "Share of the eligible that have ever used it; week 0 is that of the launch. Grey: other launches."
