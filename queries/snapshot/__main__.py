"""The command line: `python -m queries.snapshot` refreshes, for a scheduled job."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter

from queries import config, snapshot
from queries.errors import InsightsError, SnapshotError
from queries.snapshot import explain
from queries.snapshot.lock import Busy

INTERRUPTED = 130  # the exit status of what was ended by Ctrl-C


class Unsaid(Exception):
    """What was to be printed could not be written."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh, say each step, and end with 1 and a sentence when it cannot be done."""
    options = _options(arguments)
    try:
        if options.explain or options.print_sql:
            return _tell(explained=options.explain)
        return _run(options.full, options.if_stale, options.if_needed)
    except SnapshotError as error:
        return _failed(str(error))
    except InsightsError as error:
        return _failed(f"Sightline cannot read {config.product_path()}:\n{error}")
    except Unsaid as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python would try, and fail, once more
        return _failed(f"The output could not be written: {error}. Send it elsewhere.")
    except KeyboardInterrupt:
        return _failed("Stopped; the last good snapshot stays in use.", INTERRUPTED)


def _failed(why: str, status: int = 1) -> int:
    with suppress(OSError):
        print(why, file=sys.stderr)
    return status


def _say(text: str) -> None:
    try:
        print(text, flush=True)
    except OSError as error:
        raise Unsaid(error.strerror) from error


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m queries.snapshot", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Refresh our copy of the warehouse. Only the last days of the events are read where that will do.",
        epilog="The exit status is 1 where it failed, with the reason on stderr; the last good snapshot stays in use.\n"
               "SIGHTLINE_PRODUCT names the product file, SIGHTLINE_DATA the folder for the snapshots.",
    )  # fmt: skip
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--full", action="store_true", help="read all events again, not only those of the last days")
    when.add_argument("--if-stale", action="store_true", help="only when the warehouse may have more than the snapshot")
    when.add_argument("--if-needed", action="store_true", help="only when there is no snapshot that can be shown")
    when.add_argument("--explain", action="store_true", help="refresh nothing: say what a full one would cost and ask")
    when.add_argument("--print-sql", action="store_true",
                      help="refresh nothing: print statements with which the warehouse keeps the activity itself")
    return parser.parse_args(arguments)


def _tell(*, explained: bool) -> int:
    snapshot.write_demo_if_missing()
    product = snapshot.product()
    _say(explain.explain(product, datetime.now(UTC)) if explained else explain.print_sql(product))
    return 0


def _run(full: bool, if_stale: bool, if_needed: bool) -> int:
    begun, now = perf_counter(), datetime.now(UTC)

    def say(step: object) -> None:
        _say(f"{perf_counter() - begun:6.1f} s  {step} ...")

    if if_needed and not config.product_path().is_file():
        _say(f"There is no product file at {config.product_path()} yet; the app helps you make one.")
        return 0
    snapshot.write_demo_if_missing(say)
    serves = (if_stale or if_needed) and snapshot.need_to_refresh() is None
    if serves and (if_needed or not (snapshot.older_shown() or snapshot.stale(now))):
        return 0
    try:
        made = snapshot.refresh(now, say, full=full, wait=not serves)
    except Busy:
        _say("Another refresh is running; the last snapshot stays in use until it is done.")
        return 0
    _say(f"{perf_counter() - begun:6.1f} s  Ready: {made.events:,} events, {made.users:,} users, "
         f"complete to {made.calendar.as_of:%a %-d %b %Y}.")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
