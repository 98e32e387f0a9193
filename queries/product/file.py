"""Reading product.toml, and saying everything that is wrong with it at once.

`load` reads the file into a `Product`. It collects mistakes (where each stands, what to do) and raises them together as
one `ProductError`; what the warehouse lacks is found later and said in the same way by `warehouse.Warehouse.sections`.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from queries import config
from queries.calendar import WEEKDAYS
from queries.errors import Mistake, ProductError, did_you_mean
from queries.product import (
    MOST_DAYS,
    Accounts,
    Behaviour,
    Connection,
    Events,
    Exclusion,
    Feature,
    Identity,
    Product,
    Refresh,
    Segment,
    Users,
    behavioural,
)
from queries.product.contradictions import contradictions
from queries.product.metrics import governed
from queries.product.people import people
from queries.product.review import reviewed
from queries.product.toml_section import Section

MOST_SECONDS = 24 * 60 * 60
EARLIEST = date(1900, 1, 1)  # of events; in the year 1 a wall clock may show a day before there is any


def load(path: Path) -> Product:
    """The product that a file describes. Raises ProductError with every mistake found, as `loaded` does."""
    try:
        return loaded(path.read_text(encoding="utf-8-sig"), path)
    except FileNotFoundError:
        raise ProductError(path, [Mistake(path.name, "there is no such file; copy the demo's product.toml.")]) from None
    except UnicodeDecodeError:
        raise ProductError(path, [Mistake(path.name, "is not UTF-8 text; save it as UTF-8.")]) from None
    except OSError as error:
        raise ProductError(path, [Mistake(path.name, f"cannot be read: {error.strerror}.")]) from None


def loaded(text: str, path: Path) -> Product:
    """The product that the text of a file describes. path: where the file is, or would be.

    Raises ProductError with every mistake found: unknown keys with the nearest known one, missing keys, wrong types,
    unknown time zones, features that share a label, rules on segments that do not exist, `.sql` files not there,
    environment variables not set.
    """
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProductError(path, [Mistake(path.name, f"is not valid TOML: {error}.")]) from None
    mistakes: list[Mistake] = []
    product = _product(Section(values, "", mistakes), path)
    mistakes += contradictions(product)
    if mistakes:
        raise ProductError(path.name, sorted(mistakes, key=lambda m: m.where))
    return product


def _product(top: Section, path: Path) -> Product:
    users, accounts, events = top.section("users"), top.section("accounts"), top.section("events")
    features, metrics = {key: _feature(key, section) for key, section in top.sections("features")}, governed(top)
    product = Product(
        name=top.get("name", str, path.parent.name) or path.parent.name,
        timezone=_timezone(top),
        week_start=_week_start(top),
        as_of=top.get("as_of", date),
        connection=_connection(top),
        segments=(*_segments(users, "user"), *_segments(accounts, "account"), *_segments(events, "event")),
        events=_events(top, events),
        users=_users(users) if users else None,
        accounts=_accounts(accounts) if accounts else None,
        identity=_identity(top),
        features=tuple(features.values()),
        behaviours=tuple(_behaviour(key, section, features) for key, section in top.sections("behaviours")),
        activation=_activation(top),
        refresh=_refresh(top),
        metrics=metrics,
        review=reviewed(top, {said.key: said.made_of.kind for said in metrics if said.made_of}),
        people=people(top),
        folder=path.parent,
        file=path.name,
    )
    top.done()
    return product


def _timezone(top: Section) -> str:
    name = top.get("timezone", str, "UTC") or "UTC"
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        top.note("timezone", f"{name!r} is no time zone; {did_you_mean(name, sorted(available_timezones()))}")
        return "UTC"
    return name


def _week_start(top: Section) -> int:
    name = (top.get("week_start", str, "monday") or "").lower()
    if name not in WEEKDAYS:
        top.note("week_start", f"{name!r} is no day of the week; {did_you_mean(name, WEEKDAYS)}")
        return 0
    return WEEKDAYS.index(name)


def _connection(top: Section) -> Connection:
    section = top.section("warehouse")
    if section is None:
        top.note("warehouse", "is missing; give it a `url` or `snowflake`, or `files` to start from an export.")
        return Connection()
    listed = section.section("files")
    files = tuple((name, _files(listed, name)) for name in listed.values) if listed else ()
    url, timeout = section.get("url", str), section.get("timeout_s", int, 300)
    snowflake = _snowflake(section)
    if ("url" in section.values) + bool(listed and listed.values) + ("snowflake" in section.values) != 1:
        section.note("url", "give one of `url`, `files` and `snowflake`.")
    if timeout is not None and not 0 < timeout <= MOST_SECONDS:
        section.note("timeout_s", f"must be from 1 to {MOST_SECONDS} seconds, not {timeout}.")
    section.done()
    return Connection(url and _expanded(section, "url", url), files, timeout or 300, snowflake)


def _snowflake(section: Section) -> str | tuple[tuple[str, Any], ...] | None:
    """The name of a connection, or a table of the client's own parameters with environment variables put in."""
    if not isinstance(section.values.get("snowflake"), dict):
        return section.get("snowflake", str)
    part = section.section("snowflake")
    assert part is not None  # it has just been seen
    if not part.values:
        section.note("snowflake", "is empty; give it an `account`, a `user` and a way to log in.")
    return tuple((key, _expanded(part, key, value, config.substituted) if isinstance(value, str) else value)
                 for key, value in part.values.items())  # fmt: skip


def _files(section: Section, name: str) -> tuple[str, ...]:
    if "." in name or not name.strip():
        section.note(name, "the name of a table needs a letter or more and has no dot.")
    return tuple(_expanded(section, name, pattern) for pattern in section.texts(name))


