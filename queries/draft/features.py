"""Features made of event names: those that begin alike are one feature, with a label that reads well.

`board_view` and `board_edit` are Board; `Project Created` and `Project Deleted` are Project; `viewed_report` and
`exported_report` are Report, because the first word is what was done. What happens by itself is no feature.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from queries.draft.roles import words

MOST = 40
MOST_EVENTS = 12  # of one feature; a beginning that more names share says little
VERBS = {"viewed", "view", "clicked", "click", "opened", "open", "created", "create", "updated", "update", "deleted",
         "delete", "started", "start", "completed", "complete", "submitted", "submit", "selected", "select", "added",
         "add", "removed", "remove", "edited", "edit", "exported", "shared", "saved", "save", "sent", "send", "get",
         "set", "user", "app", "on", "did", "invited", "uploaded", "downloaded", "tapped", "pressed"}  # fmt: skip
BY_ITSELF = {"session_start", "session_end", "session_started", "session_ended", "heartbeat", "ping", "page_ping",
             "app_open", "app_opened", "app_background", "application_opened", "application_installed",
             "application_updated", "application_backgrounded", "identify", "create_alias", "set_user_properties",
             "pageview", "pageleave", "page_view", "page_viewed", "screen_view", "autocapture", "web_vitals",
             "first_visit", "first_open", "user_engagement", "scroll", "feature_flag_called", "groupidentify",
             "merge", "mp_page_view", "mp_session_start", "rageclick", "exception"}  # fmt: skip
CAPITALS = {"ai", "api", "sso", "csv", "pdf", "url", "id", "ui", "sms", "qr", "crm", "sql", "html", "mfa", "faq", "nps",
            "emea", "apac", "latam", "usa", "smb"}  # fmt: skip


@dataclass(frozen=True)
class FoundFeature:
    """A feature of the draft: its key, label, event names (most used first) and how often they were seen."""

    key: str
    label: str
    events: tuple[str, ...]
    uses: int


@dataclass(frozen=True)
class FoundFeatures:
    """The features, most used first. by_itself: events that are none. left_out: event names without room."""

    features: tuple[FoundFeature, ...]
    by_itself: tuple[str, ...]
    left_out: tuple[str, ...]


def features(names: Sequence[tuple[str, int]]) -> FoundFeatures:
    """The features that event names make. names: each with how often it was seen."""
    automatic = [name for name, _ in names if "_".join(words(name)) in BY_ITSELF]
    meant = [(name, uses) for name, uses in names if name not in automatic] or list(names)
    groups = _grouped(meant) if meant else {}
    ranked = sorted(groups.items(), key=lambda group: (-sum(uses for _, uses in group[1]), group[0]))
    kept, rest = ranked[:MOST], ranked[MOST:]
    keys, labels = set[str](), set[str]()
    found = tuple(_feature(begin, group, keys, labels) for begin, group in kept)
    left_out = tuple(name for _, group in rest for name, _ in group)
    return FoundFeatures(found, tuple(automatic) if len(meant) < len(names) else (), left_out)


def _grouped(names: Sequence[tuple[str, int]]) -> dict[tuple[str, ...], list[tuple[str, int]]]:
    """Event names by the words that they share."""
    about = {name: _about(spoken) for name, spoken in _without_app([name for name, _ in names]).items()}
    first = Counter(spoken[0] for spoken in about.values())
    begun: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for name, uses in names:
        spoken = about[name]
        begin = spoken[:1] if 1 < first[spoken[0]] <= MOST_EVENTS else spoken[:2]
        begun.setdefault(begin, []).append((name, uses))
    groups: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for group in begun.values():
        groups.setdefault(_shared([about[name] for name, _ in group]), []).extend(group)
    return groups


def _without_app(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The words of each name, without a first one that most share, as the name of the app: it tells nothing apart."""
    said = {name: words(name) or (name,) for name in names}
    ((most, times),) = Counter(spoken[0] for spoken in said.values()).most_common(1)
    if len(said) <= 5 or times <= 0.6 * len(said):
        return said
    return {name: spoken[1:] if spoken[0] == most and spoken[1:] else spoken for name, spoken in said.items()}


def _about(spoken: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a name, what it is about first: (viewed, report) is about (report, viewed)."""
    return (*spoken[1:], spoken[0]) if spoken[0] in VERBS and len(spoken) > 1 else spoken


def _shared(group: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The words with which all of a group begin; of one alone, all but what was done."""
    if len(group) == 1:
        bare = tuple(word for word in group[0] if word not in VERBS)
        return bare or group[0]
    same = 0
    while all(len(each) > same for each in group) and len({each[same] for each in group}) == 1:
        same += 1
    return group[0][:same]


def _feature(
    begin: tuple[str, ...], group: Sequence[tuple[str, int]], keys: set[str], labels: set[str]
) -> FoundFeature:
    """keys, labels: those taken by features before this one, to which it adds its own."""
    key = _free(re.sub(r"[^a-z0-9_]", "", "_".join(begin)) or "feature", keys, "_")
    label = _free(readable(begin), labels, " ")
    return FoundFeature(key, label, tuple(name for name, _ in group), sum(uses for _, uses in group))


def _free(name: str, taken: set[str], joint: str) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}{joint}{number}"
    taken.add(free)
    return free


def readable(spoken: Sequence[str]) -> str:
    """Words as a label.

    >>> readable(("ai", "summary")), readable(words("companySize"))
    ('AI summary', 'Company size')
    """
    said = [word.upper() if word in CAPITALS else word for word in spoken]
    return " ".join([said[0][:1].upper() + said[0][1:], *said[1:]]) if said else ""
