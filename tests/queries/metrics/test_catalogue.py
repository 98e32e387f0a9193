"""The catalogue: each metric's weekly counts against an oracle that looks at every event, and what is made of them."""

from dataclasses import replace
from datetime import date, timedelta
from statistics import fmean

import polars as pl
import pytest
from hypothesis import strategies as st

from queries import answers, metrics
from queries.activity import Activity
from queries.errors import InsightsError
from queries.metrics import Form
from queries.product import Selection, Unit
from queries.product.review import FEATURE_METRICS, METRICS, SHARES
from tests import oracle_depth, oracle_engagement
from tests.examples import three_users
from tests.oracle import Oracle, Where, complete_spans
from tests.oracle_engagement import active, days_of
from tests.strategies import DICE, WHERE, Case, check, launched, narrowed

WEEK = timedelta(days=7)
ACTIVATING = DICE.map(lambda dice: dice.choice(((), ("export",), ("share", "peek"))))
FORMS = st.sampled_from(("flow", "level", "rate", "mean"))
Row = tuple[str, str, date, int, int | None]  # segment, part, period, n, of


# Against the oracle --------------------------------------------------------------------------------------------------


def expected(oracle: Oracle, key: str, by: tuple[str, ...], activating: tuple[str, ...]) -> list[Row]:
    """What a metric counts in each whole week, found the slow way."""
    weeks, (name, _, feature) = complete_spans(oracle.world, "week"), key.partition(".")
    core = [f.key for f in oracle.world.features if f.core]
    if name == "weekly_actives":
        return [(s, "", day, n, None) for s, day, n, whole in oracle_engagement.actives(oracle, weeks, by) if whole]
    if name in ("new", "resurrected", "dormant"):
        rows = oracle_engagement.lifecycle(oracle, "week", len(weeks), by)
        return [(s, "", day, n, None) for s, day, state, n, _, whole in rows if whole and state == name]
    if name == "days_active":
        return [(s, "", week[1], sum(days_of(oracle, unit, None, week) for unit in units),
                 len(active(oracle, units, week)))
                for s, units in oracle.segments(by) for week in weeks if oracle.observed(week)]  # fmt: skip
    if name == "activation":
        cohorts = oracle_depth.activation(oracle, weeks, activating, by)
        return [(s, "", day + WEEK, n or 0, of) for s, day, n, of, whole in cohorts
                if whole and oracle.observed((day, day + WEEK))]  # fmt: skip
    if name == "week4_retention":
        cells = oracle.retention("signup", None, None, "week", "on", "calendar", len(weeks), 5, by)
        return [(s, "", day + 4 * WEEK, n or 0, of) for s, day, k, n, of, whole, _ in cells if k == 4 and whole]
    if name == "new_adopters":
        found = oracle.new_adopters(weeks, by)
        return [(s, f, day, n, None) for f, s, day, n, _, whole in found if f == feature and whole]
    wanted = core if name == "core_adoption" else [feature]
    return [(s, f, day, n, of) for f, s, day, n, of, _, whole in oracle.adoption(weeks, by) if f in wanted and whole]


def assert_counts(case: Case, unit: Unit, where: Where, activating: tuple[str, ...]) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    for by in case.by(unit)[:2]:
        for key, metric in metrics.catalogue(activity, activating).items():
            found = metrics.weekly(activity, metric, by)
            assert sorted(found.rows()) == sorted(expected(oracle, key, by, activating)), (key, by)
            assert found["period"].is_sorted()


@pytest.mark.slow
@check(launched(), WHERE, ACTIVATING, examples=5)
def test_each_metric_of_users_counts_each_week_what_the_oracle_counts(
    case: Case, where: Where, activating: tuple[str, ...]
) -> None:
    assert_counts(case, "user", where, activating)


@pytest.mark.slow
@check(launched(accounts=True), WHERE, ACTIVATING, examples=5)
def test_each_metric_of_accounts_counts_each_week_what_the_oracle_counts(
    case: Case, where: Where, activating: tuple[str, ...]
) -> None:
    assert_counts(case, "account", where, activating)


@pytest.mark.slow
@check(launched(accounts=True), st.sampled_from(("user", "account")), examples=4)
def test_segments_add_up_to_the_whole_for_each_metric(case: Case, unit: Unit) -> None:
    activity = narrowed(case, unit)

    for metric in metrics.catalogue(activity).values():
        columns = ["part", "period", "n", "of"]
        whole = {row[:2]: row[2:] for row in metrics.weekly(activity, metric).select(columns).rows()}
        for by in case.by(unit)[1:2]:
            sums: dict[tuple[str, date], list[tuple[int, int | None]]] = {}
            for part, period, n, of in metrics.weekly(activity, metric, by).select(columns).rows():
                sums.setdefault((part, period), []).append((n, of))
            added = {at: (sum(n for n, _ in each), None if metric.is_count else sum(of or 0 for _, of in each))
                     for at, each in sums.items()}  # fmt: skip
            assert added == (whole if activity.units.height else {}), metric.key


@check(launched(), examples=4)
def test_whole_weeks_follow_each_other_up_to_the_last_one(case: Case) -> None:
    activity = narrowed(case)
    weeks = [week.last for week in activity.calendar.periods("week")]

    for metric in metrics.catalogue(activity).values():
        found = metrics.weekly(activity, metric)["period"].unique().sort().to_list()
        assert found == weeks[len(weeks) - len(found) :], metric.key


