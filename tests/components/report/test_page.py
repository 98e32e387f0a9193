import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest

from components import report
from queries.review import Mark, Review, Said, Task
from tests.components.report.reviews import HOSTILE, WEEK, fallen, hostile, line, review

EMPTY = {"meta"}


class Page(HTMLParser):
    """A page read strictly: its elements must be balanced."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []  # the elements around, and the text
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((" ".join(self.open), " ".join(data.split())))

    def of(self, element: str) -> list[str]:
        """The texts directly in an element."""
        return [text for around, text in self.texts if around.endswith(element)]

    def flat(self) -> str:
        return " ".join(text for around, text in self.texts if "style" not in around)


def page(made: Review, closed_by: str = "") -> Page:
    return Page(report.html(made, closed_by))


def test_the_page_says_what_changed_why_and_what_is_to_be_done_in_that_order() -> None:
    tasks = (Task(WEEK - timedelta(7), "activation", "Milo", "Ask ten who left", date(2026, 11, 20)),
             Task(WEEK - timedelta(7), "activation", "Milo", "Done long ago", status="done"),
             Task(WEEK, "week4_retention", "Dana", "Shorten the setup"))  # fmt: skip
    notes = (Said("week4_retention", "The free plan's limit."), Said("", "A quiet week."))

    said = page(review(tasks=tasks, notes=notes), "Ada").flat()

    order = [
        "Quillboard Weekly review, week to 15 Nov 2026 As of 18 Nov 2026 · closed by Ada",
        "1 real · 1 normal. Week-4 retention: 20.0 %, below its usual 30.0–50.0 %, for the worse.",
        "A quiet week.",
        "Still to do Ask ten who left Milo · due 20 Nov · Activation",
        "What changed Week-4 retention ▼ real Dana",
        "Mostly Company size 1-50 −20.0 pt (56 % of all: 48.0 % to 26.0 %).",
        "The free plan's limit. Shorten the setup Dana",
        "All metrics",
        "Months",
        "How it is counted",
        "Users active in week 4.",
    ]
    flat = said.replace("\u00a0", " ")
    places = [flat.find(part) for part in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    assert "Done long ago" not in said


def test_the_table_holds_six_weeks_and_what_is_longer() -> None:
    made = line(target=0.4, owner="Dana")

    cells = page(review(made)).of("tbody tr td")

    assert cells[:7] == ["42.0 %", "40.0 %", "41.0 %", "43.0 %", "+2.0 pt", "40.0 % ✓", "44.0 %"]
    assert page(review(made)).of("tbody tr td bdi") == ["Dana"]
    assert [text for text in page(review(made)).of("thead tr th") if "’" in text] == ["Sep ’26", "Oct ’26"]


def test_a_note_or_action_on_what_did_not_change_is_not_lost() -> None:
    made = review(tasks=(Task(WEEK, "activation", "Leon", "Thank the team"),), notes=(Said("gone", "Renamed."),))

    said = page(made).flat()

    assert "Also said Renamed. gone Thank the team Leon · Activation" in said


def test_the_page_needs_nothing_from_the_network_and_runs_nothing() -> None:
    for made in (review(), hostile()):
        tags = page(made).tags
        assert not {"script", "img", "link", "iframe", "object"} & {tag for tag, _ in tags}
        addresses = [value for _, attributes in tags for name, value in attributes.items()
                     if name in ("src", "href", "xlink:href", "action")]  # fmt: skip
        assert addresses == []
        assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    policy = next(a["content"] for tag, a in page(review()).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\x00" not in name and "\u202e" not in name])
def test_a_hostile_name_is_read_as_it_was_written(name: str) -> None:
    shown = page(hostile())

    assert shown.of("h3 bdi").count(name) == 2  # the metric and its owner
    assert name in shown.of("tbody tr th bdi")
    assert name in [attributes.get("aria-label", "")[: len(name)] for _, attributes in shown.tags  # type: ignore[index]
                    if attributes.get("role") == "img"]  # fmt: skip


def test_a_mark_in_the_weeks_that_are_drawn_is_named_below_the_chart_and_no_other_is() -> None:
    marks = (Mark(date(2026, 11, 3), "launch", "Setup"), Mark(date(2020, 1, 1), "launch", "Long ago"),
             Mark(date(2026, 11, 3), "launch", "Elsewhere", metric="activation"),
             Mark(date(2026, 10, 1), "holiday", "Autumn", until=date(2026, 10, 28)))  # fmt: skip

    said = page(review(fallen(), marks=marks)).flat()

    assert "▲ 3 Nov, launch: Setup ○ 1 Oct to 28 Oct, holiday: Autumn" in said
    assert "Long ago" not in said
    assert "Elsewhere" not in said


def test_a_week_in_which_nothing_changed_has_no_charts() -> None:
    shown = page(review(line()))

    assert "What changed" not in shown.flat()
    assert "svg" not in {tag for tag, _ in shown.tags}


def test_a_review_of_nothing_is_still_a_page() -> None:
    assert "nothing is reviewed" in page(replace(review(), lines=())).flat()


def test_dark_is_for_screens_alone_so_that_paper_stays_white() -> None:
    style = re.search(r"<style>(.*?)</style>", report.html(review()), re.DOTALL)

    assert style
    dark = re.findall(r"@media ([^{]*prefers-color-scheme[^{]*)\{", style[1])
    assert dark == ["screen and (prefers-color-scheme:dark)"]
    assert "http" not in style[1]
