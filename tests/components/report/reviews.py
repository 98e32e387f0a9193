"""Reviews for tests of what is written of them: a plain one, and one whose words are full of markup."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from queries.calendar import Period
from queries.metrics import Form
from queries.review import Line, Mark, Moved, Part, Review, Said, Span, Task, Week, Why

WEEK = date(2026, 11, 15)
HOSTILE = ['<script>alert(1)</script>', '=cmd()', "@here", "+1", "*bold* _it_ `code`", '"><img src=http://evil.example>',
           "[link](http://evil.example)", "\u202eabc\u202c", "مجاني", "long " + "x" * 195, "a\x00b\x1b[0m", "{{ 7*7 }}",
           "&amp;", "企業のお客様" * 10]  # fmt: skip


def weeks(*values: float | None, of: int | None = 1000, signals: int = 0) -> tuple[Week, ...]:
    """The weeks to 15 Nov 2026 with these values, usually 0.3 to 0.5; the last so many are of a signal."""
    first = WEEK - timedelta(weeks=len(values) - 1)
    return tuple(
        Week(first + timedelta(weeks=i), value, None if value is None else round(value * 1000), of, 0.4, 0.3, 0.5,
             signal=i >= len(values) - signals)
        for i, value in enumerate(values)
    )  # fmt: skip


def line(key: str = "week4_retention", label: str = "Week-4 retention", form: Form = "rate", **parts: Any) -> Line:
    """A metric that was as usual; parts: what else it is."""
    usual: dict[str, Any] = {
        "good": "better", "kind": "output", "definition": "{units} active in week 4.", "unit": "user", "owner": None,
        "target": None, "weeks": weeks(0.42, 0.40, 0.41, 0.43), "verdict": "normal", "since": None, "is_news": False,
        "is_up": False, "provisional": False, "trended": False,
        "months": (Span(date(2026, 9, 1), date(2026, 9, 30), 0.44, 0.5),
                   Span(date(2026, 10, 1), date(2026, 10, 31), 0.41, None)),
    }  # fmt: skip
    return Line(key, label, form, **{**usual, **parts})


def fallen(segment: str = "1-50", dimension: str = "Company size", **parts: Any) -> Line:
    """Week-4 retention, fallen in the last week to 20 %, by one segment."""
    small = Part(segment, 0.48, 0.26, 0.56, -0.20, 0.0, -0.20, 0.02, sure=True, fresh=False)
    large = Part("1000+", 0.41, 0.42, 0.44, 0.01, 0.0, 0.01, 0.02, sure=False, fresh=False)
    before, now = tuple(WEEK - timedelta(weeks=back) for back in range(8, 0, -1)), Period(WEEK, WEEK)
    why = Why(dimension, -0.19, -0.19, 0.0, 0.2, False, (small, large), before, now)
    usual: dict[str, Any] = {"weeks": weeks(0.42, 0.41, 0.40, 0.20, signals=1), "verdict": "real", "since": WEEK,
                             "is_news": True, "why": (why,), "owner": "Dana", "target": 0.45}  # fmt: skip
    return line(**{**usual, **parts})


def review(*lines: Line, **parts: Any) -> Review:
    """The review of the week to 15 Nov 2026."""
    made = Review("Quillboard", WEEK, date(2026, 11, 18), lines or (fallen(), line("activation", "Activation")))
    return replace(made, **parts)


def hostile() -> Review:
    """A review in which all that people or data can name is full of markup."""
    lines = [
        fallen(name, name, key=f"new_adopters.f{i}", label=name, owner=name, moved=(Moved(name, 0.2, 0.1, True),),
               is_news=i % 2 == 0)
        for i, name in enumerate(HOSTILE)
    ]  # fmt: skip
    earlier = WEEK - timedelta(weeks=1)
    return review(
        *lines, product=HOSTILE[0],
        marks=tuple(Mark(WEEK, "launch", name, feature=f"f{i}") for i, name in enumerate(HOSTILE)),
        tasks=tuple(Task(week, f"new_adopters.f{i}", name, name, WEEK, outcome=name)
                    for i, name in enumerate(HOSTILE) for week in (earlier, WEEK)),
        notes=tuple(Said(f"new_adopters.f{i}", name) for i, name in enumerate(HOSTILE)),
    )  # fmt: skip
