"""What the feature page says: from literal counts to sentences."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from components import feature_tab_words as tab_words
from components import feature_words as words
from components.words import Answer
from queries.calendar import Period
from queries.measures.depth import STAGES
from queries.product import Feature, Selection
from queries.stats import against_the_rest, rates
from tests.examples import three_users

EXPORT = Feature("export", "Export", ("export",), area="Reporting", owner="Dana", launched=date(2026, 3, 3))
PERIOD = Period(date(2026, 10, 19), date(2026, 11, 15))
PICK = Selection()
COUNTS = {"n": pl.UInt32, "of": pl.UInt32}
BEGAN, TODAY = date(2026, 1, 1), date(2026, 11, 18)


def change(n: int, of: int, **more: Any) -> pl.DataFrame:
    row = {"feature": "export", "n": n, "of": of, "change": 0.02, "verdict": "normal", "since": None, "up": True,
           "outside": True, **more}  # fmt: skip
    return pl.DataFrame([row], schema_overrides={"since": pl.Date, "change": pl.Float64, **COUNTS})


def silent(last_day: date | None = date(2026, 11, 15), is_silent: bool = False) -> pl.DataFrame:
    return pl.DataFrame([{"feature": "export", "last_day": last_day, "silent": is_silent}],
                        schema_overrides={"last_day": pl.Date})  # fmt: skip


def answer(changes: pl.DataFrame, quiet: pl.DataFrame | None = None, feature: Feature = EXPORT, **pick: Any) -> Answer:
    activity, _ = three_users()
    return words.answer(activity, Selection(**pick), feature, changes, silent() if quiet is None else quiet, PERIOD)


@pytest.mark.parametrize(("row", "said"), [
    (change(1240, 6900, verdict="real", since=date(2026, 11, 1)),
     "+2.0 pt, a real change: above its usual weekly swing since w/e 1 Nov."),
    (change(1240, 6900, verdict="real", since=date(2026, 11, 1), up=False, outside=False),
     "+2.0 pt, yet a real change: week after week below its usual since w/e 1 Nov."),
    (change(1240, 6900, verdict="real", since=date(2026, 10, 4)),
     "+2.0 pt, above its usual weekly swing since w/e 4 Oct."),
    (change(1240, 6900), "+2.0 pt, inside its usual weekly swing."),
    (change(1240, 6900, verdict="watch"), "+2.0 pt, one to watch: near the edge of its usual weekly swing."),
    (change(1240, 6900, verdict="too few"), "+2.0 pt, with too few weeks to tell a real change from noise."),
])  # fmt: skip
def test_the_answer_says_how_many_of_whom_and_whether_it_changed(row: pl.DataFrame, said: str) -> None:
    found = answer(row, unit="account")

    assert found == Answer(
        f"**1,240 of 6,900 eligible accounts (18.0 %) used Export** in the 4 weeks to 15 Nov; {said}"
    )


def test_without_a_period_to_compare_with_nothing_is_compared() -> None:
    assert answer(change(20, 100, change=None)).text.endswith("used Export** in the 4 weeks to 15 Nov.")


@pytest.mark.parametrize(("target", "said"), [
    (0.42, "Target 42 %: 22 pt short."), (0.2, "Target 20 %: reached."), (0.125, "Target 12.5 %: reached."),
])  # fmt: skip
def test_the_target_is_said_to_be_reached_or_how_far_off_it_is(target: float, said: str) -> None:
    assert answer(change(20, 100), feature=replace(EXPORT, target=target)).text.endswith(said)


@pytest.mark.parametrize(("row", "quiet", "state", "said"), [
    (change(12, 12), silent(), "few", "**12 of 12 eligible users used Export** in the 4 weeks to 15 Nov: "
     "too few for a rate (it needs 30)."),
    (change(0, 90), silent(), "empty", "**Nobody used Export** in the 4 weeks to 15 Nov, of 90 eligible users."),
    (change(0, 90), silent(None), "empty", "**Nobody used Export** in the 4 weeks to 15 Nov, of 90 eligible users. "
     "Export has no events at all: is export what its use is called in your data?"),
    (change(0, 0), silent(), "empty", "**Nobody could use Export** in the 4 weeks to 15 Nov: "
     "none of the users was there."),
])  # fmt: skip
def test_an_answer_that_is_none_says_why(row: pl.DataFrame, quiet: pl.DataFrame, state: str, said: str) -> None:
    assert answer(row, quiet) == Answer(said, state)  # type: ignore[arg-type]


def test_silence_is_dated_from_the_first_day_without_events() -> None:
    said = answer(change(20, 100), silent(date(2026, 11, 8), True)).text

    assert "**Export has no events since 9 Nov: tracking may be broken.**" in said


def test_about_says_only_what_the_product_file_names() -> None:
    assert words.about(EXPORT, TODAY) == "Reporting · owner Dana · launched 3 Mar 2026"
    assert words.about(Feature("a", "A", ("a",), owner="*Ann*"), TODAY) == r"owner \*Ann\*"


# Headline ------------------------------------------------------------------------------------------------------------


def headline(row: pl.DataFrame, back: tuple[int, int] = (340, 1000), days: tuple[int, int] = (60, 40)) -> list[Any]:
    pooled = pl.DataFrame({"interval": [0, 4], "n": [back[1], back[0]], "of": [back[1]] * 2}, schema_overrides=COUNTS)
    adopters = pl.DataFrame({"period": [date(2026, 10, 18), PERIOD.last], "n": [100, 80], "complete": [True] * 2})
    adopted, waiting = days
    times = pl.DataFrame({"segment": ["everyone"] * 2, "day": [5, 40], "adopted": [adopted, 0],
                          "censored": [0, waiting], "at_risk": [adopted + waiting, waiting]})  # fmt: skip
    return words.headline(EXPORT, PICK, row, PERIOD, pooled, adopters, times)


def test_the_four_numbers_come_with_change_verdict_interval_and_n() -> None:
    adopted, retained, new, time = headline(change(1240, 6900, verdict="real", since=date(2026, 11, 1)))

    assert (adopted["value"], adopted["delta"], adopted["delta_color"]) == ("18.0 %", "+2.0 pt · real", "blue")
    assert (retained["value"], retained["delta"], retained["delta_description"]) == ("34.0 %", "95 %: 31–37", "n 1,000")
    assert (new["value"], new["delta"], new["delta_arrow"]) == ("80", "−20 %", "down")
    assert (time["value"], time["delta"]) == ("5 days", "60 % within 30 days")


def test_a_median_that_is_not_reached_and_too_few_are_said() -> None:
    assert headline(change(1240, 6900), days=(20, 80))[3]["value"] == "not reached"
    _, retained, _, time = headline(change(5, 20), back=(3, 9), days=(3, 9))
    assert (retained["value"], retained["delta"], time["value"]) == ("3 of 9", None, "too few")


def test_only_news_has_a_colour() -> None:
    old = headline(change(1240, 6900, verdict="real", since=date(2026, 8, 2)))[0]
    worse = headline(change(1240, 6900, verdict="real", since=date(2026, 11, 1), change=-0.02, up=False))[0]
    other = headline(change(1240, 6900, verdict="real", since=date(2026, 11, 1), up=False))[0]

    assert (old["delta"], old["delta_color"]) == ("+2.0 pt · ▲ since 2 Aug, by week", "off")
    assert (other["delta"], other["delta_color"]) == ("+2.0 pt · ▼ real, by week", "off")
    assert (worse["delta_color"], worse["delta_arrow"]) == ("orange", "down")


# Overview ------------------------------------------------------------------------------------------------------------


def stages(*n: int) -> pl.DataFrame:
    return pl.DataFrame({"stage": STAGES, "n": n, "of": [n[0]] * 5})


@pytest.mark.parametrize(("counts", "said"), [
    (stages(900, 400, 300, 100, 800), "**25 % of those who tried it have a habit**: 100 of 400."),
    (stages(900, 20, 10, 5, 800), "**20 have tried it**, 5 with a habit: too few for rates."),
    (stages(0, 0, 0, 0, 0), "**How deep?** Nothing to draw: nobody that could is left."),
])  # fmt: skip
def test_stages_in_a_sentence(counts: pl.DataFrame, said: str) -> None:
    assert words.stages(EXPORT, counts) == said


def curve(*n: int, of: int = 100) -> pl.DataFrame:
    return rates(pl.DataFrame({"week": range(len(n)), "n": n, "of": [of] * len(n)}, schema_overrides=COUNTS))


def test_a_launch_is_compared_at_the_age_that_both_have_reached() -> None:
    own = curve(5, 20, 40)

    one = words.launches(EXPORT, {"export": own, "a": curve(9, 30)}, BEGAN)
    many = words.launches(EXPORT, {"export": own, "a": curve(9, 30), "b": curve(1, 2, 39, 90)}, BEGAN)

    assert one == "**40 % have used it by week 2**, behind the one other launch at the same age."
    assert many == "**40 % have used it by week 2**, ahead of 1 of 2 other launches at the same age."
    assert words.launches(EXPORT, {"export": own}, BEGAN).endswith("there is no other launch to compare with.")
    assert "nothing to draw yet" in words.launches(EXPORT, {}, BEGAN)
    assert "came out before history begins" in words.launches(EXPORT, {}, date(2026, 4, 1))
    assert "no launch date is set for Export" in words.launches(replace(EXPORT, launched=None), {}, BEGAN)


# Who -----------------------------------------------------------------------------------------------------------------


def cells(**counts: tuple[int, int]) -> pl.DataFrame:
    rows = [("export", segment, n, of) for segment, (n, of) in counts.items()]
    schema = {"feature": pl.String, "segment": pl.String, **COUNTS}
    return against_the_rest(pl.DataFrame(rows, schema=schema, orient="row"))


def test_segments_are_told_apart_by_how_sure_their_gap_is() -> None:
    counts = cells(SMB=(110, 1000), Mid=(190, 1000), Big=(300, 1000), Tiny=(3, 9), Near=(30, 120))
    found = tab_words.apart(counts, "user", ["SMB", "Mid", "Big", "Tiny", "Near"])

    assert found["lag"] == ["**SMB**: 11.0 % against 24.6 % elsewhere (n 1,000; gap −16.2 to −10.8 pt, 95 %)."]
    assert [line[:7] for line in found["lead"]] == ["**Big**"]
    assert "**Tiny**: 3 of 9, too few for a rate." in found["unsure"]
    near = next(line for line in found["unsure"] if line.startswith("**Near**"))
    assert near.startswith("**Near**: 25 % against 20.0 % elsewhere (n 120; gap −2 to +14 pt). Needs at least about ")
    assert near.endswith(" more users.")
    assert tab_words.segments(EXPORT, "Size", found).startswith("**Export by Size**: 1 lagging and 1 leading for sure")


def test_segments_that_are_nobody_in_particular_count_and_are_not_spoken_of() -> None:
    found = tab_words.apart(cells(Other=(110, 1000), Big=(300, 1000)), "user", ["Big"])

    assert found == {"lag": [], "unsure": [], "lead": [
        "**Big**: 30.0 % against 11.0 % elsewhere (n 1,000; gap +15.5 to +22.4 pt, 95 %)."]}  # fmt: skip


def test_names_of_segments_are_escaped_and_cut() -> None:
    found = tab_words.apart(cells(**{"**x**": (5, 50), "y" * 99: (45, 50)}), "user", ["**x**", "y" * 99])

    assert found["lag"][0].startswith(r"**\*\*x\*\***: 10 %")
    assert found["lead"][0].startswith(f"**{'y' * 59}…**")


@pytest.mark.parametrize(("used", "said"), [
    (3, "**3 users used it in the last 4 full weeks**, 7 that could did not."),
    (1, "**1 user used it in the last 4 full weeks**, 9 that could did not."),
])  # fmt: skip
def test_who_it_is_is_counted(used: int, said: str) -> None:
    assert tab_words.listed(pl.DataFrame({"used": [True] * used + [False] * (10 - used)}), "user", 1000) == said


# Return and lift -----------------------------------------------------------------------------------------------------


def test_how_often_it_is_used() -> None:
    days = pl.DataFrame({"days": [1, 2, 3], "n": [60, 30, 10], "at_least": [100, 40, 10], "of": [100] * 3})

    said = tab_words.frequency(days, "user")

    assert said == "**On one day in 60 % of the weeks with it**, on 3 or more in 10 % (of 100 user-weeks)."
    assert "too few to say" in tab_words.frequency(days.with_columns(of=pl.lit(9)), "user")


def lift(n1: int, of1: int, n0: int, of0: int, week: int = 4) -> pl.DataFrame:
    return pl.DataFrame({"group": ["used", "not yet"], "week": [week] * 2, "n": [n1, n0], "of": [of1, of0]})


@pytest.mark.parametrize(("counts", "said"), [
    (lift(640, 1000, 500, 1000), "**64.0 % against 50.0 %: more (+14.0 pt; 95 %: +9.7 pt to +18.3 pt)**"),
    (lift(500, 1000, 640, 1000), "**50.0 % against 64.0 %: fewer (−14.0 pt; "),
    (lift(52, 100, 50, 100), "**52 % against 50 %: no sure difference (+2 pt; 95 %: −12 pt to +16 pt)**"),
])  # fmt: skip
def test_a_lift_says_how_sure_it_is_of_how_many_and_that_it_proves_nothing(counts: pl.DataFrame, said: str) -> None:
    found = tab_words.lift(EXPORT, PICK, counts)

    assert found.startswith(said)
    assert f"of {counts['of'][0]:,} users who used Export in their first 7 days and {counts['of'][1]:,} who" in found
    assert found.endswith(tab_words.CAVEAT)


def test_too_few_are_no_lift() -> None:
    few = "**Too few to compare**: of the users who entered since its launch, 9 used Export in their first 7 days"

    assert tab_words.lift(EXPORT, PICK, lift(5, 9, 50, 100)).startswith(few)
    assert tab_words.spoken_week(lift(5, 90, 50, 100, week=2)) == 2


def test_the_trend_says_where_it_stands_in_its_usual_swing() -> None:
    ends = [date(2026, 11, 1) + timedelta(days=7 * i) for i in range(3)]
    weeks = pl.DataFrame({"period": ends, "n": [20, 30, 5], "of": [100] * 3, "complete": [True, True, False],
                          "rate": [0.2, 0.3, 0.05], "centre": [0.2, 0.2, None], "lower": [0.1, 0.1, None],
                          "upper": [0.25, 0.25, None], "signal": [False, True, False],
                          "outside": [False, True, False]})  # fmt: skip

    assert words.trend(EXPORT, weeks, 12) == "**30 % in the week to 8 Nov**, above its usual swing of 10 % to 25 %."
    run = weeks.with_columns(rate=pl.lit(0.12), n=pl.lit(12))
    assert words.trend(EXPORT, run, 12) == "**12 % in the week to 8 Nov**, part of a run below its usual 20 %."
    assert words.opened(weeks, date(2026, 11, 11)) == "3 of 7 days"
    assert words.opened(weeks.filter("complete"), date(2026, 11, 8)) == ""
    assert "no whole week" in words.trend(EXPORT, weeks.clear(), 12)


def test_a_launch_to_come_is_said_as_one_and_is_no_broken_tracking() -> None:
    later = replace(EXPORT, launched=date(2026, 12, 24))
    never = pl.DataFrame({"feature": ["export"], "last_day": [None], "silent": [False]})

    assert words.about(later, TODAY).endswith("launches 24 Dec 2026")
    assert words.silence(later, never, TODAY) == "It launches on 24 Dec 2026."
    assert "has no events at all" in words.silence(EXPORT, never, TODAY)
