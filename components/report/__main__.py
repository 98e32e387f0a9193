"""The command line: `python -m components.report` writes the review of a week, or of a cycle, for a scheduled job."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from components import report
from components.report import KINDS, Report, meeting, week
from queries import config, snapshot, store
from queries.access import LOCAL_OWNER
from queries.errors import InsightsError, SnapshotError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files that are asked for; end with 1 and a sentence when that cannot be done, with 2 for its usage."""
    options = _options(arguments)
    try:
        if options.refresh:
            _refresh(datetime.now(UTC))
        made = _made(options)
        for kind in KINDS:
            if file := getattr(options, kind):
                content = made.content(kind)
                _note(file, len(content))
                _write(file, content)
    except SnapshotError as error:
        return _failed(f"{error} Add --refresh, or run python -m queries.snapshot.")
    except InsightsError as error:
        return _failed(str(error))
    return 0


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m components.report", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Write the weekly review, or with --okrs the meeting over objectives, to files, from the snapshot "
                    "that the app shows.",
        epilog="The exit status is 1 where it failed, with the reason on stderr.\n"
               "SIGHTLINE_PRODUCT names the product file, SIGHTLINE_DATA the folder of the snapshots.",
    )  # fmt: skip
    parser.add_argument("--week", type=_date, help="the last day of the week, as 2026-11-15 (the last complete one)")
    parser.add_argument("--okrs", action="store_true", help="the meeting over the objectives of a cycle instead")
    parser.add_argument("--cycle", metavar="NAME", help="of --okrs, as it is called on the page (the one of today)")
    parser.add_argument("--html", metavar="FILE", help="one page that needs nothing else, to read and to print")
    parser.add_argument("--pdf", metavar="FILE", help="that page as PDF; needs chromium or chrome on this machine")
    parser.add_argument("--pptx", metavar="FILE", help="pages for a talk, with charts that can be edited")
    parser.add_argument("--markdown", metavar="FILE", help="a message for a chat; - prints it")
    parser.add_argument("--refresh", action="store_true", help="first read what the warehouse has more")
    options = parser.parse_args(arguments)
    if (options.okrs and options.week) or (options.cycle and not options.okrs):
        parser.error("--week is of the review, and --cycle of --okrs; leave one out.")
    if not any(getattr(options, kind) for kind in KINDS):
        parser.error("say what to write: --html, --pdf, --pptx or --markdown, each with a file.")
    return options


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-11-15.") from error


def _made(options: argparse.Namespace) -> Report:
    if options.okrs:
        return report.of_meeting(meeting.made(LOCAL_OWNER, options.cycle, datetime.now(UTC)))
    return report.of_week(*week.made(LOCAL_OWNER, options.week))


def _refresh(now: datetime) -> None:
    """Read the warehouse where it may have more than the snapshot, or where there is none that can be shown."""
    snapshot.write_demo_if_missing()
    if snapshot.need_to_refresh() or snapshot.older_shown() or snapshot.stale(now):
        snapshot.refresh(now)


def _note(file: str, size: int) -> None:
    """Keep in the log that it was taken; what cannot be noted there is not given."""
    with closing(store.connect(config.store())) as opened:
        what = {"file": file, "view": "command line", "bytes": size}
        opened.note_export(snapshot.product().name, what, by="command line", at=datetime.now(UTC))


def _write(file: str, content: bytes) -> None:
    """Write a file; - is the standard output."""
    try:
        if file == "-":
            sys.stdout.buffer.write(content)
            sys.stdout.flush()
        else:
            Path(file).write_bytes(content)
    except OSError as error:
        raise InsightsError(f"{file} cannot be written: {error.strerror or error}.") from error


if __name__ == "__main__":
    sys.exit(main())
