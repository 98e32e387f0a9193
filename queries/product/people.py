"""Who may do what, as `[people]` of a product file says it; nobody who is not named there may do anything.

A person is named by e-mail address, by `@domain` for everyone with an address there, or by `group:<name>` for everyone
whom the sign-in counts in that group.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from queries.errors import Mistake, did_you_mean
from queries.product.toml_section import Section

if TYPE_CHECKING:
    from queries.product import Segment

Rule = tuple[str, tuple[str, ...]]  # a segment key, and the labels kept
ROLES = ("admins", "editors", "viewers")  # who may do most comes first
GROUP = "group:"
DOMAIN = r"@([a-z0-9-]+\.)*[a-z0-9-]+"
ADDRESS = re.compile(r"[a-z0-9.!#$%&'+/=?^_`{|}~-]+" + DOMAIN)  # no other alphabets: letters there look like ours
NAMED = re.compile(rf"{ADDRESS.pattern}|{DOMAIN}|{GROUP}\S.*")
MOST_UNITS = 1000  # that a group may have to be too small
UNSTEADY, UNKNOWN = "Other", "(unknown)"


@dataclass(frozen=True)
class RowRule:
    """Those named in `who` see only the users that have one of the labels in each of the segments."""

    who: tuple[str, ...]
    only: tuple[Rule, ...]


@dataclass(frozen=True)
class People:
    """Who has which role. group_claim: what the sign-in calls the groups of a person.

    list_units: who may see users and accounts one by one. smallest_group: everybody else sees no group of fewer.
    """

    admins: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    list_units: tuple[str, ...] = ()
    group_claim: str = "groups"
    smallest_group: int = 5
    rules: tuple[RowRule, ...] = ()


def people(top: Section) -> People:
    """The section `[people]`; without it nobody has a role."""
    section = top.section("people")
    if section is None:
        return People()
    found = People(
        admins=_names(section, "admins"), editors=_names(section, "editors"), viewers=_names(section, "viewers"),
        list_units=_names(section, "list_units"),
        group_claim=section.get("group_claim", str) or People.group_claim,
        smallest_group=section.number("smallest_group", MOST_UNITS) or People.smallest_group,
        rules=tuple(_rule(rule) for rule in section.listed("rules")),
    )  # fmt: skip
    section.done()
    if not any((found.admins, found.editors, found.viewers)):
        section.note("admins", "nobody has a role; name at least yourself, such as \"dana@example.com\".")
    return found


def _names(section: Section, key: str) -> tuple[str, ...]:
    """Who is named; addresses in small letters, as they are compared."""
    names = section.texts(key)
    found = tuple(name if name.startswith(GROUP) else name.lower() for name in names)
    for name in found:
        if not NAMED.fullmatch(name):
            section.note(key, f"{name!r:.80} is nobody; write an e-mail address, `@domain` or `group:name`.")
    return found


def _rule(section: Section) -> RowRule:
    """A rule that names nobody, or keeps nothing apart, is a mistake: it would look as if it did."""
    who, only = _names(section, "who"), section.section("only")
    if "who" not in section.values:
        section.note("who", "is missing; it says whom the rule is for.")
    if only is None or not only.values:
        section.note("only", "is missing; it says what they see, such as { region = [\"EMEA\"] }.")
    kept = tuple((key, only.texts(key)) for key in only.values) if only else ()
    section.done()
    return RowRule(who, kept)


def mistakes(found: People, segments: "dict[str, Segment]") -> list[Mistake]:
    """The rules that name segments or labels there are not."""
    return [
        mistake for place, rule in enumerate(found.rules, 1) for key, labels in rule.only
        for mistake in _mistakes(f"people.rules[{place}].only.{key}", key, labels, segments)
    ]  # fmt: skip


def _mistakes(where: str, key: str, labels: tuple[str, ...], segments: "dict[str, Segment]") -> list[Mistake]:
    segment = segments.get(key)
    if segment is None:
        return [Mistake(where, f"there is no segment {key!r}, {did_you_mean(key, segments)}")]
    if segment.of == "event":
        return [Mistake(where, "is an attribute of events; name one of users or accounts.")]
    known = [words for _, words in segment.labels]
    return [
        Mistake(where, f"{label!r} changes with the numbers; name the values themselves." if label == UNSTEADY else
                f"there is no label {label!r:.60}, {did_you_mean(label, known)}")
        for label in labels if label == UNSTEADY or (known and label not in (*known, UNKNOWN))
    ]  # fmt: skip
