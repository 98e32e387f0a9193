"""What is said of objectives and key results: where each stands, whether it will be reached, and who is to speak.

Sentences are made from a `Board` alone. Each case has its words: too early, over-achieved, the wrong way, held or lost,
no value yet, a metric that is gone, a cycle without an end, an empty one.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date

from components import review_words
from components.okr_definition_words import as_of, redefined, runs
from components.theme import day
from components.words import PLURALS, many, md
from queries.okr import CheckIn
from queries.okr.grades import verdict
from queries.okr.results import Aim, Board, Result, Status

NAMES = {"off track": "off", "no value": "without a value", "gone": "no longer counted", "no end": "without an end"}
STATUSES: tuple[Status, ...] = ("on track", "at risk", "off track", "too early", "no value", "gone", "no end")
MARKS = {"on track": "● on track", "at risk": "◐ at risk", "off track": "○ off track", "too early": "too early",
         "no value": "no value", "gone": "gone", "no end": "no end"}  # fmt: skip
GRADES = {"kept": "kept", "missed": "missed: committed ones are due whole",
          "good": "good: of an aspirational one 0.7 is", "some": "some of the way", "little": "little of the way",
          "no value": "no value to grade"}  # fmt: skip


def value(
    found: Result, number: float | None, of: int | None = None, shown: Callable[[str], str] = md
) -> str:  # fmt: skip
    """A value of a key result as its metric is said; a milestone in percent, a typed one with its unit.

    shown: makes the unit, which somebody typed, fit for where it is to stand; for Markdown as it is.
    """
    if number is None:
        return "·"
    if found.asked.goal.type == "milestone":
        return f"{100 * number:.0f} %"
    if found.series.form is None:
        said = f"{abs(number):,.0f}" if float(number).is_integer() else f"{abs(number):,.4g}"
        unit = "" if found.asked.metric else shown(found.asked.unit)
        return f"{'−' if number < 0 else ''}{said} {unit}".strip()
    return review_words.value(found.series.form, number, of)


def head(board: Board) -> str:
    """How many key results have each status: 3 on track · 2 at risk · 1 off."""
    counted = Counter(result.judged.status for result in board.results)
    return " · ".join(f"{counted[s]} {NAMES.get(s, s)}" for s in STATUSES if counted[s]) or "no key results"


def span(board: Board) -> str:
    """From when to when a cycle goes, and how far it is."""
    done = "" if board.progress is None else f" · {100 * board.progress:.0f} % of the way"
    if board.last is None:
        return f"from {day(board.first, year=True)}, without an end{done}"
    return f"{day(board.first, now=board.last)} – {day(board.last, year=True)}{done}"


def answer(board: Board, *, manages: bool = False) -> str:
    """The sentences the page opens with. manages: whoever reads them may add objectives."""
    if not board.results:
        then = "Add an objective, and how one knows that it is reached." if manages else (
            "Once an admin has added some, they are here.")  # fmt: skip
        return f"**No key results for {md(board.cycle)} yet.** {then}"
    first = board.results[0]
    behind = first.judged.status in ("at risk", "off track")
    said = f" Furthest behind: {md(first.asked.title)}, {_standing(first)}." if behind else ""
    return f"**{head(board)}.**{said}{_owing(board)}"


def _standing(found: Result) -> str:
    made = found.judged
    return f"pace {pace(made.pace)}" if made.pace is not None else f"held {100 * (made.held or 0):.0f} % of the time"


def pace(number: float | None) -> str:
    """A pace with two decimals; empty where there is none.

    >>> pace(0.904), pace(-0.8), pace(None)
    ('0.90', '−0.80', '')
    """
    return "" if number is None else f"{number:.2f}".replace("-", "−")


def _owing(board: Board) -> str:
    owners = Counter(md(result.asked.owner) for result in board.owing)
    if not owners:
        return ""
    named = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in owners.most_common())
    return f" Check-ins are owed by {named}."


def way(found: Result) -> str:
    """From where, over what it is now, to where; for a table."""
    goal, now = found.asked.goal, value(found, found.judged.value, found.series.of, str)
    if goal.stays:
        return f"{now} ({'at least' if goal.is_up else 'at most'} {value(found, goal.target, 1000, str)})"
    start, target = (value(found, end, 1000, str) for end in goal.ends)
    if found.series.hidden:  # where it began tells as much as where it is
        return f"→ {target}"
    return f"{start} → {target}" if found.judged.value is None else f"{start} → {now} → {target}"


def sentence(found: Result) -> str:
    """Where a key result stands, in a few sentences."""
    return " ".join(part for part in (stands(found), outlook(found)) if part)


def stands(found: Result) -> str:
    """What a key result is, and what its value is now."""
    made, title = found.judged, f"**{md(found.asked.title)}"
    if made.status == "gone":
        return f"{title}: cannot be counted any more.** {md(found.series.problem)} Change the key result."
    if found.series.hidden:
        return f"{title}: not shown to you.** {md(found.series.hidden)}"
    if made.value is None or made.as_of is None:
        return f"{title}: no value yet.** {_no_value(found)}"
    target = value(found, found.asked.goal.ends[1], 1000)
    return f"{title}: {value(found, made.value, found.series.of)}** of {target}{_counted(found)}, {as_of(found)}."


def outlook(found: Result) -> str:
    """How much of the way that is, where it leads, and whether its owner thinks so too; empty without a value."""
    if found.judged.value is None:
        return ""
    said = f"{_progress(found)} {_lead(found)}{_disagrees(found)}".strip()
    return f"{said} {redefined(found)}".strip()


def _no_value(found: Result) -> str:
    if found.asked.metric:
        return f"Too few {PLURALS.get(found.asked.unit, 'users')} were counted in any whole week so far."
    return "Nobody has typed one: the first check-in gives it."


def _counted(found: Result) -> str:
    if not found.series.of or found.series.form != "rate":
        return ""
    return f" (n {found.series.of:,}{' added up' * (found.asked.window > 1)})"


def _progress(found: Result) -> str:
    made, goal = found.judged, found.asked.goal
    if goal.stays:
        return _held(found)
    done = f"{100 * (made.progress or 0):.0f} % of the way".replace("-", "−")
    if (made.progress or 0) < 0:
        done += ", the wrong way"
    if (made.progress or 0) > 1:
        done += ", more than was meant"
    if made.status == "no end":
        return f"{done}; without a last day there is no pace."
    if made.status == "too early":
        return f"{done}; too early to say more: {_early(found)}."
    aim = " (0.7 of it is asked of an aspirational one)" if goal.kind == "aspirational" else ""
    return f"{done}, {100 * (made.expected or 0):.0f} % was due{aim}: pace {pace(made.pace)}, **{made.status}**."


def _early(found: Result) -> str:
    goal, made = found.asked.goal, found.judged
    if made.as_of and made.as_of < goal.first:
        return f"it begins on {day(goal.first)}"
    return "nothing is due by its plan yet" if made.expected == 0 else "the first 15 % of the time"


def _held(found: Result) -> str:
    made, side = found.judged, "above" if found.asked.goal.is_up else "below"
    if made.held is None:
        return f"To stay {side}; too early to say more: no value since {day(found.asked.goal.first)}."
    now = f"It stays {side}" if made.progress else f"It does not stay {side}"
    each = "of the days" if not found.asked.metric else f"of the {runs(found)}"
    return f"{now}, and did {100 * made.held:.0f} % {each}: **{made.status}**."


def _lead(found: Result) -> str:
    """Where it leads, and whether that is enough."""
    goal, lead = found.asked.goal, found.judged.forecast
    if lead is None or goal.last is None:
        few = goal.last and goal.last > found.judged.as_of and goal.type != "milestone"  # type: ignore[operator]
        return f"No forecast before there are 4 {runs(found)}." if few else ""
    worst, best = (lead.low, lead.high) if goal.is_up else (lead.high, lead.low)
    done = "held" if goal.stays else "reached"
    sure = f"likely to be {done}" if goal.holds(worst) else f"may be {done}, or not"
    sure = sure if goal.holds(best) else "unlikely without a change"
    return f"If it goes on as in the last weeks: {forecast(found)} on {day(goal.last)}, {sure}."


def forecast(found: Result, shown: Callable[[str], str] = md) -> str:
    """The forecast with its range; empty where there is none. shown: as of `value`."""
    lead = found.judged.forecast
    if lead is None:
        return ""
    now, high = (value(found, number, 1000, shown) for number in (lead.value, lead.high))
    unit = high[len(value(found, lead.high, 1000, lambda _: "").removesuffix(" %").removesuffix(" pt")) :]
    to = " to " if found.series.form == "difference" else "–"
    return f"{now} ({value(found, lead.low, 1000, shown).removesuffix(unit)}{to}{high})"


def _disagrees(found: Result) -> str:
    if not found.disagrees:
        return ""
    than = "more confident than the pace" if found.disagrees == "more confident" else "less confident than the pace"
    return f" **Worth talking about:** {md(found.asked.owner)} is {than} ({found.confidence[-1]} of 10)."


def confidence(found: Result) -> str:
    """The owner's confidence, how it moved since the check-in before, and a mark where it differs from the pace.

    A rise is ▲ and a fall ▼.
    """
    given = found.confidence
    if not given:
        return ""
    moved = given[-1] - given[-2] if len(given) > 1 else 0
    arrow = f" {'▲' if moved > 0 else '▼'}{abs(moved)}" if moved else ""
    return f"{given[-1]}/10{arrow}{' ⚑' if found.disagrees else ''}"


def last_check_in(found: Result, today: date) -> str:
    """How long ago the last check-in was; that one is owed."""
    if found.last is None:
        return "none: owed" if found.stale else "none"
    days = max((today - found.last.day).days, 0)
    ago = "today" if days == 0 else "yesterday" if days == 1 else f"{many(days, 'day')} ago"
    return f"{ago}: owed" if found.stale else ago


def objective(aim: Aim, *, manages: bool = False) -> str:
    """An objective in a line: how far, its worst, whose it is, and what it belongs to. manages: as of `answer`."""
    belongs = [f"for {md(aim.parent)}"] if aim.parent else []
    pillar = [f"pillar {md(aim.pillar)}"] if aim.pillar else []
    empty = [] if aim.results else ["no key result yet" + (": say how you will know that it is reached" * manages)]
    return " · ".join([f"**{md(aim.title)}**", standing(aim), *belongs, *pillar, *empty])


def standing(aim: Aim) -> str:
    """How far an objective is, its worst, and whose it is."""
    stale = aim.results and all(result.stale for result in aim.results)
    status = "stale" if stale and aim.status == "no value" else MARKS[aim.status]
    done = f"{100 * aim.progress:.0f} %" if aim.progress is not None else ""
    return " · ".join(part for part in (done, status if aim.results else "", md(aim.owner)) if part)


def check_in(said: CheckIn, found: Result) -> str:
    """One check-in, as the log has it."""
    lines = [f"  \n  {line}" for line in check_in_lines(said)]
    return f"- {check_in_head(said, found)}{''.join(lines)}"


def check_in_head(said: CheckIn, found: Result) -> str:
    """When somebody checked in, who, with which value, and how sure."""
    now = f"**{value(found, said.value, 1000)}**" if said.value is not None else ""
    as_of = f"as of {day(said.as_of)}" if said.as_of and said.as_of != said.day else ""
    sure = f"confidence {said.confidence}" if said.confidence is not None else ""
    return " · ".join(part for part in (day(said.day, year=True), md(said.author), now, as_of, sure) if part)


def check_in_lines(said: CheckIn) -> list[str]:
    """What a check-in says: its comment, what is in the way, what comes next."""
    parts = (("", said.comment), ("In the way: ", said.blockers), ("Next: ", said.next_step))
    return [f"{label}{md(text)}" for label, text in parts if text]


def graded(found: Result, grade: float | None) -> str:
    """How a key result ended."""
    if found.series.hidden:
        return f"{md(found.asked.title)}: **not shown to you**"
    given = "no grade" if grade is None else f"{grade:.1f}"
    return f"{md(found.asked.title)}: **{given}**, {GRADES[verdict(found.asked.goal.kind, grade)]}"
