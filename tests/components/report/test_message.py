from datetime import date, timedelta

from components import report
from queries.review import Task
from tests.components.report.reviews import WEEK, fallen, hostile, line, review


def test_a_message_is_the_head_a_bullet_a_change_and_what_is_to_be_done() -> None:
    older = fallen(key="activation", label="Activation", is_news=False, since=date(2026, 8, 23), owner=None)
    tasks = (Task(WEEK - timedelta(7), "activation", "Milo", "Ask ten who left", date(2026, 11, 20)),
             Task(WEEK, "week4_retention", "Dana", "Of this week"))  # fmt: skip

    assert report.markdown(review(fallen(), older, line(), tasks=tasks)) == (
        "**Quillboard, week to 15 Nov 2026**\n"
        "\n"
        "**1 real · 1 continuing · 1 normal.** Week-4 retention: 20.0 %, below its usual 30.0–50.0 %, for the worse.\n"
        "\n"
        "- **Week-4 retention: 20.0 %** (n 1,000), a change for the worse: below its usual 30.0–50.0 %. (Dana) "
        "−19.0 pt (behaviour −19.0 pt, mix 0.0 pt) against the 8 weeks to 8 Nov. "
        "Mostly **Company size 1-50** −20.0 pt (56 % of all: 48.0 % to 26.0 %).\n"
        "\n"
        "Continuing: **Activation** 20.0 % ▼ since 23 Aug.\n"
        "\n"
        "Still to do:\n"
        "- Ask ten who left (Milo, due 20 Nov; Activation)\n"
        "\n"
        "As of 18 Nov 2026.\n"
    )


def test_a_quiet_week_is_three_lines() -> None:
    assert report.markdown(review(line())) == (
        "**Quillboard, week to 15 Nov 2026**\n\n"
        "**1 normal.** Nothing new left its usual range this week. Biggest ordinary move: Week-4 retention +2.0 pt.\n\n"
        "As of 18 Nov 2026.\n"
    )


def test_hostile_names_are_shown_in_a_chat_and_not_obeyed() -> None:
    said = report.markdown(hostile())

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said
    assert r"\[link\](http\://evil.example)" in said
    assert r"\*bold\* \_it\_ \`code\`" in said
    assert "@\u200bhere" in said
    assert not {"<", ">", "\u202e", "\x00", "\x1b"} & set(said)
    assert "@here" not in said
