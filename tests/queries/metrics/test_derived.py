"""Metrics made of two others, against an oracle that looks at every event."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from statistics import fmean

import pytest
from hypothesis import strategies as st

from queries import metrics
from queries.activity import Activity
from queries.metrics import counting
from queries.product import Unit
from queries.product.metrics import Governed, MadeOf
from queries.review.lines import line
from tests.examples import three_users
from tests.oracle import Oracle
from tests.queries.metrics.test_catalogue import Row, expected
from tests.strategies import Case, check, launched, narrowed

PER_NEW = Governed("per_new", made_of=MadeOf("ratio", ("weekly_actives", "new"), "Actives per new"))
Values = dict[tuple[object, ...], float | None]
KEYS: tuple[tuple[str, ...], ...] = ((), ("period",), ("segment",), ("segment", "period"))


def with_made(activity: Activity, *made: Governed) -> Activity:
    return replace(activity, governed=made)


def by_hand(rows: list[Row], kind: str, least: int) -> float | None:
    """What several weeks and segments of a count have together (kind count), or the mean of the shares of its parts."""
    if kind == "count":
        return float(sum(n for _, _, _, n, _ in rows))
    each = [[row for row in rows if row[1] == part] for part in sorted({row[1] for row in rows})]
    sums = [(sum(row[3] for row in own), sum(row[4] or 0 for row in own)) for own in each]
    return fmean(n / of for n, of in sums) if sums and all(of >= least for _, of in sums) else None


def slowly(one: list[Row], other: list[Row], kind: str, keys: tuple[str, ...], least: int) -> Values:
    """The ratio or difference at each of the keys, of the weeks and segments that both have."""
    both = {(row[0], row[2]) for row in one} & {(row[0], row[2]) for row in other}
    groups: dict[tuple[object, ...], tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((one, other)):
        for row in rows:
            if (row[0], row[2]) in both:
                at = {"segment": row[0], "period": row[2]}
                groups[tuple(at[key] for key in keys)][side].append(row)
    found: Values = {}
    for at_, (first, second) in groups.items():
        a, b = (by_hand(rows, "count" if kind == "ratio" else "share", least) for rows in (first, second))
        if kind == "ratio":
            found[at_] = a / b if a is not None and b is not None and b >= least and b > 0 else None
        else:
            found[at_] = a - b if a is not None and b is not None else None
    return found


@pytest.mark.slow
@check(launched(accounts=True), st.sampled_from(("user", "account")), st.sampled_from((1, 3, 30)),
       st.sampled_from(KEYS), examples=12)  # fmt: skip
def test_a_metric_made_of_two_is_summed_first_and_divided_then_as_the_oracle_does(
    case: Case, unit: Unit, least: int, keys: tuple[str, ...]
) -> None:
    feature = case.world.features[0].key
    pairs = [("ratio", "weekly_actives", "new"), ("ratio", f"new_adopters.{feature}", "dormant"),
             ("difference", f"adoption.{feature}", "week4_retention")]  # fmt: skip
    if any(each.core for each in case.world.features):
        pairs.append(("difference", f"adoption.{feature}", "core_adoption"))
    made = [Governed(f"m{i}", made_of=MadeOf(kind, (a, b), f"M{i}"))  # type: ignore[arg-type]
            for i, (kind, a, b) in enumerate(pairs)]  # fmt: skip
    activity, oracle = with_made(narrowed(case, unit), *made), Oracle(case.world, unit, ())
    known = metrics.catalogue(activity)

    for by in case.by(unit)[:2]:
        for said, (kind, a, b) in zip(made, pairs, strict=True):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(counting, "TOO_FEW", least)
                counts = metrics.weekly(activity, known[said.key], by)
                found = metrics.values(counts, known[said.key].form, *keys)
            expect = slowly(expected(oracle, a, by, ()), expected(oracle, b, by, ()), kind, keys, least)
            got = {tuple(row[:-3]): row[-1] for row in found.rows()}
            assert {at: value for at, value in got.items() if value is not None} == pytest.approx(
                {at: value for at, value in expect.items() if value is not None}), (kind, a, b, by)  # fmt: skip


def test_a_metric_made_of_two_is_in_the_catalogue_behind_those_of_the_whole_product() -> None:
    found = metrics.catalogue(with_made(three_users()[0], PER_NEW))

    assert list(found)[6:9] == ["weekly_actives", "per_new", "adoption.export"]
    assert (found["per_new"].label, found["per_new"].form, found["per_new"].up) == ("Actives per new", "mean", "better")
    assert found["per_new"].definition == (
        "Weekly actives for each of New; of several weeks both are summed first. Weekly actives: {units} with at least "
        "one event of an active feature in the week. New: {units} active in the week for the first time in all "
        "history.")  # fmt: skip


def test_one_of_which_a_part_is_not_counted_here_is_left_out() -> None:
    lost = Governed("lost", made_of=MadeOf("ratio", ("new_adopters.gone", "new"), "Lost"))

    assert "lost" not in metrics.catalogue(with_made(three_users()[0], lost))


def test_a_deprecated_metric_says_so_in_its_name() -> None:
    old = Governed("dormant", status="deprecated", replaced_by="new")

    assert metrics.catalogue(with_made(three_users()[0], old))["dormant"].label == "Dormant (deprecated)"


def test_a_difference_may_be_below_zero_and_is_judged_like_any_other() -> None:
    gap = Governed("gap", made_of=MadeOf("difference", ("adoption.export", "adoption.open"), "Gap"))
    activity = with_made(three_users(since=date(2026, 8, 3))[0], gap)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "TOO_FEW", 1)
        found = line(activity, metrics.catalogue(activity)["gap"], date(2026, 11, 15))
        older = line(activity, metrics.catalogue(activity)["gap"], date(2026, 11, 8))

    assert [found.now.value, older.now.value] == [0.5, -0.75]
    assert (found.form, found.verdict, found.why) == ("difference", "too few", ())
