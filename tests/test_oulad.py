"""Real data: two course runs of the Open University, counted as their published facts say.

The example's product file is read as it is. OULAD_DIR names the data's folder; it is no part of the repository.
"""

import os
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from queries.activity import Activity
from queries.calendar import Period, day_number
from queries.measures.adoption import adoption
from queries.product import Selection
from queries.product import file as product_file
from queries.snapshot import extract
from queries.snapshot.manifest import LeftOut, Snapshot
from tests import examples

PRODUCT = Path(__file__).parents[1] / "examples" / "oulad" / "product.toml"
DATA = Path(os.environ.get("OULAD_DIR") or "/nowhere")
FILES = ("studentVle", "vle", "studentInfo", "studentRegistration", "courses")
AAA, BBB = "AAA, October 2013", "BBB, February 2013"
DAY_0 = {AAA: date(2013, 10, 7), BBB: date(2013, 2, 4)}
LENGTH = {AAA: 268, BBB: 240}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (DATA / "studentVle.parquet").is_file(),
        reason="OULAD_DIR does not name a folder with the data set (see examples/oulad/README.md)",
    ),
]


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return extract.read(product_file.load(PRODUCT), examples.NOW)


@pytest.fixture(scope="module")
def activity(snapshot: Snapshot) -> Activity:
    return examples.of(snapshot, product_file.load(PRODUCT))


@pytest.fixture(scope="module")
def whole(activity: Activity) -> Period:
    return Period(activity.calendar.first_day, activity.calendar.as_of)


def week(run: str, number: int) -> Period:
    first = DAY_0[run] + timedelta(days=7 * number)
    return Period(first, first + timedelta(days=6))


def students() -> pl.DataFrame:
    """The students as the source tells of them: run, and the days of sign-up and end."""
    keys = ["code_module", "code_presentation", "id_student"]
    joined = pl.read_parquet(DATA / "studentInfo.parquet").join(
        pl.read_parquet(DATA / "studentRegistration.parquet"), on=keys
    )
    run = pl.col("code_module").replace_strict({"AAA": AAA, "BBB": BBB})
    start = run.replace_strict({name: day_number(day) for name, day in DAY_0.items()}, return_dtype=pl.Int64)
    length = run.replace_strict(LENGTH, return_dtype=pl.Int64)
    return joined.select(
        run.alias("run"),
        (start + pl.col("date_registration")).alias("signup"),
        (start + pl.coalesce("date_unregistration", length)).alias("ended"),
    )


def test_history_runs_from_the_first_click_to_the_last(activity: Activity) -> None:
    assert activity.calendar.first_day == DAY_0[BBB] - timedelta(days=9)
    assert activity.calendar.as_of == DAY_0[AAA] + timedelta(days=268)


def test_all_rows_are_read_and_the_one_student_without_a_date_or_a_click_is_said(snapshot: Snapshot) -> None:
    manifest = snapshot.manifest

    assert (manifest.events, manifest.users) == (584_248, 2_150)
    assert manifest.left_out == (
        LeftOut(1, 2_150, "users have neither a sign-up date nor an event and count nowhere"),
    )


@pytest.mark.parametrize(
    ("run", "published"),
    [
        (BBB, [622, 986, 1243, 1193, 1326, 1154, 1128, 1052, 1170, 1063, 906, 898, 851]),
        (AAA, [301, 313, 337, 341, 357, 305, 315, 312, 318, 339, 281, 272, 236]),
    ],
)
def test_weekly_active_students_are_the_published_ones(activity: Activity, run: str, published: list[int]) -> None:
    weeks = tuple(week(run, number) for number in range(-2, 11))

    answer = adoption(activity, weeks, by=("presentation",), of="active", features=("homepage",))

    assert answer.filter(segment=run)["of"].to_list() == published
    began = activity.calendar.first_day  # on the Saturday of the earlier run's week -2
    assert answer["complete"].to_list() == [span.first >= began for _ in range(2) for span in weeks]


