"""Texts as TOML writes them."""

import json


def quoted(text: str) -> str:
    r"""A text in quotes, whatever is in it; it never ends its line.

    >>> print(quoted('a "b"\n[people]'))
    "a \"b\"\n[people]"
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
