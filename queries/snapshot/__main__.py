"""The command line: `python -m queries.snapshot` refreshes, for a scheduled job."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter

from queries import config, snapshot
from queries.errors import InsightsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Refresh, say each step, and end with 1 and a sentence when it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m queries.snapshot", description="Refresh the snapshot.")
    parser.add_argument("--if-stale", action="store_true", help="only when there is need")
    options = parser.parse_args(arguments)
    begun = perf_counter()

    def say(step: str) -> None:
        print(f"{perf_counter() - begun:6.1f} s  {step} ...", flush=True)

    try:
        snapshot.write_demo_if_missing(say)
        if options.if_stale and snapshot.need_to_refresh() is None and not snapshot.warehouse_is_newer():
            return 0
        made = snapshot.refresh(datetime.now(UTC), say)
    except InsightsError as error:
        print(f"Sightline cannot read {config.product_path()}:\n{error}", file=sys.stderr)
        return 1
    print(f"{perf_counter() - begun:6.1f} s  Ready: {made.events:,} events, {made.users:,} users, "
          f"complete to {made.calendar.as_of:%a %-d %b %Y}.")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