@pytest.mark.parametrize(
    ("run", "active", "published"),
    [
        (AAA, 378, {"oucontent": 378, "homepage": 378, "subpage": 377, "forumng": 374, "resource": 372, "url": 358,
                    "dataplus": 207, "oucollaborate": 115, "glossary": 87}),
        (BBB, 1537, {"homepage": 1530, "subpage": 1496, "forumng": 1475, "resource": 1470, "url": 1447, "quiz": 1338,
                     "oucontent": 839, "glossary": 521, "ouelluminate": 451, "sharedsubpage": 47}),
    ],
)  # fmt: skip
def test_reach_of_each_material_is_the_published_one(
    activity: Activity, whole: Period, run: str, active: int, published: dict[str, int]
) -> None:
    answer = adoption(activity, (whole,), by=("presentation",), of="active").filter(segment=run)

    assert {feature: n for feature, n in answer.select("feature", "n").rows() if n} == published
    assert answer["of"].unique().to_list() == [active]


def test_filtered_to_one_run_the_other_is_gone(activity: Activity, whole: Period) -> None:
    narrowed = activity.within(Selection(where=(("presentation", (AAA,)),)))

    answer = adoption(narrowed, (whole,), of="active", features=("forumng", "quiz"))

    assert answer.select("feature", "n", "of").rows() == [("forumng", 374, 378), ("quiz", 0, 378)]


@pytest.mark.parametrize("number", [-2, 0, 5, 20])
def test_who_could_use_the_quizzes_is_who_was_enrolled_in_their_run(activity: Activity, number: int) -> None:
    period = week(BBB, number)
    first, last = day_number(period.first), day_number(period.last)
    enrolled = students().filter((pl.col("signup") <= last) & (pl.col("ended") >= first), run=BBB)

    answer = adoption(activity, (period,), by=("presentation",), features=("quiz",))

    assert dict(answer.select("segment", "of").rows()) == {AAA: 0, BBB: enrolled.height}


def test_withdrawn_students_end_on_their_day_and_all_others_with_the_run(activity: Activity) -> None:
    ends = {run: day_number(DAY_0[run]) + LENGTH[run] for run in DAY_0}
    run_end = pl.col("segment_presentation").cast(pl.String).replace_strict(ends, return_dtype=pl.Int32)
    result = pl.col("segment_final_result").cast(pl.String)

    withdrawn = activity.everyone.filter(result == "Withdrawn")
    others = activity.everyone.filter(result != "Withdrawn")

    assert withdrawn.height == 565
    assert withdrawn.select("ended_day").to_series().sort().to_list() == (
        students().with_columns(length=pl.col("run").replace_strict(ends)).filter(pl.col("ended") != pl.col("length"))
    )["ended"].sort().to_list()
    assert others.filter(pl.col("ended_day") != run_end).is_empty()


@pytest.mark.parametrize(
    ("segment", "sizes"),
    [
        ("presentation", {AAA: 383, BBB: 1767}),
        ("gender", {"Women": 1708, "Men": 442}),
        ("age_band", {"Up to 35": 1373, "35 to 55": 751, "55 and over": 26}),
        ("highest_education", {"None": 21, "Below A level": 888, "A level": 945, "Higher education": 286,
                               "Postgraduate": 10}),
        ("imd_band", {"0-10%": 242, "10-20%": 247, "20-30%": 267, "30-40%": 240, "40-50%": 231, "50-60%": 202,
                      "60-70%": 176, "70-80%": 183, "80-90%": 169, "90-100%": 157, "(unknown)": 36}),
        ("disability", {"Declared": 201, "None declared": 1949}),
        ("final_result", {"Distinction": 175, "Pass": 906, "Fail": 504, "Withdrawn": 565}),
    ],
)  # fmt: skip
def test_segments_have_the_published_sizes(activity: Activity, segment: str, sizes: dict[str, int]) -> None:
    found = activity.everyone[f"segment_{segment}"].value_counts().rows()

    assert dict(found) == sizes


def test_all_thirteen_regions_are_shown_by_name(activity: Activity) -> None:
    sizes = activity.everyone["segment_region"].value_counts()

    assert sizes.height == 13
    assert (sizes["count"].min(), sizes["count"].max(), sizes["count"].sum()) == (57, 237, 2150)


def test_the_csv_files_of_the_download_give_the_same_tables(
    snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in FILES:  # some copies write a question mark where nothing is known
        pl.read_parquet(DATA / f"{name}.parquet").write_csv(tmp_path / f"{name}.csv", null_value="?")
    monkeypatch.setenv("OULAD_DIR", str(tmp_path))

    again = extract.read(product_file.load(PRODUCT), examples.NOW)

    assert_frame_equal(again.tables.users, snapshot.tables.users)
    assert_frame_equal(again.tables.rows, snapshot.tables.rows)
    assert again.manifest.left_out == snapshot.manifest.left_out
