"""A first product file for a warehouse that nobody has described yet.

`propose` looks at the tables (`looking`), tells which are events, users and accounts and which columns say who, when
and what (`roles`), finds segments and exclusions (`segments`) and makes features of the event names (`features`). What
comes out is a commented product.toml that has been loaded and compared with the warehouse, and sentences that say what
was chosen, how sure that is and what else it might have been (`writing`).

Reads are bounded: the names of the tables, of each table its columns and at most 10,000 rows, of the events the newest
50,000, and fifty ids looked up in each table that may be users or accounts; each statement for at most 30 seconds.
Nothing is written to the warehouse, and no password to the file.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from queries.draft import known, looking, roles, writing
from queries.draft.source import SECRET, Source, given, of_files, of_url
from queries.errors import DataError
from queries.product import Events, Product
from queries.product import file as product_file
from queries.warehouse import Warehouse

__all__ = ["SECRET", "Draft", "Source", "given", "of_files", "of_url", "propose"]


@dataclass(frozen=True)
class Draft:
    """A product file as text, and what was chosen for it, a sentence each."""

    text: str
    said: tuple[str, ...]


def propose(source: Source, folder: Path, today: date, say: Callable[[str], object] = lambda _: None) -> Draft:
    """The draft of a product file for a warehouse. folder: where the file will be. today: tells old data from new.

    say: told what is looked at. Raises DataError where no table looks like events, ProductError or WarehouseError where
    the warehouse cannot be read.
    """
    connection = replace(source.connection, timeout_s=looking.SECONDS)
    unknown = Product("", "UTC", 0, connection, Events("", "", "", ""), folder=folder, file="What was given")
    with Warehouse(unknown) as warehouse:
        seen = looking.look(warehouse, say)
        found = roles.tell(seen.tables)
        ready = known.ready(seen.tables)
        if found is None:
            raise DataError(ready or roles.none_found(seen.tables))
        say(f"Reading the newest events of {found.events.table.name}")
        newest = looking.newest(warehouse, found.events)
        found = roles.with_others(found, seen.tables, newest, lambda *asked: looking.share_known(warehouse, *asked))
    text, said = writing.written(source.section, found, newest, seen, today)
    _prove(source.with_secret(text), folder)
    return Draft(text, (ready, *said) if ready else said)


def _prove(text: str, folder: Path) -> None:
    """Load the file, and find each table and column that it names. Raises ProductError where one is not there."""
    with Warehouse(product_file.loaded(text, folder / "product.toml")) as warehouse:
        _ = warehouse.sections
