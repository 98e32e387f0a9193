"""What SQLite and Postgres raise, said in our words: what is the matter with the store, and what to do next."""

import re
from collections.abc import Iterable

ELSEWHERE = "Set SIGHTLINE_STORE to a file in a folder that Sightline may write to."
AGAIN = "Save again in a moment."
LOGIN = "Check the user and the password in SIGHTLINE_STORE."
REACH = "Check the address in SIGHTLINE_STORE, and that this machine may reach it; then save again."
UNKNOWN = ("cannot do that", "Try again; if it stays so, check SIGHTLINE_STORE.")
REFUSED = "cannot be written to"
FAILURES = {  # the beginning of SQLite's name or Postgres' state of an error -> what is the matter, and what to do
    "SQLITE_NOTADB": ("is a file of another kind", "Set SIGHTLINE_STORE to another, or put a backup in its place."),
    "SQLITE_CORRUPT": ("is damaged", "Put a backup in its place."),
    "SQLITE_FULL": ("has no room left, and nothing was saved", "Free some room on its disk, then save again."),
    "SQLITE_READONLY": (REFUSED, ELSEWHERE),
    "SQLITE_CANTOPEN": ("cannot be opened", ELSEWHERE),
    "SQLITE_IOERR": ("cannot be read or written", "See that its disk is well and has room, then save again."),
    "SQLITE_BUSY": ("is being written to by somebody else", AGAIN),
    "55P03": ("is being written to by somebody else", AGAIN),
    "53100": ("has no room left, and nothing was saved", "Free some room on its disk, then save again."),
    "53": ("has too much to do", AGAIN),
    "57P": ("is starting or stopping", AGAIN),
    "28": ("does not let us in", LOGIN),
    "3D000": ("is not there", "Check the name of the database in SIGHTLINE_STORE."),
    "42501": ("does not let us do that", "The user needs CREATE on the schema, and all rights on our tables."),
    "25006": (REFUSED, "It is read-only; set SIGHTLINE_STORE to the address of one that is not."),
    "42P07": ("holds tables of something else", "Set SIGHTLINE_STORE to a database of its own."),
    "08": ("does not answer", REACH),
}
WORDS = {  # where there is neither
    "authentication failed|no password supplied|role .* does not exist|no pg_hba.conf entry": "28",
    "database .* does not exist": "3D000",
    "^table .* already exists": "42P07",
    "^connection |could not connect|closed the connection|connection .*failed|resolve host|timeout expired": "08",
    "QueuePool limit": "53",
}


def sentence(error: Exception, where: str, secrets: Iterable[str | None]) -> str:
    """What to tell a person. where: the store, as it may be shown. secrets: texts that are never repeated."""
    original = getattr(error, "orig", None) or error
    said = str(getattr(original, "strerror", None) or original).strip()
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    if isinstance(original, OSError):
        return f"The store {where} {REFUSED}: {said}. {ELSEWHERE}"
    code = getattr(original, "sqlite_errorname", None) or getattr(original, "sqlstate", None) or ""
    if code in ("", "SQLITE_ERROR"):
        code = next((code for words, code in WORDS.items() if re.search(words, said)), "")
    what, then = next((found for start, found in FAILURES.items() if code.startswith(start)), UNKNOWN)
    first = said.partition("\n")[0].rstrip(".!")[:300]
    return f"The store {where} {what}: {first}. {then}"
