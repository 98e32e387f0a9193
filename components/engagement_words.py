"""What the engagement page says: the answer of each view, the four headline numbers, and the small print."""

from datetime import timedelta
from typing import Any

import polars as pl

from components.engagement_numbers import MONTH, QUADRANTS, Overview, Series, differ, dots, medians, promise
from components.theme import count, day, percent, points
from components.words import PLURALS, Answer, many, md, not_yet, population, span, titles
from queries.activity import Activity
from queries.calendar import Period
from queries.product import Selection
from queries.stats import TOO_FEW

OVERLAPPING = (" By what the events say, one may be in several rows, new to, back to and gone from that value alone: "
               "rows do not add up.")  # fmt: skip
SEGMENTS = ("Stickiness of the last 28 days, its interval clustered; new, returning, back and gone in the last whole "
            "week. Nothing is compared here; a quick ratio needs 30 gone.")  # fmt: skip


def nobody(activity: Activity, pick: Selection) -> Answer | None:
    """Why there is nothing to say in any view: nobody is left, or no week is over yet; None where there is."""
    if activity.units.is_empty():
        return Answer(f"**Nobody matches.** There are no {population(activity, pick)} in this data.", "empty")
    young = not_yet(activity, "week")
    return Answer(young, "young") if young else None


# Matrix --------------------------------------------------------------------------------------------------------------


def matrix(activity: Activity, pick: Selection, found: pl.DataFrame, weeks: tuple[Period, ...]) -> Answer:
    """Which feature is at the core, which deserves more users. found: as `placed` returns."""
    none = nobody(activity, pick)
    if none:
        return none
    who, names = population(activity, pick), {key: md(label) for key, label in titles(activity.features).items()}
    used, over = found.filter(pl.col("users") > 0), span(Period(weeks[0].first, weeks[-1].last))
    if used.is_empty():
        if not found["weeks"].sum():
            ends = day(activity.calendar.period_of(activity.calendar.as_of + timedelta(days=1), "week").last)
            return Answer(f"**Not yet.** The first week that is whole in history ends on {ends}.", "young")
        return Answer(f"**No feature was used** by any of the {who} in {over}.", "empty")
    first = used.row(0, named=True)
    if first["of"] < TOO_FEW:
        counts = f"{first['n']:,} of {first['of']:,} active {who} used it"
        return Answer(f"**{names[first['feature']]}** is used most: {counts} in {over}. "
                      f"Too few for a rate (it needs {TOO_FEW}).", "few")  # fmt: skip
    core = dots(used.filter(pl.col("quadrant") == "Core"))
    row = core.row(0, named=True) if core.height else first
    what = "is a core feature" if core.height else "is used most"
    rate = f"{percent(row['n'], row['of'])} of {row['of']:,} active {who} use it"
    said = [f"**{names[row['feature']]}** {what}: {rate}{_often(row)}, in {over}.", _promise(used, names), _sizes(used)]
    return Answer(" ".join(filter(None, said)))


def _often(row: dict[str, Any]) -> str:
    return "" if row["often"] is None else f", on {row['often']:.1f} days in a week of use"


def _promise(used: pl.DataFrame, names: dict[str, str]) -> str:
    key = promise(used)
    if key is None:
        return ""
    row = used.filter(pl.col("feature") == key).row(0, named=True)
    return f"Used by few but often: **{names[key]}**, {percent(row['n'], row['of'])} of them{_often(row)}."


def _sizes(used: pl.DataFrame) -> str:
    if medians(used)[0] is None:
        return ""
    if not differ(used):
        least, most = (f"{dots(used)['often'].sort()[i]:.2f}" for i in (0, -1))
        return (f"All features are used about as often, {least} to {most} days in a week of use, so only breadth tells "
                "them apart: no quadrants.")  # fmt: skip
    sizes = [(used.filter(pl.col("quadrant") == name).height, name.lower()) for name in QUADRANTS]
    return f"Of {dots(used).height} features: {', '.join(f'{n} {name}' for n, name in sizes if n)}."


