"""What the adoption page says: the answer, the four headline numbers, and the small print."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import polars as pl

from components.theme import count, day, percent, points
from components.words import PLURALS, Answer, many, md, named, not_yet, population, span, swung, titles
from queries.activity import Activity, By
from queries.calendar import Period
from queries.measures.adoption import Denominator
from queries.product import Selection
from queries.stats import TOO_FEW, charted

WHO = {
    "eligible": "could use the feature: they have entered, have not ended, and meet its rule",
    "active": "used any active feature in the period",
    "all": "have entered and have not ended",
}
OF = {"eligible": "eligible ", "active": "active ", "all": ""}


def shares(unit: str, period: Period, of: Denominator) -> str:
    """What the cells of the features and segments are."""
    return f"Adoption by feature and segment: of {OF[of]}{PLURALS[unit]}, in {span(period)}"


def answer(
    activity: Activity, pick: Selection, changes: pl.DataFrame, cells: pl.DataFrame, period: Period, of: Denominator,
    by: By = (),
) -> Answer:  # fmt: skip
    """What is used most, what newly left its usual swing, and where a segment surely lags.

    changes: as `stats.changes` returns. cells: as `stats.against_the_rest` returns, by these segments.
    """
    who = population(activity, pick)
    if activity.units.is_empty():
        return Answer(f"**Nobody matches.** There are no {who} in this data.", "empty")
    used = changes.filter(pl.col("n") > 0)
    if used.is_empty():
        young = not_yet(activity, "week")
        nothing = f"**No feature was used** by any of the {who} in {span(period)}."
        return Answer(young, "young") if young else Answer(nothing, "empty")
    names = {key: md(label) for key, label in titles(activity.features).items()}
    first = used.sort("n", descending=True).row(0, named=True)
    whom = f"{first['of']:,} {OF[of]}{who}"
    rate = f"{percent(first['n'], first['of'])} of {whom}"
    if first["of"] < TOO_FEW:
        rate = f"{first['n']:,} of {whom}, too few for a rate (it needs {TOO_FEW})"
    most = f"**{names[first['feature']]}** is used most: {rate} in {span(period)}."
    spoken_of = _open(activity, cells, of).filter(pl.col("segment").is_in(named(activity, by)))
    said = " ".join(filter(None, [most, _moved(changes, names, period), _apart(spoken_of, names)]))
    return Answer(said, "few" if first["of"] < TOO_FEW else "")


def _moved(changes: pl.DataFrame, names: dict[str, str], period: Period) -> str:
    real = changes.filter((pl.col("verdict") == "real") & (pl.col("since") >= period.first))
    if (changes["verdict"] == "not judged").all():
        return ""
    if (changes["verdict"] == "too few").all():
        return "There are too few units or weeks to tell a real change from noise."
    if real.is_empty():
        return "No feature has really changed of late."
    ranked = real.sort(pl.col("change").abs(), descending=True, nulls_last=True)
    said = [f"**{names[row['feature']]}** ({_change(row)}{swung(row, period.last)})"
            for row in ranked.head(3).iter_rows(named=True)]  # fmt: skip
    more = f" and {real.height - 3} more" if real.height > 3 else ""
    return f"Really changed: {', '.join(said)}{more}."


def _change(row: dict[str, Any]) -> str:
    """The side of the signal, and the change; the latter alone where it is the other way, as over a longer time."""
    if row["change"] is None:
        return f"{side(row)} "
    change = points(row["change"], row["of"])
    return f"{side(row)} {change}, " if (row["change"] > 0) == row["up"] else f"{change}, yet "


def _open(activity: Activity, cells: pl.DataFrame, of: Denominator) -> pl.DataFrame:
    """The cells in which a difference is a finding: out of more than the eligible, a rule alone makes one."""
    gated = [feature.key for feature in activity.features if feature.eligible and of != "eligible"]
    return cells.filter(~pl.col("feature").is_in(gated))


def _apart(cells: pl.DataFrame, names: dict[str, str]) -> str:
    """The segment that differs most from the rest, of those that surely do."""
    sure = cells.filter("marked")
    if sure.is_empty():
        return ""
    row = sure.sort(pl.col("gap").abs(), descending=True).row(0, named=True)
    here, elsewhere = percent(row["n"], row["of"]), percent(row["rest"] * row["of"], row["of"])
    low, high = points(row["gap_low"], row["of"]), points(row["gap_high"], row["of"])
    verb = "lags" if row["gap"] < 0 else "leads"
    where = f"**{md(row['segment'])}** {verb} most in **{names[row['feature']]}**"
    return f"{where}: {here} against {elsewhere} elsewhere (n {row['of']:,}; gap {low} to {high}, 95 %)."


def arrow(change: float | None) -> str:
    """Up, down, or a dash for no change."""
    return "–" if not change else "▲" if change > 0 else "▼"


def side(row: Mapping[str, Any]) -> str:
    """On which side of what is usual a signal lies."""
    return "▲" if row["up"] else "▼"


def verdict(row: Mapping[str, Any], recent: date) -> str:
    """A verdict as it stands in a table, with the side of a signal; one that began before `recent` is no news.

    >>> verdict({"verdict": "real", "up": True, "since": date(2025, 10, 5)}, recent=date(2026, 10, 19))
    '▲ since 5 Oct 2025'
    >>> verdict({"verdict": "real", "up": False, "since": date(2026, 11, 1)}, recent=date(2026, 10, 19))
    '▼ real'
    """
    if row["verdict"] != "real" or row["since"] is None:
        return str(row["verdict"])
    return f"{side(row)} since {day(row['since'], now=recent)}" if row["since"] < recent else f"{side(row)} real"


def headline(
    now: pl.DataFrame, before: pl.DataFrame, breadth: pl.DataFrame, breadth_before: pl.DataFrame,
    started: pl.DataFrame, pick: Selection, *, judged: bool = True, of_some_events: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """The headline numbers as `st.metric` takes them.

    now, before: as `reach` returns. breadth, breadth_before: as `breadth` returns. started: as `activation` returns, of
    weekly cohorts. judged: whether anything may be compared. of_some_events: whether only some events are counted.
    """
    a, b, units = now.row(0, named=True), before.row(0, named=True), PLURALS[pick.unit]
    compared = b["complete"] and judged  # before history there is nothing to compare with
    b = b if compared else {"n": 0, "of": 0, "adopted": 0}
    share = points(a["n"] / a["of"] - b["n"] / b["of"], a["of"]) if min(a["of"], b["of"]) >= TOO_FEW else None
    middle, was = median(breadth), median(breadth_before) if b["of"] else None
    features = None if middle is None or was is None else _signed(middle - was)
    used = percent(a["n"], a["of"]) if a["of"] >= TOO_FEW else f"{a['n']} of {a['of']}"
    some = ", in the events filtered by" if of_some_events else ""
    numbers = [
        (f"Eligible {units}", count(a["of"]), _grown(a["of"], b["of"]),
         "Entered by the last day of the 4 weeks, and not ended before their first."),
        ("Used a feature", used, share, f"{a['n']:,} of {many(a['of'], pick.unit)} used an active feature."),
        ("Median features used", "—" if middle is None else f"{middle:g}", features,
         f"Distinct features used in the 4 weeks, over the {units} that used at least one."),
        ("New adopters", count(a["adopted"]), _grown(a["adopted"], b["adopted"]),
         f"{units.capitalize()} who used some feature for the first time in all history{some}."),
        _activated(started, pick, judged=judged),
    ]  # fmt: skip
    against = "vs 4 wk before" if pick.compare == "previous" else "vs a year before"
    return [
        {"label": label, "value": value, "help": meaning, "delta": change, "delta_arrow": _direction(change),
         "delta_color": "off", "delta_description": against if change else None}
        for label, value, change, meaning in numbers
    ]  # fmt: skip


def _activated(started: pl.DataFrame, pick: Selection, *, judged: bool) -> tuple[str, str, str | None, str]:
    """Of those who entered in the latest 4 weekly cohorts that can be told: label, value, change, meaning."""
    whole = started.filter("complete").sort("cohort")
    now = whole.tail(4)
    back = pl.col("cohort") + pl.duration(days=28 if pick.compare == "previous" else 364)
    then = whole.with_columns(back).join(now.select("cohort"), on="cohort", how="semi")
    (n, of), (n0, of0) = ((int(frame["n"].sum()), int(frame["of"].sum())) for frame in (now, then))
    value = percent(n, of) if of >= TOO_FEW else f"{n} of {of}" if of else "—"
    enough = judged and min(of, of0) >= TOO_FEW and then.height == now.height
    change = points(n / of - n0 / of0, min(of, of0)) if enough else None
    swing = charted(whole.rename({"cohort": "period"}).select("period", "n", "of"), judged=judged)
    said = {"real": "it has really changed", "watch": "one to watch", "normal": "within its usual swing",
              "too few": "too few to judge"}[swing.verdict]  # fmt: skip
    meaning = (f"{n:,} of {many(of, pick.unit)} that entered in the latest 4 weeks whose first 7 days are over used an "
               f"activation feature within these days. Week by week: {said}.")  # fmt: skip
    return "Activated in 7 days", value, change, meaning


def _grown(now: int, before: int) -> str | None:
    """The change of a count in percent; nothing where there was too little before."""
    return f"{_signed(round(100 * (now / before - 1), 1))} %" if before >= TOO_FEW else None


def _signed(number: float) -> str:
    return f"{number:+g}".replace("-", "−") if number else "0"


def _direction(change: str | None) -> str:
    """The arrow of a change, for `st.metric` takes a true minus for a plus."""
    return {"−": "down", "+": "up"}.get((change or " ")[0], "off")


def median(distribution: pl.DataFrame) -> float | None:
    """The median of a distribution (features, n); None when it is empty.

    >>> median(pl.DataFrame({"features": [1, 2, 5], "n": [1, 1, 2]}))
    3.5
    """
    values = distribution.sort("features").select(pl.col("features").repeat_by("n").explode())["features"]
    return cast(float | None, values.median())


def note(now: pl.DataFrame, period: Period, earlier: Period, of: Denominator, pick: Selection) -> str:
    """What is shown: period, comparison, denominator, who is outside it, and how a verdict is made."""
    said = f"T{span(period)[1:]}, against {span(earlier, period.last)}. Out of {PLURALS[pick.unit]} who {WHO[of]}."
    outside = int(now["outside"].sum())
    if outside:
        units = PLURALS[pick.unit].capitalize()
        said += f" {units} outside a feature's denominator are not in its rate: {outside:,} over all features."
    return f"{said} A verdict is that of the weekly rate's process behaviour chart, with limits from all of history."


def heat_note(cells: pl.DataFrame, *, why: Sequence[str] = (), drawn: str = "numbers") -> str:
    """The line under feature x segment. cells: those shown. why: they are not compared, a reason each.

    drawn: numbers, or but the marks of so many cells, or a table.
    """
    marked = int(cells["marked"].sum())
    how_many = {0: "No cell differs", 1: "▲▼ One cell differs"}.get(marked, f"▲▼ {marked} cells differ")
    judged = f"{how_many} from the rest of the row by more than chance (Benjamini–Hochberg, 10 %, over all cells)"
    reasons = "; ".join(why)
    parts = [f"{reasons[:1].upper()}{reasons[1:]}: nothing is compared" if why else judged]
    parts.append("Numbers are on hover and in the table" if drawn == "marks" else "In percent")
    parts[-1] += "" if why else ", by today's value of the attribute"
    if (cells["of"] < TOO_FEW).any():
        few = f"Grey with a dot: fewer than {TOO_FEW}, no rate"
        parts.append(f"Of fewer than {TOO_FEW} there are counts, no rate" if drawn == "table" else few)
    return ". ".join(parts) + "."
