"""The tables of objectives: the key results of one at a glance, and those of which a check-in is owed."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from components import okr_words as words
from components.okr_bullet import bullet, image
from components.theme import Palette
from queries.okr.results import Result

COLUMNS = ("kr", "Key result", "Base → now → target", "Pace", "Status", "Forecast", "Confidence", "Check-in", "Owner")


def key_results(results: Sequence[Result], today: date) -> pl.DataFrame:
    """A row a key result, in the order given: kr (its id), then what is shown."""
    rows = [
        (found.asked.id, found.asked.title, words.way(found), _pace(found), words.MARKS[found.judged.status],
         words.forecast(found, str), words.confidence(found), words.last_check_in(found, today), found.asked.owner)
        for found in results
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def with_bullets(table: pl.DataFrame, results: Sequence[Result], palette: Palette) -> pl.DataFrame:
    """The table of some key results with each as a bullet after its name, in the colours of a theme."""
    drawn = [made and image(made, palette) for made in map(bullet, results)]
    return table.insert_column(table.get_column_index("Key result") + 1, pl.Series("Bullet", drawn, pl.String))


def _pace(found: Result) -> str:
    """The pace; of what is to stay, how much of the time it did."""
    made = found.judged
    if made.held is not None:
        return f"held {100 * made.held:.0f} %"
    return "" if made.status == "too early" else words.pace(made.pace)
