"""One interval over time and two groups side by side: what is said, and what is drawn."""

from datetime import date, timedelta

import polars as pl
import pytest

from components import compare_words, retention_charts, tables
from components.choices import Values
from components.theme import LIGHT
from queries.activity import Activity, By, Rule
from queries.measures.returning import Returning
from queries.product import Behaviour, Selection, behavioural
from queries.stats import against_the_rest, charted
from tests.examples import three_users

EVERYBODY, LAST = Selection(), date(2026, 11, 15)


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


def weeks(*n: int, of: int = 100) -> pl.DataFrame:
    """An interval of weekly cohorts of so many, as `trend` returns it; the last is of the week to 15 November."""
    days = [LAST - timedelta(days=7 * back) for back in reversed(range(len(n)))]
    schema = {"period": pl.Date, "cohort": pl.Date, "n": pl.UInt32, "of": pl.UInt32}
    cohorts = [day - timedelta(days=28) for day in days]
    return pl.DataFrame({"period": days, "cohort": cohorts, "n": n, "of": [of] * len(n)}, schema=schema)


def over_time(activity: Activity, points: pl.DataFrame) -> str:
    return compare_words.over_time(activity, EVERYBODY, Returning(), 4, charted(points)).text


USUAL = (50, 52, 48, 51, 49, 50, 53, 49, 51, 50, 52, 48)


def test_a_usual_interval_is_said_to_be_inside_its_swing(activity: Activity) -> None:
    assert over_time(activity, weeks(*USUAL, 50)) == (
        "**Week-4 retention was 50 %** for the latest cohort to complete it (w/e 18 Oct), of 100 users who signed up. "
        "That is inside its usual swing of 43.5–57.0 %."
    )


def test_an_interval_that_fell_is_a_real_change_since_when_it_did(activity: Activity) -> None:
    said = over_time(activity, weeks(*USUAL, 20, 21))

    assert said.endswith("That is a real change: below what is usual (35.5–60.3 %), since the cohort of w/e 11 Oct.")


def test_a_run_inside_its_limits_is_not_said_to_be_beyond_them(activity: Activity) -> None:
    said = over_time(activity, weeks(*[44, 56] * 12, *[47] * 8))

    assert said.endswith("That is a real change: cohort after cohort below the usual 50.0 %, "
                         "since the cohort of w/e 30 Aug.")  # fmt: skip


@pytest.mark.parametrize(("points", "said"), [
    (weeks(50, 50), "There are too few cohorts to say what is usual: it takes 6."),
    (weeks(5, of=29), "**Too few for a rate** in the latest cohort to complete it (w/e 18 Oct): "
                      "5 of 29 users who signed up were back in week 4; a rate needs 30."),
    (weeks(0, of=1), "0 of 1 user who signed up were back in week 4; a rate needs 30."),
    (weeks(), "**Not yet.** No cohort has completed week 4."),
])  # fmt: skip
def test_what_cannot_be_told_is_said(activity: Activity, points: pl.DataFrame, said: str) -> None:
    assert over_time(activity, points).endswith(said)


def group(name: str, n: int, of: int, interval: int = 4) -> tuple[str, pl.DataFrame]:
    schema = {"interval": pl.Int16, "n": pl.UInt32, "of": pl.UInt32, "cohorts": pl.UInt32}
    return name, pl.DataFrame([(0, of, of, 3), (interval, n, of, 3)], schema=schema, orient="row")


def compared(
    activity: Activity, a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame],
    question: Returning | None = None, gaps: pl.DataFrame | None = None,
) -> str:  # fmt: skip
    found = gaps_of(a, z) if gaps is None else gaps
    return compare_words.compared(activity, EVERYBODY, question or Returning(), 4, a, z, found, split=("plan",)).text


def gaps_of(*groups: tuple[str, pl.DataFrame]) -> pl.DataFrame:
    """All groups against the rest, in week 4."""
    counts = [frame.filter(interval=4).select(segment=pl.lit(name), feature=pl.lit(""), n="n", of="of")
              for name, frame in groups]  # fmt: skip
    return against_the_rest(pl.concat(counts))