def matrix_print(found: pl.DataFrame, pick: Selection, weeks: tuple[Period, ...]) -> str:
    """The line under the matrix: axes, lines, sizes, and what is not drawn."""
    units, over = PLURALS[pick.unit], f"{len(weeks)} whole weeks" if len(weeks) > 1 else "one whole week"
    said = [f"Over {over}. Breadth: share of active {units} that used it; frequency: days used, in weeks with any use",
            f"the larger, the more {units}; hollow: under 100"]  # fmt: skip
    x, y = medians(found)
    if x is not None and y is not None:
        middle = f"the medians of the features ({100 * x:.0f} %, {y:.1f} days)"
        said.append(f"dashed: {middle if differ(found) else f'the median breadth ({100 * x:.0f} %)'}")
    few = int((found["often"].is_null() & (found["users"] > 0)).sum())
    if few:
        have = "has" if few == 1 else "have"
        said.append(f"{many(few, 'feature')} {have} fewer than {TOO_FEW} {units}: counts in the table, no dot")
    return "; ".join(said) + ". A dot opens its feature."


# Stickiness ----------------------------------------------------------------------------------------------------------


def stickiness(activity: Activity, pick: Selection, now: Overview, spread: pl.DataFrame) -> Answer:
    """On how many of 28 days they came, how sure that is, and whether it changed. spread: `days_active` of them."""
    none = nobody(activity, pick)
    if none:
        return none
    month, who = now.month, population(activity, pick)
    over = f"the 28 days to {day(activity.calendar.as_of)}"
    if not month["complete"]:
        return Answer(f"**Not yet.** Stickiness is that of 28 days; history began on "
                      f"{day(activity.calendar.first_day)}.", "young")  # fmt: skip
    if not month["units"]:
        return Answer(f"**Nobody was active.** None of the {who} used an active feature in {over}.", "empty")
    if month["units"] < TOO_FEW:
        mean = f"on {month['n'] / month['units']:.1f} of them on average"
        whom, verb = population(activity, pick, month["units"]), "was" if month["units"] == 1 else "were"
        return Answer(f"**Too few for a rate.** {month['units']:,} {whom} {verb} active in {over}, {mean}; "
                      f"stickiness needs {TOO_FEW}.", "few")  # fmt: skip
    came = f"**{PLURALS[pick.unit].capitalize()} came on {month['n'] / month['units']:.1f} of 28 days**"
    rate = f"stickiness {_rate(month)} ({band(month)}) of {month['units']:,} active {who} in {over}"
    return Answer(f"{came}: {rate}. Week by week, {judged(now.sticky)}{_swing(now.sticky)}. {_half(spread)}".strip())


def _rate(month: dict[str, Any]) -> str:
    return percent(month["rate"] * month["units"], month["units"])


def band(row: dict[str, Any]) -> str:
    """The 95 % interval of a rate."""
    return f"95 %: {100 * row['low']:.1f}–{100 * row['high']:.1f}"


def _swing(weekly: Series) -> str:
    """Where the latest week lies in the usual swing, in percent."""
    last = weekly.weeks.tail(1)
    if weekly.verdict == "too few" or last["lower"].is_null().any():
        return ""
    value, low, high = last.select("value", "lower", "upper").row(0)
    return f" ({100 * value:.1f} % in the last week; usual swing {100 * low:.1f}–{100 * high:.1f})"


def _half(spread: pl.DataFrame) -> str:
    """What the more active half do."""
    half = spread.filter(2 * pl.col("at_least").cast(pl.Int64) >= pl.col("of"))
    if half.is_empty() or spread["of"][0] < TOO_FEW:
        return ""
    most = half["days"].sort()[-1]
    return f"Half of them came on {most} {'day' if most == 1 else 'days'} or more."


