"""Which columns are worth comparing by, which are personal and left out, and who might count nowhere."""

from collections.abc import Iterable
from dataclasses import dataclass

from queries.draft.looking import Column
from queries.draft.roles import words

MOST, FEWEST_FILLED = 8, 0.6
MOST_GROUPS, LISTED = 30, 12  # values of a segment; and those whose labels are written down
PERSONAL = {"email", "mail", "firstname", "lastname", "surname", "username", "login", "phone", "tel", "address",
            "street", "zip", "zipcode", "postal", "postcode", "ip", "ipaddress", "birth", "birthday", "dob", "ssn",
            "iban", "tax", "passport", "latitude", "longitude", "lat", "lng", "avatar", "password", "token", "hash",
            "secret"}  # fmt: skip
WHOSE = {"first", "last", "full", "user", "display", "given", "family", "middle", "nick", "contact", "customer",
         "person", "member", "owner"}  # whose name it is; that of a plan is nobody's
SENSITIVE = {"gender", "sex", "age", "race", "ethnicity", "ethnic", "religion", "health", "disability", "disabled",
             "orientation", "nationality", "salary", "income", "political", "union"}  # fmt: skip
NOT_CUSTOMERS = {
    "bot": "bots", "robot": "bots", "test": "test users", "internal": "our own people", "employee": "employees",
    "staff": "employees", "demo": "demo users", "fake": "test users", "spam": "spam",
}  # fmt: skip


@dataclass(frozen=True)
class Found:
    """segments: the columns proposed, best first. personal, sensitive: left out for what they are. rest: for room."""

    segments: tuple[Column, ...]
    personal: tuple[str, ...]
    sensitive: tuple[str, ...]
    rest: tuple[str, ...]


def segments(columns: Iterable[Column], taken: Iterable[str | None]) -> Found:
    """What to compare by among the columns of a table. taken: those that already say something else."""
    free = [column for column in columns if column.name not in {*taken} and not_customers(column) is None]
    personal = [column.name for column in free if is_personal(column)]
    sensitive = [column.name for column in free if column.name not in personal and SENSITIVE & {*words(column.name)}]
    fit = [column for column in free if column.name not in (*personal, *sensitive) and _fits(column)]
    fit.sort(key=lambda column: (column.distinct > LISTED, -round(column.filled, 1)))
    return Found(tuple(fit[:MOST]), tuple(personal), tuple(sensitive), tuple(c.name for c in fit[MOST:]))


def is_personal(column: Column) -> bool:
    """Whether a column may tell who somebody is: by its name, or by what it looks like."""
    said = words(column.name)
    is_name = said[-1:] == ("name",) and (len(said) == 1 or bool(WHOSE & {*said}))
    return is_name or bool(PERSONAL & {*said}) or column.emails > 0.2 or column.phones > 0.5


def _fits(column: Column) -> bool:
    """Few values, well filled, each more than once, and no id, no time and no document."""
    is_id = words(column.name)[-1:] in (("id",), ("uuid",), ("key",))
    is_document = any(value.startswith(("{", "[")) for value in column.values[:3])
    few = LISTED if column.kind == "whole" else MOST_GROUPS
    return (column.kind in ("text", "flag", "whole", "other") and column.repeats and not is_id and not is_document
            and 2 <= column.distinct <= few and column.filled >= FEWEST_FILLED)  # fmt: skip


def not_customers(column: Column) -> str | None:
    """Who a flag says is no customer, such as bots; None where it is no such flag."""
    said = [NOT_CUSTOMERS[word] for word in words(column.name) if word in NOT_CUSTOMERS]
    is_flag = column.kind == "flag" or {*column.values} <= {"0", "1", "true", "false", "True", "False"}
    return said[0] if said and is_flag else None


def email(columns: Iterable[Column]) -> str | None:
    """The column with e-mail addresses, by which employees can be told."""
    found = sorted(((column.emails, column.name) for column in columns if column.emails > 0.5), reverse=True)
    return found[0][1] if found else None