def test_two_groups_are_compared_in_one_sentence_and_swapped_the_sign_flips(activity: Activity) -> None:
    pro, free = group("Pro", 300, 500), group("Free*", 200, 500)

    assert compared(activity, pro, free) == (
        "**Pro: 60 %, Free\\*: 40 %** were back in week 4, of users who signed up (n 500 and 500). "
        "Difference +20 pt (+14 pt to +26 pt, 95 %): more than chance, by one test of these two alone."
    )
    assert "Difference −20 pt (−26 pt to −14 pt, 95 %)" in compared(activity, free, pro)


@pytest.mark.parametrize(("a", "said"), [
    (group("Pro", 250, 500), "could be chance, by one test of these two alone."),
    (group("Pro", 9, 29), "**Too few to compare** who were back in week 4, of users who signed up: "
                          "9 of 29 in Pro; a rate needs 30."),
    (group("Pro", 9, 29, interval=3), "**Not yet.** No cohort of both has completed week 4."),
])  # fmt: skip
def test_what_cannot_be_compared_is_said(activity: Activity, a: tuple[str, pl.DataFrame], said: str) -> None:
    assert compared(activity, a, group("Free", 248, 500)).endswith(said)


@pytest.mark.parametrize(("gaps", "said"), [
    ([(60, 100), (45, 100)], "more than chance among the 2 groups compared."),
    ([(60, 100), (45, 100), *[(50, 100)] * 12], "alone it would be more than chance, among the 14 groups compared "
                                                "it is not: cannot tell yet."),
    ([(50, 100), (45, 100)], "could be chance."),
])  # fmt: skip
def test_against_everyone_else_the_verdict_is_that_of_the_row_in_the_table(
    activity: Activity, gaps: list[tuple[int, int]], said: str
) -> None:
    groups = [group(f"g{i}", *counts) for i, counts in enumerate(gaps)]
    rest = group("everyone else", sum(n for n, _ in gaps[1:]), sum(of for _, of in gaps[1:]))

    answer = compared(activity, groups[0], rest, gaps=gaps_of(*groups))

    assert answer.split(", 95 %): ")[1] == said
    row = tables.segments(gaps_of(*groups), "Back")["Verdict"][0]
    assert (row == "▲ leads, sure") == said.startswith("more than chance")


def test_how_many_groups_the_verdicts_are_among_is_said() -> None:
    pro, free, few = group("Pro", 60, 100), group("Free", 45, 100), group("Few", 9, 29)

    assert compare_words.family(gaps_of(pro, free, few)) == (
        "Sure: more than chance among the 2 groups compared (Benjamini–Hochberg, 10 %)."
    )


def test_to_what_they_come_back_is_said(activity: Activity) -> None:
    question = Returning(back="export", at_least=3, brackets=((4, 7),))

    said = compared(activity, group("Pro", 50, 100), group("Free", 50, 100), question)
    single = compare_words.over_time(activity, EVERYBODY, Returning(back="export"), 4, charted(weeks(*USUAL)))

    assert "were back to Export on 3 or more days of a week in weeks 4–7, of users who signed up" in said
    assert single.text.startswith("**Week-4 retention, back to Export, was 48 %**")


def test_groups_that_had_unequal_time_are_not_compared(activity: Activity) -> None:
    said = compared(activity, group("A", 50, 90), group("B", 40, 90), Returning(count="on_or_after"))

    assert said.endswith("They are not compared: they may have started at different times, "
                         "and who started earlier has had longer to come back.")  # fmt: skip


WARNED = ("Difference +11 pt (−3 pt to +25 pt, 95 %). **No proof of a cause**: who is compared was chosen by what "
          "people did, which is known only afterwards and goes with coming back.")  # fmt: skip
EXPORTED = behavioural(Behaviour("used", 7, "export"), "Export")


@pytest.mark.parametrize(("where", "split"), [((), (EXPORTED.key,)),
                                              (((EXPORTED.key, (EXPORTED.labels[0][1],)),), ("plan",))])  # fmt: skip
def test_groups_chosen_by_what_they_did_differ_by_so_much_and_it_is_no_cause(
    activity: Activity, where: tuple[Rule, ...], split: By
) -> None:
    pick = Selection(where=where, behaviours=(EXPORTED,))
    one, other = group("Some", 50, 90), group("Others", 40, 90)

    said = compare_words.compared(activity.within(pick), pick, Returning(), 4, one, other, gaps_of(one, other),
                                  split=split).text  # fmt: skip

    assert said.endswith(WARNED)
    assert "chance" not in said


NOBODY = group("", 0, 0)[1].clear()


