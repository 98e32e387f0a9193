"""The draft as text: a product.toml with a remark on each choice, and the same choices in sentences.

Whatever comes from the data is quoted, also in remarks, so that no name of a table or an event ends its line.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from queries.draft import features as event_names
from queries.draft import segments
from queries.draft.features import FoundFeatures
from queries.draft.looking import MOST_ROWS, Column, Newest, Seen
from queries.draft.roles import Choice, EventsPart, Roles, UnitsPart, words
from queries.product.toml_text import quoted

OLD = timedelta(days=60)  # without an event, until the data may be of the past
HEAD = """\
# A draft, made by looking at the tables. It loads as it stands; read it once, mend what was guessed wrongly, and start:
#   make run PRODUCT=path/to/this/file
# A remark says how sure each choice is, and what else it might have been. The demo's product.toml shows all there is.

name = "My product"            # as it is shown on every page
timezone = "UTC"               # where a day begins and ends for your reports, such as "Europe/Berlin"
week_start = "monday"          # the day your weeks begin
"""
PLACE = "# Where your data is. No password belongs in this file."
SAID = {"users": ("Who is counted", "those in the newest events"),
        "accounts": ("The companies they belong to", "the accounts of users")}  # fmt: skip
ON_EVENT = ("platform", "device_type", "os_name", "os", "channel", "browser")  # attributes of events worth a segment


def written(section: str, found: Roles, newest: Newest, seen: Seen, today: date) -> tuple[str, tuple[str, ...]]:
    """The text of the file, and what was chosen, a sentence each. section: what stands under `[warehouse]`."""
    made = event_names.features(newest.names)
    parts = [HEAD + _as_of(newest, today), f"{PLACE}\n[warehouse]\n{section}", _events(found.events)]
    said = [*_looked(seen, newest), _said_events(found.events)]
    keys = set[str]()
    for units, title in ((found.users, "users"), (found.accounts, "accounts")):
        if units:
            of = _segments(units, found)
            parts.append(_units(units, title) + _exclusions(units, title) + _columns(of, title, keys))
            said += [_said_units(units, title), *_said_segments(of, title)]
    if not found.users:
        said.append("No table has the ids of those who did something: there are no sign-up dates and segments.")
    parts += [_on_events(found.events, keys), _features(made, newest)]
    said += [*_said_features(made, newest), "Days are those of UTC until you name your time zone.", *seen.not_seen]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n", tuple(said)


def _as_of(newest: Newest, today: date) -> str:
    try:
        last = date.fromisoformat(newest.last or "")
    except ValueError:
        return ""
    if last > today - OLD:
        return ""
    return f"# as_of = {last}         # the day of the last event; make this a line where the data no longer grows\n"


def _events(part: EventsPart) -> str:
    lines = [f"# What happened: a row for each thing somebody did{_remark(part.sure, part.others)}", "[events]",
             f"table = {quoted(part.table.name)}", _line("user", part.user, "who"), _line("time", part.time, "when"),
             _line("name", part.name, "what")]  # fmt: skip
    if part.anonymous:
        lines.append(f"anonymous = {quoted(part.anonymous)}   # who, where `user` is empty")
    if part.loaded_at:
        lines.append(f"loaded_at = {quoted(part.loaded_at)}   # when a row arrived; tells which days are complete")
    if part.account:
        lines.append(f"account = {quoted(part.account)}")
    return "\n".join(lines)


def _line(key: str, choice: Choice, what: str) -> str:
    return f"{key} = {quoted(choice.chosen)}   # {what}{_remark(choice.sure, choice.others)}"


def _remark(sure: str, others: Sequence[str]) -> str:
    """How sure a choice is, and what else it might be."""
    return f" ({sure}" + (f", else perhaps {' or '.join(map(quoted, others))}" if others else "") + ")"


def _units(units: UnitsPart, title: str) -> str:
    said, whose = SAID[title]
    lines = [f"# {said}{_remark(units.sure, units.others)}; {units.known:.0%} of {whose} are in it",
             f"[{title}]", f"table = {quoted(units.table.name)}", f"id = {quoted(units.id)}"]  # fmt: skip
    if units.account and title == "users":
        lines.append(f"account = {quoted(units.account)}")
    if units.signup:
        lines.append(_line("signup", units.signup, "retention starts here"))
    if units.ended:
        lines.append(_line("ended", units.ended, "from then on nobody expects them back"))
    return "\n".join(lines) + "\n"


def _exclusions(units: UnitsPart, title: str) -> str:
    """Flags that say who is no customer count; how employees are told by e-mail is for a person to say."""
    if title != "users":
        return ""
    flags = [(c, why) for c in units.table.columns if (why := segments.not_customers(c)) and c.name not in (units.id,)]
    rows = [f"  {{ column = {quoted(c.name)}, in = [{_yes(c)}], why = {quoted(why)} }}," for c, why in flags]
    address = segments.email(units.table.columns)
    if address:
        rows.append(f'  # {{ column = {quoted(address)}, ends_with = "@your-company.example", why = "employees" }},')
    if not rows:
        return ""
    remark = "# Who counts nowhere, and why; think of employees, bots and tests."
    return "\n".join(["", remark, "exclude = [", *rows, "]", ""])


def _yes(column: Column) -> str:
    return "true" if column.kind == "flag" else "1" if "1" in column.values else quoted(
        next((value for value in column.values if value.lower() == "true"), "true"))  # fmt: skip


def _segments(units: UnitsPart, found: Roles) -> segments.Found:
    days = [choice.chosen for choice in (units.signup, units.ended) if choice]
    return segments.segments(units.table.columns, [units.id, units.account, found.events.account, *days])


def _columns(of: segments.Found, title: str, keys: set[str]) -> str:
    """The segments of a table. keys: those that are taken, to which these are added."""
    parts = []
    for column in of.segments:
        key = "_".join(words(column.name)) or "segment"
        key = key if key not in keys and key.isascii() else f"{title}_{len(keys) + 1}"
        keys.add(key)
        label = event_names.readable(words(column.name)) or column.name
        lines = [f"[{title}.segments.{key}]", f"label = {quoted(label)}"]
        lines += [f"column = {quoted(column.name)}"] if column.name != key else []
        lines += _labels(column)
        parts.append("\n".join(lines))
    if left := [*of.personal, *of.sensitive, *of.rest]:
        parts.append(f"# Not proposed: {', '.join(map(quoted, left[:20]))}" + (", ..." if len(left) > 20 else ""))
    return "\n" + "\n\n".join(parts) if parts else ""


def _labels(column: Column) -> list[str]:
    """The values of a text in the order in which people may want them, to be called something better."""
    if column.kind != "text" or len(column.values) > segments.LISTED or any(len(value) > 40 for value in column.values):
        return []
    return [f"values = {{ {', '.join(f'{quoted(value)} = {quoted(_title(value))}' for value in column.values)} }}"]


def _title(value: str) -> str:
    """A value as a label: words in small letters get a capital; codes and short ones stay."""
    is_word = len(value) > 3 or value in event_names.CAPITALS
    is_words = is_word and value.islower() and value.replace("_", "").isalpha()
    return event_names.readable(value.split("_")) if is_words else value


def _on_events(part: EventsPart, keys: set[str]) -> str:
    """One attribute of events, where there is an obvious one."""
    taken = (part.user.chosen, part.time.chosen, part.name.chosen, part.anonymous, part.loaded_at, part.account)
    fit = segments.segments(part.table.columns, taken).segments
    column = next((c for name in ON_EVENT for c in fit if "_".join(words(c.name)) == name), None)
    if column is None:
        return ""
    key = "used_on" if "used_on" not in keys else "event_attribute"
    return "\n".join([
        "# Something that each event says. Somebody may be in several, so its values are not compared.",
        f"[events.segments.{key}]", f"label = {quoted('On ' + event_names.readable(words(column.name)).lower())}",
        f"column = {quoted(column.name)}", *_labels(column),
    ])  # fmt: skip


def _features(made: FoundFeatures, newest: Newest) -> str:
    """The features, most used first. Events in no feature are not counted as use."""
    of = f"the newest {newest.count:,} events" if newest.is_newest else f"{newest.count:,} events"
    lines = [f"# Features, most used first in {of}; names that begin alike are one. Rename them, put them together",
             "# and give the two or three that the product is for `core = true`. Events in none do not count as use."]
    if made.by_itself:
        lines.append(f"# No feature, because they happen by themselves: {_some(made.by_itself)}")
    if made.left_out:
        lines.append(f"# Left out, the least used {len(made.left_out):,} event names: {_some(made.left_out)}")
    for feature in made.features:
        lines += ["", f"[features.{feature.key}]", f"label = {quoted(feature.label)}",
                  f"events = [{', '.join(map(quoted, feature.events))}]"]  # fmt: skip
    return "\n".join(lines)


def _some(names: Sequence[str], most: int = 12) -> str:
    return ", ".join(map(quoted, names[:most])) + (f" and {len(names) - most:,} more" if len(names) > most else "")


# The same in sentences ------------------------------------------------------------------------------------------------


def _looked(seen: Seen, newest: Newest) -> list[str]:
    tables = "one table" if len(seen.tables) == 1 else f"{len(seen.tables)} tables"
    events = f"the newest {newest.count:,} events" if newest.is_newest else "no newer ones: they took too long to find"
    return [f"Looked at {tables}: at most {MOST_ROWS:,} rows of each, and {events}."]


def _said_events(part: EventsPart) -> str:
    choices = (("who", part.user), ("when", part.time), ("what", part.name))
    said = "; ".join(f"{what} is {quoted(c.chosen)}{_remark(c.sure, c.others)}" for what, c in choices)
    return f"Events are {quoted(part.table.name)}{_remark(part.sure, part.others)}: {said}."


def _said_units(units: UnitsPart, title: str) -> str:
    said = [f"{title.capitalize()} are {quoted(units.table.name)} by {quoted(units.id)}"
            f"{_remark(units.sure, units.others)}; {units.known:.0%} of {SAID[title][1]} are in it"]  # fmt: skip
    if title == "users":
        named = (("they signed up", units.signup), ("they ended", units.ended))
        said += [f"{what} at {quoted(c.chosen)}{_remark(c.sure, c.others)}" if c
                 else f"no column says when {what}" for what, c in named]  # fmt: skip
    return "; ".join(said) + "."


def _said_segments(of: segments.Found, title: str) -> Iterable[str]:
    names = ", ".join(quoted(column.name) for column in of.segments)
    yield f"Segments of {title}: {names}." if names else f"No column of {title} has few values that are well filled."
    if of.personal or of.sensitive:
        yield f"Left out as personal or sensitive: {_some([*of.personal, *of.sensitive])}."
    if of.rest:
        yield f"Left out for room: {_some(of.rest)}."


def _said_features(made: FoundFeatures, newest: Newest) -> Iterable[str]:
    names = sum(len(feature.events) for feature in made.features)
    yield f"{len(made.features)} features of {names:,} event names, most used first."
    if made.by_itself:
        yield f"No features, because they happen by themselves: {_some(made.by_itself)}."
    if made.left_out:
        yield f"Left out: {len(made.left_out):,} event names that were used least."