def judged(weekly: Series) -> str:
    """What a weekly series did, in words: a signal is real, and all else is not."""
    along = f"{'above' if weekly.up else 'below'} the line of its {weekly.trend}"
    usual = along if weekly.trend else f"{'higher' if weekly.up else 'lower'} than usual"
    if weekly.weeks.tail(1)["value"].is_null().any() and weekly.weeks["value"].count():
        return "too few in the last week to judge"
    if weekly.since is not None:
        since = f"{usual} since w/e {day(weekly.since, now=weekly.weeks['day'][-1])}"
        return f"a real change, {since}" if weekly.news else since
    return {
        "watch": f"one to watch, {usual}",
        "normal": f"steady {weekly.trend}, no real change beyond it" if weekly.trend else "no real change",
    }.get(weekly.verdict, "too few weeks to tell a real change from noise")


def stickiness_print(pick: Selection) -> str:
    """The line under the figures of stickiness."""
    units = PLURALS[pick.unit]
    return (f"Stickiness = mean daily active {units} (DAU) of 28 days / {units} active in them (MAU). DAU, WAU, MAU "
            "of a day: active on it, in the 7, in the 28 days that end with it, where these lie in history. "
            f"Weekly stickiness = {pick.unit}-days of a calendar week / (7 x its active {units}): weeks share no day, "
            "so a change can be told from noise; dashed: its natural process limits and centre, from all of history "
            "(the scale is zoomed in).")  # fmt: skip


# Lifecycle -----------------------------------------------------------------------------------------------------------


def lifecycle(activity: Activity, pick: Selection, now: Overview, flow: pl.DataFrame) -> Answer:
    """Who the active are, and whether more came than left. flow: as `flows` returns."""
    none = nobody(activity, pick)
    if none:
        return none
    if flow.is_empty():
        return Answer("**Not yet.** Lifecycle needs two whole weeks of history, one before the other.", "young")
    row, who = flow.row(-1, named=True), population(activity, pick)
    over = f"the week to {day(row['period'])}"
    if not row["active"]:
        return Answer(f"**Nobody was active.** None of the {who} used an active feature in {over}.", "empty")
    if row["active"] < TOO_FEW:
        parts = f"{row['new']:,} new, {row['returning']:,} returning, {row['resurrected']:,} back"
        return Answer(f"**Too few for rates.** Of {row['active']:,} active "
                      f"{population(activity, pick, row['active'])} in {over}: {parts}; {row['dormant']:,} left.",
                      "few")  # fmt: skip
    new, stayed, back = (percent(row[name], row["active"]) for name in ("new", "returning", "resurrected"))
    parts = f"{new} are new, {stayed} returning, {back} back after a pause"
    return Answer(f"**Of {row['active']:,} active {who} in {over}** {parts}. {_quick(row, flow)} "
                  f"Weekly actives: {judged(now.wau)}.")  # fmt: skip


def _quick(row: dict[str, Any], flow: pl.DataFrame) -> str:
    came, left = row["came"], row["dormant"]
    counts = f"{came:,} came or came back and {left:,} left" if left else f"{came:,} came or came back"
    total = quick(*flow.select(pl.col("came", "dormant").sum()).row(0))
    longer = f" ({total.removeprefix('quick ratio ')} over the {flow.height} weeks)" if flow.height > 1 and left else ""
    return f"{counts}: {quick(came, left)}{longer}."


def quick(came: int, left: int) -> str:
    """The quick ratio.

    >>> quick(55, 50), quick(3, 0), quick(3, 2)
    ('quick ratio 1.10', 'nobody left', 'too few for a ratio')
    """
    if left < TOO_FEW:
        return "too few for a ratio" if left else "nobody left"
    return f"quick ratio {came / left:.2f}"


def lifecycle_print(activity: Activity, pick: Selection) -> str:
    """The line under the lifecycle."""
    unit = pick.unit
    some = "Only the events filtered by are looked at: new, back and dormant are so in them. "
    return (f"{some if activity.of_some_events else ''}Whole calendar weeks, by any active feature. "
            f"New = first active ever, not first use of a feature; a {unit} whose start is unknown is never new. "
            "Returning = active the week before too. Resurrected = "
            "back after a week or more away. Dormant = active the week before, not in this one: below zero. "
            "Quick ratio = (new + resurrected) / dormant; over 1, more came than left; "
            f"none under {TOO_FEW} dormant.")  # fmt: skip


