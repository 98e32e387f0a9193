"""The tables of the weekly review: all metrics at a glance, their last six weeks, and their last twelve months."""

from datetime import date

import polars as pl

from components import review_notes
from components.review_words import against, mostly, name, span, target, value, verdict, weekly_row, year_on_year
from components.theme import day
from queries.review import Line, Review

WEEKS, MONTHS = 6, 12
TREND = 26  # weeks


def overview(review: Review, lines: list[Line]) -> pl.DataFrame:
    """A row a metric: line (its id), Metric, This week, Verdict, Trend, On the week and On the year.

    Where there are any also Mostly (what carries the change), Target, Owner and Action (decided in this review).
    """
    rows = [
        {
            "line": line.id, "Metric": name(line), "This week": value(line.form, line.now.value, line.now.of),
            "Verdict": verdict(line, review.week), "Trend": [week.value for week in line.weeks[-TREND:]],
            "On the week": against(line, 1), "On the year": against(line, 52), "Mostly": mostly(line),
            "Target": target(line), "Owner": line.owner or "", "Action": review_notes.decided(review, line),
        }
        for line in lines
    ]  # fmt: skip
    names = ("line", "Metric", "This week", "Verdict", "Trend", "On the week", "On the year", "Mostly", "Target",
             "Owner", "Action")
    schema = {head: pl.List(pl.Float64) if head == "Trend" else pl.String() for head in names}
    table = pl.DataFrame(rows, schema=schema)
    return table.drop(head for head in ("Mostly", "Target", "Owner", "Action") if not (table[head] != "").any())


def weeks(review: Review) -> pl.DataFrame:
    """The last six weeks of all metrics, with this month and quarter to date."""
    ends = [day(date) for date in _ends(review)]
    rows = [
        [name(line), *weekly_row(line, WEEKS), against(line, 1), against(line, 52),
         span(line, line.month_to_date), year_on_year(line, line.month_to_date),
         span(line, line.quarter_to_date), year_on_year(line, line.quarter_to_date), target(line), line.owner or ""]
        for line in review.lines
    ]  # fmt: skip
    heads = ["Metric", *ends, "On the week", "On the year", "Month to date", "on the year", "Quarter to date",
             "on the year ", "Target", "Owner"]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")


def _ends(review: Review) -> list[date]:
    return [date.fromordinal(review.week.toordinal() - 7 * back) for back in reversed(range(WEEKS))]


def months(review: Review) -> pl.DataFrame:
    """The last twelve whole months of all metrics, each of the weeks that end in it."""
    firsts = sorted({month.first for line in review.lines for month in line.months})[-MONTHS:]
    rows = [
        [name(line), *(span(line, next((month for month in line.months if month.first == first), None))
                       for first in firsts)]
        for line in review.lines
    ]  # fmt: skip
    heads = ["Metric", *(f"{first:%b %Y}" for first in firsts)]
    return pl.DataFrame(rows, schema=dict.fromkeys(heads, pl.String), orient="row")
