"""What a driver raises, said in our words: what the warehouse says, and what to do next.

Drivers tell their failures apart by numbers (Snowflake), five-letter states (Postgres and the SQL standard) or classes
(DuckDB); one that none of the tables knows is a `query` that went wrong.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from queries.errors import WarehouseError

NEXT = {
    "unreachable": "Check `warehouse` in the product file, and that nothing else has the file open for writing.",
    "login": "Check the user, and the password, key or token that goes with it.",
    "compute": "Name a `warehouse` in the connection that runs and that its role may use.",
    "busy": "Something else is using it; try again in a moment.",
    "timeout": "Raise `warehouse.timeout_s` in the product file, or narrow the events table with a .sql file.",
    "missing": "Check the table and column names in the product file.",
    "denied": "Ask for the right to read it, or name another table.",
    "query": "Check the product file and its .sql files.",
}
NETWORK = "Check the address in `warehouse` of the product file, and that this machine may reach it."
TOKEN = "Make a new one and put it where the connection reads it."
QUOTA = "Wait until its quota is renewed, or ask whoever keeps the resource monitor to raise it."
ENDED = "The session was ended, and so was the next; try again later."
PARAMETERS = ("Check the parameters of the connection; one with a name is in .streamlit/secrets.toml as "
              "[connections.name] or in ~/.snowflake/connections.toml as [name].")  # fmt: skip
SNOWFLAKE: dict[int, tuple[str, str | None]] = {  # error number -> kind, and what to do where that of the kind is vague
    390100: ("login", None),
    390101: ("login", "Ask an administrator to enable the user."),
    390102: ("login", "Wait a quarter of an hour, or ask an administrator to unlock the user."),
    390144: ("login", "Check that the key is the user's (its RSA_PUBLIC_KEY) and that the clock is right."),
    390189: ("login", "Name a `role` in the connection that the user has."),
    390201: ("compute", None),
    390303: ("login", f"The token is not valid. {TOKEN}"),
    390318: ("login", f"The token has expired. {TOKEN}"),
    390420: ("login", "Connect from a network that the account allows, or ask an administrator to allow this one."),
    390422: ("login", "Connect from a network that the account allows, or ask an administrator to allow this one."),
    394400: ("login", f"The token is not valid. {TOKEN}"),
    90073: ("compute", QUOTA),
    606: ("compute", None),
    14: ("timeout", None),
    604: ("timeout", None),
    630: ("timeout", None),
    904: ("missing", None),
    2003: ("missing", "Check its name in the product file, and that the role may select from it."),
    2043: ("missing", None),
    3001: ("denied", None),
    250001: ("unreachable", NETWORK),
    250003: ("unreachable", NETWORK),
    4: ("unreachable", NETWORK),
    90105: ("login", "Name a `database` and a `schema` in the connection."),
    3: ("login", PARAMETERS),
    7: ("login", PARAMETERS),
    251007: ("login", PARAMETERS),
    390111: ("unreachable", ENDED),
    390112: ("unreachable", ENDED),
    390114: ("unreachable", ENDED),
}
STATES: dict[str, tuple[str, str | None]] = {  # the beginning of an SQLSTATE -> the same
    "28": ("login", None),
    "3D000": ("missing", "Check the name of the database in the address."),
    "42501": ("denied", None),
    "42P01": ("missing", None),
    "42703": ("missing", None),
    "3F000": ("missing", None),
    "57014": ("timeout", None),
    "53300": ("busy", None),
    "08": ("unreachable", NETWORK),
    "57P": ("unreachable", "The server is starting or stopping; try again in a moment."),
}
CLASSES = {
    "InterruptException": "timeout", "CatalogException": "missing", "BinderException": "missing",
    "ResourceInUseException": "busy", "IOException": "unreachable", "ConnectionException": "unreachable",
    "PermissionException": "denied",
}  # fmt: skip
AT_THE_DOOR = {  # Postgres says at login only in words what is the matter
    "authentication failed": "28", "no password supplied": "28", "role .* does not exist": "28",
    "no pg_hba.conf entry": "28", "database .* does not exist": "3D000", "permission denied for database": "42501",
    "too many": "53300", "Failed to connect|could not connect|closed the connection": "08",
}  # fmt: skip
WRAPPING = re.compile("|".join((
    r"^(\d{5,6}( \(\w+\))?: )+", "^Failed to login: ", "^Login error: ", "^Configuration error: ",
    r"^SQL (compilation|access control) error:\s*", r"^[A-Z_]+: +(\[libpq\] )?",
    r"^Failed to (connect|prepare query|execute \w+): ", "^could not begin transaction: ",
)))  # fmt: skip


@contextmanager
def translated(
    *raised: type[Exception], secrets: Iterable[str] = (), unknown: tuple[str, str | None] = ("query", None)
) -> Iterator[None]:
    """The driver's errors in our words, at the one seam where they arise.

    secrets: texts that are never repeated. unknown: the kind of an error that no table knows, and what to do.
    """
    try:
        yield
    except raised as error:
        original = getattr(error, "orig", None) or error
        kind, what_next = _of_snowflake(original) or _of_state(original) or (CLASSES.get(type(original).__name__), None)
        if kind is None:
            kind, what_next = unknown
        said = first_line(original, secrets)
        raise WarehouseError(kind, f"The warehouse says: {said}. {what_next or NEXT[kind]}") from error


def _of_snowflake(error: BaseException) -> tuple[str, str | None] | None:
    number, text = getattr(error, "errno", None), str(error)
    if number == 14 and "login timed out" in text:  # elsewhere the number of a statement
        number = 250001
    elif number == 250001 and "HTTP request failed" not in text:  # it was reached, and did not let us in
        number = 390100
    if number is not None and 390000 <= number < 396000:  # all of them are about who asks
        return SNOWFLAKE.get(number, ("login", None))
    return SNOWFLAKE.get(number) if number is not None else None


def _of_state(error: BaseException) -> tuple[str, str | None] | None:
    state = getattr(error, "sqlstate", None) or ""
    if not state and "[libpq]" in str(error):
        state = next((state for words, state in AT_THE_DOOR.items() if re.search(words, str(error))), "")
    return next((found for start, found in STATES.items() if state.startswith(start)), None)


def first_line(error: object, secrets: Iterable[str] = ()) -> str:
    """The first line that says something of what a driver says, without what wraps it and without its full stop."""
    text = str(getattr(error, "raw_msg", None) or error).strip()
    for secret in secrets:
        text = text.replace(secret, "***")
    while (bare := WRAPPING.sub("", text).strip()) not in ("", text):
        text = bare
    first, *more = text.splitlines() or [type(error).__name__]
    if "CSV Error on Line" in first and len(more) > 1:  # the line itself stands between this and the reason
        first = f"{first}: {more[1]}"
    if first.startswith("error line ") and more:  # where Snowflake found what it says next
        first = f"{more[0]} ({first})"
    return re.sub(r", code: \d+$", "", first).rstrip(".!")[:300]
