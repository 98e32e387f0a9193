"""Saved views: a page with everything that was picked on it, under a name, for one's own use or the team's."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import parse_qsl

import sqlalchemy as sa

from queries.errors import AccessError, InputError
from queries.store import text
from queries.store.collection import Collection, Kept
from queries.store.database import Database

MOST = 8_000  # characters of an address
OTHERS = "This view is somebody else's; save one of your own, or ask its owner or an admin."


@dataclass(frozen=True)
class View:
    """A view under a name. page: its name. query: what is picked, as an address has it. team: for all, not one's own.

    Its owner is who saved it first.
    """

    name: str
    page: str
    query: str = ""
    note: str = ""
    team: bool = False

    def checked(self) -> Self:
        """The same, fit to keep: a name of at most 120 characters, a note of at most 2,000. Raises InputError."""
        try:
            parse_qsl(self.query, keep_blank_values=True, strict_parsing=bool(self.query), errors="strict")
        except ValueError as error:
            raise InputError("What is picked cannot be read; open the page anew and save it again.") from error
        return replace(
            self, name=text.line("the name", self.name), page=text.line("the page", self.page),
            query=text.prose("the address", self.query, MOST), note=text.prose("the description", self.note, 2_000),
        )  # fmt: skip


class Views(Collection[View]):
    """The saved views. Everybody sees the team's, which owner or admin change; one's own nobody else sees."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, View, order=["name"])

    def list(self, product: str) -> tuple[Kept[View], ...]:
        """Those of the team, and of who looks, by name."""
        at, user = self._table.c, self._database.user

        def read(now: sa.Connection) -> tuple[Kept[View], ...]:
            return self._find(now, at.product == product, sa.or_(at.team, at.created_by == user))

        return self._database.remembered((self._what, product, user), read, self._reads)

    def _now(self, connection: sa.Connection, seen: Kept[View]) -> Kept[View] | None:
        """The view as it is now, for who may change it: whoever asks, what the store has decides."""
        now, user = super()._now(connection, seen), self._database.user
        if now is not None and user not in (None, now.created_by):
            if not now.content.team:
                raise AccessError(OTHERS)
            self._database.check("manage", OTHERS)
        return now