@pytest.mark.parametrize(("plans", "split", "a", "z", "said"), [
    ((), (), group("everyone", 50, 90), ("everyone else", NOBODY), "**Nothing to compare.** There are no segments."),
    (("Pro",), ("plan",), group("Pro", 50, 90), ("everyone else", NOBODY),
     "**Only one group is left: nothing to compare.** All users with Plan Pro who signed up are in it."),
    ((), ("plan",), group("Pro", 50, 90), ("everyone else", NOBODY),
     "**Nobody else started.** All users who signed up in these cohorts are in Pro."),
    ((), ("plan",), group("Pro", 50, 90), ("Free", NOBODY),
     "**Nobody started.** There are no users who signed up in Free in these cohorts."),
    ((), ("plan",), ("Pro", NOBODY), ("everyone else", NOBODY),
     "**Nobody started.** There are no users who signed up in these weeks."),
])  # fmt: skip
def test_where_there_are_no_two_groups_the_reason_is_said(
    activity: Activity, plans: Values, split: By, a: tuple[str, pl.DataFrame], z: tuple[str, pl.DataFrame], said: str
) -> None:
    pick = Selection(where=(("plan", plans),) * bool(plans))

    answer = compare_words.compared(activity.within(pick), pick, Returning(), 4, a, z, gaps_of(a, z), split=split)

    assert (answer.text, answer.state) == (said, "empty")


@pytest.mark.parametrize("question", [Returning(count="on_or_after"), Returning(grain="day"),
                                      Returning("any_use", "export", "export")])
def test_an_interval_over_time_is_judged_only_of_weekly_cohorts_that_had_equal_time(
    activity: Activity, question: Returning
) -> None:
    assert not compare_words.is_judged(activity, question)

    said = compare_words.over_time(activity, EVERYBODY, question, 4, charted(weeks(*USUAL, 20), judged=False))

    assert "real change" not in said.text
    assert said.text.endswith(("so cohorts are not compared.", "A usual swing is told of weekly cohorts alone.",
                               "a user is in the cohort of every week of use), so they are not compared."))  # fmt: skip


def test_an_interval_over_time_is_drawn_within_limits_that_come_from_all_of_it() -> None:
    figure = retention_charts.over_time(charted(weeks(*USUAL, 20)), 4, "user", LIGHT)

    lower, centre, upper, points = figure.data
    assert [len(trace.x) for trace in figure.data] == [4] * 4
    assert list(points.y) == [0.5, 0.52, 0.48, 0.2]
    assert lower.y[0] > 0.4 > 0.2
    assert centre.y[0] == pytest.approx(sum(USUAL) / 1200)
    assert upper.y[0] < 0.6


def test_an_interval_over_time_ends_where_its_points_do() -> None:
    first, last = retention_charts.over_time(charted(weeks(*USUAL)), 4, "user", LIGHT).layout.xaxis.range

    assert (first, last) == (date(2026, 10, 22), date(2026, 11, 18))


def test_a_cohort_of_too_few_interrupts_the_line_over_time() -> None:
    points = weeks(50, 60, 40, 50).with_columns(of=pl.Series([100, 100, 20, 100], dtype=pl.UInt32), n=10)

    figure = retention_charts.over_time(charted(points), 4, "user", LIGHT)

    assert [y == 0.1 for y in figure.data[3].y] == [True, True, False, True]
    assert not figure.data[3].connectgaps


def test_names_at_the_ends_of_lines_do_not_cover_one_another() -> None:
    figure = retention_charts.side_by_side([group("A", 50, 100), group("B", 51, 100)], "user", "week", LIGHT)

    low, high = (note.y for note in figure.layout.annotations)
    assert high - low >= 0.07
    assert [note.text for note in figure.layout.annotations] == ["A", "B"]


def test_long_names_beside_lines_are_in_two_lines_that_cover_nothing() -> None:
    groups = [group("Enterprise · Manager", 50, 100), group("everyone else", 51, 100)]

    drawn = retention_charts.side_by_side(groups, "user", "week", LIGHT).layout

    assert [note.text for note in drawn.annotations] == ["Enterprise ·<br>Manager", "everyone else"]
    assert drawn.margin.r < 130


def test_a_group_of_too_few_is_not_drawn() -> None:
    figure = retention_charts.side_by_side([group("A", 50, 100), group("B", 5, 10)], "user", "week", LIGHT)

    assert [note.text for note in figure.layout.annotations] == ["A"]