def _expanded(section: Section, key: str, text: str, expand: Callable[[str], str] = config.expand) -> str:
    try:
        return expand(text)
    except LookupError as unset:
        section.note(key, f"the environment variable {unset.args[0]} is not set; set it before you start.")
        return text


def _events(top: Section, section: Section | None) -> Events:
    if section is None:
        top.note("events", "is missing; it must name the events table and its user, time and name columns.")
        return Events("", "", "", "")
    events = Events(
        table=section.need("table"),
        user=section.need("user"),
        time=section.get("time", str) or "",
        name=section.need("name"),
        account=section.get("account", str),
        anonymous=section.get("anonymous", str),
        loaded_at=section.get("loaded_at", str),
        since=section.get("since", date) or Events.since,
        block=section.get("block", str),
        mask=section.get("mask", str),
    )
    _check_times(section, events)
    section.done()
    return events


def _check_times(section: Section, events: Events) -> None:
    """A table of events says when; one of activity says it in blocks and masks."""
    if (events.block is None) != (events.mask is None):
        section.note("mask" if events.block else "block", "is missing; `block` and `mask` belong together.")
    elif events.mask is None and not events.time:
        section.note("time", "is missing; it must name a column.")
    elif events.mask is not None:
        given = [name for name in ("time", "loaded_at") if name in section.values]
        for name in given:
            section.note(name, "leave it out: `block` and `mask` say when.")
    if events.since < EARLIEST:
        section.note("since", f"must be a day from {EARLIEST} on, not {events.since}.")


def _users(section: Section) -> Users:
    rules = section.get("exclude", list) or []
    users = Users(
        table=section.need("table"),
        id=section.need("id"),
        account=section.get("account", str),
        signup=section.get("signup", str),
        ended=section.get("ended", str),
        exclude=tuple(
            _exclusion(Section(rule, section.at(f"exclude[{i}]"), section.mistakes)) for i, rule in enumerate(rules)
        ),
    )
    section.done()
    return users


def _exclusion(section: Section) -> Exclusion:
    column, why = section.need("column"), section.get("why", str)
    given = {how: values for how in ("in", "ends_with", "contains") if (values := section.texts(how))}
    if len(given) != 1:
        section.note("in", "give exactly one of `in`, `ends_with` and `contains`.")
    section.done()
    how, values = next(iter(given.items()), ("in", ()))
    return Exclusion(column, how, values, why or column)  # type: ignore[arg-type]


def _segments(section: Section | None, of: Literal["user", "account", "event"]) -> list[Segment]:
    found = []
    for key, part in section.sections("segments") if section else []:
        labels = part.get("values", dict) or {}
        if not all(isinstance(v, str) for v in labels.values()):
            part.note("values", "must map a value to its label, both texts.")
            labels = {}
        column = part.get("column", str, key) or key
        label = part.get("label", str) or key.replace("_", " ").capitalize()
        found.append(Segment(key, label, column, of, tuple(labels.items())))
        part.done()
    return found


def _behaviour(key: str, section: Section, features: Mapping[str, Feature]) -> Segment:
    """A segment by what units did: `used` or `adopted` a feature, or `inactive`, within so many days."""
    kinds = [kind for kind in ("used", "adopted", "inactive") if kind in section.values]
    if len(kinds) != 1:
        section.note("used", "give exactly one of `used`, `adopted` (a feature each) and `inactive = true`.")
    kind = kinds[0] if kinds else "inactive"
    name = section.get(kind, str) if kind != "inactive" else None
    if kind == "inactive" and kinds and section.get("inactive", bool) is not True:
        section.note("inactive", "must be `true`, or be left out.")
    section.asked.update(("used", "adopted", "inactive"))
    if name is not None and features and name not in features:
        section.note(kind, f"there is no feature {name!r}, {did_you_mean(name, features)}")
    days = section.get("days", int)
    if days is None or not 1 <= days <= MOST_DAYS:
        section.note("days", f"must be a whole number of days from 1 to {MOST_DAYS}.")
    label = section.get("label", str) or key.replace("_", " ").capitalize()
    section.done()
    title = features[name].label if name and name in features else name or ""
    return behavioural(Behaviour(kind, days or 1, name), title, key, label)  # type: ignore[arg-type]


def _refresh(top: Section) -> Refresh:
    section = top.section("refresh")
    if section is None:
        return Refresh()
    limits = {"late_days": 366, "full_every_days": 366, "every_hours": 168, "max_memory_gb": 100_000}
    found = {key: section.number(key, most) for key, most in limits.items()}
    section.done()
    return Refresh(**{key: value for key, value in found.items() if value is not None})


def _accounts(section: Section) -> Accounts:
    accounts = Accounts(section.need("table"), section.need("id"))
    section.done()
    return accounts


def _identity(top: Section) -> Identity | None:
    section = top.section("identity")
    if section is None:
        return None
    identity = Identity(section.need("table"), section.need("anonymous"), section.need("user"))
    section.done()
    return identity


def _feature(key: str, section: Section) -> Feature:
    rule = section.section("eligible")
    feature = Feature(
        key=key,
        label=section.get("label", str) or key.replace("_", " ").capitalize(),
        events=section.texts("events") or (key,),
        area=section.get("area", str),
        owner=section.get("owner", str),
        launched=section.get("launched", date),
        eligible=tuple((name, rule.texts(name)) for name in rule.values) if rule else (),
        core=bool(section.get("core", bool, False)),
        active=bool(section.get("active", bool, True)),
        target=section.share("target"),
    )
    section.done()
    return feature


def _activation(top: Section) -> tuple[str, ...]:
    section = top.section("activation")
    if section is None:
        return ()
    features = section.texts("features")
    if "features" not in section.values:
        section.note("features", "is missing; it must list the keys of one or more features.")
    section.done()
    return tuple(dict.fromkeys(features))
