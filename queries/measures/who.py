"""Who it is: the units behind a number, one by one."""

import polars as pl

from queries.activity import Activity
from queries.calendar import Period, day_number
from queries.measures.adoption import Denominator
from queries.measures.eligible import eligible, is_there


def users_of(activity: Activity, feature: str, period: Period, *, of: Denominator = "eligible") -> pl.DataFrame:
    """The units of the denominator of a feature's adoption, and whether and how much each used it in a period.

    Units as `adoption` counts them: eligible, active or all, as chosen; users of the feature who are not in that
    denominator are not among them. used: at least one event of the feature in the period, both ends included.
    days: on how many days of the period. first_day: of its first use in all history; null without any.

    Columns: id (as the warehouse has it), used, first_day, days; those who used it on most days first, then by id.
    Raises AccessError for who may not see units one by one.

    >>> from tests.examples import three_users
    >>> activity, week = three_users()
    >>> users_of(activity, "export", week).drop("first_day").rows()
    [('ann', True, 1), ('bo', True, 1), ('cy', False, 0)]
    """
    activity.check_may_list()
    first, last = day_number(period.first), day_number(period.last)
    days = activity.words.days(first, last).cast(pl.UInt32).alias("days")
    used = activity.rows_of(feature).select("unit", pl.col("first_day").cast(pl.Date), days)
    found = _denominator(activity, feature, period, of).join(used, on="unit", how="left")
    found = found.with_columns(pl.col("days").fill_null(0)).sort("days", "id", descending=[True, False])
    return found.select("id", (pl.col("days") > 0).alias("used"), "first_day", "days")


def _denominator(activity: Activity, feature: str, period: Period, of: Denominator) -> pl.DataFrame:
    """unit, id of those counted."""
    if of == "active":
        active = activity.rows_of(None).filter(activity.active(period))
        return activity.units.select("unit", "id").join(active, on="unit", how="semi")
    units = eligible(activity, feature) if of == "eligible" else activity.units
    return units.filter(is_there(period)).select("unit", "id")
