"""What the tabs of the feature page say: who lags and leads for sure, how often it is used, and the lift."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl

from components.theme import percent, points
from components.words import PLURALS, many, md
from queries.product import Feature, Selection
from queries.stats import TOO_FEW, difference, rates, units_needed

LONG = 60  # characters of a segment's name
MOST_LISTED = 8  # segments, in words
ALIKE = 0.02  # a gap that is surely no larger is none in practice
HOPELESS = 10  # times as many units as there are: then it is no question of waiting
CAVEAT = "Association, not proof: those who use it early may differ in other ways."
LANDMARK, SPOKEN = 7, 4  # days; the week that is spoken of
GROUPS = {"lag": "Lagging, and sure", "lead": "Leading, and sure", "unsure": "Cannot tell yet"}


# Who -----------------------------------------------------------------------------------------------------------------

NO_LIFT = ("**Not measured here.** A filter by what the events say, or by what people did, would make the two groups "
           "differ by that filter. Take it off to see the lift.")  # fmt: skip


def apart(cells: pl.DataFrame, unit: str, named: Collection[str]) -> dict[str, list[str]]:
    """Segments told apart: those that surely lag, surely lead, or of which nobody can tell, a line each.

    cells: as `stats.against_the_rest` returns, of one feature. named: the segments that are spoken of.
    """
    found: dict[str, list[str]] = {group: [] for group in GROUPS}
    for row in cells.sort("gap", nulls_last=True).iter_rows(named=True):
        if row["segment"] in named and row["of"]:
            group = "unsure" if not row["marked"] else "lag" if row["gap"] < 0 else "lead"
            found[group].append(_line(row, cells, unit))
    found["lead"].reverse()
    return found


def _line(row: dict[str, Any], cells: pl.DataFrame, unit: str) -> str:
    name = row["segment"]
    name = f"**{md(name if len(name) <= LONG else name[: LONG - 1] + '…')}**"
    if row["gap"] is None:
        few = "too few for a rate" if row["of"] < TOO_FEW else "too few others to compare with"
        return f"{name}: {row['n']:,} of {row['of']:,}, {few}."
    n, of = int(cells["n"].sum()) - row["n"], int(cells["of"].sum()) - row["of"]
    here = f"{name}: {percent(row['n'], row['of'])} against {percent(n, of)} elsewhere"
    low, high = (points(row[name], row["of"]).removesuffix(" pt") for name in ("gap_low", "gap_high"))
    span = f"gap {low} to {high} pt"
    if row["marked"]:
        return f"{here} (n {row['of']:,}; {span}, 95 %)."
    return f"{here} (n {row['of']:,}; {span}). {_needed(row, n, of, unit)}".strip()


def listing(title: str, lines: list[str]) -> str:
    """The first of some lines under a title, and how many more there are."""
    rest = [f"- and {len(lines) - MOST_LISTED:,} more, in the table"] if len(lines) > MOST_LISTED else []
    return "\n".join([f"**{title}**", "", *(f"- {line}" for line in lines[:MOST_LISTED]), *rest])


def _needed(row: dict[str, Any], n: int, of: int, unit: str) -> str:
    more = units_needed(row["n"], row["of"], n, of)
    if max(-row["gap_low"], row["gap_high"]) <= ALIKE:
        return "Practically the same."
    if more is None or more > HOPELESS * row["of"]:
        return "Too small a gap to tell at this size."
    if not more:
        return "Close to sure: look again next week."
    return f"Needs at least about {many(_about(more), 'more ' + unit)}."


def _about(number: int) -> int:
    """To two digits, because it is an estimate.

    >>> _about(1234), _about(57)
    (1200, 57)
    """
    step = 10 ** max(0, len(str(number)) - 2)
    return int(round(number / step) * step)


def overlapping(feature: Feature, label: str, why: list[str]) -> str:
    """The answer where a unit may be in several segments, or the segments are chosen by their outcome."""
    return f"**{md(feature.label)} by {md(label)}**: {'; '.join(why)}: none is compared with the others."


def segments(feature: Feature, label: str, found: Mapping[str, list[str]]) -> str:
    """What the split shows, in a sentence. label: of the segment."""
    lag, lead, unsure = (len(found[group]) for group in GROUPS)
    said = f"**{md(feature.label)} by {md(label)}**: "
    if not lag + lead + unsure:
        return f"{said}nobody to compare."
    sure = f"{lag or 'none'} lagging and {lead or 'none'} leading for sure" if lag or lead else "no sure difference"
    return f"{said}{sure}, {unsure or 'none'} that cannot be told yet."


def segments_note(cells: pl.DataFrame, unit: str) -> str:
    """The line under the dots."""
    few = " Hollow: under 100." if cells.filter(pl.col("of").is_between(TOO_FEW, 99)).height else ""
    return (f"Share of eligible {PLURALS[unit]} in the last 4 full weeks, with its 95 % interval (Wilson); the line is "
            f"all of them together. Coloured: differs from the rest by more than chance (Benjamini–Hochberg, 10 %, "
            f"among these, and the 95 % interval of the gap leaves out 0), by "
            f"today's value of the attribute.{few}")  # fmt: skip


def times(shown: int, of: int, timed: pl.DataFrame, unit: str) -> str:
    """The line under time to adopt. timed: as `not_timed` returns."""
    n, everybody = int(timed["n"].sum()), int(timed["of"].sum())
    said = f"Kaplan-Meier: {n:,} of {many(everybody, unit)} timed, from when each could first use it; "
    said += "others used it before, or began before history or at an unknown time"
    more = f". The {shown} largest of {of} segments" if shown < of else ""
    return f"{said}{more}. A line ends where under {TOO_FEW} are still watched."


def listed(users: pl.DataFrame, unit: str, shown: int) -> str:
    """Who used it and who did not, counted. users: as `who.users_of` returns."""
    used = int(users["used"].sum())
    said = f"**{many(used, unit)} used it in the last 4 full weeks**, {users.height - used:,} that could did not."
    return f"{said} The first {shown:,} of each are shown; all are in the CSV." if users.height > shown else said


# Return --------------------------------------------------------------------------------------------------------------


def frequency(days: pl.DataFrame, unit: str) -> str:
    """On how many days of a week it is used. days: as `frequency_days` returns."""
    weeks = int(days["of"].max() or 0)  # type: ignore[arg-type]
    if weeks < TOO_FEW:
        return f"**How often?** {many(weeks, f'{unit}-week')} with it: too few to say."
    once = int(days.filter(pl.col("days") == 1)["n"].sum())
    often = int(days.filter(pl.col("days") == 3)["at_least"].sum())
    return (f"**On one day in {percent(once, weeks)} of the weeks with it**, "
            f"on 3 or more in {percent(often, weeks)} (of {weeks:,} {unit}-weeks).")  # fmt: skip


# Lift ----------------------------------------------------------------------------------------------------------------


def lift(feature: Feature, pick: Selection, counts: pl.DataFrame) -> str:
    """Whether those who used it early come back more, how sure that is, and that it proves nothing.

    counts: as `lift` returns.
    """
    name, week, units = md(feature.label), spoken_week(counts), PLURALS[pick.unit]
    at = {group: (n, of) for group, n, of in counts.filter(pl.col("week") == week)["group", "n", "of"].rows()}
    (n1, of1), (n0, of0) = at.get("used", (0, 0)), at.get("not yet", (0, 0))
    gap = difference(n1, of1, n0, of0)
    early = f"used {name} in their first {LANDMARK} days"
    if gap is None:
        since = " since its launch" if feature.launched else ""
        return (f"**Too few to compare**: of the {units} who entered{since}, {of1:,} {early} and {of0:,} did not, "
                f"among those there long enough; each side needs {TOO_FEW}.")  # fmt: skip
    value, low, high = (points(number, min(of1, of0)) for number in (gap.value, gap.low, gap.high))
    found = f"{value}; 95 %: {low} to {high}"
    sure = "no sure difference" if not gap.sure else "more" if gap.value > 0 else "fewer"
    return (f"**{percent(n1, of1)} against {percent(n0, of0)}: {sure} ({found})** were active in week {week} after day "
            f"{LANDMARK}, of {of1:,} {units} who {early} and {of0:,} who had not. {CAVEAT}")  # fmt: skip


def spoken_week(counts: pl.DataFrame) -> int:
    """The week that is spoken of: the fourth, or the latest before it for which both groups are large enough."""
    enough = counts.group_by("week").agg(pl.col("of").min()).filter(pl.col("of") >= TOO_FEW, pl.col("week") <= SPOKEN)
    return int(enough["week"].max() or SPOKEN)  # type: ignore[arg-type]


LIFT = ("Share active in any feature in each week after the landmark (day 7), with 95 % bands. Both groups are formed "
        "on that day, so nobody is credited for staying long enough to try it. Later weeks hold only those who entered "
        "earlier.")  # fmt: skip


def is_drawn(counts: pl.DataFrame) -> bool:
    """Whether there is any rate to draw."""
    return rates(counts)["rate"].null_count() < counts.height
