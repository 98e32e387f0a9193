"""The weekly review: what changed in the week, whether it is real, and what carries it.

A `Review` is plain values, all that is shown and said of a week: the page, the files to take away and a review that was
closed are drawn from it alone. `lines` makes its lines from the activity, `why` explains them. `as_json` and
`from_json` keep a review as it was presented.
"""

from dataclasses import dataclass
from datetime import date

import msgspec

from queries.calendar import Period
from queries.errors import InsightsError
from queries.metrics import Form
from queries.product import Unit

FORMAT = 1  # of a review that is kept; another one can no longer be read by this version
UNREADABLE = ("This review was closed with another version of Sightline, and that alone can show it as it was; "
              "open it there, or close it anew.")  # fmt: skip


@dataclass(frozen=True)
class Week:
    """One week of a metric, named by its last day; limits are null where there are none."""

    last: date
    value: float | None
    n: int | None
    of: int | None
    centre: float | None = None
    lower: float | None = None
    upper: float | None = None
    signal: bool = False
    ignored: bool = False


@dataclass(frozen=True)
class Part:
    """What one segment carries of a change: as `stats.why.Split` has it."""

    segment: str
    before: float
    after: float
    share: float
    behaviour: float
    mix: float
    carried: float
    noise: float
    sure: bool
    fresh: bool


@dataclass(frozen=True)
class Why:
    """A change by the segments of one dimension, the largest part first.

    before: the weeks it is compared with, by their last days, the oldest first. now: the first and last of those since.
    """

    dimension: str
    change: float
    behaviour: float
    mix: float
    uneven: float
    opposite: bool
    parts: tuple[Part, ...]
    before: tuple[date, ...]
    now: Period


@dataclass(frozen=True)
class Moved:
    """A feature whose weekly adoption left what is usual: its rate, and the change against the four weeks before."""

    feature: str
    rate: float
    change: float | None
    is_up: bool


@dataclass(frozen=True)
class Span:
    """A metric over several weeks: a month, or a month or quarter so far, with the same a year (364 days) before."""

    first: date
    last: date
    value: float | None
    before: float | None


@dataclass(frozen=True)
class Line:
    """One metric of the review. good: which way is better. why: ranked, the dimension that carries it most unevenly."""

    key: str
    label: str
    form: Form
    good: str
    kind: str
    definition: str
    unit: Unit
    owner: str | None
    target: float | None
    weeks: tuple[Week, ...]
    verdict: str
    since: date | None
    is_news: bool
    is_up: bool
    provisional: bool
    trended: bool
    months: tuple[Span, ...] = ()
    month_to_date: Span | None = None
    quarter_to_date: Span | None = None
    why: tuple[Why, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def now(self) -> Week:
        return self.weeks[-1]

    @property
    def id(self) -> str:
        """What tells it from the other lines: its metric, and whether accounts are counted."""
        return self.key if self.unit == "user" else f"{self.key}~account"

    @property
    def feature(self) -> str | None:
        """The feature it is about, where it is of one."""
        return self.key.partition(".")[2] or None

    @property
    def better(self) -> bool:
        """Whether the side it is on is the good one."""
        return self.is_up == (self.good == "better")

    def back(self, weeks: int) -> Week | None:
        """The week so many weeks before."""
        return self.weeks[-1 - weeks] if len(self.weeks) > weeks else None


@dataclass(frozen=True)
class Mark:
    """Something that happened on a day, or until and including another: as `store.Annotation` has it."""

    day: date
    kind: str
    title: str
    note: str = ""
    until: date | None = None
    metric: str | None = None
    feature: str | None = None
    divides: bool = False


@dataclass(frozen=True)
class Task:
    """Something that somebody will do, decided in the review of a week: as `store.Action` has it.

    metric: the `id` of the line that it is about.
    """

    week: date
    metric: str
    owner: str
    text: str
    due: date | None = None
    status: str = "open"
    outcome: str = ""


@dataclass(frozen=True)
class Said:
    """What was said of a line (metric: its `id`) in this review; of the whole where the metric is empty."""

    metric: str
    text: str


@dataclass(frozen=True)
class Review:
    """A week, reviewed. lines: in the order of the product file. definitions: what the counts were made by.

    marks: what is known to have happened. tasks: those still open from earlier weeks, and those of this one.
    """

    product: str
    week: date
    as_of: date
    lines: tuple[Line, ...]
    definitions: str = ""
    marks: tuple[Mark, ...] = ()
    tasks: tuple[Task, ...] = ()
    notes: tuple[Said, ...] = ()
    format: int = FORMAT

    def of(self, verdict: str) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.verdict == verdict)


def as_json(review: Review) -> str:
    """The review as text; `from_json` reads it back."""
    return msgspec.json.encode(review).decode()


def from_json(text: str) -> Review:
    """A review that was kept. Raises InsightsError where this version of Sightline cannot read it."""
    try:
        found = msgspec.json.decode(text, type=Review)
    except msgspec.DecodeError as error:
        raise InsightsError(UNREADABLE) from error
    if found.format != FORMAT:
        raise InsightsError(UNREADABLE)
    return found
