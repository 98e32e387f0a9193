"""Values over a window of several whole weeks: windows stand beside each other, back from the last, and never overlap.

Neighbours that share weeks would move together, and a forecast or a limit made of them would be far too sure.
"""

from datetime import date

import polars as pl

MOST = 13  # weeks: a quarter


def separate(counts: pl.DataFrame, window: int, until: date | None) -> pl.DataFrame:
    """The counts of whole windows, with `ends`, the last day of the window of each; the last one ends where counts do.

    counts: by week, with a column `period`, as `metrics.weekly` returns. window: weeks. until: what is later is left
    out. A window that begins before the first week is not whole.

    >>> counts = pl.DataFrame({"period": [date(2026, 11, day) for day in (1, 8, 15)], "n": [1, 2, 3]})
    >>> separate(counts, 2, None).select("n", pl.col("ends").dt.day()).rows()
    [(2, 15), (3, 15)]
    """
    counts = counts.filter(pl.col("period") <= until) if until else counts
    back = (pl.col("period").max() - pl.col("period")).dt.total_days() // (7 * window)
    ends = pl.col("period").max() - pl.duration(days=7 * window * back)
    begins_in_time = ends - pl.duration(days=7 * (window - 1)) >= pl.col("period").min()
    return counts.with_columns(ends=ends).filter(begins_in_time)
