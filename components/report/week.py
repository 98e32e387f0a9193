"""The review of a week, as the page shows it and as it is taken away: the numbers, and what people wrote."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import cast

from components import marks, review_notes
from components.theme import day
from queries import access, config, snapshot, store
from queries.access import Right, Viewer
from queries.activity import Activity
from queries.calendar import Period
from queries.errors import InsightsError
from queries.product import Product
from queries.product.review import Reviewed
from queries.review import Mark, Review, Said, Task, from_json
from queries.review.lines import Known, lines_of, review
from queries.store import Store


def made(viewer: Viewer, asked: date | None) -> tuple[Review, str]:
    """The review of a week, by default of the last one that is over, and who closed it; a closed one as it was closed.

    Raises InsightsError for a day on which no week ends that is over, and where data or store cannot be read.
    """
    product = snapshot.product()
    activity = snapshot.load(access.sharing(viewer, product))
    week = _week(activity, asked)
    opened = store.connect(config.store())
    kept = opened.used_by(viewer.name, lambda right: access.check(viewer, cast(Right, right)))
    try:
        closed = next((one for one in kept.reviews.list(product.name) if one.week == week and one.is_current), None)
        if closed:
            return from_json(kept.reviews.content(closed)), closed.closed_by
        return now(product, activity, week, kept, viewer), ""
    finally:
        opened.close()


def now(product: Product, activity: Activity, week: date, kept: Store, viewer: Viewer) -> Review:
    """The review as the data and what people wrote have it now, as far as a viewer may see it.

    activity: all units the viewer may see. What was said of everybody is for who sees everybody.
    """
    seen = [Mark(**asdict(one.content)) for one in kept.annotations.list(product.name)]
    tasks, notes = _written(product, week, kept) if access.may(viewer, "whole") else ([], [])
    known = {(asked.key, asked.unit): known_of(seen, asked) for asked in lines_of(product, activity, week)}
    counted = review(product, activity, week, known)
    return review_notes.with_words(counted, seen, tasks, notes)


def _written(product: Product, week: date, kept: Store) -> tuple[list[Task], list[Said]]:
    """The actions that the review of a week looks at, and its notes."""
    tasks = [Task(**asdict(one.content)) for one in kept.actions.due(product.name, week)]
    return tasks, [Said(one.content.metric, one.content.text) for one in kept.notes.of(product.name, week)]


def known_of(seen: Sequence[Mark], asked: Reviewed) -> Known:
    """The days on which what is usual of a metric starts anew, and those that are no news."""
    mine = marks.concerning(seen, asked.key, asked.feature)
    ignored = tuple(Period(mark.day, mark.until or mark.day) for mark in mine if mark.kind in asked.ignores)
    return Known(marks.anew(mine), ignored)


def _week(activity: Activity, asked: date | None) -> date:
    """The last day of the week. Raises InsightsError for a day that ends no week that is over, and says which do."""
    calendar = activity.calendar
    weeks = [week.last for week in calendar.periods("week")]
    if asked is None and weeks:
        return weeks[-1]
    meant = calendar.period_of(asked or calendar.as_of, "week").last
    if not weeks or meant > weeks[-1]:
        raise InsightsError(f"The week to {_said(meant)} is not over: it can be reviewed once that day is loaded, and "
                            f"the data is complete to {_said(calendar.as_of)}.")  # fmt: skip
    if meant < weeks[0]:
        raise InsightsError(f"There is nothing of the week to {_said(meant)}: the first week of history ends on "
                            f"{_said(weeks[0])}.")  # fmt: skip
    if meant != asked:
        raise InsightsError(f"No week ends on {_said(asked or meant)}; did you mean --week {meant}?")
    return meant


def _said(when: date) -> str:
    return f"{when:%A} {day(when, year=True)}"
