r"""Texts from the data, made harmless for where they are written: a page, a chat, a spreadsheet.

The sentences of `review_words` and `okr_words` are Markdown in which each sign from the data has a backslash
(`words.md`). From that one form come the page (`rich`) and the chat (`chat`); `words.spoken` gives it without signs.
"""

import re
import unicodedata
from typing import Any, TypeVar

import msgspec
from markupsafe import Markup, escape

T = TypeVar("T")
UNWRITABLE = "\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"  # XML knows none of them
TURNING = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # the direction of the text after them
UNSEEN = re.compile(f"[{UNWRITABLE}{TURNING}]")
CHAT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{sign: f"\\{sign}" for sign in "\\`*_[]~|:"}}
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def tame(told: T) -> T:
    """A dataclass without signs that cannot be written, or that would turn the text around them."""

    def clean(value: Any) -> Any:
        if isinstance(value, str):
            return UNSEEN.sub("", value)
        if isinstance(value, dict):
            return {name: clean(each) for name, each in value.items()}
        return [clean(each) for each in value] if isinstance(value, list | tuple) else value

    return msgspec.convert(clean(msgspec.to_builtins(told)), type(told))


def rich(text: str) -> Markup:
    r"""A sentence as HTML: what is bold stays bold, everything else is shown as it is.

    >>> print(rich(r"**A \<b\> was 3**, fine."))
    <strong>A &lt;b&gt; was 3</strong>, fine.
    """
    parts, text = [""], text.replace(" %", "\u00a0%")
    for token in re.findall(r"\\.|\*\*|[^\\*]+|.", text, re.DOTALL):
        if token == "**":
            parts.append("")
        else:
            parts[-1] += token[1:] if token[0] == "\\" else token
    bold = Markup("<strong>{}</strong>")
    return Markup("").join(bold.format(part) if i % 2 else escape(part) for i, part in enumerate(parts))


def chat(text: str) -> str:
    r"""A sentence as Markdown for a chat: signs that mean something there are kept from it, nobody is called.

    >>> chat(r"**Week\-4** of \<\!channel\>, \_all\_, @here")
    '**Week-4** of &lt;!channel&gt;, \\_all\\_, @\u200bhere'
    """
    return re.sub(r"\\(.)", lambda found: CHAT.get(found[1], found[1]), text).replace("@", "@\u200b")


def cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula: such get a quote in front, as in a CSV.

    >>> cell("=cmd()"), cell("Export")
    ("'=cmd()", 'Export')
    """
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text


def cut(text: str, most: int) -> str:
    """A text in one line, cut when it is wider than so many letters; Chinese and the like are two wide.

    >>> cut("Enterprise customers", 12), cut("企業のお客様", 8), cut("Team", 12)
    ('Enterprise…', '企業の…', 'Team')
    """
    text = " ".join(text.split())
    if width(text) <= most:
        return text
    while width(text) > most - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def width(text: str) -> int:
    """How wide a text is, in letters."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
