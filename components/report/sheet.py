"""What every page of a report is made with: templates, the palette as CSS, one file that needs nothing else."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from components import marks, review_words
from components.theme import DARK, LIGHT, Palette, day, faint

VARIABLES = Palette("var(--paper)", "var(--ink)", "var(--muted)", "var(--context)", "var(--better)", "var(--worse)",
                    ("var(--main)",), (), ())  # fmt: skip


def rendered(template: str, **parts: Any) -> str:
    """A page of a template of this folder, which has its parts by name; they are shown, not obeyed."""
    return _environment().get_template(template).render(colors=Markup(_colors()), **parts)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(day=day, definition=review_words.definition, signs=lambda mark: marks.SIGNS.get(mark.kind, "●"))
    return made


def _colors() -> str:
    """The palette of the screen as CSS: dark where that is asked for, never on paper."""
    return f":root{{{_variables(LIGHT)}}}@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"


def _variables(palette: Palette) -> str:
    named = {"paper": palette.paper, "ink": palette.ink, "muted": palette.muted, "context": palette.context,
             "better": palette.better, "worse": palette.worse, "main": palette.categorical[0],
             "faint": faint(palette)}  # fmt: skip
    return "".join(f"--{name}:{color};" for name, color in named.items())
