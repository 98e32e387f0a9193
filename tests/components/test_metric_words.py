"""What is said of metrics: how far they are trusted, in what two differ, and the line with which one is certified."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from components import marks
from components import metric_words as words
from queries.metrics.standing import Entry, entries
from queries.metrics.terms import terms
from queries.okr import Asked, Goal, board
from queries.product import file as product_file
from queries.product.metrics import Certified, Governed, MadeOf, Revision
from queries.review import Mark
from queries.store import Annotation
from tests.examples import three_users
from tests.queries.metrics.test_definition import EXAMPLE
from tests.queries.metrics.test_standing import activity, certified, known, product
from tests.queries.product.test_file import EVENTS, WAREHOUSE

DAY = date(2026, 10, 5)
RATIO = Governed("per", made_of=MadeOf("ratio", ("new", "dormant"), "Per"))
GAP = Governed("gap", made_of=MadeOf("difference", ("adoption.open", "adoption.export"), "Gap", "worse"))


def test_the_page_opens_with_how_many_can_be_relied_on_and_which_to_look_at_again() -> None:
    hash = known()["new"].hash
    every = known(certified("new", hash), certified("dormant", hash), Governed("days_active", status="draft"))

    assert words.opening([*every.values()]) == (
        "**12 metrics.** 1 certified · 1 changed since certified · 1 draft · of 9 nobody has said how far to trust "
        "them. **To look at again:** Dormant; what is counted has changed since.")  # fmt: skip


@pytest.mark.parametrize(("said", "trust"), [
    (Governed("new"), "Nobody has said yet how far it is to be trusted."),
    (Governed("new", status="draft"), "**A draft**: it may still change."),
    (Governed("new", status="approved"), "**Approved**, and not certified."),
    (Governed("new", status="deprecated"), "**Deprecated**."),
    (Governed("new", status="deprecated", replaced_by="dormant"), "**Deprecated**; take **Dormant** instead."),
    (certified("new", "0" * 16), ":orange[**No longer certified**]: Dana certified it on 5 Oct 2026, and what it "
     "counts has changed since. Look at it again, then certify it anew."),
])  # fmt: skip
def test_how_far_a_metric_is_to_be_trusted_is_said_in_a_sentence(said: Governed, trust: str) -> None:
    every = known(said)

    assert words.trust(every["new"], every) == trust


@pytest.mark.parametrize(("authors", "is_same"), [
    ((), False), ((None,), False), (("Mira",), False), ((" dana ",), True), (("Mira", "Dana"), True),
    (("Dana", "Mira"), False), (("Dana", None), False),
])  # fmt: skip
def test_who_certified_a_metric_and_also_changed_it_last_is_said_and_not_refused(
    authors: tuple[str | None, ...], *, is_same: bool
) -> None:
    changelog = tuple(Revision(DAY - timedelta(days=9 - i), "Other words", by) for i, by in enumerate(authors))
    one = known(replace(certified("new", known()["new"].hash), changelog=changelog))["new"]

    assert one.standing == "certified"
    assert words.trust(one, {}) == (
        "**Certified** by Dana, who also changed it last. It was looked at on 5 Oct 2026 and counts as it did then."
        if is_same else "**Certified** by Dana on 5 Oct 2026, as it is counted now.")  # fmt: skip


def test_the_line_that_is_shown_certifies_each_metric_just_as_it_is(tmp_path: Path) -> None:
    text = (WAREHOUSE + EVENTS + "[features.open]\n[features.\"a b.c\"]\nlabel = 'Odd'\n[metrics.per]\n"
            "ratio = ['new', 'dormant']\n")  # fmt: skip

    def read(more: str) -> tuple[Entry, ...]:
        (tmp_path / "product.toml").write_text(text + more, encoding="utf-8")
        made = product_file.load(tmp_path / "product.toml")
        return entries(activity(made), made)

    shown = [words.certificate(one, 'Dana "D" Ünal', DAY) for one in read("")]
    lines = sorted(shown, key=lambda each: "[metrics.per]" not in each)  # its section is there already
    after = read("\n".join([lines[0].removeprefix("[metrics.per]\n"), *lines[1:]]))

    assert {one.standing for one in after} == {"certified"}
    assert {one.said.certified for one in after} == {Certified('Dana "D" Ünal', DAY, one.hash) for one in after}
    assert len(after) == 12


def test_a_metric_made_of_two_means_what_their_names_say() -> None:
    every = known(RATIO, GAP)

    assert words.meaning(every["per"].metric) == (
        "New for each of Dormant; of several weeks both are summed first.")  # fmt: skip
    assert words.meaning(every["gap"].metric) == "Adoption of Open less Adoption of Export, in points."
    assert words.meaning(every["dormant"].metric, "account") == (
        "Accounts active in the week before, and not in the week.")  # fmt: skip


def test_in_what_two_metrics_differ_is_said_and_which_is_trusted_more() -> None:
    every, whole = known(Governed("dormant", status="approved")), activity(EXAMPLE)
    one, other = every["resurrected"], every["dormant"]

    said = words.apart(one, other, (terms(one.metric, whole), terms(other.metric, whole)))

    assert said == ("**Resurrected** and **Dormant** differ in: what is counted and which way is good. "
                    f"{words.WHICH} Where either would do, take **Dormant**: it is approved.")  # fmt: skip
    assert words.apart(one, one, (terms(one.metric, whole),) * 2) == "**Resurrected** and **Resurrected** count alike."


def test_side_by_side_the_values_come_first_then_what_differs() -> None:
    every, whole = known(), activity(EXAMPLE)
    one, other = every["resurrected"], every["dormant"]
    both = terms(one.metric, whole), terms(other.metric, whole)

    said = words.side_by_side(one, other, both, [("Users", "5", "7")])

    heads = [line.split(" | ")[0].removeprefix("| ") for line in said.splitlines()]
    assert heads == ["Term", "---", "Users", "Trust", "≠ What is counted", "≠ Which way is good", "= Out of whom",
                     "= When", "= What shows use", "= Who can be in it", "= Unit"]  # fmt: skip


def test_no_metric_of_a_name_is_said_as_it_was_typed() -> None:
    assert words.none_found("*x*", None, narrowed=True) == "**No metric called “\\*x\\*” among those picked above.**"
    assert words.none_found("", None, narrowed=True) == "**No metric is like this.** Take off what is picked above."


def test_a_change_that_parts_history_stands_among_the_marks_of_its_metric() -> None:
    parted = Revision(DAY, "Bots are out", "Mira", breaks_history=True)
    made = product(Governed("new", changelog=(parted, Revision(DAY, "A word"))))

    found = marks.known(made, [Annotation(DAY, "launch", "Release")])

    assert found == [Mark(DAY, "launch", "Release"),
                     Mark(DAY, "definition", "Bots are out", "Mira", metric="new", divides=True)]  # fmt: skip
    assert marks.anew(marks.concerning(found, "new")) == (DAY,)
    assert marks.anew(marks.concerning(found, "dormant")) == ()


def test_a_key_result_of_a_deprecated_metric_says_that_it_is() -> None:
    old = replace(three_users()[0], governed=(Governed("new", status="deprecated"),))
    goal = Goal("increase to", "committed", 0.0, 9.0, date(2026, 10, 1), None)
    catalogue = {one.metric.key: one.metric for one in entries(old, EXAMPLE)}

    assert board.series(Asked("1", "More", goal, "Dana", metric="new"), old, catalogue, DAY).label == "New (deprecated)"


def test_whom_the_product_file_leaves_out_is_said() -> None:
    assert words.left_out(EXAMPLE) == "Left out everywhere: staff."
    assert words.left_out(replace(EXAMPLE, users=None)) == ""
