"""What the explore page says of two groups: how far apart they are, and whether that is more than chance."""

from collections.abc import Sequence
from datetime import date

from components import compare_words
from components.review_words import value
from components.theme import day, points
from components.words import Answer, md
from queries.activity import Activity, By
from queries.explore import ONE_COHORT, Compared, Side
from queries.metrics import Metric
from queries.product import EVERYONE
from queries.stats import TOO_FEW, WHOLE_PERCENT

ONE_TEST = "Each difference stands by one test of these two alone: of twenty such looks one seems sure by chance."


def compared(
    activity: Activity, by: By, found: Sequence[tuple[Metric, Compared | None]], groups: tuple[str, str]
) -> Answer:
    """How two groups differ in each metric, and whether that is more than chance."""
    if activity.units.is_empty() or not by or groups[0] == EVERYONE:
        return Answer("**Nothing to compare.** There are no segments with anybody in them.", "empty")
    told = [_difference(activity, metric, one) for metric, one in found]
    cause = f" {compare_words.ASSOCIATION}" if compare_words.by_outcome(activity, by) else ""
    return Answer(" ".join(told) + cause)


def _difference(activity: Activity, metric: Metric, found: Compared | None) -> str:
    if found is None:
        return f"**{md(metric.label)}**: nobody to compare in one of the groups."
    said = " and ".join(f"{md(side.name)} {side_value(metric, side)}" for side in (found.one, found.other))
    when = span(found, activity.calendar.as_of)
    head = f"**{md(metric.label)}: {said}** ({when})."
    if found.gap is None:
        return f"{head} {_no_gap(metric, found)}"
    return f"{head} Difference {gap(metric, found)} ({limits(metric, found)}, 95 %): {verdict(found)}."


def _no_gap(metric: Metric, found: Compared) -> str:
    if metric.is_count:
        return "A count goes with the size of a group; compare a share."
    if any(side.value is None for side in (found.one, found.other)):
        return f"Too few to compare; it needs {TOO_FEW} in each."
    if metric.form == "difference":
        first, second = (md(each.label) for each in metric.made_of)
        return f"A difference of shares has no interval here; compare {first} and {second} one by one."
    if metric.made_of:
        return "A ratio of two counts has no interval; compare a share."
    return "A mean over several features has no interval; compare one of them."


def side_value(metric: Metric, side: Side) -> str:
    """The value of a group, with its denominator where it is a share; the counts where they are too few."""
    if side.value is None:
        return f"{side.n:,} of {side.of:,}" if metric.is_share and side.n is not None else "too few"
    return value(metric.form, side.value, side.of) + (f" (n {side.of:,})" if metric.is_share and side.of else "")


def span(found: Compared, now: date) -> str:
    """The weeks in which two groups were compared."""
    weeks = ((found.last - found.first).days + 1) // 7
    return f"w/e {day(found.last, now=now)}" if weeks == 1 else f"the {weeks} weeks to {day(found.last, now=now)}"


def gap(metric: Metric, found: Compared) -> str:
    """The difference of two groups: a share in points, days as they are; nothing where it cannot be told."""
    return "" if found.gap is None else _apart(metric, found.gap.value, found)


def limits(metric: Metric, found: Compared) -> str:
    """From where to where the difference may be; with a decimal where a sure one would seem to reach zero."""
    if found.gap is None:
        return ""
    ends = (found.gap.low, found.gap.high)
    said = [_apart(metric, each, found) for each in ends]
    if found.gap.sure and "0 pt" in said:
        said = [points(each, WHOLE_PERCENT) for each in ends]
    return " to ".join(said)


def _apart(metric: Metric, number: float, found: Compared) -> str:
    if metric.is_share:
        return points(number, min(found.one.of or 0, found.other.of or 0))
    return f"{'−' if number < 0 else '+'}{abs(number):.2f}"


def verdict(found: Compared) -> str:
    """Whether two groups differ by more than chance."""
    if found.gap is None:
        return "not compared"
    return "more than chance" if found.gap.sure else "could be chance"


def compared_note(found: Sequence[tuple[Metric, Compared | None]]) -> str:
    """The small print of two groups."""
    cohorts = any(metric.key in ONE_COHORT for metric, _ in found)
    weekly = any(metric.key not in ONE_COHORT and one and one.gap for metric, one in found)
    said = [
        *(["Cohorts of all the weeks picked together, as each unit is in one of them."] if cohorts else []),
        *(["The last whole week alone where a unit may be counted again in the next."] if weekly else []),
        *([ONE_TEST] if any(one and one.gap for _, one in found) else []),
        "Segments by today's value of the attribute.",
    ]  # fmt: skip
    return " ".join(said)
