"""From counts to numbers a person can trust: rates, intervals, differences, and what is signal and what is noise.

Measures return counts; here, at the edge, they become rates. Under 30 units no rate is made at all. Intervals are 95 %.
scipy and statsmodels do the mathematics; the rules of when to use which are ours.

    proportions   a rate with its interval, and which of its differences are more than chance
    weekly        whether a weekly series moved, by its process behaviour chart (`xmr`)
    why           what carried a change
    forecast      where a series leads
    survival      how long something takes
"""

from queries.stats.proportions import (
    TOO_FEW,
    WHOLE_PERCENT,
    Difference,
    against_the_rest,
    clustered,
    difference,
    difference_of_means,
    foremost,
    paired,
    rates,
    units_needed,
)
from queries.stats.weekly import Charted, changes, charted, usual_swing

__all__ = [
    "TOO_FEW",
    "WHOLE_PERCENT",
    "Charted",
    "Difference",
    "against_the_rest",
    "changes",
    "charted",
    "clustered",
    "difference",
    "difference_of_means",
    "foremost",
    "paired",
    "rates",
    "units_needed",
    "usual_swing",
]
