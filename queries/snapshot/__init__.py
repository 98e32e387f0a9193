"""Our copy of the warehouse on disk: what happened, said once, as Parquet.

A snapshot is a folder of its own, written aside and put in place whole (`disk`). So a reader, a crash or a full disk
never sees half of one. `refresh` makes a new one, of which it reads only the last days (`increments`) and writes only
what these add (`base`), behind the pages where that is possible (`background`); `load` gives a viewer the activity of
the one in use, held once for the whole process, or of an earlier one as it was. `python -m queries.snapshot` refreshes
from the command line.
"""

import polars as pl

from queries import config, demo
from queries.snapshot import background, disk, history, steps
from queries.snapshot.place import home, product
from queries.snapshot.refreshing import refresh, stale
from queries.snapshot.serving import days, load, manifest, need_to_refresh, older_shown, serves
from queries.snapshot.steps import Progress, Step

__all__ = ["background", "days", "facts_of_events", "history_of_refreshes", "home", "load", "manifest",
           "need_to_refresh", "older_shown", "product", "refresh", "serves", "snapshots", "stale",
           "write_demo_if_missing"]  # fmt: skip


def snapshots() -> list[disk.Kept]:
    """The snapshots that are kept, newest first: one for each of the last days loaded, eight at most."""
    return disk.kept(home())


def history_of_refreshes() -> list[history.Refreshed]:
    """What each refresh did, oldest first."""
    return history.past(home())


def facts_of_events() -> pl.DataFrame:
    """What the events are like, one row a day and event name, for checks of their quality.

    Columns: day (number; null: no time), name (null: of no feature), events, and of them no_user, no_name; loaded_day.
    Raises SnapshotError where there is no snapshot.
    """
    folder = disk.current(home())
    if folder is None:
        raise disk.Damaged
    return disk.facts(folder)


def write_demo_if_missing(progress: Progress = steps.quietly) -> None:
    """Write the embedded demo warehouse, when the product in use is the demo and its warehouse is not there yet."""
    path = config.HOME / ".sightline" / "demo.duckdb"
    if config.is_demo() and not path.exists():
        progress(Step("Writing the demo warehouse (once)"))
        path.parent.mkdir(exist_ok=True)
        demo.write(path)