# Headline ------------------------------------------------------------------------------------------------------------


def headline(now: Overview, pick: Selection) -> list[dict[str, Any]]:
    """DAU, WAU, MAU and stickiness as `st.metric` takes them; coloured only where the change is real and new."""
    year, month, units = pick.compare == "year", now.month, PLURALS[pick.unit]
    before = now.before if now.before["complete"] else {"n": None, "units": None, "rate": None}
    wau, wau_before = _weekly(now, 52 if year else 1)
    dau, dau_before = (None if row["n"] is None else row["n"] / MONTH for row in (month, before))
    gap = None if None in (month["rate"], before["rate"]) else points(month["rate"] - before["rate"], month["units"])
    share = "—" if month["rate"] is None else _rate(month)
    exact = f" {band(month)}, clustered by {pick.unit}." if month["rate"] is not None else ""
    of28, ago = ("vs a year before",) * 2 if year else ("vs 4 wk before", "vs wk before")
    numbers = [
        ("DAU", _count(dau), _grown(dau, dau_before), of28, now.dau,
         f"Daily active {units}, mean of the last 28 days."),
        ("WAU", _count(wau), _grown(wau, wau_before), ago, now.wau,
         f"Weekly active {units}, last whole calendar week."),
        ("MAU", _count(month["units"]), _grown(month["units"], before["units"]), of28, None,
         f"Monthly active {units}, last 28 days. No verdict, for 28-day values overlap from week to week."),
        ("Stickiness", share, gap, of28, now.sticky, f"Mean DAU / MAU of the last 28 days.{exact}"),
    ]  # fmt: skip
    return [_metric(*number) for number in numbers]


def _weekly(now: Overview, back: int) -> tuple[float | None, float | None]:
    """Weekly actives of the last whole week, and of one so many weeks before."""
    values = now.actives["units"]
    return (values[-1] if len(values) else None), (values[-1 - back] if len(values) > back else None)


def _metric(
    label: str, value: str, change: str | None, against: str, weekly: Series | None, meaning: str
) -> dict[str, Any]:
    arrow = {"+": "up", "−": "down"}.get((change or " ")[0], "off")
    real = weekly is not None and weekly.news and arrow == ("up" if weekly.up else "down")
    said = f" Week by week: {judged(weekly)}." if weekly else ""
    return {
        "label": label, "value": value, "help": meaning + said, "delta": change, "delta_arrow": arrow,
        "delta_color": {"up": "blue", "down": "orange"}[arrow] if real else "off",
        "delta_description": f"{against}{' · real' if real else ''}" if change else None,
    }  # fmt: skip


def _count(n: float | None) -> str:
    return "—" if n is None else count(n)


def _grown(now: float | None, before: float | None) -> str | None:
    """The change of a count in percent; nothing where there was too little before."""
    if now is None or before is None or before < TOO_FEW:
        return None
    change = round(100 * (now / before - 1), 1)
    return f"{change:+g} %".replace("-", "−") if change else "0 %"


# Figures in words ----------------------------------------------------------------------------------------------------


def ends_spoken(lines: pl.DataFrame) -> str:
    """Where the lines of DAU, WAU and MAU end."""
    last = lines.drop_nulls("n").sort("day").group_by("window", maintain_order=True).agg(pl.col("n").last())
    return ", ".join(f"{name} {n:,}" for name, n in last.rows())


def spoken_quick(flow: pl.DataFrame) -> str:
    """The quick ratio of the last week that has one, and how far it ranged."""
    ratios = flow["quick"].drop_nulls().to_list()
    return f"{ratios[-1]:.2f} in the last week, from {min(ratios):.2f} to {max(ratios):.2f}"
