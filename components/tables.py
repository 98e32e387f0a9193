"""Tables on the screen and as CSV: what is shown, sortable, selectable by keyboard, and to take away."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from components import adoption_words
from components.theme import percent, points
from queries.activity import Activity
from queries.product import Feature
from queries.stats import TOO_FEW

ROW, TWELVE_ROWS = 35, 35 * 13 + 2  # pixels
VERDICTS = {"▲ real": "blue", "▼ real": "orange"}  # better and worse; nothing else is coloured
FORMULA = r"^[=+\-@\t\r]"  # how a text must begin for a spreadsheet to run it


def features(activity: Activity, changes: pl.DataFrame, recent: date) -> pl.DataFrame:
    """The features table as it is shown: what really changed first, then by use. changes: as `stats.changes` returns.

    recent: the first day of the period; a signal that began earlier is no news.
    """
    order = pl.DataFrame(
        [(f.key, f.label, _owner(f)) for f in activity.features], orient="row",
        schema={"feature": pl.String, "Feature": pl.String, "Owner": pl.String},
    )  # fmt: skip
    table = changes.join(order, on="feature", how="left", maintain_order="left")
    news = (pl.col("verdict") == "real") & (pl.col("since") >= recent)
    table = table.sort(~news, pl.when(news).then(-pl.col("change").abs()).otherwise(-pl.col("n").cast(pl.Int64)))
    said = [
        (percent(n, of) if of >= TOO_FEW else "", f"{n:,} of {of:,}", "" if change is None else points(change, of),
         adoption_words.verdict(verdict, change, since, recent))
        for n, of, change, verdict, since in table["n", "of", "change", "verdict", "since"].rows()
    ]  # fmt: skip
    texts = pl.DataFrame(said, orient="row", schema=dict.fromkeys(("Rate", "Used by", "Change", "Verdict"), pl.String))
    return table.hstack(texts).select(
        "feature", "Feature", (100 * pl.col("rate")).round(1).alias("Adoption"), "Rate", "Used by", "Change",
        "Verdict", pl.col("trend").alias("Weekly"), "Owner", "n", "of", "low", "high",
    )  # fmt: skip


def _owner(feature: Feature) -> str:
    return " · ".join(part for part in (feature.area, feature.owner) if part)


def show_features(table: pl.DataFrame, on_select: Callable[[], None], key: str) -> None:
    """Draw the features table; on_select is called when a row is picked, by mouse or keyboard."""
    verdicts = {word: VERDICTS.get(word, "gray") for word in table["Verdict"].unique().sort()}
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
        "Weekly": st.column_config.LineChartColumn(
            help="Weekly adoption, complete weeks. Each line has its own scale.", width="medium"),
    }  # fmt: skip
    shown = table.drop("feature", "n", "of", "low", "high").with_columns(pl.concat_list("Verdict"))
    height = min(TWELVE_ROWS, ROW * (shown.height + 1) + 2)
    st.dataframe(shown, hide_index=True, column_config=config, height=height, on_select=on_select,
                 selection_mode="single-row", key=key, alt="Features with adoption, change and verdict")  # fmt: skip


def grid(cells: pl.DataFrame, row: str, column: str) -> pl.DataFrame:
    """Cells (row, column, n, of) as a table of texts: a rate, or the counts where they are too few."""
    texts = [_rate_or_counts(n, of) for n, of in cells["n", "of"].rows()]
    named = cells.select(row, pl.col(column).cast(pl.String)).with_columns(text=pl.Series(texts, dtype=pl.String))
    return named.pivot(column, index=row, values="text", maintain_order=True)


def _rate_or_counts(n: int | None, of: int) -> str:
    return "" if n is None else percent(n, of) if of >= TOO_FEW else f"{n:,} of {of:,}"


def cohort_grid(cells: pl.DataFrame, grain: str) -> pl.DataFrame:
    """The cohorts as a table of texts, newest last: size, then a column an interval (W1, W2 ...)."""
    later = cells.filter(pl.col("interval") > 0)
    named = later.with_columns(
        Cohort=pl.col("cohort").cast(pl.String), column=grain[0].upper() + pl.col("interval").cast(pl.String)
    )
    sizes = named.select("Cohort", pl.col("of").alias("n")).unique("Cohort", maintain_order=True)
    return sizes.join(grid(named, "Cohort", "column"), on="Cohort", how="left", maintain_order="left")


def show_grid(table: pl.DataFrame, on_select: Callable[[], None], key: str, alt: str) -> None:
    """The table twin of a heatmap, whose cells can be reached by keyboard."""
    st.dataframe(table, hide_index=True, on_select=on_select, selection_mode="single-cell", key=key, alt=alt,
                 height=min(TWELVE_ROWS, ROW * (table.height + 1) + 2))  # fmt: skip


def show_segments(cells: pl.DataFrame, alt: str) -> None:
    """The table twin of the segments of one feature. cells: as `stats.against_the_rest` returns."""
    said = [
        (segment, _rate_or_counts(n, of), f"{n:,} of {of:,}",
         "" if gap is None else points(gap, of), "" if gap is None else f"{points(low, of)} to {points(high, of)}",
         "too few" if gap is None else "not sure" if not marked else "▲ leads" if gap > 0 else "▼ lags")
        for segment, n, of, gap, low, high, marked in cells[
            "segment", "n", "of", "gap", "gap_low", "gap_high", "marked"].rows()
    ]  # fmt: skip
    columns = ("Segment", "Rate", "Used by", "Gap to the rest", "95 %", "Verdict")
    shown = pl.DataFrame(said, orient="row", schema=dict.fromkeys(columns, pl.String))
    st.dataframe(shown, hide_index=True, key="segment table", alt=alt,
                 height=min(TWELVE_ROWS, ROW * (shown.height + 1) + 2))  # fmt: skip


def show_units(users: pl.DataFrame, unit: str, *, used: bool) -> None:
    """Units one by one, those that used a feature or those that did not. users: as `who.users_of` returns."""
    table = users.select(pl.col("id").alias(unit.capitalize()), pl.col("first_day").alias("First use"),
                         *([pl.col("days").alias("Days")] if used else []))  # fmt: skip
    st.dataframe(table, hide_index=True, height=min(TWELVE_ROWS, ROW * (table.height + 1) + 2), key=f"units {used}",
                 column_config={"First use": st.column_config.DateColumn(format="D MMM YYYY")},
                 alt=f"{unit.capitalize()}s that {'used it' if used else 'could and did not'}")  # fmt: skip


def csv(frame: pl.DataFrame) -> bytes:
    r"""A frame as CSV that no spreadsheet can mistake for formulas: such texts get a quote in front.

    >>> csv(pl.DataFrame({"name": ["=cmd()", "fine"], "n": [1, 2]})).decode()
    "name,n\n'=cmd(),1\nfine,2\n"
    """
    quoted = pl.col(pl.String).str.replace(FORMULA, "'${0}")
    return frame.select(pl.exclude(pl.List(pl.Float64))).with_columns(quoted).write_csv().encode()


def download(frame: pl.DataFrame, name: str, key: str) -> None:
    """A button that gives what is shown as CSV, made when it is pressed."""
    st.download_button("CSV", data=lambda: csv(frame), file_name=f"{name}.csv", mime="text/csv", on_click="ignore",
                       icon=":material/download:", key=key, type="tertiary")  # fmt: skip


def selected(key: str, what: str) -> Any:
    """What was picked in a table or chart: the first of its rows, cells or points; None when it was unpicked."""
    found = st.session_state.get(key, {}).get("selection", {}).get(what, [])
    return found[0] if found else None
