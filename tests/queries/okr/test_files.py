"""Cycles as files: what is written reads back, no cell is a formula, and what cannot be read says where."""

import csv
import io
from datetime import date
from typing import Any

import pytest
from hypothesis import strategies as st

from queries import config
from queries.errors import InputError
from queries.okr.files import (
    COLUMNS,
    CycleFile,
    KeyResultEntry,
    ObjectiveEntry,
    as_csv,
    from_csv,
    from_toml,
    toml,
)
from tests.strategies import check

LETTERS = st.characters(exclude_categories=("Cc", "Cs"))
RISKS = st.sampled_from(["=cmd()", "'=cmd()", "''@x", "-1", "+", "'", 'a"b\\', "a,b"])
TEXTS = st.one_of(st.text(LETTERS, min_size=1), RISKS)
PROSE = st.one_of(st.just(""), TEXTS, st.just("2026-11-01 0.3\n2026-12-01 0.4"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
DAYS = st.dates(date(1970, 1, 1), date(2100, 1, 1))
RESULTS = st.builds(
    KeyResultEntry, TEXTS, TEXTS, TEXTS, TEXTS, NUMBERS, NUMBERS, DAYS, st.none() | DAYS, st.none() | TEXTS, PROSE,
    PROSE, PROSE, NUMBERS, st.integers(-9, 99),
)  # fmt: skip
OBJECTIVES = st.builds(
    ObjectiveEntry, TEXTS, TEXTS, st.none() | TEXTS, st.none() | TEXTS, PROSE, NUMBERS,
    st.lists(RESULTS, max_size=3, unique_by=lambda one: one.title).map(tuple),
)  # fmt: skip
EVERY = st.lists(OBJECTIVES, max_size=3, unique_by=lambda one: one.title).map(tuple)
CYCLES = st.builds(CycleFile, TEXTS, DAYS, st.none() | DAYS, EVERY)
HEAD = '[cycle]\nname = "Q4"\nfirst = 2026-10-01\n'


@check(CYCLES)
def test_a_cycle_reads_back_as_it_was_written(cycle: CycleFile) -> None:
    assert from_toml(toml(cycle)) == cycle
    assert from_csv(as_csv(cycle)) == cycle


@check(CYCLES)
def test_no_text_in_a_csv_can_be_run(cycle: CycleFile) -> None:
    cells = [cell for row in csv.DictReader(io.StringIO(as_csv(cycle), newline="")) for name, cell in row.items()
             if name not in ("start", "target", "weight", "window", "objective_weight")]  # fmt: skip

    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_a_spreadsheet_sees_a_row_a_key_result() -> None:
    one = KeyResultEntry("=cmd()", "Dana", "increase to", "committed", 0.3, 0.45, date(2026, 10, 1))
    cycle = CycleFile("2026 Q4", date(2026, 10, 1), None, (ObjectiveEntry("Stay", "Dana", key_results=(one,)),))

    assert as_csv(cycle).splitlines() == [
        ",".join(COLUMNS),
        "2026 Q4,2026-10-01,,Stay,Dana,,,,1.0,'=cmd(),Dana,increase to,committed,0.3,0.45,2026-10-01,,,,,,1.0,1",
    ]
    assert toml(cycle).splitlines()[-3:] == ["start = 0.3", "target = 0.45", "first = 2026-10-01"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cycle =", "The file is no TOML: "),
        ("", "The file has no [cycle]; begin it with one, with its name and first day."),
        ("[cycle]\nname = 'Q4'", "[cycle]: `first` is missing; write it."),
        (HEAD + "lsat = 1", "[cycle]: there is no `lsat`; did you mean `last`?"),
        (HEAD + "last = 'soon'", "[cycle], `last` is 'soon'; write a day such as 2026-12-31."),
        (HEAD + "last = 2026-10-01T10:00:00",
         "[cycle], `last` is '2026-10-01 10:00:00'; write a day such as 2026-12-31."),
        (HEAD + "[objective]\ntitle = 'A'", "`objective` is no list; write each below [[objective]]."),
        (HEAD + "[[objective]]\ntitle = 1\nowner = 'D'", "Objective 1, `title` is '1'; write a text."),
        (HEAD + "[[objective]]\ntitle = 'A'\nowner = 'D'\nweight = true",
         "Objective 1, `weight` is 'True'; write a number."),
        (HEAD + "[[objective]]\ntitle = 'A'\nowner = 'D'\n[[objective.key_result]]\ntitle = 'B'",
         "Objective 1, key result 1: `owner` is missing; write it."),
        (HEAD + 2 * "[[objective]]\ntitle = 'A'\nowner = 'D'\n",
         "Two objectives are called “A”; give one another title."),
        (HEAD + "[[objective]]\ntitle = 'A'\nowner = 'D'\n[[objective.key_result]]\nwindow = 4.0\ntitle = 'B'\n"
         "owner = 'D'\ntype = 'x'\nkind = 'y'\nstart = 0\ntarget = 1\nfirst = 2026-10-01",
         "Objective 1, key result 1, `window` is '4.0'; write a whole number."),
        ("x" * 1_000_001, "The file is larger than 1 MB, which no cycle needs; take in less at a time."),
    ],
)  # fmt: skip
def test_a_toml_file_that_cannot_be_read_says_where(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        from_toml(text)

    assert str(refused.value).startswith(sentence)


def row(**cells: Any) -> str:
    """A CSV file of one row."""
    given = {"cycle_name": "Q4", "cycle_first": "2026-10-01", **cells}
    return f"{','.join(given)}\n{','.join(given.values())}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The file has no rows; its first line is cycle_name,cycle_first,cycle_last,objective_title and so on."),
        (row(title="A"), "Line 2: `owner` is missing; write it."),
        (row(cycle_first="soon"), "Line 2, `cycle_first` is 'soon'; write a day such as 2026-12-31."),
        (row(objective_title="A", objective_owner="D", objective_weight="nan"),
         "Line 2, `weight` is 'nan'; write a number."),
        (row(window="4.5"), "Line 2, `window` is '4.5'; write a whole number."),
        (row(tilte="A"), "There is no column `tilte`; did you mean `title`"),
        (row() + "Q5,2026-10-01\n", "The file has rows of several cycles; take in one at a time."),
        ('a,b\n"x', "The file is no CSV: "),
    ],
)  # fmt: skip
def test_a_csv_file_that_cannot_be_read_says_where(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as refused:
        from_csv(text)

    assert str(refused.value).startswith(sentence)


def test_the_file_that_the_readme_shows_can_be_read() -> None:
    readme = (config.HOME / "docs" / "okrs.md").read_text()
    block = readme.split("```toml\n[cycle]")[1].split("```")[0]

    cycle = from_toml(f"[cycle]{block}")

    assert [each.metric for each in cycle.objectives[0].key_results] == ["week4_retention"]
