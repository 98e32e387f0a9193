"""What the weekly review says: how many changes are real, what each is, and what carries it.

Sentences are made from a `Review` alone, so the page, the files to take away and a closed review say the same.
"""

from collections.abc import Sequence
from datetime import date
from itertools import takewhile

from components.theme import count, day, percent, points
from components.words import PLURALS, counting, md
from queries.metrics import Form
from queries.review import Line, Moved, Part, Review, Span, Week, Why

VERDICTS = ("real", "continuing", "watch", "normal", "planned", "too few")
FEW_PARTS = 2  # segments named in a sentence
NOTHING_REAL = "Nothing new left its usual range this week."
NOTHING_JUDGED = "Nothing of this week can be judged."
RUN = 8  # weeks in a row on one side, which are a signal
MOST = 0.5, 2.0  # of a change, for what is said to carry most of it
TELLING = 0.2  # of a change, which a segment that is named carries at least

HOW = ("Separate whole weeks alone. What is usual is the mean and 2.66 times the mean moving range around it (XmR), "
       "from the first 24 weeks of history, or since what is usual started anew; a count that rises or falls steadily "
       "is judged along its line. Real: a week outside, eight in a row on one side, or three of four near an "
       "edge.")  # fmt: skip


def value(form: Form, number: float | None, of: int | None = None) -> str:
    """A metric's value: a share in percent, a count in full or short, a mean with two decimals, a difference in points.

    >>> value("rate", 0.3231, 1640), value("level", 5243.0), value("mean", 1.9168), value("difference", -0.042)
    ('32.3 %', '5,243', '1.92', '−4.2 pt')
    """
    if number is None:
        return "·"
    if form == "rate":
        return percent(number * (of or 1000), of or 1000)
    told = points(number, of or 1000) if form == "difference" else count(round(number))
    return f"{number:.2f}" if form == "mean" else told


def change(form: Form, now: float | None, before: float | None, of: int | None = None) -> str:
    """How far a metric moved: shares and their differences in points, counts in percent, means as they are.

    >>> change("rate", 0.32, 0.34, 1640), change("level", 5243, 5300), change("mean", 1.92, 1.90), change("flow", 3, 0)
    ('−2.0 pt', '−1.1 %', '+0.02', '')
    """
    if now is None or before is None:
        return ""
    if form in ("rate", "difference"):
        return points(now - before, of or 1000)
    if form == "mean":
        return _signed(now - before, "{:.2f}")
    return f"{_signed(100 * (now / before - 1), '{:.1f}')} %" if before else ""


def carried(form: Form, number: float) -> str:
    """What a segment carries of a change: shares in points, counts in units a week.

    >>> carried("rate", -0.125), carried("flow", 73.4), carried("mean", 0.021)
    ('−12.5 pt', '+73', '+0.02')
    """
    if form == "rate":
        return points(number, 1000)
    return _signed(number, "{:.2f}" if form == "mean" else "{:,.0f}")


def _signed(number: float, pattern: str) -> str:
    text = pattern.format(abs(number))
    return text if not text.strip("0.,") else f"{'−' if number < 0 else '+'}{text}"


def name(line: Line) -> str:
    """What a line is called; where it counts accounts, that is said."""
    return line.label if line.unit == "user" else f"{line.label}, accounts"


def kind(line: Line) -> str:
    """The verdict as it is counted: a signal that was told before is a continuing one, a week left out is planned."""
    if line.now.ignored:
        return "planned"
    return "continuing" if line.verdict == "real" and not line.is_news else line.verdict


def verdict(line: Line, now: date) -> str:
    """The verdict word, with the side on which a signal is, and since when an older one."""
    if line.verdict != "real":
        return kind(line)
    arrow = "▲" if line.is_up else "▼"
    since = f"since {day(line.since, now=now)}" if line.since and not line.is_news else "real"
    return f"{arrow} {since}"


def head(review: Review) -> str:
    """How many lines have each verdict: 2 real · 1 continuing · 12 normal."""
    kinds = [kind(line) for line in review.lines]
    return " · ".join(f"{kinds.count(word)} {word}" for word in VERDICTS if word in kinds) or "nothing is reviewed"


