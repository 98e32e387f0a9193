"""Who may see and do what. Nobody who is not named in the product file may do anything.

What a viewer sees is decided where the activity is loaded, before anything is counted: `visible` keeps the users that
the rules leave, and accounts are made of them, so no total, page, export or address can go round it. What a viewer does
is checked here again by whoever does it, however the buttons on a page look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from queries.errors import AccessError
from queries.product import Product
from queries.product.people import ADDRESS, GROUP, ROLES, People, Rule

Role = Literal["admin", "editor", "viewer"]
Right = Literal["look", "whole", "write", "manage"]  # whole: see what is counted, or said, of everybody
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "viewer": frozenset({"look", "whole"}),
    "editor": frozenset({"look", "whole", "write"}),
    "admin": frozenset({"look", "whole", "write", "manage"}),
}
REFUSED: Mapping[Right, str] = {
    "look": "You may not see this; ask an admin of Sightline to name you in its product file.",
    "whole": "You see some of the users, and this is about all of them; ask somebody who sees everybody.",
    "write": "You may look and not write; ask an admin of Sightline to make you an editor.",
    "manage": "Only admins of Sightline may do this; ask one of them.",
}
LONGEST = 120  # characters of a name that the store keeps


@dataclass(frozen=True)
class Viewer:
    """Somebody who looks. name: the e-mail address, or what else the sign-in knows them by.

    only: the rules that limit what they see; all of them hold. least: a group of fewer units is not shown to them, and
    units are not listed; 0 for who may see units one by one.
    """

    name: str
    role: Role | None = None
    only: tuple[Rule, ...] = ()
    least: int = 0

    @property
    def rights(self) -> frozenset[Right]:
        """Nobody who sees only some users writes, or reads, what is said of everybody."""
        if self.role is None:
            return frozenset()
        return frozenset({"look"}) if self.only else RIGHTS[self.role]


LOCAL_OWNER = Viewer("local owner", "admin")


def may(viewer: Viewer, right: Right) -> bool:
    """Whether a viewer has a right."""
    return right in viewer.rights


def check(viewer: Viewer, right: Right) -> None:
    """Raise AccessError, with what to do, where a viewer has no such right."""
    if not may(viewer, right):
        raise AccessError(REFUSED[right])


def viewer_of(claims: Mapping[str, object], product: Product) -> Viewer:
    """The viewer that a sign-in vouches for. claims: what it says of the person, as OpenID Connect names it.

    Raises AccessError where nobody is signed in, or the product file names them in no role.
    """
    if claims.get("is_logged_in") is not True:
        raise AccessError("You are not signed in; sign in to see anything.")
    people, email = product.people, _email(claims)
    known_as = _known_as(email, claims.get(people.group_claim))
    name = email or f"id {claims.get('sub', '')}"[:LONGEST]
    roles: dict[str, Role] = dict(zip(ROLES, ("admin", "editor", "viewer"), strict=True))
    role = next((roles[part] for part in ROLES if known_as & {*getattr(people, part)}), None)
    if role is None:
        raise AccessError(_unknown(email))
    only = {kept for rule in people.rules if known_as & {*rule.who} for kept in rule.only}
    may_list = bool(known_as & {*people.list_units})
    return Viewer(name, role, tuple(sorted(only)), 0 if may_list else people.smallest_group)


def _unknown(email: str | None) -> str:
    if email is None:
        return ("Your sign-in says no e-mail address that it has checked, and no group that may see this; ask an admin "
                "of Sightline to let your group in.")  # fmt: skip
    return f"{email} may not see this yet; ask an admin of Sightline to name you in its product file."


def _email(claims: Mapping[str, object]) -> str | None:
    """The address in small letters, where the sign-in has checked it; one that it has not could be anybody's."""
    email, checked = claims.get("email"), claims.get("email_verified")
    if not isinstance(email, str) or (checked is not True and checked != "true"):
        return None
    is_plain = email.isascii() and ADDRESS.fullmatch(email.lower()) and len(email) <= LONGEST
    return email.lower() if is_plain else None


def _known_as(email: str | None, groups: object) -> set[str]:
    """Every way in which a product file could name somebody."""
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list | tuple) else []
    found = {f"{GROUP}{group}" for group in named if isinstance(group, str)}
    return found | ({email, email[email.rindex("@") :]} if email else set())


def sharing(viewer: Viewer, product: Product) -> Viewer:
    """A viewer who makes something for all: what is closed or handed round shows no group too small for the others."""
    least = product.people.smallest_group if product.people != People() else 0
    return replace(viewer, least=max(viewer.least, least))


def check_enough(viewer: Viewer, users: int) -> None:
    """Raise AccessError where the rules leave a viewer so few users that they would be a group too small."""
    if viewer.only and 0 < users < viewer.least:
        raise AccessError(f"The rules for you leave fewer than {viewer.least} users, and you may not see so small a "
                          "group; ask an admin of Sightline to change them in its product file.")  # fmt: skip


def visible(viewer: Viewer, users: pl.DataFrame) -> pl.Series:
    """For each user whether the viewer may see that user; nobody, for a viewer without a role."""
    return _meeting(viewer, users, viewer.only)


def visible_accounts(viewer: Viewer, accounts: pl.DataFrame) -> pl.Series:
    """For each account whether the rules about accounts leave it: a user may act for one that they do not."""
    return _meeting(viewer, accounts, [rule for rule in viewer.only if f"segment_{rule[0]}" in accounts.columns])


def _meeting(viewer: Viewer, units: pl.DataFrame, rules: "tuple[Rule, ...] | list[Rule]") -> pl.Series:
    met = [pl.col(f"segment_{key}").cast(pl.String).is_in(list(labels)) for key, labels in rules]
    kept = pl.all_horizontal(pl.lit(may(viewer, "look")), *met).fill_null(False)
    return units.select(kept=pl.repeat(True, pl.len()) & kept).to_series()
