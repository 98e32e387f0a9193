"""What can be picked, by its name in the address: the options, the default, and on which page each means something."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from components import retention_words, words
from queries import product
from queries.activity import Activity, By
from queries.answers import ask, derive
from queries.calendar import day_number
from queries.explore import MOST_METRICS
from queries.metrics import catalogue
from queries.metrics.terms import topic
from queries.product import Segment

Values = tuple[str, ...]
SHARED = ("unit", "w", "vs", "b")  # by all pages, besides `s.` and a segment for each that is filtered by
PINNED = ("adoption", "retention", "engagement", "feature", "explore")  # what can be shown as of an earlier day
OF_PAGE = {
    "adoption": ("of", "by", "by2"),
    "retention": ("feature", "start", "back", "count", "grain", "windows", "days", "brackets", "view", "k",
                  "split", "split2", "a", "z"),
    "engagement": ("show", "by", "by2"),
    "feature": ("feature", "tab", "by", "by2"),
    "explore": ("m", "slice", "slice2", "g", "shown", "look", "split", "split2", "a", "z"),
    "weekly": ("week", "line", "seen"),
    "okrs": ("cycle", "kr", "seen", "pillar", "by", "by2"),
    "metrics": ("q", "about", "standing", "metric", "beside"),
    "log": (),
    "product": (),
}  # fmt: skip
PAIR = dict.fromkeys(("split", "split2", "a", "z"), "compare")
VIEWS = {"retention": "view", "explore": "look"}  # what says which of its views a page shows
OF_VIEW = {"retention": {"k": "trend", **PAIR}, "explore": {"slice": "trend", "slice2": "trend", **PAIR}}
# Names that come from data are long, and buttons would obey their Markdown
LISTS = ("week", "line", "metric", "beside", "cycle", "kr", "pillar", "by", "by2", "slice", "slice2", "feature",
         "grain", "start", "back", "k", "split", "split2", "a", "z", "days", "brackets")  # fmt: skip
BRACKETS = {"1-1.2-3.4-7.8-11": "1 · 2–3 · 4–7 · 8–11", "1-3.4-7.8-11": "1–3 · 4–7 · 8–11"}
WEEKS = {weeks: f"{weeks} wk" for weeks in ("6", "12", "26", "52")}
KINDS = {"used": "Used in the last … days", "adopted": "Adopted within … days", "inactive": "Not active for … days"}
TABS = {"overview": "Overview", "who": "Who", "return": "Return", "lift": "Lift"}
STANDINGS = {"certified": "Certified", "approved": "Approved", "changed": "Changed since certified", "draft": "Draft",
             "none": "Nothing said", "deprecated": "Deprecated"}  # fmt: skip
LONG = ("beside",)  # lists whose options are long
PILLS = ("about", "standing")  # of which one may be picked, or none
MOST_INTERVALS = 26
MOST_TYPED = 60  # characters of what somebody searches for
MOST_WEEKS = 104  # that can be reviewed


@dataclass(frozen=True)
class Choice:
    """One thing to pick: its options as value -> label, the default, and whether several may be picked at once.

    noun: what it is in a sentence, where the label alone would not say. typed: any text will do. most: how many may be
    picked; 0 for all. lost: what is said of a value that is not on offer, where that is more than that it is not.
    """

    label: str
    options: Mapping[str, str]
    default: Values = ()
    several: bool = False
    noun: str = ""
    typed: bool = False
    most: int = 0
    lost: Callable[[str], str] | None = None

    def clean(self, values: Values) -> Values:
        """Those of the values that are on offer; the default where one is needed and none is left."""
        if self.typed:
            return tuple(value[:MOST_TYPED] for value in values[:1]) or self.default
        known = tuple(dict.fromkeys(value for value in values if value in self.options))
        return known[: self.most or None] if self.several else known[:1] or self.default


def choices(activity: Activity, *, has_accounts: bool, picked: Mapping[str, Values]) -> dict[str, Choice]:
    """Everything that can be picked, by its name in the address. What can be picked may hang on what is (`picked`)."""
    accounts = has_accounts and picked.get("unit") == ("account",)
    splits = {s.key: s.label for s in activity.segments if s.behaviour or s.of != "user" or not accounts}
    overlapping = {s.key for s in activity.segments if s.of == "event"}
    by = next((key for key in picked.get("by", ()) if key in splits), next(iter(splits), ""))
    titles = words.titles(activity.features)
    defined = {segment.key: segment.label for segment in behaviours(titles, picked.get("b", ()))}
    feature = next((key for key in picked.get("feature", ()) if key in titles), "")
    starts = {k: v for k, v in retention_words.STARTS.items() if feature or not k.endswith("_use")}
    units = {"user": "Users", "account": "Accounts"} if has_accounts else {"user": "Users"}
    found = {
        "unit": Choice("Count", units, ("user",)),
        "w": Choice("Weeks", WEEKS, ("12",)),
        "vs": Choice("Compare", {"previous": "vs just before", "year": "vs a year before"}, ("previous",),
                     noun="a comparison"),
        "of": Choice("Out of", {"eligible": "Eligible", "active": "Active", "all": "All"}, ("eligible",),
                     noun="a denominator"),
        "by": Choice("Split by", splits or {"": "(no segments)"}, (by,)),
        "by2": Choice("and by", {"": "—", **_second(splits, by, overlapping)}, ("",), noun="a second split by"),
        "b": Choice("Defined here", defined, several=True, noun="a segment by what people did,"),
        "feature": Choice("Feature", {"": "Any feature", **titles}, ("",)),
        "start": Choice("Start", starts, ("first_use" if feature else "signup",)),
        "back": Choice("Back to", {"": "Any feature", **titles}, (feature,), noun="a feature to come back to,"),
        "count": Choice("Counts as back", {"on": "On", "on_or_after": "On or after"}, ("on",)),
        "grain": Choice("Interval", {"day": "Day", "week": "Week", "month": "Month"}, ("week",)),
        "windows": Choice("Windows", {"calendar": "Calendar", "rolling": "Rolling"}, ("calendar",)),
        "days": Choice("Active days", {"1": "1 or more", **{str(n): f"{n} or more" for n in (2, 3, 5)}}, ("1",)),
        "brackets": Choice("Intervals", {"": "One by one", **BRACKETS}, ("",)),
        "view": Choice("View", {"curve": "Curve and cohorts", "trend": "Over time", "compare": "Compare"}, ("curve",)),
        "show": Choice("Show", {"matrix": "Matrix", "stickiness": "Stickiness", "lifecycle": "Lifecycle"}, ("matrix",)),
        "tab": Choice("Show", dict(TABS), ("overview",)),
        **derive(_of_review, activity),
        **derive(_of_catalogue, activity),
        **_explored(activity, splits, overlapping, picked),
    }
    for segment in activity.segments:
        found[f"s.{segment.key}"] = Choice(segment.label, _same(activity.values(segment)), several=True)
    apart = {key: label for key, label in splits.items() if key not in overlapping}
    return {**found, **_compared(activity, apart, picked)}


def _of_review(activity: Activity) -> dict[str, Choice]:
    """What the weekly review can look at: a week, one of its metrics, and how."""
    ends = [week.last for week in reversed(activity.calendar.periods("week", MOST_WEEKS))]
    weeks = {str(end): words.cohort_name(end, "week", activity.calendar.as_of) for end in ends}
    lines = {f"{metric.key}{suffix}": metric.label + of for metric in catalogue(activity).values()
             for suffix, of in (("", ""), ("~account", ", accounts"))}  # fmt: skip
    return {
        "week": Choice("Week", weeks or {"": "(no whole week)"}, (next(iter(weeks), ""),)),
        "line": Choice("Metric", {"": "the first", **lines}, ("",), noun="a metric"),
        "seen": Choice("Seen", {"": "page", "present": "present"}, ("",), noun="a way to show it,"),
    }


def _of_catalogue(activity: Activity) -> dict[str, Choice]:
    """What the page of metrics can look at: those that are searched for, one of them, and another beside it."""
    known = catalogue(activity)
    labels, topics = {key: metric.label for key, metric in known.items()}, _same(map(topic, known.values()))
    return {
        "q": Choice("Search", {"": "all"}, ("",), typed=True),
        "about": Choice("About", {"": "all", **topics}, ("",), noun="a topic"),
        "standing": Choice("Standing", {"": "all", **STANDINGS}, ("",), noun="a standing"),
        "metric": Choice("Metric", {"": "—", **labels}, ("",), noun="a metric"),
        "beside": Choice("Compare with", {"": "—", **labels}, ("",), noun="a metric to compare with,"),
    }


def _explored(
    activity: Activity, splits: Mapping[str, str], overlapping: set[str], picked: Mapping[str, Values]
) -> dict[str, Choice]:
    """What the explore page can look at: metrics, by what they are split, over what, and how."""
    known = {metric.key: metric.label for metric in catalogue(activity).values()}
    first = next((key for key in picked.get("slice", ()) if key in splits), "")
    seconds = _second(splits, first, overlapping) if first else {}
    grains = {"week": "Week", "month": "Month", "quarter": "Quarter"}
    return {
        "m": Choice("Metrics", known, several=True, noun="the metric", most=MOST_METRICS),
        "slice": Choice("Split by", {"": "—", **splits}, ("",), noun="a split by"),
        "slice2": Choice("and by", {"": "—", **seconds}, ("",), noun="a second split by"),
        "g": Choice("Over", grains, ("week",), noun="a length of time,"),
        "shown": Choice("Show as", {"chart": "Chart", "table": "Table"}, ("chart",), noun="a way to show it,"),
        "look": Choice("Look at", {"trend": "Over time", "compare": "Compare"}, ("trend",), noun="a view"),
    }


def _second(splits: Mapping[str, str], by: str, overlapping: set[str]) -> dict[str, str]:
    """By what one can split besides: another segment, and not by two attributes of events."""
    return {key: label for key, label in splits.items() if key != by and not {key, by} <= overlapping}


def _same(values: Iterable[str]) -> dict[str, str]:
    return {value: value for value in values}


def _compared(activity: Activity, splits: Mapping[str, str], picked: Mapping[str, Values]) -> dict[str, Choice]:
    """What the retention page can look at over time or compare: an interval, and two values of a segment."""
    grain = next(iter(picked.get("grain", ())), "week")
    first = str(retention_words.SPOKEN_OF.get(grain, 4))
    split = next((key for key in picked.get("split", ()) if key in splits), next(iter(splits), ""))
    seconds = {key: label for key, label in splits.items() if key != split}
    second = next((key for key in picked.get("split2", ()) if key in seconds), "")
    by = tuple(key for key in (split, second) if key)
    values = _same(_groups(activity, by, picked))
    weeks = int(next((w for w in picked.get("w", ()) if w in WEEKS), "12"))
    largest = _largest(activity, by, values, weeks, accounts=picked.get("unit") == ("account",))
    a = next((value for value in picked.get("a", ()) if value in values), largest)
    others = {value: value for value in values if value != a}
    return {
        "k": Choice("Age", {str(k): f"{grain.capitalize()} {k}" for k in range(1, MOST_INTERVALS + 1)}, (first,)),
        "split": Choice("Segment", splits or {"": "(no segments)"}, (split,)),
        "split2": Choice("and by", {"": "—", **seconds}, ("",), noun="a second segment"),
        "a": Choice("Compare", values or {"": "(no segments)"}, (a,), noun="a group"),
        "z": Choice("with", {"": "everyone else", **others}, ("",), noun="a group to compare with,"),
    }


def _groups(activity: Activity, by: By, picked: Mapping[str, Values]) -> list[str]:
    """The groups of a split, but for those filtered away."""
    kept = [picked.get(f"s.{key}") or None for key in by]
    return [name for name, values in ask(Activity.groups, activity, by).items()
            if all(k is None or value in k for k, value in zip(kept, values, strict=True))]  # fmt: skip


def _largest(activity: Activity, by: By, groups: Iterable[str], weeks: int, *, accounts: bool) -> str:
    """The group that most entered in the last weeks, of several the largest; "" where there is none."""
    sizes = ask(_sizes, activity, by, weeks, accounts=accounts)
    return max(groups, key=lambda group: sizes[group], default="")


def _sizes(activity: Activity, by: By, weeks: int, *, accounts: bool) -> dict[str, tuple[int, int]]:
    """Group -> how many entered in the last weeks, and how many there are."""
    recent = pl.col("entry_day") > day_number(activity.calendar.as_of) - 7 * weeks
    whose = pl.col("account") if accounts else pl.col("unit")
    sizes = [whose.filter(recent).drop_nulls().n_unique().alias("recent"), whose.drop_nulls().n_unique().alias("all")]
    named = activity.everyone.with_columns(activity.segment_of(activity.everyone["unit"], by))
    found = named.group_by("segment").agg(sizes).cast({"segment": pl.String})
    return {group: (new, size) for group, new, size in found.rows()}


def behaviours(titles: Mapping[str, str], keys: Values) -> tuple[Segment, ...]:
    """The segments that keys like `used.export.28` stand for; what does not exist is passed over.

    titles: feature key -> label.
    """
    found = []
    for key in dict.fromkeys(keys):
        did = product.behaviour(key)
        if did is not None and (did.feature is None or did.feature in titles):
            found.append(product.behavioural(did, titles.get(did.feature or "", "")))
    return tuple(found)