def answer(review: Review) -> str:
    """The sentences the page opens with."""
    fresh = [line for line in review.lines if kind(line) == "real"]
    if fresh:
        return f"**{head(review)}.** {' '.join(_short(line) for line in fresh[:3])}"
    if all(line.verdict == "too few" for line in review.lines):
        return f"**{head(review)}.** {NOTHING_JUDGED}"
    return f"**{head(review)}.** {NOTHING_REAL}{_largest_ordinary(review)}"


def _short(line: Line) -> str:
    now = value(line.form, line.now.value, line.now.of)
    worse = "" if line.better else ", for the worse"
    return f"{md(name(line))}: {now}, {_side(line)}{worse}."


def _side(line: Line) -> str:
    """How a signal stands to what is usual."""
    usual = usual_range(line)
    beyond = line.now.value is not None and line.now.upper is not None and line.now.lower is not None and not (
        line.now.lower <= line.now.value <= line.now.upper)  # fmt: skip
    side = "above" if line.is_up else "below"
    if beyond:
        return f"{side} its usual {usual}"
    if _in_a_row(line) >= RUN:
        return f"week after week {side} its usual {value(line.form, line.now.centre, 1000)}"
    return f"three of its last four weeks near the {'upper' if line.is_up else 'lower'} edge of its usual {usual}"


def _in_a_row(line: Line) -> int:
    """How many of the latest weeks that are judged lie on the side of the last one."""
    judged = [week.value - week.centre for week in reversed(line.weeks)
              if week.value is not None and week.centre is not None and not week.ignored]  # fmt: skip
    return sum(1 for _ in takewhile(lambda off: off > 0 if line.is_up else off < 0, judged))


def usual_range(line: Line) -> str:
    """The limits of the usual swing this week; nothing where there are none."""
    low, high = line.now.lower, line.now.upper
    if low is None or high is None:
        return ""
    if line.form == "rate":
        return f"{100 * low:.1f}–{100 * high:.1f} %"
    to = " to " if line.form == "difference" else "–"
    return f"{value(line.form, low).removesuffix(' pt')}{to}{value(line.form, high)}"


def _largest_ordinary(review: Review) -> str:
    """The largest move within its usual swing, for those who would ask."""
    def reach(line: Line) -> float:
        now, before = line.now, line.back(1)
        if before is None or now.value is None or before.value is None or now.upper is None or now.lower is None:
            return 0.0
        return abs(now.value - before.value) / (now.upper - now.lower) if now.upper > now.lower else 0.0

    normal = [line for line in review.lines if line.verdict == "normal" and reach(line) > 0 and against(line, 1)]
    if not normal:
        return ""
    most = max(normal, key=reach)
    return f" Biggest ordinary move: {md(name(most))} {against(most, 1)}."


def sentence(line: Line, now: date) -> str:
    """What a line shows, in one or two sentences."""
    now_is = "too few" if line.now.value is None else value(line.form, line.now.value, line.now.of)
    said = f"**{md(name(line))}: {now_is}** {_of(line)}".strip()
    if line.now.ignored:
        return f"{said}. A planned date falls in this week, so it is no news."
    if line.verdict == "too few":
        return f"{said}. There are too few weeks, or too few {PLURALS[line.unit]}, to say what is usual."
    along = " along the line of its trend" if line.trended else ""
    few = " What is usual is told from few weeks yet." if line.provisional else ""
    if line.verdict == "real":
        since = f", since w/e {day(line.since, now=now)}" if line.since and not line.is_news else ""
        way = "a change for the better" if line.better else "a change for the worse"
        return f"{said}, {way}: {_side(line)}{along}{since}.{few}"
    near = " It is near its edge, or on one side for a while: one to watch." if line.verdict == "watch" else ""
    return f"{said}, inside its usual {usual_range(line)}{along}.{near}{few}"


def _of(line: Line) -> str:
    return "" if line.now.of is None or line.form != "rate" else f"(n {line.now.of:,})"


def why(line: Line, now: date) -> str:
    """What carries a change, in a sentence; why there is none to tell, where there is none; empty of what is normal."""
    if line.verdict not in ("real", "watch"):
        return ""
    if not line.why:
        return "What carries it cannot be told: too few usual weeks, no segments that tell, or it is made of two."
    first = line.why[0]
    against = _against(line, first, now)
    total = carried(line.form, first.change)
    if line.form in ("rate", "mean"):
        parts = f"behaviour {carried(line.form, first.behaviour)}, mix {carried(line.form, first.mix)}"
        total = f"{total} ({parts})"
    else:
        total = f"{total} a week"
    weeks = (first.now.last - first.now.first).days // 7 + 1
    over = f" on average over its last {weeks} weeks," if weeks > 1 else ""
    return f"{total}{over} against {against}. {_carriers(line, first)}{_simpson(line.form, first)}"


