"""What the explore page says of each form of metric: its axis, that it has too few, and why groups are not compared."""

from datetime import date

import polars as pl
import pytest

from components import explore_charts, explore_compared_words, explore_words
from components.theme import LIGHT
from queries import metrics
from queries.explore import Compared, Side
from queries.metrics import Metric
from queries.product.metrics import Governed, MadeOf
from queries.stats import Difference
from tests.examples import three_users
from tests.queries.metrics.test_derived import with_made

DAY = date(2026, 11, 15)
MADE = (
    Governed("per", made_of=MadeOf("ratio", ("weekly_actives", "new"), "Actives per *new*")),
    Governed("also_per", made_of=MadeOf("ratio", ("dormant", "new"), "Gone per new")),
    Governed("gap", made_of=MadeOf("difference", ("adoption.export", "adoption.open"), "Gap")),
)
KNOWN = metrics.catalogue(with_made(three_users()[0], *MADE))


@pytest.mark.parametrize(("key", "said"), [
    ("new", "counts users"), ("activation", "is a share"), ("days_active", "is a mean of days"),
    ("per", "is so many for each of New"), ("also_per", "is so many for each of New"),
    ("gap", "is a difference in points"),
])  # fmt: skip
def test_metrics_that_are_not_alike_have_an_axis_each(key: str, said: str) -> None:
    assert explore_words.axis(KNOWN[key], "week", "user") == said


@pytest.mark.parametrize(("key", "n", "of", "said"), [
    ("activation", 5, 12, "**Activation** has too few for a rate in w/e 15 Nov: 5 of 12."),
    ("days_active", 50, 20, "**Days active** has too few for a mean in w/e 15 Nov: 20 to divide by, and it takes 30."),
    ("per", 5243, 12, "**Actives per \\*new\\*** has too few for a ratio in w/e 15 Nov: 12 to divide by, and it takes "
     "30."),
    ("gap", None, 9, "**Gap** has too few for a difference in w/e 15 Nov: 9 to divide by, and it takes 30."),
])  # fmt: skip
def test_only_a_share_is_so_many_of_so_many(key: str, n: int | None, of: int, said: str) -> None:
    row = {"n": n, "of": of, "value": None}

    assert explore_words._too_few(KNOWN[key], row, "w/e 15 Nov") == said
    side = explore_compared_words.side_value(KNOWN[key], Side("Pro", n, of, None))
    assert side == ("5 of 12" if key == "activation" else "too few")


@pytest.mark.parametrize(("key", "value", "said"), [
    ("weekly_actives", 9.0, "A count goes with the size of a group; compare a share."),
    ("per", 9.5, "A ratio of two counts has no interval; compare a share."),
    ("per", None, "Too few to compare; it needs 30 in each."),
    ("gap", 0.1, "A difference of shares has no interval here; compare Adoption of Export and Adoption of Open one by "
     "one."),
    ("gap", None, "Too few to compare; it needs 30 in each."),
])  # fmt: skip
def test_why_two_groups_are_not_compared_is_said_of_each_form(key: str, value: float | None, said: str) -> None:
    one, other = Side("Pro", None, 40, value), Side("Free", None, 40, 9.0)

    assert explore_compared_words._no_gap(KNOWN[key], Compared(DAY, DAY, one, other, None)) == said


@pytest.mark.parametrize(("gap", "said"), [
    (Difference(-0.05, -0.09, -0.004, 0.03), "−9.0 pt to −0.4 pt"),
    (Difference(-0.05, -0.1, 0.004, 0.06), "−10 pt to 0 pt"),
    (Difference(-0.05, -0.09, -0.01, 0.01), "−9 pt to −1 pt"),
])  # fmt: skip
def test_a_difference_that_is_sure_does_not_seem_to_reach_zero(gap: Difference, said: str) -> None:
    one, other = Side("Pro", 200, 643, 0.31), Side("Free", 400, 1208, 0.36)

    assert explore_compared_words.limits(KNOWN["activation"], Compared(DAY, DAY, one, other, gap)) == said


def series(*values: float | None) -> pl.DataFrame:
    """As `explore.series` returns, of one group by month."""
    months = [date(2026, month, 28) for month in range(1, len(values) + 1)]
    return pl.DataFrame({"segment": "everyone", "period": months, "value": values}).with_columns(
        n=pl.lit(None, pl.Int64), of=pl.lit(900), low=pl.lit(None, pl.Float64), high=pl.lit(None, pl.Float64)
    )


@pytest.mark.parametrize(("key", "values", "low", "ticks"), [
    ("gap", (-0.10, 0.05, 0.02), -0.109, ["−10 pt", "−5 pt", "0 pt", "+5 pt"]),
    ("gap", (-0.10, -0.05), -0.106, ["−10 pt", "−5 pt", "0 pt"]),
    ("gap", (None, 0.4), 0.0, ["0 pt", "+20 pt", "+40 pt"]),
    ("per", (31.2, 34.7), 0.0, ["0", "10", "20", "30"]),
    ("activation", (0.1, 0.42), 0.0, ["0 %", "20 %", "40 %"]),
])  # fmt: skip
def test_no_value_is_cut_off_and_zero_is_always_there(
    key: str, values: tuple[float | None, ...], low: float, ticks: list[str]
) -> None:
    metric: Metric = KNOWN[key]

    axis = explore_charts.over_time([(metric, series(*values))], "month", LIGHT).layout.yaxis

    assert axis.range[0] == pytest.approx(low)
    assert axis.range[1] >= max(0.0, *(value for value in values if value is not None))
    assert list(axis.ticktext) == ticks


def test_a_group_that_is_drawn_in_another_chart_is_not_said_to_be_drawn_nowhere() -> None:
    some, none = series(0.1, 0.2), series(None, None)

    assert explore_words.undrawn([(KNOWN["gap"], some), (KNOWN["per"], none)], "month") == (
        "Not drawn, under 30 in every month: Actives per \\*new\\*. Longer spans hold more.")  # fmt: skip
    pro = none.with_columns(segment=pl.lit("*Pro*"))
    assert explore_words.undrawn([(KNOWN["per"], pro)], "quarter") == (
        "Not drawn, under 30 in every quarter: \\*Pro\\*.")  # fmt: skip
    assert explore_words.undrawn([(KNOWN["per"], pro), (KNOWN["gap"], some)], "quarter") == (
        "Not drawn, under 30 in every quarter: Actives per \\*new\\* · \\*Pro\\*.")  # fmt: skip


@pytest.mark.parametrize(("row", "said"), [
    (None, "Gap"), ({"value": None, "of": 9, "period": DAY}, "Gap: too few in w/e 15 Nov"),
    ({"value": -0.0417, "of": 5_000, "period": DAY}, "Gap: **−4.2 pt** in w/e 15 Nov"),
])  # fmt: skip
def test_a_question_stands_over_the_latest_value_of_its_metric(row: dict[str, object] | None, said: str) -> None:
    assert explore_words.latest(KNOWN["gap"], row) == said
