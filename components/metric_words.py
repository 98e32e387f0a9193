"""What is said of metrics: what each means, how far it is to be trusted, and in what two of them differ."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date

from components.choices import STANDINGS
from components.theme import day
from components.words import PLURALS, counting, many, md
from queries.metrics import Metric
from queries.metrics.standing import Entry, preferred
from queries.metrics.terms import Terms, differences
from queries.product import Product
from queries.product.metrics import Revision

TERMS = {"numerator": "What is counted", "denominator": "Out of whom", "window": "When", "shows_use": "What shows use",
         "population": "Who can be in it", "unit": "Unit", "better": "Which way is good"}  # fmt: skip
UNSAID = "Nobody has said yet whose they are and how far to trust them; `[metrics]` of the product file is for that."
TOO_FEW, NOT_YET, NONE = "too few", "no whole week yet", "—"
HOW = "The catalogue is of all users, without any filter."
NO_VALUE = "The last whole week has no value: too few were counted for one."
ORDINARY = re.compile(r"[A-Za-z0-9_-]+")  # a key that TOML takes without quotes
WHICH = ("One of them is not wrong: they answer different questions. What differs stands first; take the one whose "
         "words are those of your question.")  # fmt: skip


def opening(every: Sequence[Entry]) -> str:
    """How many metrics there are, and how many of them can be relied on."""
    counted = Counter[str](one.standing for one in every)
    said = [f"{counted[key]} {name.lower()}" for key, name in STANDINGS.items() if counted[key]]
    if not said:
        return f"**{many(len(every), 'metric')}.** {UNSAID}"
    said += [f"of {counted['']} nobody has said how far to trust them"] if counted[""] else []
    lost = [md(one.metric.label) for one in every if one.standing == "changed"]
    again = f" **To look at again:** {', '.join(lost[:3])}; what is counted has changed since." if lost else ""
    return f"**{many(len(every), 'metric')}.** {' · '.join(said)}.{again}"


def none_found(text: str, near: Entry | None, *, narrowed: bool) -> str:
    """That no metric is called so, and which was perhaps meant. narrowed: a standing or a topic is picked too."""
    if not text:
        return "**No metric is like this.** Take off what is picked above."
    within = " among those picked above" if narrowed else ""
    meant = f" Did you mean **{md(near.metric.label)}**?" if near else ""
    return f"**No metric called “{md(text)}”{within}.**{meant}"


def meaning(metric: Metric, unit: str = "user") -> str:
    """What a metric means, in a sentence; of one made of two, by their names."""
    if metric.made_of:
        first, second = (each.label for each in metric.made_of)
        return f"{first} less {second}, in points." if metric.form == "difference" else (
            f"{first} for each of {second}; of several weeks both are summed first.")  # fmt: skip
    return counting(metric.definition, unit)


def standing(one: Entry) -> str:
    """How far a metric is to be trusted, in a word or two; nothing where nobody has said anything."""
    return STANDINGS[one.standing] if one.standing else ""


def trust(one: Entry, known: dict[str, Entry]) -> str:
    """Who vouches for a metric and since when; that a certificate is gone; what to take instead of a deprecated one."""
    said, certified = one.said, one.said.certified
    if one.standing == "certified" and certified and one.is_vouched_for_by_its_author:
        return (f"**Certified** by {md(certified.by)}, who also changed it last. It was looked at on "
                f"{day(certified.at, year=True)} and counts as it did then.")  # fmt: skip
    if one.standing == "certified" and certified:
        return f"**Certified** by {md(certified.by)} on {day(certified.at, year=True)}, as it is counted now."
    if one.standing == "changed" and certified:
        return (f":orange[**No longer certified**]: {md(certified.by)} certified it on {day(certified.at, year=True)}, "
                "and what it counts has changed since. Look at it again, then certify it anew.")  # fmt: skip
    if one.standing == "deprecated":
        other = known.get(said.replaced_by or "")
        instead = f"; take **{md(other.metric.label)}** instead" if other else ""
        return f"**Deprecated**{instead}."
    words = {"approved": "**Approved**, and not certified", "draft": "**A draft**: it may still change"}
    return f"{words.get(one.standing, 'Nobody has said yet how far it is to be trusted')}."


def facts(one: Entry) -> str:
    """Whose a metric is and how much hangs on it, in a line."""
    owner = f"Owner {md(one.owner)}" if one.owner else "Nobody owns it"
    tier = [f"tier {one.said.tier} of 3"] if one.said.tier else []
    moves = "an input: what a team can move" if one.metric.kind == "input" else "an output: what follows from others"
    return " · ".join([owner, *tier, moves])


def certificate(one: Entry, by: str, today: date) -> str:
    """The lines of TOML with which somebody certifies a metric as it is counted now."""
    key = ".".join(map(_toml_key, one.metric.key.split(".", 1) if one.metric.feature else [one.metric.key]))
    name = json.dumps(by, ensure_ascii=False)
    return f"[metrics.{key}]\ncertified = {{ by = {name}, at = {today}, hash = \"{one.hash}\" }}"


def _toml_key(key: str) -> str:
    return key if ORDINARY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def revision(one: Revision) -> str:
    """A change of what a metric counts, in a line."""
    by = f" · {md(one.by)}" if one.by else ""
    parted = " · :orange[numbers from before are not to be compared]" if one.breaks_history else ""
    return f"- {day(one.on, year=True)}{by}: {md(one.what)}{parted}"


def term(found: Terms, name: str, unit: str = "user") -> str:
    """A term of a metric, of users or of accounts."""
    return str(getattr(found, name)).replace("{units}", PLURALS[unit]) or NONE


def left_out(product: Product) -> str:
    """Whom the product file leaves out of every metric."""
    rules = product.users.exclude if product.users else ()
    return f"Left out everywhere: {', '.join(md(rule.why) for rule in rules)}." if rules else ""


def apart(one: Entry, other: Entry, terms: tuple[Terms, Terms]) -> str:
    """In what two metrics differ, and which of them is trusted more."""
    names = differences(*terms)
    labels = [md(each.metric.label) for each in (one, other)]
    if not names:
        return f"**{labels[0]}** and **{labels[1]}** count alike."
    differ = [TERMS[name].lower() for name in TERMS if name in names]
    listed = f"{', '.join(differ[:-1])} and {differ[-1]}" if differ[1:] else differ[0]
    better = preferred(one, other)
    take = f" Where either would do, take **{md(better.metric.label)}**: {_rank(better)}." if better else ""
    return f"**{labels[0]}** and **{labels[1]}** differ in: {listed}. {WHICH}{take}"


def _rank(one: Entry) -> str:
    words = {"certified": "it is certified", "approved": "it is approved"}
    tier = f"it is of tier {one.said.tier}" if one.said.tier else "the other is trusted less"
    return words.get(one.standing, tier)


def side_by_side(one: Entry, other: Entry, terms: tuple[Terms, Terms], values: Sequence[tuple[str, str, str]]) -> str:
    """Two metrics term by term as a table of Markdown: their values, what differs, then what they share."""
    unlike = differences(*terms)
    ordered = sorted(TERMS, key=lambda name: name not in unlike)
    rows = [(f"{'≠' if name in unlike else '='} {TERMS[name]}", *(md(term(each, name)) for each in terms))
            for name in ordered]  # fmt: skip
    trusted = ("Trust", standing(one) or NONE, standing(other) or NONE)
    return _table(("Term", md(one.metric.label), md(other.metric.label)), [*values, trusted, *rows])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; the texts are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def described(found: Terms) -> str:
    """The terms of a metric as a table of Markdown."""
    rows = [(TERMS[name], md(term(found, name))) for name in TERMS if getattr(found, name)]
    return _table(("Term", "Of users"), rows)
