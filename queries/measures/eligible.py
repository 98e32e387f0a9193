"""What the measures of depth share: who could use a feature, and who is there at a time."""

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Period, day_number
from queries.units import too_small


def eligible(activity: Activity, feature: str, by: By = ()) -> pl.DataFrame:
    """The units that meet the rule of a feature, whenever they entered, with their segment.

    Those of a segment in which so few do that who looks may not see them as a group are left out.
    """
    found = activity.feature(feature)
    units = activity.units.filter(f"can_{found.key}") if found.eligible else activity.units
    units = units.with_columns(activity.segment_of(units["unit"], by))
    few = too_small(units["segment"], activity.least) if activity.least else []
    return units.filter(~pl.col("segment").cast(pl.String).is_in(few)) if few else units


def is_hidden(activity: Activity) -> pl.Expr:
    """Whether fewer could (`of`) than who looks may see as a group, or it would tell of those, as what the rest lack.

    For counts with feature, segment and period. The next larger segments are hidden, too, until together they have as
    many.
    """
    of, least = pl.col("of").cast(pl.Int64), activity.least
    before = (of.cum_sum().over("feature", "period", order_by="of") - of)
    is_small = of.is_between(1, least - 1)
    return is_small.any().over("feature", "period") & (is_small | (before < least))


def is_there(period: Period) -> pl.Expr:
    """Whether a unit entered on or before the period's last day and had not ended before its first."""
    ended = pl.col("ended_day") < day_number(period.first)
    return (pl.col("entry_day") <= day_number(period.last)) & ~ended.fill_null(False)
