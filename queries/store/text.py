"""What people type, made fit to keep: no characters that cannot be seen or stored, and no longer than it may be."""

import unicodedata

from queries.errors import InputError

NAME = 120  # the most characters of a title, a key or a name


def line(what: str, text: str, most: int = NAME) -> str:
    r"""A text on one line that says something. what: what it is, for the sentence of the InputError raised otherwise.

    >>> line("the title", "  Sign-in\nfor all ")
    'Sign-in for all'
    """
    return _said(what, _fitting(what, " ".join(_visible(text).split()), most))


def key(what: str, text: str | None) -> str | None:
    """As `line`, or None where there is nothing."""
    return line(what, text) if text and text.strip() else None


def prose(what: str, text: str, most: int) -> str:
    """A text of any lines, perhaps empty. Raises InputError where it has more than `most` characters."""
    return _fitting(what, _visible(text).strip(), most)


def said(what: str, text: str, most: int) -> str:
    """As `prose`, of which something has to be said."""
    return _said(what, prose(what, text, most))


def _visible(text: str) -> str:
    """Without control characters and halves of characters, which Postgres or UTF-8 refuse; a line ends in one way."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _fitting(what: str, text: str, most: int) -> str:
    if len(text) > most:
        raise InputError(f"{what.capitalize()} has {len(text):,} characters, and {most:,} is the most; shorten it.")
    return text


def _said(what: str, text: str) -> str:
    if not text:
        raise InputError(f"{what.capitalize()} is empty; write something.")
    return text
