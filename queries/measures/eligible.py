"""What the measures of depth share: who could use a feature, and who is there at a time."""

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period, day_number


def eligible(activity: Activity, feature: str, by: By = ()) -> pl.DataFrame:
    """The units that meet the rule of a feature, whenever they entered, with their segment.

    Those of segments in which too few do for who looks are left out.
    """
    found = activity.feature(feature)
    units = activity.units.filter(f"can_{found.key}") if found.eligible else activity.units
    units = units.with_columns(activity.segment_of(units["unit"], by))
    few = activity.too_few_could(feature, by)
    return units.filter(~pl.col("segment").cast(pl.String).is_in(few)) if few else units


def is_there(period: Period) -> pl.Expr:
    """Whether a unit entered on or before the period's last day and had not ended before its first."""
    ended = pl.col("ended_day") < day_number(period.first)
    return (pl.col("entry_day") <= day_number(period.last)) & ~ended.fill_null(False)
