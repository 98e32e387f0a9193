"""Feature retention lift: do those who used a feature early come back more than those who did not?

Both groups are formed on the same day of each unit's life, the landmark, and only what comes after it counts. So nobody
is credited for living long enough to adopt. It is an association, not an effect: early users may differ in other ways.
"""

import polars as pl

from queries.activity import Activity, By
from queries.calendar import day_number
from queries.measures.cells import COUNT, cells
from queries.measures.eligible import eligible

GROUPS = ("used", "not yet")


def lift(activity: Activity, feature: str, *, landmark: int = 7, weeks: int = 8, by: By = ()) -> pl.DataFrame:
    """Who came back after the landmark: those who had used a feature by then, against those who had not.

    Counted are units that entered (the earlier of sign-up and first event) on or after the feature's launch, if one is
    given, and the first day of history, that meet the feature's rule and whose start is known. *used*: used it on days
    0..L-1 after entry, both included, where L is the landmark; *not yet*: did not. Week k is days L+7(k-1)..L+7k-1
    after entry, both included.
    of: units of the group for which all days of week k are loaded, so it shrinks with k. n: those of them that used any
    active feature in week k.

    Arguments: landmark, days; weeks, how many; by, segment keys (none, one or two).
    Columns: segment, group, week (from 1), n, of (units).

    >>> from datetime import date
    >>> from tests.examples import three_users
    >>> activity, _ = three_users(since=date(2026, 10, 26))
    >>> lift(activity, "open", weeks=2).select("group", "week", "n", "of").rows()
    [('used', 1, 2, 3), ('used', 2, 0, 0), ('not yet', 1, 0, 0), ('not yet', 2, 0, 0)]
    """
    as_of, begin = (day_number(day) for day in (activity.calendar.as_of, activity.calendar.first_day))
    launched = activity.feature(feature).launched
    begin = max(begin, day_number(launched)) if launched else begin
    units = eligible(activity, feature, by).filter("known_start", pl.col("entry_day").is_between(begin, as_of))
    # nobody uses anything before entering, so who used it before the landmark first did so on days 0..L-1
    firsts = activity.rows_of(feature).select("unit", "first_day")
    used = (pl.col("first_day") - pl.col("entry_day") < landmark).fill_null(False)
    units = activity.beside(units.select("unit", "segment", "entry_day"), firsts)
    units = units.select("unit", "segment", "entry_day", used.alias("used"))
    back = activity.rows_of(None).drop("feature", "first_day")
    rows = activity.beside(units, back).with_columns(pl.col(activity.words.names).fill_null(0))
    words, rows = activity.words.aligned(rows, "entry_day")
    keys = pl.DataFrame([(group, k) for group in GROUPS for k in range(1, weeks + 1)],
                        schema={"group": pl.String, "week": pl.Int16}, orient="row")  # fmt: skip
    ends = [landmark + 7 * k - 1 for k in range(1, weeks + 1)]
    groups = (pl.col("used"), ~pl.col("used"))
    of = [group & (pl.col("entry_day") + end <= as_of) for group in groups for end in ends]
    is_back = [words.active(end - 6, end) for _ in groups for end in ends]
    n = [(a & b).sum() for a, b in zip(of, is_back, strict=True)]
    return cells(activity, rows, by, keys, {"n": n, "of": [seen.sum() for seen in of]}).cast({"n": COUNT, "of": COUNT})
