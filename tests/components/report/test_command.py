"""The command for a scheduled job, on a small product and on the demo."""

import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from components import printed
from components.report.__main__ import main
from queries import config, snapshot, store
from queries.config import HOME
from queries.errors import InsightsError
from queries.review import Review, as_json
from queries.store import Action, Annotation, Cycle, KeyResult, MeetingNote, Note, Objective
from tests import products
from tests.components.report.reviews import fallen, review

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIGNED: Any = {"by": "ada", "at": NOW}
OPEN = ("The week to Sunday 22 Nov 2026 is not over: it can be reviewed once that day is loaded, and the data is "
        "complete to Wednesday 18 Nov 2026.")  # fmt: skip


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Forty people who use something every day from Monday 7 September to Wednesday 18 November 2026."""
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    events = products.daily(40, date(2026, 9, 7), 73)
    products.write(tmp_path, events, products.people(40, date(2026, 9, 7)), name="<b>Small</b>")
    return tmp_path


@pytest.fixture
def loaded(small: Path) -> Path:
    snapshot.refresh(NOW)
    return small


@pytest.mark.usefixtures("loaded")
def test_the_last_week_that_is_over_is_written_to_every_file(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:  # fmt: skip
    page, slide = tmp_path / "out.html", tmp_path / "out.pptx"

    assert main(["--html", str(page), "--pptx", str(slide), "--markdown", "-"]) == 0

    said, wrong = capfdbinary.readouterr()
    assert said.decode().startswith("**&lt;b&gt;Small&lt;/b&gt;, week to 15 Nov 2026**\n")
    assert wrong == b""
    assert "<p class=\"product\">&lt;b&gt;Small&lt;/b&gt;</p>" in page.read_text()
    assert slide.read_bytes().startswith(b"PK")
    with closing(store.connect(config.store())) as kept:
        noted = [(change.by, change.after and change.after["file"]) for change in kept.history("<b>Small</b>")]
    assert sorted(noted) == [("command line", file) for file in sorted(["-", str(page), str(slide)])]


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--week", "2026-11-22"], OPEN), (["--week", "2026-11-19"], OPEN),
    (["--week", "2026-11-14"], "No week ends on Saturday 14 Nov 2026; did you mean --week 2026-11-15?"),
    (["--week", "2026-01-04"], "There is nothing of the week to Sunday 4 Jan 2026: the first week of history ends on "
                               "Sunday 13 Sep 2026."),
])  # fmt: skip
def test_a_wrong_week_is_one_sentence(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments, "--markdown", "-"]) == 1

    assert capsys.readouterr() == ("", f"{sentence}\n")


@pytest.mark.usefixtures("loaded")
def test_the_first_week_of_history_is_reviewed_by_what_there_is(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--week", "2026-09-13", "--markdown", "-"]) == 0

    assert b" too few.** Nothing of this week can be judged.\n" in capfdbinary.readouterr().out


@pytest.mark.usefixtures("loaded")
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--html", str(tmp_path / "no" / "out.html")]) == 1

    assert capsys.readouterr().err == f"{tmp_path}/no/out.html cannot be written: No such file or directory.\n"


@pytest.mark.usefixtures("small")
def test_without_a_snapshot_it_says_what_to_do_and_refresh_does_it(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["--markdown", "-"]) == 1
    assert capfdbinary.readouterr() == (b"", b"There is no snapshot yet. Refresh to read the warehouse. "
                                             b"Add --refresh, or run python -m queries.snapshot.\n")  # fmt: skip

    assert main(["--markdown", "-", "--refresh"]) == 0
    assert b"As of 18 Nov 2026." in capfdbinary.readouterr().out


@pytest.mark.parametrize("arguments", [
    [], ["--week", "2026-11-15"], ["--week", "soon", "--markdown", "-"], ["--pdf"], ["--okrs"],
    ["--cycle", "2026 Q4", "--markdown", "-"], ["--okrs", "--week", "2026-11-15", "--markdown", "-"],
])  # fmt: skip
def test_wrong_usage_ends_with_two(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert "python -m components.report: error: " in capsys.readouterr().err


@pytest.mark.usefixtures("loaded")
def test_what_people_wrote_is_in_the_review(tmp_path: Path) -> None:
    kept, week, product = store.connect(config.store()), date(2026, 11, 15), "<b>Small</b>"
    kept.annotations.add(product, Annotation(date(2026, 11, 3), "launch", "Setup"), by="ada", at=NOW)
    kept.actions.add(product, Action(date(2026, 11, 8), "new", "Milo", "Ask ten"), by="ada", at=NOW)
    kept.notes.write(product, Note(week, "", "A quiet week."), None, by="ada", at=NOW)
    kept.close()

    assert main(["--html", str(tmp_path / "out.html")]) == 0

    page = (tmp_path / "out.html").read_text()
    assert "Ask ten" in page
    assert "A quiet week." in page
    assert "closed by" not in page


@pytest.mark.usefixtures("loaded")
def test_the_meeting_over_objectives_is_written_for_the_cycle_of_today_or_one_that_is_named(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:  # fmt: skip
    kept, product, signed = store.connect(config.store()), "<b>Small</b>", SIGNED
    for name, first in (("Old", date(2020, 1, 1)), ("New", date(2026, 1, 1))):
        cycle = kept.cycles.add(product, Cycle(name, first), **signed)
        aim = kept.objectives.add(product, Objective(cycle.id, f"Aim of {name}", "Dana"), **signed)
        goal = KeyResult(aim.id, "All come", "Dana", "increase to", "committed", 0, 80, first, None, "weekly_actives")
        key = kept.key_results.add(product, replace(goal, unit="user"), **signed)
        kept.meeting_notes.add(product, MeetingNote(key.id, NOW.date(), f"Said in {name}"), **signed)
    kept.close()

    assert main(["--okrs", "--html", str(tmp_path / "out.html"), "--pptx", str(tmp_path / "out.pptx")]) == 0
    assert main(["--okrs", "--cycle", "Old", "--markdown", "-"]) == 0

    message = capfdbinary.readouterr().out.decode()
    page = (tmp_path / "out.html").read_text()
    assert (tmp_path / "out.pptx").read_bytes().startswith(b"PK")
    assert ("Said in New" in page, "Said in Old" in page) == (True, False)
    assert "**All come: 40** of 80, w/e 15 Nov. 50 % of the way; without a last day there is no pace." in message
    assert ("Said in Old" in message, "Said in New" in message) == (True, False)


@pytest.mark.usefixtures("loaded")
def test_a_cycle_that_is_not_there_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--okrs", "--markdown", "-"]) == 1
    assert capsys.readouterr().err == "There is no cycle yet; an admin adds one on the page OKRs.\n"

    kept = store.connect(config.store())
    kept.cycles.add("<b>Small</b>", Cycle("2026 Q4", date(2026, 10, 1)), by="ada", at=NOW)
    kept.close()

    assert main(["--okrs", "--cycle", "2026 Q5", "--markdown", "-"]) == 1
    assert capsys.readouterr().err == "There is no cycle “2026 Q5”; did you mean `2026 Q4`?\n"


@pytest.mark.usefixtures("loaded")
def test_a_closed_review_is_written_as_it_was_closed(tmp_path: Path) -> None:
    kept, product = store.connect(config.store()), "<b>Small</b>"
    closed: Review = review(fallen(label="As it was"))
    kept.reviews.close(product, closed.week, closed.as_of, as_json(closed), by="Ada", at=NOW)
    kept.close()

    assert main(["--html", str(tmp_path / "out.html")]) == 0

    page = (tmp_path / "out.html").read_text()
    assert "As it was" in page
    assert "closed by Ada" in page


@pytest.mark.usefixtures("loaded")
def test_without_a_browser_there_is_no_pdf_and_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    monkeypatch.setattr(printed, "BROWSERS", ("no-such-browser",))

    assert main(["--pdf", str(tmp_path / "out.pdf")]) == 1

    assert capsys.readouterr().err == (
        "This needs chromium or chrome where Sightline runs; install one there, or take another kind.\n")  # fmt: skip
    assert not (tmp_path / "out.pdf").exists()


def test_a_browser_that_does_not_print_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printed, "BROWSERS", ("false",))

    with pytest.raises(InsightsError, match=r"^false did not make it; try again"):
        printed.pdf("<p>Hello</p>")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.skipif(not any(map(shutil.which, printed.BROWSERS)), reason="no browser here")
def test_the_review_of_the_demo_is_printed_by_the_command(quillboard: Path, tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "SIGHTLINE_PRODUCT": str(quillboard), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "components.report", "--pdf", str(tmp_path / "out.pdf"), "--markdown", "-"]

    ended = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, check=True)

    assert ended.stdout.decode().startswith("**Quillboard, week to 15 Nov 2026**")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
