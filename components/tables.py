"""Tables on the screen and as CSV: what is shown, sortable, selectable by keyboard, and to take away."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import pyarrow as pa
import streamlit as st

from components import adoption_words, exports
from components.engagement_numbers import QUADRANTS
from components.files import csv
from components.theme import percent, points
from components.words import PLURALS
from queries.activity import Activity
from queries.answers import derive
from queries.product import Feature
from queries.stats import TOO_FEW

ROW, MOST_ROWS = 35, 12  # pixels; rows seen at once, the others by scrolling
VERDICTS = {"▲ real": "blue", "▼ real": "orange"}  # better and worse; nothing else is coloured
MOST_PEOPLE = 1000  # on the screen
RETURN_WEEK, BACK = 4, "Back wk 4"
SHOWN = (1, 2, 4, 8, 12)  # intervals of all features side by side


def tall(table: pl.DataFrame) -> int:
    """How high a table is drawn, in pixels: all its rows with their header, or the first twelve."""
    return ROW * (min(MOST_ROWS, table.height) + 1) + 2


def features(activity: Activity, changes: pl.DataFrame, returned: pl.DataFrame, recent: date) -> pl.DataFrame:
    """The features table as it is shown: what really changed first, then by use. changes: as `stats.changes` returns.

    returned: as `feature_retention` returns. recent: the first day of the period; a signal that began earlier is no
    news.
    """
    order = pl.DataFrame(
        [(f.key, f.label, _owner(f)) for f in activity.features], orient="row",
        schema={"feature": pl.String, "Feature": pl.String, "Owner": pl.String},
    )  # fmt: skip
    table = changes.join(order, on="feature", how="left", maintain_order="left")
    news = (pl.col("verdict") == "real") & (pl.col("since") >= recent)
    table = table.sort(~news, pl.when(news).then(-pl.col("change").abs()).otherwise(-pl.col("n").cast(pl.Int64)))
    said = [
        (percent(row["n"], row["of"]) if row["of"] >= TOO_FEW else "", f"{row['n']:,} of {row['of']:,}",
         "" if row["change"] is None else points(row["change"], row["of"]), adoption_words.verdict(row, recent))
        for row in table.drop("trend").iter_rows(named=True)
    ]  # fmt: skip
    texts = pl.DataFrame(said, orient="row", schema=dict.fromkeys(("Rate", "Used by", "Change", "Verdict"), pl.String))
    week = returned.filter(interval=RETURN_WEEK)
    rates = [percent(n, of) if of >= TOO_FEW else f"{n:,} of {of:,}" for n, of in week["n", "of"].rows()]
    back = week.select("feature", pl.Series(BACK, rates, dtype=pl.String))
    return table.hstack(texts).join(back, on="feature", how="left", maintain_order="left").select(
        "feature", "Feature", (100 * pl.col("rate")).round(1).alias("Adoption"), "Rate", "Used by", "Change",
        "Verdict", pl.col("trend").alias("Weekly"), pl.col(BACK).fill_null(""), "Owner", "n", "of", "low", "high",
    )  # fmt: skip


def _owner(feature: Feature) -> str:
    return " · ".join(part for part in (feature.area, feature.owner) if part)


def show_features(table: pl.DataFrame, on_select: Callable[[], None], key: str) -> None:
    """Draw the features table; on_select is called when a row is picked, by mouse or keyboard."""
    verdicts = {word: VERDICTS.get(word, "gray") for word in sorted(set(table["Verdict"]))}
    config = {
        "Feature": st.column_config.TextColumn(width="medium"),
        "Adoption": st.column_config.ProgressColumn(
            format=" ", min_value=0, max_value=100, width="small", help="The rate; all bars share one scale."),
        "Rate": st.column_config.TextColumn(
            alignment="right", help="Share of the denominator named above, over the last 4 full weeks."),
        "Change": st.column_config.TextColumn(alignment="right", help="Against the period chosen above, in points."),
        "Verdict": st.column_config.MultiselectColumn(
            options=list(verdicts), color=list(verdicts.values()),
            help="Did the weekly rate leave its usual swing? Limits from all of history; since: it did so earlier."),
        BACK: st.column_config.TextColumn(
            alignment="right", help="Of those who first used it in the weeks shown, who used it again in week 4."),
        "Weekly": st.column_config.LineChartColumn(
            help="Weekly adoption, complete weeks. Each line has its own scale.", width="medium"),
    }  # fmt: skip
    st.dataframe(_sent(derive(_shown, table)), hide_index=True, column_config=config, height=tall(table),
                 on_select=on_select, selection_mode="single-row", key=key,
                 alt="Features with adoption, change and verdict")  # fmt: skip


def _sent(table: pl.DataFrame) -> pa.Table:
    """The table as Streamlit sends it, remembered: to make pandas of it and send that takes a tenth of a click."""
    return derive(_arrow, table)


def _arrow(table: pl.DataFrame) -> pa.Table:
    """The table with the types of pandas, as Streamlit would make it.

    To make pandas, polars locks the frame while holding the interpreter; where another thread reads the same frame and
    waits for the interpreter, both would wait for ever. Remembered tables are read by many threads: hence the clone.
    """
    return pa.Table.from_pandas(table.clone().to_pandas())


def _shown(table: pl.DataFrame) -> pl.DataFrame:
    return table.drop("feature", "n", "of", "low", "high").with_columns(pl.concat_list("Verdict"))


def grid(cells: pl.DataFrame, row: str, column: str) -> pl.DataFrame:
    """Cells (row, column, n, of) as a table of texts: a rate, or the counts where they are too few.

    Where there are gap and marked, a cell that differs from the rest by more than chance says which way.
    """
    texts = pl.Series([_rate_or_counts(n, of) for n, of in cells["n", "of"].rows()], dtype=pl.String)
    text = pl.lit(texts)
    if "marked" in cells.columns:
        way = pl.when(pl.col("gap") > 0).then(pl.lit("▲ ")).otherwise(pl.lit("▼ "))
        text = pl.when("marked").then(way).otherwise(pl.lit("")) + texts
    named = cells.select(row, pl.col(column).cast(pl.String), text=text)
    return named.pivot(column, index=row, values="text", maintain_order=True)


def _rate_or_counts(n: int | None, of: int) -> str:
    return "" if n is None else percent(n, of) if of >= TOO_FEW else f"{n:,} of {of:,}"


def cohort_grid(cells: pl.DataFrame, names: Mapping[int, str]) -> pl.DataFrame:
    """The cohorts as a table of texts, newest last: size, then a column an interval. names: of intervals (W1, W2-3)."""
    later = cells.filter(pl.col("interval") > 0)
    named = later.with_columns(
        Cohort=pl.col("cohort").cast(pl.String),
        column=pl.col("interval").replace_strict(dict(names), default=None, return_dtype=pl.String),
    )
    sizes = named.select("Cohort", pl.col("of").alias("n")).unique("Cohort", maintain_order=True)
    return sizes.join(grid(named, "Cohort", "column"), on="Cohort", how="left", maintain_order="left")


def show_grid(table: pl.DataFrame, on_select: Callable[[], None], key: str, alt: str) -> None:
    """The table twin of a heatmap, whose cells can be reached by keyboard."""
    st.dataframe(_sent(table), hide_index=True, on_select=on_select, selection_mode="single-cell", key=key, alt=alt,
                 height=tall(table))  # fmt: skip


def people(who: pl.DataFrame, unit: str, name: str) -> None:
    """A list of units by the ids that the warehouse has: the first of them on the screen, all as CSV."""
    if who.height > MOST_PEOPLE:
        st.caption(f"The first {MOST_PEOPLE:,} of {who.height:,} {unit}s; all are in the CSV.")
    st.dataframe(who.head(MOST_PEOPLE), hide_index=True, key=f"people {name}", alt=f"{unit.capitalize()}s")
    download(who, name, key=f"people csv {name}", explained=False)


def segments(cells: pl.DataFrame, counted: str) -> pl.DataFrame:
    """Segments side by side as texts. cells: as `stats.against_the_rest` returns. counted: what n of `of` is called."""
    said = [
        (segment, _rate_or_counts(n, of), f"{n:,} of {of:,}", "" if gap is None else points(gap, of),
         "" if gap is None else f"{points(low, of)} to {points(high, of)}", _judged(of, gap, low, high, marked=marked))
        for segment, n, of, gap, low, high, marked in cells[
            "segment", "n", "of", "gap", "gap_low", "gap_high", "marked"].rows()
    ]  # fmt: skip
    columns = ("Segment", "Rate", counted, "Gap to the rest", "95 %", "Verdict")
    return pl.DataFrame(said, orient="row", schema=dict.fromkeys(columns, pl.String))


def _judged(of: int, gap: float | None, low: float | None, high: float | None, *, marked: bool) -> str:
    """Sure where the gap stands out among all of them and its own interval leaves no room for none."""
    if gap is None or low is None or high is None:
        return "too few" if of < TOO_FEW else "not compared"
    if not marked or low <= 0 <= high:
        return "cannot tell yet"
    return "▲ leads, sure" if gap > 0 else "▼ lags, sure"


def show_segments(table: pl.DataFrame, key: str, alt: str) -> None:
    """Draw segments side by side."""
    right = st.column_config.TextColumn(alignment="right")
    config = dict.fromkeys((table.columns[1], table.columns[2], "Gap to the rest"), right)
    st.dataframe(_sent(table), hide_index=True, column_config=config, key=key, alt=alt,
                 height=tall(table))  # fmt: skip


def returns(counts: pl.DataFrame, labels: Mapping[str, str], grain: str) -> pl.DataFrame:
    """All features side by side: how many started, and the rate of a few intervals.

    counts: as `feature_retention` returns. labels: feature key -> label.
    """
    started = counts.filter(interval=0).select("feature", pl.col("of").alias("Started"))
    letter = pl.lit(grain[0].upper())
    some = counts.filter(pl.col("interval").is_in(SHOWN)).with_columns(at=letter + pl.col("interval").cast(pl.String))
    wide = grid(some, "feature", "at") if some.height else some.select("feature")
    label = pl.col("feature").replace_strict(labels, default=None).alias("Feature")
    number = pl.Series("Started", [f"{n:,}" for n in started["Started"]], dtype=pl.String)
    named = started.select("feature", label, number).join(wide, on="feature", how="left", maintain_order="left")
    return named.with_columns(pl.col(pl.String).fill_null(""))


def show_returns(table: pl.DataFrame, on_select: Callable[[], None], key: str) -> None:
    """Draw the features side by side; on_select is called when a row is picked."""
    shown = table.drop("feature")
    config = {name: st.column_config.TextColumn(alignment="right") for name in shown.columns[2:]}
    st.dataframe(shown, hide_index=True, column_config=config, on_select=on_select, selection_mode="single-row",
                 height=tall(shown), key=key, alt="Retention of all features")  # fmt: skip


def matrix(found: pl.DataFrame, names: dict[str, str], unit: str) -> pl.DataFrame:
    """The engagement matrix as a table: a rate or the counts, days a week, units, the quadrant in words. First the key.

    found: as `engagement_numbers.placed` returns. names: feature -> label.
    """
    rows = [
        (row["feature"], names[row["feature"]], _rate_or_counts(row["n"], row["of"]), row["often"], row["users"],
         f"{row['quadrant']}: {QUADRANTS[row['quadrant']]}" if row["quadrant"]
         else "too few" if row["often"] is None else "")
        for row in found.iter_rows(named=True)
    ]  # fmt: skip
    schema = {"feature": pl.String, "Feature": pl.String, "Breadth": pl.String, "Days a week": pl.Float64,
              PLURALS[unit].capitalize(): pl.Int64, "Quadrant": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col("Days a week").round(2))


def engagement(found: pl.DataFrame, unit: str, *, overlapping: bool = False) -> pl.DataFrame:
    """Engagement by segment, as texts. found: as `engagement_numbers.by_segment` returns.

    overlapping: a unit may be in several, and is new to or gone from each.
    """
    said = [
        (segment, f"{units or 0:,}", "" if rate is None else percent(rate * units, units),
         "" if low is None else f"{100 * low:.0f}–{100 * high:.0f} %", *(f"{n or 0:,}" for n in states),
         "" if quick is None else f"{quick:.2f}")
        for segment, units, rate, low, high, *states, quick in found.rows()
    ]  # fmt: skip
    states = ("New to it", "Returning", "Back to it", "Gone from it") if overlapping else (
        "New", "Returning", "Back", "Gone")  # fmt: skip
    names = ("Segment", f"{PLURALS[unit].capitalize()}, 28 days", "Stickiness", "95 %", "Active last week", *states,
             "Quick ratio")  # fmt: skip
    return pl.DataFrame(said, orient="row", schema=dict.fromkeys(names, pl.String))


def show_engagement(table: pl.DataFrame, key: str) -> None:
    """Draw engagement by segment."""
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(_sent(table), hide_index=True, key=key, alt="Engagement by segment", height=tall(table),
                 column_config=dict.fromkeys(table.columns[1:], right))  # fmt: skip


def show_rows(table: pl.DataFrame, on_select: Callable[[], None], key: str, alt: str) -> None:
    """The table twin of a figure whose marks open something: a row does the same. Its first column is a key."""
    config: dict[str, Any] = {name: st.column_config.NumberColumn(format="localized")
                              for name, dtype in table.schema.items() if dtype == pl.Int64}  # fmt: skip
    config |= {"Breadth": st.column_config.TextColumn(alignment="right")}
    st.dataframe(table.drop(table.columns[0]), hide_index=True, column_config=config, on_select=on_select,
                 selection_mode="single-row", key=key, alt=alt, height=tall(table))  # fmt: skip


def show_units(users: pl.DataFrame, unit: str, *, used: bool) -> None:
    """Units one by one, those that used a feature or those that did not. users: as `who.users_of` returns."""
    table = users.select(pl.col("id").alias(unit.capitalize()), pl.col("first_day").alias("First use"),
                         *([pl.col("days").alias("Days")] if used else []))  # fmt: skip
    st.dataframe(table, hide_index=True, height=tall(table), key=f"units {used}",
                 column_config={"First use": st.column_config.DateColumn(format="D MMM YYYY")},
                 alt=f"{unit.capitalize()}s that {'used it' if used else 'could and did not'}")  # fmt: skip


def download(frame: pl.DataFrame, name: str, key: str, *, explained: bool = True) -> None:
    """A button that gives what is shown as CSV, made when it is pressed, and noted in the log.

    explained: whether what the numbers mean follows below, and the table is under Share, too; not for lists of ids.
    """
    shown = exports.shown()
    if explained:
        shown.tables[name] = frame
    made = exports.logged(f"{name}.csv", lambda: csv(frame, shown.about() if explained else ()))
    st.download_button("CSV", data=made, file_name=f"{name}.csv", mime="text/csv", on_click="ignore",
                       icon=":material/download:", key=key, type="tertiary")  # fmt: skip


def selected(key: str, what: str) -> Any:
    """What was picked in a table or chart: the first of its rows, cells or points; None when it was unpicked."""
    found = st.session_state.get(key, {}).get("selection", {}).get(what, [])
    return found[0] if found else None


def show_review(table: pl.DataFrame, on_select: Callable[[], None] | None, key: str) -> None:
    """Metrics of the review, a row each, by their `line`; on_select is called when one is picked."""
    config: dict[str, Any] = {
        "line": None,
        "Metric": st.column_config.TextColumn(width=190),
        "Verdict": st.column_config.TextColumn(help="▲ ▼ on which side of what is usual; since: an older signal."),
        "Trend": st.column_config.LineChartColumn(help="26 weeks; each has its own scale.", width=120),
        **{name: st.column_config.TextColumn(alignment="right")
           for name in ("This week", "On the week", "On the year", "Target")},
    }  # fmt: skip
    picking: dict[str, Any] = {"on_select": on_select, "selection_mode": "single-row"} if on_select else {}
    st.dataframe(_sent(table), column_config=config, hide_index=True, height=tall(table), key=key, **picking)


def show_texts(table: pl.DataFrame, key: str) -> None:
    """A table of texts: the first column names the row, the others are numbers in words."""
    config = {name: st.column_config.TextColumn(alignment="right") for name in table.columns[1:]}
    st.dataframe(_sent(table), column_config=config, hide_index=True, height=tall(table), key=key)
