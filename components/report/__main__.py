"""The command line: `python -m components.report` writes the review of a week, for a scheduled job."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from components import report
from components.theme import day
from queries import access, metrics, snapshot
from queries.activity import Activity
from queries.answers import within
from queries.errors import InsightsError, SnapshotError
from queries.product import Product, Selection
from queries.review import Line, Mark, Review
from queries.review.lines import line, lines_of

FILES = ("html", "pdf", "pptx", "markdown")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files that are asked for; end with 1 and a sentence when that cannot be done, with 2 for its usage."""
    options = _options(arguments)
    try:
        if options.refresh:
            _refresh(datetime.now(UTC))
        review = made(options.week)
        for kind in FILES:
            if getattr(options, kind):
                _write(getattr(options, kind), _content(kind, review))
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
        description="Write the weekly review to files, from the snapshot that the app shows.",
        epilog="The exit status is 1 where it failed, with the reason on stderr.\n"
               "SIGHTLINE_PRODUCT names the product file, SIGHTLINE_DATA the folder of the snapshots.",
    )  # fmt: skip
    parser.add_argument("--week", type=_date, help="the last day of the week, as 2026-11-15 (the last complete one)")
    parser.add_argument("--html", metavar="FILE", help="one page that needs nothing else, to read and to print")
    parser.add_argument("--pdf", metavar="FILE", help="that page as PDF; needs chromium or chrome on this machine")
    parser.add_argument("--pptx", metavar="FILE", help="one page for a talk, with a chart that can be edited")
    parser.add_argument("--markdown", metavar="FILE", help="a message for a chat; - prints it")
    parser.add_argument("--refresh", action="store_true", help="first read what the warehouse has more")
    options = parser.parse_args(arguments)
    if not any(getattr(options, kind) for kind in FILES):
        parser.error("say what to write: --html, --pdf, --pptx or --markdown, each with a file.")
    return options


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-11-15.") from error


def _refresh(now: datetime) -> None:
    """Read the warehouse where it may have more than the snapshot, or where there is none that can be shown."""
    snapshot.write_demo_if_missing()
    if snapshot.need_to_refresh() or snapshot.older_shown() or snapshot.stale(now):
        snapshot.refresh(now)


# The review -----------------------------------------------------------------------------------------------------------


def made(asked: date | None) -> Review:
    """The review of a week of the snapshot that is shown, by default of the last one that is over."""
    product, activity = snapshot.product(), snapshot.load(access.LOCAL_OWNER)
    week = _week(activity, asked)
    lines = tuple(_lines(product, activity, week))
    launches = tuple(Mark(feature.launched, "launch", feature.label, feature=feature.key)
                     for feature in activity.features if feature.launched)  # fmt: skip
    return Review(product.name, week, activity.calendar.as_of, lines, product.definition_hash(), launches)


def _week(activity: Activity, asked: date | None) -> date:
    """The last day of the week. Raises InsightsError for a day that ends no week that is over, and says which do."""
    calendar = activity.calendar
    weeks = [week.last for week in calendar.periods("week")]
    meant = calendar.period_of(asked or calendar.as_of, "week").last
    if not weeks or meant > weeks[-1]:
        if asked is None and weeks:
            return weeks[-1]
        raise InsightsError(f"The week to {_said(meant)} is not over: it can be reviewed once that day is loaded, and "
                            f"the data is complete to {_said(calendar.as_of)}.")  # fmt: skip
    if asked is None or asked in weeks:
        return asked or weeks[-1]
    if meant < weeks[0]:
        raise InsightsError(f"There is nothing of the week to {_said(meant)}: the first week of history ends on "
                            f"{_said(weeks[0])}.")  # fmt: skip
    raise InsightsError(f"No week ends on {_said(asked)}; did you mean --week {meant}?")


def _said(when: date) -> str:
    return f"{when:%A} {day(when, year=True)}"


def _lines(product: Product, activity: Activity, week: date) -> list[Line]:
    found = []
    for one in lines_of(product, activity, week):
        units = within(activity, Selection(unit=one.unit))
        metric = metrics.metric(metrics.catalogue(units, product.activation), one.key)
        found.append(replace(line(units, metric, week), owner=one.owner, target=one.target))
    return found


# The files ------------------------------------------------------------------------------------------------------------


def _content(kind: str, review: Review) -> bytes:
    if kind == "pptx":
        return report.pptx(review)
    if kind == "markdown":
        return report.markdown(review).encode()
    page = report.html(review)
    if kind == "html":
        return page.encode()
    printed = report.pdf(page)
    if printed is None:
        raise InsightsError("A PDF needs chromium or chrome on this machine; install one, or print the HTML file.")
    return printed


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
