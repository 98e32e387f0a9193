"""What the screen says, sentence by sentence, and the numbers and names inside the sentences."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from components import adoption_words, retention_words, theme, words
from components.theme import DARK, LIGHT, Palette
from queries import product
from queries.activity import Activity, By
from queries.calendar import Calendar, Period
from queries.measures import adoption as adopting
from queries.measures import retention as returning
from queries.measures.adoption import Denominator
from queries.measures.returning import Returning
from queries.product import Segment, Selection
from queries.snapshot.manifest import LeftOut, Manifest
from tests.examples import three_users
from tests.oracle import Person
from tests.strategies import did, load, spelled

EVERYBODY, PRO = Selection(), Selection(where=(("plan", ("Pro",)),))
NOBODY = Selection(where=(("plan", ("Enterprise",)),))
WEEKS = Period(date(2026, 10, 19), date(2026, 11, 15))
MEASURES = [adopting.adoption, adopting.new_adopters, adopting.reach, adopting.breadth, returning.retention,
            returning.pooled]  # fmt: skip


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


def with_calendar(activity: Activity, first_day: date, as_of: date) -> Activity:
    return Activity(Calendar(first_day, as_of), activity.words, activity.features, activity.segments, activity.codes,
                    activity.everyone, activity.rows)  # fmt: skip


# The adoption page ---------------------------------------------------------------------------------------------------


def changes(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """feature, n, of, change, verdict, since: what `stats.changes` says that words are made of; and up and outside.

    Where the latter are not given, the latest week lies beyond its limits on the side of the change.
    """
    rows = tuple(row if len(row) == 8 else (*row, bool(row[3] and row[3] > 0), True) for row in rows)
    schema = {"feature": pl.String, "n": pl.UInt32, "of": pl.UInt32, "change": pl.Float64, "verdict": pl.String,
              "since": pl.Date, "up": pl.Boolean, "outside": pl.Boolean}  # fmt: skip
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def cells(*rows: dict[str, Any]) -> pl.DataFrame:
    """What `stats.against_the_rest` says: by default a cell of 300 of 1,000 that surely lags behind a rest of 40 %."""
    usual = {"feature": "export", "segment": "Free", "n": 300, "of": 1000, "rest": 0.4, "gap": -0.1,
             "gap_low": -0.13, "gap_high": -0.07, "marked": True}  # fmt: skip
    schema = {"feature": pl.String, "segment": pl.String, "n": pl.UInt32, "of": pl.UInt32, "rest": pl.Float64,
              "gap": pl.Float64, "gap_low": pl.Float64, "gap_high": pl.Float64, "marked": pl.Boolean}  # fmt: skip
    return pl.DataFrame([{**usual, **row} for row in rows], schema=schema)


def answer(activity: Activity, *rows: Any, lag: pl.DataFrame | None = None, of: Denominator = "eligible",
           pick: Selection = EVERYBODY) -> str:  # fmt: skip
    return adoption_words.answer(activity, pick, changes(*rows), cells() if lag is None else lag, WEEKS, of,
                                 ("plan",)).text


def cohorts(*rows: tuple[int, int]) -> pl.DataFrame:
    """Weekly cohorts of (n, of), the last to 8 November and complete, as `activation` returns them."""
    days = [date(2026, 11, 8) - timedelta(days=7 * back) for back in reversed(range(len(rows)))]
    schema = {"cohort": pl.Date, "n": pl.UInt32, "of": pl.UInt32, "complete": pl.Boolean}
    return pl.DataFrame([(at, *row, True) for at, row in zip(days, rows, strict=True)], schema=schema, orient="row")


def test_activation_is_of_the_latest_four_cohorts_that_can_be_told_against_the_four_before() -> None:
    open_one = pl.DataFrame({"cohort": [date(2026, 11, 15)], "n": [None], "of": [50], "complete": [False]},
                            schema=cohorts().schema)  # fmt: skip
    started = pl.concat([cohorts(*[(20, 50)] * 4, *[(30, 50)] * 4), open_one])
    reach = pl.DataFrame({"n": 0, "of": 0, "adopted": 0, "complete": True})

    *_, found = adoption_words.headline(reach, reach, used(), used(), started, EVERYBODY)
    *_, few = adoption_words.headline(reach, reach, used(), used(), cohorts((3, 5)), EVERYBODY)

    assert (found["label"], found["value"], found["delta"]) == ("Activated in 7 days", "60 %", "+20 pt")
    assert found["help"].startswith("120 of 200 users that entered in the latest 4 weeks whose first 7 days are over")
    assert (few["value"], few["delta"]) == ("3 of 5", None)


def test_the_answer_names_the_most_used_feature_its_denominator_and_the_period(activity: Activity) -> None:
    said = answer(activity, ("open", 50, 200, 0.0, "normal", None), ("export", 120, 200, 0.0, "normal", None))

    assert said == ("**Export** is used most: 60 % of 200 eligible users in the 4 weeks to 15 Nov. "
                    "No feature has really changed of late.")  # fmt: skip


@pytest.mark.parametrize(("of", "whom"), [("eligible", "200 eligible users"), ("active", "200 active users"),
                                          ("all", "200 users")])  # fmt: skip
def test_the_answer_says_out_of_whom(activity: Activity, of: Denominator, whom: str) -> None:
    assert f"60 % of {whom} in" in answer(activity, ("export", 120, 200, 0.0, "normal", None), of=of)


def test_the_answer_says_for_whom_it_is(activity: Activity) -> None:
    said = answer(activity, ("export", 120, 200, 0.0, "normal", None), pick=PRO)

    assert "60 % of 200 eligible users with Plan Pro in" in said


def test_what_newly_left_its_swing_is_said_largest_first_and_at_most_three(activity: Activity) -> None:
    since = date(2026, 11, 1)
    rows = [("export", 300, 2000, move, "real", since) for move in (0.01, -0.05, None, 0.02)]

    said = answer(activity, *rows)

    assert said.endswith(
        "Really changed: **Export** (▼ −5.0 pt, below its usual weekly swing since w/e 1 Nov), "
        "**Export** (▲ +2.0 pt, above its usual weekly swing since w/e 1 Nov), "
        "**Export** (▲ +1.0 pt, above its usual weekly swing since w/e 1 Nov) and 1 more."
    )


def test_a_signal_is_told_by_its_own_side_though_the_rate_is_up_on_the_year(activity: Activity) -> None:
    said = answer(activity, ("export", 300, 2000, 0.19, "real", date(2026, 11, 1), False, False))

    assert said.endswith("Really changed: **Export** (+19.0 pt, yet week after week below its usual since w/e 1 Nov).")


def test_a_signal_that_began_before_the_period_is_no_news(activity: Activity) -> None:
    said = answer(activity, ("export", 120, 200, 0.05, "real", WEEKS.first - timedelta(days=1)))

    assert said.endswith("No feature has really changed of late.")


def test_a_segment_that_surely_lags_is_named_with_both_rates_and_the_interval(activity: Activity) -> None:
    said = answer(activity, ("export", 120, 200, 0.0, "normal", None), lag=cells({}))

    assert said.endswith("**Free** lags most in **Export**: 30.0 % against 40.0 % elsewhere "
                         "(n 1,000; gap −13.0 pt to −7.0 pt, 95 %).")  # fmt: skip


@pytest.mark.parametrize("quiet", [{"marked": False}, {"gap": 0.1}, {"segment": "(unknown)"}, {"segment": "Other"}])
def test_nothing_is_said_to_lag_that_may_be_chance_leads_or_is_nobody(
    activity: Activity, quiet: dict[str, Any]
) -> None:
    said = answer(activity, ("export", 120, 200, 0.0, "normal", None), lag=cells(quiet))

    assert "lags" not in said


def test_under_thirty_there_are_counts_and_no_rate(activity: Activity) -> None:
    said = answer(activity, ("export", 12, 29, None, "too few", None))

    assert said == ("**Export** is used most: 12 of 29 eligible users, too few for a rate (it needs 30) in the 4 weeks "
                    "to 15 Nov. There are too few units or weeks to tell a real change from noise.")  # fmt: skip


def test_a_filter_that_nobody_passes_is_said(activity: Activity) -> None:
    said = answer(activity.within(NOBODY), ("export", 0, 0, None, "too few", None), pick=NOBODY)

    assert said == ("**Nobody matches.** There are no users with Plan Enterprise in this data.")  # fmt: skip


@pytest.mark.parametrize(("pick", "said"), [
    (EVERYBODY, "**No feature was used** by any of the users in the 4 weeks to 15 Nov."),
    (PRO, "**No feature was used** by any of the users with Plan Pro in the 4 weeks to 15 Nov."),
])  # fmt: skip
def test_features_that_nobody_used_are_said(activity: Activity, pick: Selection, said: str) -> None:
    assert answer(activity, ("export", 0, 200, 0.0, "normal", None), pick=pick) == said


def test_before_the_first_whole_week_the_answer_says_when_it_ends(activity: Activity) -> None:
    young = with_calendar(activity, date(2026, 11, 16), date(2026, 11, 18))

    said = answer(young, ("export", 0, 0, None, "too few", None))

    assert said == "**Not yet.** The first whole week of history ends on 22 Nov."


def reached(n: int, of: int, adopted: int) -> pl.DataFrame:
    return pl.DataFrame({"n": [n], "of": [of], "adopted": [adopted], "complete": [True]})


def used(*features: int) -> pl.DataFrame:
    schema = {"features": pl.UInt16, "n": pl.UInt32}
    return pl.DataFrame({"features": features, "n": [1] * len(features)}, schema=schema)


def numbers(now: pl.DataFrame, before: pl.DataFrame, pick: Selection = EVERYBODY) -> list[tuple[Any, ...]]:
    found = adoption_words.headline(now, before, used(1, 2, 5), used(1, 1, 5), cohorts(), pick)
    return [(row["label"], row["value"], row["delta"], row["delta_arrow"], row["delta_description"]) for row in found]


def test_the_headline_numbers_come_with_their_change_and_against_what() -> None:
    assert numbers(reached(1100, 2000, 50), reached(1000, 2500, 40)) == [
        ("Eligible users", "2,000", "−20 %", "down", "vs 4 wk before"),
        ("Used a feature", "55.0 %", "+15.0 pt", "up", "vs 4 wk before"),
        ("Median features used", "2", "+1", "up", "vs 4 wk before"),
        ("New adopters", "50", "+25 %", "up", "vs 4 wk before"),
        ("Activated in 7 days", "—", None, "off", None),
    ]


def test_the_headline_numbers_make_no_rate_and_no_change_of_too_few() -> None:
    assert [row[:3] for row in numbers(reached(3, 20, 2), reached(2, 12, 3))] == [
        ("Eligible users", "20", None), ("Used a feature", "3 of 20", None), ("Median features used", "2", "+1"),
        ("New adopters", "2", None), ("Activated in 7 days", "—", None),
    ]  # fmt: skip


def test_the_headline_numbers_count_accounts_and_a_year_before_when_these_are_picked() -> None:
    found = numbers(reached(40, 50, 2), reached(40, 40, 3), Selection(unit="account", compare="year"))

    assert found[0] == ("Eligible accounts", "50", "+25 %", "up", "vs a year before")


@pytest.mark.parametrize("of", ["eligible", "active", "all"])
def test_the_note_says_out_of_whom_and_who_is_outside(of: Denominator) -> None:
    now, earlier = pl.DataFrame({"outside": [3, 1250]}), WEEKS.shifted(-28)

    said = adoption_words.note(now, WEEKS, earlier, of, Selection(unit="account"))

    assert said == (
        f"The 4 weeks to 15 Nov, against the 4 weeks to 18 Oct. Out of accounts who {adoption_words.WHO[of]}. "
        "Accounts outside a feature's denominator are not in its rate: 1,253 over all features. "
        "A verdict is that of the weekly rate's process behaviour chart, with limits from all of history."
    )


@pytest.mark.parametrize(("marked", "begins"), [(0, "No cell differs from"), (1, "▲▼ One cell differs from"),
                                                (2, "▲▼ 2 cells differ from")])  # fmt: skip
def test_the_line_under_the_segments_counts_the_marks(marked: int, begins: str) -> None:
    said = adoption_words.heat_note(cells(*({"marked": i < marked} for i in range(3))))

    assert said == (f"{begins} the rest of the row by more than chance (Benjamini–Hochberg, 10 %, over all cells). "
                    "In percent, by today's value of the attribute.")  # fmt: skip


@pytest.mark.parametrize(("drawn", "said"), [
    ("numbers", "In percent, by today's value of the attribute. Grey with a dot: fewer than 30, no rate."),
    ("marks", "Numbers are on hover and in the table, by today's value of the attribute. "
              "Grey with a dot: fewer than 30, no rate."),
    ("table", "In percent, by today's value of the attribute. Of fewer than 30 there are counts, no rate."),
])  # fmt: skip
def test_the_line_under_the_segments_explains_what_is_drawn(drawn: str, said: str) -> None:
    found = adoption_words.heat_note(cells({"of": 29}), drawn=drawn)

    assert found.endswith(f"(Benjamini–Hochberg, 10 %, over all cells). {said}")


def test_the_line_under_segments_that_overlap_gives_the_reasons_that_hold() -> None:
    said = adoption_words.heat_note(cells({"marked": False}), why=["one reason", "another"])

    assert said == "One reason; another: nothing is compared. In percent."


# The retention page --------------------------------------------------------------------------------------------------


def pool(*rows: tuple[int, int, int]) -> pl.DataFrame:
    """interval, n, of: as `pooled` returns."""
    frame = pl.DataFrame(list(rows), schema={"interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32}, orient="row")
    return frame.with_columns(segment=pl.lit("everyone"), cohorts=pl.lit(3, pl.UInt32))


def cohort_cell(n: int | None, of: int, interval: int = 1) -> pl.DataFrame:
    completes = date(2026, 11, 15) if n is not None else date(2026, 11, 22)
    schema = {"segment": pl.String, "cohort": pl.Date, "interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32,
              "complete": pl.Boolean, "completes": pl.Date}  # fmt: skip
    row = ("everyone", date(2026, 11, 8), interval, n, of, n is not None, completes)
    return pl.DataFrame([row], schema=schema, orient="row")


def retained(
    activity: Activity, now: pl.DataFrame, before: pl.DataFrame | None = None, *,
    question: Returning | None = None, cells: pl.DataFrame | None = None, pick: Selection = EVERYBODY,
) -> str:  # fmt: skip
    cells = cohort_cell(10, 500) if cells is None else cells
    before = pool() if before is None else before
    return retention_words.answer(activity, pick, question or Returning(), cells, now, before).text


def test_the_answer_is_the_pooled_rate_of_week_four_with_its_interval(activity: Activity) -> None:
    said = retained(activity, pool((0, 500, 500), (1, 300, 500), (4, 170, 500), (5, 99, 200)))

    assert said == "**34 % were back in week 4** (95 %: 30–38), of 500 users who signed up."


@pytest.mark.parametrize(("earlier", "said"), [
    (175, "No sure difference from the cohorts before: 35 % (−7 pt to +5 pt, 95 %)."),
    (225, "Worse than the cohorts before: 45 % (−11 pt; −17 pt to −5 pt, 95 %)."),
    (100, "Better than the cohorts before: 20 % (+14 pt; +9 pt to +19 pt, 95 %)."),
])  # fmt: skip
def test_a_difference_from_the_cohorts_before_is_called_only_when_it_is_sure(
    activity: Activity, earlier: int, said: str
) -> None:
    assert retained(activity, pool((4, 170, 500)), pool((4, earlier, 500))).endswith(said)


def test_the_answer_speaks_of_the_latest_interval_before_week_four_when_there_is_no_week_four(
    activity: Activity,
) -> None:
    assert retained(activity, pool((1, 300, 500), (2, 250, 500))).startswith("**50 % were back in week 2**")


def test_the_answer_names_the_feature_first_used_and_the_one_come_back_to(activity: Activity) -> None:
    question = Returning("first_use", "export", "open", count="on_or_after")

    said = retained(activity, pool((4, 170, 500)), question=question, pick=PRO)

    assert said == ("**34 % were back to Open in week 4 or later** (95 %: 30–38), "
                    "of 500 users with Plan Pro who first used Export.")  # fmt: skip


def test_cohorts_that_share_users_have_no_interval_and_no_comparison(activity: Activity) -> None:
    question = Returning("any_use", "export", "export")

    said = retained(activity, pool((4, 170, 500)), pool((4, 300, 500)), question=question)

    whom = "500 user-weeks (each counted in every week of use) of users who used Export"
    assert said == f"**34 % were back to Export in week 4**, of {whom}."


def test_under_thirty_the_answer_is_counts(activity: Activity) -> None:
    said = retained(activity, pool((4, 5, 29)))

    assert said == "**Too few for a rate.** Of 29 users who signed up, 5 were back in week 4; a rate needs 30."


def test_before_any_cohort_is_old_enough_the_answer_says_when_one_will_be(activity: Activity) -> None:
    said = retained(activity, pool((0, 500, 500)), cells=cohort_cell(None, 500))

    assert said == "**Not yet.** No cohort has completed week 1; the first does on 22 Nov."


def test_when_nobody_s_start_is_known_the_answer_says_so_and_what_can_be_asked() -> None:
    unknown = load(spelled([], weeks=6))
    cells = returning.retention(unknown, Returning(), cohorts=4, intervals=4)
    together = returning.pooled(cells)

    said = retention_words.answer(unknown, EVERYBODY, Returning(), cells, together, together)

    assert said.text == (
        "**Nobody is known to have started.** There are no sign-up dates, and everybody was first seen in the first 28 "
        "days of history, so when they started is unknown. Pick a feature and start from any use of it."
    )


@pytest.mark.parametrize(("pick", "said"), [
    (EVERYBODY, "**Nobody started.** There are no users who signed up in these weeks."),
    (NOBODY, "**Nobody started.** There are no users with Plan Enterprise who signed up in these weeks."),
])  # fmt: skip
def test_cohorts_that_nobody_is_in_are_said(activity: Activity, pick: Selection, said: str) -> None:
    assert retained(activity, pool(), cells=cohort_cell(0, 0), pick=pick) == said


def test_before_the_first_whole_month_the_answer_says_when_it_ends(activity: Activity) -> None:
    young = with_calendar(activity, date(2026, 11, 2), date(2026, 11, 18))

    said = retained(young, pool(), cells=cohort_cell(0, 0).clear(), question=Returning(grain="month"))

    assert said == "**Not yet.** The first whole month of history ends on 30 Nov."


def test_the_small_print_says_what_counts_and_how_many_cohorts_there_are(activity: Activity) -> None:
    said = retention_words.small_print(activity, EVERYBODY, Returning(), cohort_cell(10, 500))

    assert said == ("On = back in that week; calendar weeks; 1 cohort has completed week 1; each point pools those "
                    "that have completed it, so the right end is older cohorts alone.")  # fmt: skip


def test_the_small_print_of_rolling_windows_on_or_after_names_the_common_horizon(activity: Activity) -> None:
    question = Returning(count="on_or_after", windows="rolling")

    said = retention_words.small_print(activity, EVERYBODY, question, cohort_cell(10, 500))

    assert said.startswith("On or after = back in that week or later, up to 15 Nov 2026 for all cohorts alike; weeks "
                           "counted from each user's own start; by day, so hour-exact windows are not "
                           "offered; ")  # fmt: skip


def test_the_small_print_of_any_use_says_that_cohorts_overlap(activity: Activity) -> None:
    question = Returning("any_use", "open", "open")

    said = retention_words.small_print(activity, EVERYBODY, question, cohort_cell(10, 500))

    assert said.endswith("; a user is in the cohort of every week of use, so cohorts overlap: "
                         "the band is clustered by user, and nothing is compared.")  # fmt: skip


@pytest.mark.parametrize(("n", "of", "said"), [
    (170, 500, "**34 %** (95 %: 30–38): 170 of 500 users were back in week 1."),
    (5, 29, "5 of 29 users were back in week 1: too few for a rate (it needs 30)."),
    (None, 500, "Not yet: week 1 of this cohort completes on 22 Nov 2026."),
])  # fmt: skip
def test_a_cohort_cell_says_rate_counts_or_not_yet(n: int | None, of: int, said: str) -> None:
    row = {"n": n, "of": of, "interval": 1, "low": 0.3, "high": 0.38, "completes": date(2026, 11, 22)}

    assert retention_words.cell(row, Returning(), "user") == said


@pytest.mark.parametrize(("n", "of", "said"), [
    (170, 500, "The other cohorts together: 130 of 500 users (26 %). Difference +8 pt, a sure difference "
               "(95 %: +2 pt to +14 pt)."),
    (150, 500, "The other cohorts together: 150 of 500 users (30 %). Difference 0 pt, could be chance "
               "(95 %: −6 pt to +6 pt)."),
    (5, 29, "The other cohorts together: 295 of 971 users."),
    (None, 500, ""),
])  # fmt: skip
def test_a_cohort_cell_is_held_against_the_other_cohorts(n: int | None, of: int, said: str) -> None:
    row = {"n": n, "of": of, "interval": 1}

    assert retention_words.cell_against(row, pool((1, 300, 1000)), Returning(), "user") == said


# Nothing in ----------------------------------------------------------------------------------------------------------


def test_every_sentence_can_be_said_about_nobody(activity: Activity) -> None:
    nobody, question = activity.within(NOBODY), Returning()
    period = nobody.calendar.last_weeks(4)
    reach, breadth = adopting.reach(nobody, period), adopting.breadth(nobody, period)
    counts = returning.retention(nobody, question, cohorts=2, intervals=2)
    together = returning.pooled(counts)

    said = [
        adoption_words.answer(nobody, NOBODY, changes(), cells(), period, "eligible").text,
        adoption_words.note(adopting.adoption(nobody, (period,)), period, period, "all", NOBODY),
        adoption_words.heat_note(cells()),
        *(str(row["value"]) for row in adoption_words.headline(reach, reach, breadth, breadth, cohorts(), NOBODY)),
        retention_words.answer(nobody, NOBODY, question, counts, together, together).text,
        retention_words.small_print(nobody, NOBODY, question, counts),
        retention_words.note(nobody, NOBODY, question, 2),
    ]

    assert all(said)
    assert not any("nan" in text or "None" in text for text in said)


# Words that all pages share ------------------------------------------------------------------------------------------


def test_the_population_is_every_filter_by_its_name(activity: Activity) -> None:
    pick = Selection("account", where=(("plan", ("Pro", "Free")), ("region", ("EMEA",))))

    assert words.population(activity, pick) == "accounts with Plan Pro or Free and region EMEA"


def test_the_population_of_many_or_long_values_stays_short(activity: Activity) -> None:
    pick = Selection(where=(("plan", ("a", "b" * 300, "c", "d", "e")),))

    assert words.population(activity, pick) == f"users with Plan a or {'b' * 59}… or c or 2 more"


@pytest.mark.parametrize(("as_of", "today", "said"), [
    (date(2026, 11, 15), date(2026, 11, 16), "Complete to Sun 15 Nov 2026"),
    (date(2026, 11, 18), date(2026, 11, 19),
     "Complete to Wed 18 Nov 2026 · this week has 3 of 7 days and is in no comparison"),
    (date(2026, 11, 15), date(2026, 11, 17), "Complete to Sun 15 Nov 2026"),
    (date(2026, 11, 15), date(2026, 11, 18), "Complete to Sun 15 Nov 2026 · :orange[**nothing since, for 3 days**]"),
])  # fmt: skip
def test_the_freshness_strip_says_what_is_whole_and_when_the_data_stopped(
    activity: Activity, as_of: date, today: date, said: str
) -> None:
    assert words.freshness(with_calendar(activity, date(2026, 1, 1), as_of), today) == said


def test_what_was_left_out_is_said_a_line_each() -> None:
    left_out = (LeftOut(400, 3_870_507, "events had no user"), LeftOut(1, 9, "users are excluded (bots)"))
    found = Manifest(1, "", "", 0, 9, 0, "", (), 9, 9, 0, left_out)

    assert words.left_out(found) == ["400 of 3,870,507 events had no user.", "1 of 9 users are excluded (bots)."]


@pytest.mark.parametrize(("weeks", "said"), [(1, "the week to 15 Nov"), (4, "the 4 weeks to 15 Nov")])
def test_a_period_is_named_by_its_last_day(weeks: int, said: str) -> None:
    last = date(2026, 11, 15)

    assert words.span(Period(last - timedelta(days=7 * weeks - 1), last)) == said


@pytest.mark.parametrize(("grain", "said"), [("day", "Sun 15 Nov"), ("week", "w/e 15 Nov"), ("month", "Nov 2026")])
def test_a_cohort_is_named_by_its_last_day(grain: str, said: str) -> None:
    assert words.cohort_name(date(2026, 11, 15), grain) == said


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: str(measure.__name__))
def test_every_measure_has_a_definition_without_its_example(measure: Any) -> None:
    said = words.definition(measure)

    assert len(said) > 40
    assert ">>>" not in said
    assert "three\\_users" not in said


@pytest.mark.parametrize("label", ["**bold**", ":red[x]", "$x$", "<script>", "[a](http://b)", "# a", "1. a", "- a",
                                   "`a`", ":material/star:", "a_b_c", "~~a~~", "![a](b)"])  # fmt: skip
def test_a_name_from_the_data_has_no_unescaped_markdown(label: str) -> None:
    said = words.md(label)

    assert words.spoken(said) == label
    for mark in set(label) & set("*_[]($#`:<~!"):
        assert said.count(mark) == said.count(f"\\{mark}")


def test_groups_with_a_part_that_is_other_or_unknown_are_nobody_in_particular() -> None:
    people = [Person("ann", "acme", attributes={"role": "Other"}), Person("cy", attributes={"role": "x"}),
              Person("bo", "bolt", attributes={"role": "Other · x"})]  # fmt: skip
    activity = load(spelled([*did("ann", "open", "1")], people, weeks=1, companies={"acme": "Pro", "bolt": "Pro"}))

    assert words.named(activity, ("role",)) == ["Other · x", "x"]
    assert words.named(activity, ("role", "plan")) == ["Other · x · Pro"]
    assert words.named(activity, ()) == []


SPLITS = (Segment("device", "Device", "device", "event"),
          product.behavioural(product.Behaviour("inactive", 28), key="sleepers"))  # fmt: skip
SEVERAL = "by what the events say one user may be in several of them, so they do not add up"
CHOSEN = "by what people did they are chosen by their outcome"


@pytest.mark.parametrize(("by", "why"), [
    (("plan",), []), (("plan", "device"), [SEVERAL]), (("sleepers",), [CHOSEN]),
    (("sleepers", "device"), [SEVERAL, CHOSEN]),
])  # fmt: skip
def test_why_groups_are_not_compared_is_the_reason_that_holds(activity: Activity, by: By, why: list[str]) -> None:
    split = replace(activity, segments=(*activity.segments, *SPLITS))

    assert words.overlapping(split, by, "of them") == why


def test_a_name_from_the_data_stays_on_one_line() -> None:
    assert words.md("two\n\nlines") == "two lines"


def test_the_segments_of_a_population_are_known_by_their_labels(activity: Activity) -> None:
    assert activity.segments == (Segment("plan", "Plan", "plan", "user"),)


# Numbers and colours -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "of", "said"), [(29, 29, "·"), (15, 30, "50 %"), (500, 999, "50 %"),
                                               (1, 1000, "0.1 %"), (0, 50, "0 %"), (None, 0, "")])  # fmt: skip
def test_a_rate_is_as_exact_as_its_denominator_allows(n: int | None, of: int, said: str) -> None:
    assert theme.percent(n, of) == said


@pytest.mark.parametrize(("n", "said"), [(0, "0"), (9_999, "9,999"), (10_000, "10.0k"), (999_949, "999.9k"),
                                         (999_950, "1.0M"), (12_300_000, "12.3M")])  # fmt: skip
def test_a_count_is_short_from_ten_thousand(n: int, said: str) -> None:
    assert theme.count(n) == said


def test_a_text_in_a_figure_shows_its_markup_and_is_cut_when_long() -> None:
    assert theme.plain('<b>"x" & y</b>') == '&lt;b&gt;"x" &amp; y&lt;/b&gt;'
    assert theme.plain("x" * 300, 18) == "x" * 17 + "…"


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_what_is_behind_them(palette: Palette) -> None:
    texts = (palette.ink, palette.muted, palette.better, palette.worse)

    assert min(contrast(color, palette.paper) for color in texts) >= 4.5
    assert min(contrast(color, palette.paper) for color in (*palette.categorical[:2], palette.context)) >= 3
    assert min(map(contrast, palette.ink_on, palette.sequential)) >= 4.5


def test_on_or_after_makes_no_claim_about_earlier_cohorts() -> None:
    assert not retention_words.comparable(Returning(count="on_or_after"))
    assert not retention_words.comparable(Returning("any_use", "export"))
    assert retention_words.comparable(Returning())
