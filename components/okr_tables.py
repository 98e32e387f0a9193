"""The tables of objectives: the key results of one at a glance, and those of which a check-in is owed."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from components import okr_words as words
from queries.okr.results import Result

SCHEMA = {"kr": pl.String, "Key result": pl.String, "Base → now → target": pl.String, "Progress": pl.Float64,
          "Pace": pl.String, "Status": pl.String, "Forecast": pl.String, "Confidence": pl.String,
          "Check-in": pl.String, "Owner": pl.String}  # fmt: skip


def key_results(results: Sequence[Result], today: date) -> pl.DataFrame:
    """A row a key result, in the order given: kr (its id), then what is shown. Progress goes from 0 to 100."""
    rows = [
        (found.asked.id, found.asked.title, words.way(found),
         None if found.judged.counted is None else 100 * found.judged.counted, _pace(found),
         words.MARKS[found.judged.status], words.forecast(found, str), words.confidence(found),
         words.last_check_in(found, today), found.asked.owner)
        for found in results
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _pace(found: Result) -> str:
    """The pace; of what is to stay, how much of the time it did."""
    made = found.judged
    if made.held is not None:
        return f"held {100 * made.held:.0f} %"
    return "" if made.status == "too early" else words.pace(made.pace)