@pytest.mark.parametrize(("as_of", "last"), [(date(2026, 11, 15), date(2026, 11, 15)),
                                             (date(2026, 11, 14), date(2026, 11, 8))])  # fmt: skip
def test_activation_waits_for_the_end_of_its_week(as_of: date, last: date) -> None:
    activity = three_users(since=date(2026, 8, 3))[0]
    known = metrics.catalogue(activity, ("open",))

    found = metrics.weekly(replace(activity, calendar=replace(activity.calendar, as_of=as_of)), known["activation"])

    assert found["period"].max() == last


# What is offered -----------------------------------------------------------------------------------------------------


@check(launched(), examples=4)
def test_a_product_file_may_name_just_the_metrics_of_the_catalogue(case: Case) -> None:
    activity = narrowed(case)
    core = any(feature.core for feature in activity.features)

    found = list(metrics.catalogue(activity))

    named = [key for key in METRICS if core or key != "core_adoption"]
    of_features = [f"{key}.{feature.key}" for feature in activity.features for key in FEATURE_METRICS]
    assert found == [*named, *of_features]
    shares = [key for key, metric in metrics.catalogue(activity).items() if metric.is_share]
    assert {key.partition(".")[0] for key in shares} == {key for key in SHARES if core or key != "core_adoption"}


def test_a_metric_says_what_it_counts_of_whom() -> None:
    for metric in metrics.catalogue(three_users()[0]).values():
        assert metric.definition.format(units="Users").endswith(".")
        assert (metric.is_share, metric.is_count) == (metric.form == "rate", metric.form in ("flow", "level"))


def test_an_unknown_metric_is_said_with_the_nearest() -> None:
    with pytest.raises(InsightsError, match=r"'week4_retentoin'.*week4_retention"):
        metrics.metric(metrics.catalogue(three_users()[0]), "week4_retentoin")


def test_what_was_asked_of_a_metric_is_known_when_the_catalogue_is_made_anew() -> None:
    activity = three_users()[0]

    for key, metric in metrics.catalogue(activity, ("open",)).items():
        again = metrics.catalogue(activity, ("open",))[key]
        assert answers.ask(metrics.weekly, activity, metric) is answers.ask(metrics.weekly, activity, again)


def test_another_activation_is_another_metric() -> None:
    activity = three_users()[0]

    one, other = (metrics.catalogue(activity, keys)["activation"] for keys in (("open",), ("export",)))

    assert one != other


# From counts to values -----------------------------------------------------------------------------------------------

CELLS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pq"), st.integers(1, 3), st.integers(0, 90),
                           st.integers(0, 90)), max_size=20, unique_by=lambda row: row[:3])  # fmt: skip


@check(CELLS, FORMS, st.sampled_from(((), ("period",), ("segment",), ("segment", "period"))))
def test_values_are_summed_first_and_divided_then(
    rows: list[tuple[str, str, int, int, int]], form: Form, keys: tuple[str, ...]
) -> None:
    columns = ["segment", "part", "period", "n", "of"]
    counts = pl.DataFrame(rows, schema=dict(zip(columns, [pl.String, pl.String, *[pl.Int64] * 3], strict=True)),
                          orient="row")  # fmt: skip

    found = metrics.values(counts, form, *keys)

    at = [columns.index(key) for key in keys]
    groups: dict[tuple[object, ...], list[tuple[str, str, int, int, int]]] = {} if keys else {(): []}
    for row in rows:
        groups.setdefault(tuple(row[i] for i in at), []).append(row)
    for *key, n, of, value in found.rows():
        group = groups.pop(tuple(key))
        parts = [[row for row in group if row[1] == part] for part in {row[1] for row in group}]
        assert n == (sum(row[3] for row in group) if len(parts) == 1 else None)
        assert of == min((sum(row[4] for row in own) for own in parts), default=None)
        assert value == (pytest.approx(made) if (made := by_hand(group, form)) is not None else None)
    assert not groups


def by_hand(rows: list[tuple[str, str, int, int, int]], form: Form) -> float | None:
    """The mean over the parts of their value; None where one has none."""
    values: list[float | None] = []
    for part in sorted({row[1] for row in rows}):
        own = [row for row in rows if row[1] == part]
        n, of, weeks = sum(row[3] for row in own), sum(row[4] for row in own), len({row[2] for row in own})
        rate = n / of if of >= 30 else None
        values.append({"flow": float(n), "level": n / weeks}.get(form, rate))
    told = [value for value in values if value is not None]
    return fmean(told) if told and len(told) == len(values) else None


def narrowed_to_nobody() -> Activity:
    return three_users()[0].within(Selection(where=(("plan", ("no such plan",)),)))


def test_of_nobody_each_metric_is_counted_and_has_no_value_or_none_at_all() -> None:
    activity = narrowed_to_nobody()

    for metric in metrics.catalogue(activity).values():
        found = metrics.values(metrics.weekly(activity, metric), metric.form, "period")
        assert found["value"].drop_nulls().sum() == 0
        assert metrics.weekly(activity, metric, ("plan",)).is_empty()