def _against(line: Line, found: Why, now: date) -> str:
    if line.trended:
        return "where its trend would have led"
    apart = (found.before[-1] - found.before[0]).days // 7 + 1 > len(found.before)
    return f"the {len(found.before)} {'usual ' if apart else ''}weeks to {day(found.before[-1], now=now)}"


def _carriers(line: Line, found: Why) -> str:
    """The segments that carry more than chance, the largest first, where some do so more than their share."""
    carrying = _carrying(found)
    if not carrying:
        return "No segment carries more of it than its share, beyond chance."
    first = carrying[:FEW_PARTS]
    named = " and ".join(_part(line.form, found, part) for part in first)
    return f"{'Mostly' if _is_most(found, first) else 'Most telling:'} {named}."


def _is_most(found: Why, parts: Sequence[Part]) -> bool:
    """Whether these parts carry most of a change: not less than half, nor far more, which others then take back."""
    return MOST[0] <= sum(part.carried for part in parts) / (found.change or 1.0) <= MOST[1]


def mostly(line: Line) -> str:
    """The segment that carries most of a change, in a few words; empty where none does beyond chance."""
    first = _carrying(line.why[0])[:1] if line.why else []
    if not first or not _is_most(line.why[0], first):
        return ""
    return f"{first[0].segment} {carried(line.form, first[0].carried)}"


def _carrying(found: Why) -> list[Part]:
    """The segments that carry a good part of a change beyond chance, where they do so unevenly; the largest first."""
    telling = [part for part in found.parts if part.sure and part.carried / (found.change or 1.0) >= TELLING]
    return telling if found.uneven > 0 else []


def _part(form: Form, found: Why, part: Part) -> str:
    moved = f"{value(form, part.before, 1000)} to {value(form, part.after, 1000)}"
    fresh = ", new or gone" if part.fresh else f": {moved}"
    who = f"**{md(found.dimension)} {md(part.segment)}** {carried(form, part.carried)}"
    return f"{who} ({100 * part.share:.0f} % of all{fresh})"


def _simpson(form: Form, found: Why) -> str:
    """A warning where total and segments moved opposite ways, each by as much as is shown."""
    moved = [carried(form, number)[0] in "+−" for number in (found.change, found.behaviour)]
    if not found.opposite or not all(moved):
        return ""
    return (" **Mind:** within the segments it moved the other way; the total moved because the make-up changed "
            "(Simpson's paradox).")  # fmt: skip


def moved(features: Sequence[Moved]) -> str:
    """The features that left what is usual at about the same time."""
    said = [f"{md(one.feature)} {'▲' if one.is_up else '▼'} {percent(one.rate * 1000, 1000)}" for one in features]
    return f"Features that moved too: {', '.join(said)}." if said else ""


def weekly_row(line: Line, weeks: int = 6) -> list[str]:
    """The values of the last weeks, the oldest first; empty where there is none."""
    last = line.weeks[-weeks:]
    return [""] * (weeks - len(last)) + [value(line.form, week.value, week.of) for week in last]


def against(line: Line, weeks: int) -> str:
    """The change against so many weeks before."""
    before = line.back(weeks)
    return "" if before is None or before.last != _weeks_before(line.now, weeks) else change(
        line.form, line.now.value, before.value, line.now.of)  # fmt: skip


def _weeks_before(now: Week, weeks: int) -> date:
    return date.fromordinal(now.last.toordinal() - 7 * weeks)


def span(line: Line, found: Span | None) -> str:
    """The value of a month or quarter; nothing where there is none."""
    return "" if found is None else value(line.form, found.value, 1000)


def year_on_year(line: Line, found: Span | None) -> str:
    """Its change against the same span 364 days before."""
    return "" if found is None else change(line.form, found.value, found.before, 1000)


def target(line: Line) -> str:
    """The target, and whether it is met."""
    if line.target is None:
        return ""
    now = line.now.value
    met = now is not None and (now >= line.target) == (line.good == "better" or now == line.target)
    return f"{value(line.form, line.target, 1000)}{' ✓' if met else ''}"


def definition(line: Line) -> str:
    """What a line counts, of users or of accounts."""
    return counting(line.definition, line.unit)
