"""The lines of a review: judged by what was known, explained where they moved, and added up over months."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st

from queries import metrics, review, stats
from queries.activity import Activity, By
from queries.calendar import Period
from queries.measures.adoption import adoption
from queries.metrics import Form, Metric, counting
from queries.product import Connection, Events, Feature, Product, Selection, Unit
from queries.product.metrics import Governed, MadeOf
from queries.product.review import METRICS, Reviewed
from queries.review import Line, Review, Span, lines
from queries.review.lines import Known, asked_line, line, lines_of, ranked
from queries.stats import proportions
from queries.stats import weekly as weekly_series
from tests.examples import three_users
from tests.oracle import Event, Person, complete_spans
from tests.strategies import DICE, MONDAY, Case, check, launched, load, narrowed, spelled

SUNDAY, WEEK, YEAR = date(2026, 11, 15), timedelta(days=7), timedelta(days=364)
STEADY = [50, 52, 49, 51, 50, 53, 48, 51, 50, 52, 49, 51]
FORMS = st.sampled_from(("flow", "level", "rate", "mean"))
NOTHING = Known()
Row = tuple[str, str, date, int, int | None]  # segment, part, period, n, of


def counted(rows: Mapping[By, Sequence[Row]], form: Form, feature: str | None = None) -> Metric:
    """A metric of these weekly counts, by what they are split."""
    schema = {"segment": pl.String, "part": pl.String, "period": pl.Date, "n": pl.UInt32, "of": pl.UInt32}
    frames = {by: pl.DataFrame(each, schema=schema, orient="row") for by, each in rows.items()}

    def weekly(_: Activity, by: By, __: Metric) -> pl.DataFrame:
        return frames.get(by, frames[()].clear()).with_columns(complete=pl.lit(True))

    return Metric("m", "M", form, "better", "input", "{units}.", adoption, weekly, (), feature)


def last_day(back: int) -> date:
    """The last day of the week so many weeks before the latest."""
    return SUNDAY - back * WEEK


def weekly(values: Sequence[int], segment: str = "everyone", of: int | None = None) -> list[Row]:
    """The counts of the latest weeks, up to SUNDAY."""
    return [(segment, "", last_day(len(values) - 1 - i), n, of) for i, n in enumerate(values)]


def a_line(
    values: Sequence[int], form: Form = "level", known: Known = NOTHING, week: date = SUNDAY, **parts: Any
) -> Line:
    of = 100 if form in ("rate", "mean") else None
    return line(three_users()[0], counted({(): weekly(values, of=of)}, form, **parts), week, known)


# Judged by what was known --------------------------------------------------------------------------------------------


def test_a_drop_is_news_in_its_week_and_goes_on_in_the_next() -> None:
    said = [a_line([*STEADY, 20, 21], week=last_day(back)) for back in (2, 1, 0)]

    assert [(each.verdict, each.is_news, each.since, each.now.value) for each in said] == [
        ("normal", False, None, 51.0), ("real", True, last_day(1), 20.0), ("real", False, last_day(1), 21.0),
    ]  # fmt: skip
    assert not said[1].better
    assert [len(each.weeks) for each in said] == [12, 13, 14]


def test_a_holiday_makes_no_news() -> None:
    at_christmas = Known(ignored=(Period(last_day(0) - timedelta(days=2), last_day(0)),))

    found = a_line([*STEADY, 20], known=at_christmas)

    assert (found.verdict, found.is_news, found.why, found.now.ignored) == ("too few", False, (), True)


def test_after_a_known_change_the_old_weeks_are_no_measure() -> None:
    values = [*STEADY, *(n - 30 for n in STEADY[:8])]

    plain, divided = a_line(values), a_line(values, known=Known(changes=(last_day(7),)))

    assert (plain.verdict, divided.verdict) == ("real", "normal")


def test_small_counts_are_not_judged_and_rates_of_few_have_no_value() -> None:
    few = a_line([n // 3 for n in STEADY])
    rates = line(three_users()[0], counted({(): weekly(STEADY, of=29)}, "rate"), SUNDAY)

    assert (few.verdict, few.now.value, few.now.centre) == ("too few", 17.0, None)
    assert (rates.verdict, rates.now.value, rates.now.of) == ("too few", None, 29)


def test_a_series_begins_with_its_first_whole_week_of_use() -> None:
    values = [0] * 20 + [10] + STEADY  # launched within a week

    found = a_line(values, feature="open", form="rate")

    assert found.verdict == "normal"
    assert found.now.centre == pytest.approx(sum(STEADY[:-1]) / 1100)


def test_first_uses_are_judged_once_history_has_seen_the_old_ones() -> None:
    found = a_line([1494, 703, 372, 255, 183, 173, 146, 135, 122, 140, 138, 114, *STEADY], "flow", feature="open")

    assert [each.centre is None for each in found.weeks] == [True] * 12 + [False] * 12
    assert (found.verdict, found.now.centre) == ("normal", sum(STEADY[:-1]) / 11)


def test_a_week_that_was_not_counted_is_there_without_a_value() -> None:
    found = a_line(STEADY, week=last_day(-2))

    assert [(each.last, each.value) for each in found.weeks[-3:]] == [
        (SUNDAY, 51.0), (last_day(-1), None), (last_day(-2), None),
    ]  # fmt: skip
    assert (found.verdict, found.is_news) == ("too few", False)


@pytest.mark.slow
@check(launched(), DICE, examples=4)
def test_a_line_as_of_an_earlier_week_is_what_it_would_have_been_then(case: Case, dice: Any) -> None:
    spans = complete_spans(case.world, "week")
    assume(spans)
    week = dice.choice(spans)[1]
    whole, then = load(case), load(replace(case, world=replace(case.world, as_of=week)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "TOO_FEW", 1)
        patch.setattr(lines, "TOO_FEW", 1)
        for key, metric in metrics.catalogue(whole).items():
            later, known = line(whole, metric, week), line(then, metric, week)
            assert replace(later, why=()) == replace(known, why=()), key


@pytest.mark.slow
@check(launched(accounts=True), DICE, examples=4)
def test_adoption_reads_the_same_in_the_review_and_on_its_own_page(case: Case, dice: Any) -> None:
    activity = narrowed(case)
    weeks = adoption(activity, activity.calendar.periods("week"))
    assume(weeks["complete"].any())
    last: date = max(weeks.filter("complete")["period"].to_list())
    with pytest.MonkeyPatch.context() as patch:
        for module in (counting, lines):
            patch.setattr(module, "TOO_FEW", 1)
        for module in (proportions, weekly_series):
            patch.setattr(module, "RATE", pl.when(pl.col("of") > 0).then(pl.col("n") / pl.col("of")))
        page = stats.changes(weeks.filter(period=last), weeks.filter(period=last), weeks, 1)
        for feature, verdict, since in page.select("feature", "verdict", "since").rows():
            found = line(activity, metrics.catalogue(activity)[f"adoption.{feature}"], last)
            assert (found.verdict, found.since) == (verdict, since), feature


# Over months ---------------------------------------------------------------------------------------------------------


@st.composite
def counts(draw: st.DrawFn) -> list[Row]:
    """Weekly counts of one part or two, up to SUNDAY, over a few weeks or two years and a half."""
    dice = draw(DICE)
    weeks, parts = dice.choice((1, 2, 9, 60, 70, 130)), dice.choice((("",), ("p", "q")))
    return [("everyone", part, last_day(back), dice.randint(0, 99), 99)
            for back in range(weeks) for part in parts]  # fmt: skip


def over(rows: Sequence[Row], form: Form, first: date, last: date) -> float | None:
    """The value over the weeks that end in a span: summed first, divided then; a mean over parts."""
    within = [row for row in rows if first <= row[2] <= last]
    weeks, parts = len({row[2] for row in within}), sorted({row[1] for row in within})
    if not within:
        return None
    n = [sum(row[3] for row in within if row[1] == part) for part in parts]
    of = [sum(row[4] or 0 for row in within if row[1] == part) for part in parts]
    rates = [a / b if b else 0.0 for a, b in zip(n, of, strict=True)]
    each = rates if form in ("rate", "mean") else [total / (weeks if form == "level" else 1) for total in n]
    return sum(each) / len(parts)


@check(counts(), FORMS, st.integers(0, 60), examples=20)
def test_a_month_is_made_of_the_weeks_that_end_in_it(rows: list[Row], form: Form, back: int) -> None:
    week = last_day(back)

    found = line(three_users()[0], counted({(): rows}, form), week)

    known = [row for row in rows if row[2] <= week]
    begins = min((row[2] for row in known), default=week)

    def span(first: date, last: date) -> Span | None:
        if not known or first <= begins - WEEK:
            return None
        value = over(known, form, first, last)
        whole = first - YEAR > begins - WEEK  # the first week that ends in it, a year before, is history
        before = over(known, form, first - YEAR, last - YEAR) if whole else None
        return None if value is None else Span(first, last, approx(value), approx(before))

    month = week.replace(day=1)
    assert found.month_to_date == span(month, week)
    assert found.quarter_to_date == span(month.replace(month=(month.month - 1) // 3 * 3 + 1), week)
    starts = [month]
    for _ in range(12):
        starts.insert(0, (starts[0] - timedelta(days=1)).replace(day=1))
    whole = [span(a, b - timedelta(days=1)) for a, b in pairwise(starts)]
    assert list(found.months) == [each for each in whole if each]


def approx(value: float | None) -> Any:
    return None if value is None else pytest.approx(value)


def test_a_mean_over_features_is_as_sure_as_the_one_with_the_fewest_who_could_use_it() -> None:
    rows = [("everyone", part, last_day(11 - i), n, of) for i, n in enumerate(STEADY)
            for part, of in (("a", 200), ("b", 100))]  # fmt: skip

    found = line(three_users()[0], counted({(): rows}, "rate"), SUNDAY)

    assert found.now.value == pytest.approx((51 / 200 + 51 / 100) / 2)
    assert (found.now.n, found.now.of) == (None, 100)
    assert found.verdict == "normal"


# Why -----------------------------------------------------------------------------------------------------------------


def crowd(sizes: Sequence[int], admins: int = 0) -> Case:
    """So many users open on the Monday of each week, from MONDAY on; the first so many of all are admins."""
    events = [Event(f"user {i}", datetime.combine(MONDAY + week * WEEK, time(12)).astimezone(), "open")
              for week, size in enumerate(sizes) for i in range(size)]  # fmt: skip
    people = [Person(f"user {i}", signup=MONDAY, attributes={"role": "admin" if i < admins else "member"})
              for i in range(max(sizes))]  # fmt: skip
    return spelled(events, people, weeks=len(sizes))


def test_a_drop_is_carried_by_the_segment_that_stayed_away() -> None:
    activity = load(crowd([*STEADY, 15], admins=10))
    week = activity.calendar.as_of

    found = line(activity, metrics.catalogue(activity)["weekly_actives"], week)

    assert (found.verdict, found.is_news, found.since) == ("real", True, week)
    (by_role,) = found.why
    usual = sum(STEADY[-8:]) / 8
    assert by_role.dimension == "Role"
    assert by_role.change == pytest.approx(15 - usual)
    assert [part.segment for part in by_role.parts] == ["Member", "Admin"]
    assert [part.carried for part in by_role.parts] == pytest.approx([15 - usual, 0])
    assert by_role.now == Period(week, week)
    assert by_role.before == tuple(week - back * WEEK for back in range(8, 0, -1))
    assert [(each.feature, each.is_up) for each in found.moved] == [("Open", False)]


def test_what_moved_beside_a_feature_is_not_the_feature_itself() -> None:
    activity = load(crowd([*STEADY, 15]))

    found = line(activity, metrics.catalogue(activity)["adoption.open"], activity.calendar.as_of)

    assert (found.verdict, found.moved) == ("real", ())


def test_a_change_is_not_measured_against_what_was_usual_before_it_started_anew() -> None:
    activity = load(crowd([*STEADY, 20, 21, 20, 22, 21, 20, 30], admins=10))
    actives, week = metrics.catalogue(activity)["weekly_actives"], activity.calendar.as_of

    found = line(activity, actives, week, Known(changes=(week - 6 * WEEK,)))

    assert (found.verdict, found.is_up) == ("real", True)
    (by_role,) = found.why
    assert by_role.before == tuple(week - back * WEEK for back in range(6, 0, -1))
    assert by_role.change == pytest.approx(30 - (20 + 21 + 20 + 22 + 21 + 20) / 6)


def test_a_segment_whose_line_leads_below_nobody_explains_nothing() -> None:
    growing, leaving = [100 + 10 * i + 30 * (i % 2) for i in range(20)], [max(30 - 10 * i, 0) for i in range(20)]
    growing[-1] += 200
    by_plan = [*weekly(growing, "a"), *weekly(leaving, "b")]
    whole = weekly([a + b for a, b in zip(growing, leaving, strict=True)])

    found = line(three_users()[0], counted({(): whole, ("plan",): by_plan}, "level"), SUNDAY)

    assert (found.verdict, found.trended, found.why) == ("real", True, ())


def test_of_too_few_before_nobody_says_why() -> None:
    rates = [("a", "", last_day(12 - i), 1, 3) for i in range(12)] + [("a", "", SUNDAY, 90, 100)]
    whole = [(*row[:3], *(STEADY[i], 100)) for i, row in enumerate(rates[:-1])] + [("everyone", "", SUNDAY, 90, 100)]
    by_plan = [*rates, *[("b", *row[1:]) for row in rates[-1:]]]

    found = line(three_users()[0], counted({(): whole, ("plan",): by_plan}, "rate"), SUNDAY)

    assert (found.verdict, found.why) == ("real", ())


# What there is next to nothing of ------------------------------------------------------------------------------------


NEARLY_NOTHING: dict[str, Callable[[], Activity]] = {
    "nobody": lambda: three_users()[0].within(Selection(where=(("plan", ("no such plan",)),))),
    "no accounts": lambda: three_users()[0].within(Selection("account")),
    "one week": lambda: load(spelled([], weeks=1)),
    "part of a week": lambda: load(replace(crowd([3]), world=replace(crowd([3]).world, as_of=MONDAY))),
    "no segments": lambda: load(spelled([], weeks=20)),
    "a quiet product": lambda: load(spelled([], [], weeks=20)),
}


@pytest.mark.parametrize("name", NEARLY_NOTHING)
def test_of_next_to_nothing_there_are_lines_that_say_too_few(name: str) -> None:
    activity = NEARLY_NOTHING[name]()
    week = activity.calendar.period_of(activity.calendar.as_of, "week").last

    for metric in metrics.catalogue(activity).values():
        found = line(activity, metric, week)
        assert (found.verdict, found.why, found.now.last) == ("too few", (), week)
        assert not found.now.value
        assert review.from_json(review.as_json(Review("P", week, week, (found,)))).lines == (found,)


# Which lines ---------------------------------------------------------------------------------------------------------


def product(**parts: Any) -> Product:
    return Product("P", "UTC", 0, Connection(), Events("e", user="u", time="t", name="n"), **parts)


def test_without_a_list_a_review_has_the_usual_lines_and_the_launches_of_half_a_year() -> None:
    activity = three_users()[0]
    launches = {"old": SUNDAY - timedelta(days=183), "half": SUNDAY - timedelta(days=182), "now": SUNDAY,
                "next": SUNDAY + timedelta(days=1), "never": None}  # fmt: skip
    features = tuple(Feature(key, key, (key,), launched=day, owner="Ann") for key, day in launches.items())

    found = lines_of(product(), replace(activity, features=features, codes=dict.fromkeys(launches, 1)), SUNDAY)

    usual = [Reviewed(key) for key in METRICS if key != "core_adoption"]  # no feature is core
    assert list(found) == [*usual, *(Reviewed("new_adopters", key, owner="Ann") for key in ("half", "now"))]


def test_without_a_list_a_review_has_the_metrics_made_in_the_file_and_none_that_is_deprecated() -> None:
    said = (Governed("new", status="deprecated"), Governed("per", made_of=MadeOf("ratio", ("new", "dormant"), "Per")))

    found = lines_of(product(metrics=said), replace(three_users()[0], governed=said), SUNDAY)

    assert [each.key for each in found] == ["activation", "days_active", "resurrected", "dormant", "week4_retention",
                                            "weekly_actives", "per"]  # fmt: skip


def test_a_line_has_the_owner_and_the_target_of_its_metric_where_it_names_none() -> None:
    activity = three_users()[0]
    made, new = product(metrics=(Governed("new", "Mira", target=40.0),)), metrics.catalogue(activity)["new"]

    found = [asked_line(made, activity, new, asked, SUNDAY, Known())
             for asked in (Reviewed("new"), Reviewed("new", owner="Ann", target=3.0))]  # fmt: skip

    assert [(each.owner, each.target) for each in found] == [("Mira", 40.0), ("Ann", 3.0)]


def test_with_a_list_a_review_has_its_lines_in_its_order() -> None:
    listed = (Reviewed("dormant", target=3.0), Reviewed("adoption", "open"))

    assert lines_of(product(review=listed), three_users()[0], SUNDAY) == listed


@pytest.mark.parametrize("unit", ["user", "account"])
def test_every_usual_line_can_be_asked(unit: Unit) -> None:
    activity = load(crowd(STEADY)).within(Selection(unit))
    known = metrics.catalogue(activity)

    for each in lines_of(product(), activity, activity.calendar.as_of):
        assert line(activity, metrics.metric(known, each.key), activity.calendar.as_of).unit == unit


def test_what_asks_for_most_comes_first() -> None:
    said = [("normal", False), ("watch", False), ("real", False), ("too few", False), ("real", True)]
    made = [replace(a_line([1]), key=str(i), verdict=verdict, is_news=news) for i, (verdict, news) in enumerate(said)]

    assert [each.key for each in ranked(made)] == ["4", "2", "1", "0", "3"]
