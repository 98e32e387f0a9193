"""The demo holds truths that were planted in it; the measures find each."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from queries import config, demo, metrics, stats
from queries.activity import Activity
from queries.calendar import Period
from queries.measures.adoption import adoption
from queries.measures.retention import pooled, retention
from queries.measures.returning import Returning
from queries.product import Connection, Product, Selection
from queries.product import file as product_file
from queries.product.review import METRICS
from queries.review import Line
from queries.review.lines import line
from queries.snapshot import extract
from tests import examples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    path = tmp_path_factory.mktemp("demo") / "demo.duckdb"
    demo.write(path)
    product = product_file.load(config.DEMO_PRODUCT)
    return replace(product, connection=Connection(url=f"duckdb:///{path}"), folder=Path("/"))


@pytest.fixture(scope="module")
def activity(product: Product) -> Activity:
    return examples.of(extract.read(product, examples.NOW), product)


def week(last: date) -> Period:
    return Period(date.fromordinal(last.toordinal() - 6), last)


def rate(activity: Activity, feature: str, period: Period) -> float:
    counts = adoption(activity, (period,), features=(feature,))
    return float((counts["n"] / counts["of"]).item())


def test_the_open_week_is_open(activity: Activity) -> None:
    assert activity.calendar.as_of == demo.LAST_DAY
    assert activity.calendar.periods("week", 1)[-1].last == demo.LAST_COMPLETE_DAY
    assert len(activity.calendar.periods("week")) == 110


def test_employees_and_bots_are_nobody(activity: Activity) -> None:
    ids = activity.units["id"]
    assert ids.len() == ids.n_unique()
    assert 18_000 < ids.len() < 20_500


def test_enterprise_adopts_the_audit_log_twice_as_much(activity: Activity) -> None:
    cells = adoption(activity, (activity.calendar.last_weeks(4),), by=("plan",))
    found = stats.against_the_rest(cells).filter(feature="audit_log", segment="Enterprise").row(0, named=True)

    assert 1.7 < found["n"] / found["of"] / found["rest"] < 2.5
    assert found["marked"]


def test_a_slow_launch_ramps_over_sixteen_weeks(activity: Activity) -> None:
    ramp = [
        rate(activity, "ai_summaries", week(last)) for last in (date(2026, 6, 7), date(2026, 7, 26), date(2026, 9, 20))
    ]

    assert ramp[0] < 0.03 < 0.07 < ramp[1] < 0.13 < 0.16 < ramp[2]
    assert rate(activity, "ai_summaries", week(date(2026, 5, 31))) == 0


def test_a_launch_that_spikes_fades(activity: Activity) -> None:
    spike = rate(activity, "whiteboard", week(date(2026, 8, 16)))
    later = rate(activity, "whiteboard", week(date(2026, 10, 25)))

    assert spike > 0.2 > 0.06 > later


def test_small_companies_that_signed_up_from_august_come_back_less(activity: Activity) -> None:
    small = activity.within(Selection(where=(("company_size", ("1-50",)),)))
    cells = retention(small, Returning(), cohorts=32, intervals=5).filter(interval=4)
    before = pooled(cells.filter(pl.col("cohort") < date(2026, 8, 2))).row(0, named=True)
    after = pooled(cells.filter(pl.col("cohort") >= date(2026, 8, 2))).row(0, named=True)

    gap = stats.difference(after["n"], after["of"], before["n"], before["of"])

    assert gap is not None
    assert gap.high < -0.12


def test_the_others_come_back_as_before(activity: Activity) -> None:
    others = activity.within(Selection(where=(("company_size", ("51-200", "201-1000", "1000+")),)))
    cells = retention(others, Returning(), cohorts=32, intervals=5).filter(interval=4)
    before = pooled(cells.filter(pl.col("cohort") < date(2026, 8, 2))).row(0, named=True)
    after = pooled(cells.filter(pl.col("cohort") >= date(2026, 8, 2))).row(0, named=True)

    gap = stats.difference(after["n"], after["of"], before["n"], before["of"])

    assert gap is not None
    assert not gap.sure


def reviewed(activity: Activity, key: str, last: date) -> Line:
    return line(activity, metrics.catalogue(activity)[key], last)


def test_the_drop_of_retention_is_news_in_its_first_week_and_small_companies_carry_it(activity: Activity) -> None:
    before, found = (reviewed(activity, "week4_retention", date(2026, 8, day)) for day in (23, 30))
    later = reviewed(activity, "week4_retention", demo.LAST_COMPLETE_DAY)

    assert (before.verdict, before.why) == ("normal", ())
    assert (found.verdict, found.is_news, found.since, found.better) == ("real", True, date(2026, 8, 30), False)
    assert (later.verdict, later.is_news) == ("real", False)
    for said in (found, later):
        size = said.why[0]
        assert (size.dimension, size.parts[0].segment, size.parts[0].sure) == ("Company size", "1-50", True)
        assert size.parts[0].carried < 0.75 * size.change < 0
        assert abs(size.mix) < 0.1 * abs(size.behaviour)


def test_the_drop_of_retention_is_news_but_once(activity: Activity) -> None:
    weeks = [week.last for week in activity.calendar.periods("week", 14)]
    said = [reviewed(activity, "week4_retention", last) for last in weeks]

    assert [each.now.last for each in said if each.is_news] == [date(2026, 8, 30)]


def test_first_uses_of_an_old_feature_are_steady(activity: Activity) -> None:
    assert reviewed(activity, "new_adopters.boards", demo.LAST_COMPLETE_DAY).verdict == "normal"


def test_a_review_of_an_earlier_week_says_what_it_said_then(activity: Activity, product: Product) -> None:
    product = replace(product, as_of=date(2026, 9, 13))
    then = examples.of(extract.read(product, examples.NOW), product)

    for key in (*METRICS, "adoption.ai_summaries", "new_adopters.whiteboard"):
        assert reviewed(activity, key, date(2026, 9, 13)) == reviewed(then, key, date(2026, 9, 13)), key


def test_attachments_are_silent_for_three_days(activity: Activity) -> None:
    days = [Period(date(2026, 10, d), date(2026, 10, d)) for d in range(5, 10)]
    counts = adoption(activity, tuple(days), features=("attachments",))

    assert (counts["n"] > 0).to_list() == [True, False, False, False, True]


def test_single_sign_on_is_counted_out_of_those_who_may_use_it(activity: Activity) -> None:
    found = adoption(activity, (activity.calendar.last_weeks(4),), features=("sso",)).row(0, named=True)
    everyone = adoption(activity, (activity.calendar.last_weeks(4),), features=("sso",), of="all").row(0, named=True)

    assert found["outside"] > 0
    assert found["of"] < everyone["of"] / 2
    assert everyone["n"] == found["n"] + found["outside"]


def test_a_steady_feature_reads_normal_and_the_launch_a_signal(activity: Activity) -> None:
    period = activity.calendar.last_weeks(4)
    weeks = adoption(activity, activity.calendar.periods("week"))
    found = stats.changes(adoption(activity, (period,)), adoption(activity, (period.shifted(-28),)), weeks, shown=12)
    verdicts = dict(found.select("feature", "verdict").rows())

    assert verdicts["ai_summaries"] == "real"
    assert verdicts["boards"] in ("normal", "watch")
    assert sum(verdict in ("normal", "watch") for verdict in verdicts.values()) >= 18
