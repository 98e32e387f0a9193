"""Where a series leads if it goes on as it did: a straight line, and how far single values stray from it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from statsmodels.regression.linear_model import OLS

FEWEST = 4  # points, for a line with an interval


@dataclass(frozen=True)
class Forecast:
    """What a line says of one moment, and between which values 19 of 20 would fall."""

    value: float
    low: float
    high: float

    def within(self, least: float, most: float) -> "Forecast":
        """The same, of something that cannot be less or more than that."""
        return Forecast(*(min(max(number, least), most) for number in (self.value, self.low, self.high)))


def straight(points: Sequence[tuple[int, float]], at: Sequence[int]) -> tuple[Forecast, ...]:
    """The least-squares line through (day, value), with its 95 % prediction interval, at some days.

    Nothing where there are fewer than four points.

    >>> straight([(0, 1.0), (7, 2.0), (14, 3.0)], [21])
    ()
    >>> round(straight([(0, 1.0), (7, 2.0), (14, 3.0), (21, 4.0)], [28])[0].value, 6)
    5.0
    """
    if len(points) < FEWEST or not at:
        return ()
    days, values = (np.array(column, float) for column in zip(*points, strict=True))
    middle = days.mean()  # or the intercept would lie decades away, and cost digits
    line = OLS(values, np.column_stack([np.ones_like(days), days - middle])).fit()
    asked = np.column_stack([np.ones(len(at)), np.array(at, float) - middle])
    found = line.get_prediction(asked)
    each = np.column_stack([found.predicted_mean, found.conf_int(obs=True, alpha=0.05)]).tolist()
    return tuple(Forecast(*numbers) for numbers in each)
