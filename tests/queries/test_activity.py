"""The activity: who is counted after a filter, as users or accounts, and on which days they used what."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import get_args, get_type_hints

import polars as pl
import pytest
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries import answers
from queries.activity import ANY, Activity
from queries.bits import Words
from queries.calendar import WORD_DAYS, day_number
from queries.errors import InsightsError
from queries.measures.adoption import adoption
from queries.product import EVERYONE, UNKNOWN, Behaviour, Feature, Segment, Selection, Unit, behavioural
from tests.oracle import Oracle, Person, Where
from tests.strategies import DICE, MONDAY, OPEN, WHERE, Case, Schema, check, did, load, narrowed, spelled, worlds

UNITS: Schema = {"id": pl.String, "entry_day": pl.Int32, "signup_day": pl.Int32, "ended_day": pl.Int32,
                 "known_start": pl.Boolean}  # fmt: skip
ROWS: Schema = {"id": pl.String, "feature": pl.UInt16, "first_day": pl.Int32, "days": pl.List(pl.Int64)}
ACCOUNTS = Selection("account")


def number(day: date | None) -> int | None:
    return None if day is None else day_number(day)


def rows(activity: Activity) -> pl.DataFrame:
    """What an activity holds, with the bits spelled out as day numbers."""
    found = []
    for row in activity.rows.iter_rows(named=True):
        bits = [(i, row[name]) for i, name in enumerate(activity.words.names)]
        days = [activity.words.origin + WORD_DAYS * i + bit for i, word in bits for bit in range(64) if word >> bit & 1]
        found.append((activity.everyone["id"][row["unit"]], row["feature"], row["first_day"], days))
    return pl.DataFrame(found, schema=ROWS, orient="row")


def units(activity: Activity) -> dict[str, tuple[int | None, int | None, bool]]:
    """By id: the days since MONDAY of entry and end, and whether the start is known."""
    origin = day_number(MONDAY)
    days = activity.units.select("id", pl.col("entry_day", "ended_day") - origin, "known_start")
    return {name: (entry, ended, known) for name, entry, ended, known in days.rows()}


# Against the oracle --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, examples=100)
def test_units_and_their_days_are_what_the_oracle_finds(case: Case, unit: Unit, where: Where) -> None:
    activity, oracle = narrowed(case, unit, case.can(where)), Oracle(case.world, unit, case.can(where))
    segments = [segment.key for segment in case.world.segments if unit in ("user", segment.of)]
    gated = [feature.key for feature in case.world.features if feature.eligible]

    expected = pl.DataFrame(
        [(u.id, number(u.entry), number(u.start), number(u.ended), u.known, *(u.labels[key] for key in segments),
          *(key in u.may_use for key in gated)) for u in oracle.units],
        schema=UNITS | {f"segment_{key}": pl.String for key in segments} | {f"can_{key}": pl.Boolean for key in gated},
        orient="row",
    )  # fmt: skip
    found = activity.units.select(pl.col(name).cast(expected.schema[name]) for name in expected.columns)
    assert_frame_equal(found, expected)
    assert activity.unknown_starts == len([u for u in oracle.units if u.entry and not u.known])

    features = {ANY: oracle.names(None), **{activity.codes[f.key]: oracle.names(f.key) for f in activity.features}}
    days = [(u.id, code, sorted({day_number(day) for day, name in u.acts if name in names}))
            for code, names in features.items() for u in oracle.units]  # fmt: skip
    spelled_out = [(name, code, found[0], found) for name, code, found in days if found]
    assert_frame_equal(rows(activity), pl.DataFrame(spelled_out, schema=ROWS, orient="row"))


@pytest.mark.slow
@check(worlds(accounts=True))
def test_the_accounts_kept_ready_made_are_those_made_of_their_users(case: Case) -> None:
    activity = load(case.with_loner())
    but_zoe = sorted({*activity.units["segment_role"]} - {"Nobody"})

    ready, made = activity.within(ACCOUNTS), activity.within(Selection("account", where=(("role", tuple(but_zoe)),)))

    assert not activity.within(Selection(where=(("role", tuple(but_zoe)),))).everyone["kept"].all()
    assert activity.tables is not None
    assert ready.rows is activity.tables.account_rows
    assert_frame_equal(made.rows, ready.rows)
    assert_frame_equal(made.everyone, ready.everyone)


# Words ---------------------------------------------------------------------------------------------------------------


DAYS = st.sets(st.integers(0, 3 * WORD_DAYS - 1) | st.sampled_from((0, 55, 56, 111, 112, 167)), max_size=12)
HISTORIES = st.lists(DAYS, min_size=1, max_size=5)
RANGES = st.tuples(st.integers(-70, 250), st.integers(-3, 130)).map(lambda pair: (pair[0], pair[0] + pair[1]))


def held(histories: list[set[int]], origin: int) -> tuple[Words, pl.DataFrame]:
    """Words that hold histories of days counted from the origin."""
    words = Words(origin, 3)
    columns = {name: [sum(1 << day % WORD_DAYS for day in days if day // WORD_DAYS == i) for days in histories]
               for i, name in enumerate(words.names)}  # fmt: skip
    return words, pl.DataFrame(columns, schema=dict.fromkeys(words.names, pl.UInt64))


@check(HISTORIES, RANGES, st.sampled_from((0, -14, 20_000)))
def test_a_question_about_a_range_of_days_looks_at_these_days_only(
    histories: list[set[int]], asked: tuple[int, int], origin: int
) -> None:
    words, table = held(histories, origin)
    first, last = origin + asked[0], origin + asked[1]
    inside = [[origin + day for day in sorted(days) if first <= origin + day <= last] for days in histories]

    found = table.with_row_index().select(
        "index", any=words.active(first, last), n=words.days(first, last), first=words.first_in(first, last)
    )

    assert found.rows() == [(i, bool(days), len(days), min(days, default=None)) for i, days in enumerate(inside)]


@check(HISTORIES, st.lists(st.integers(-50, 3 * WORD_DAYS - 1), min_size=5, max_size=5))
def test_aligned_words_count_the_days_from_the_own_start(histories: list[set[int]], starts: list[int]) -> None:
    words, table = held(histories, 20_003)
    begun = [20_003 + start for start in starts[: len(histories)]]

    own, moved = words.aligned(table.with_columns(start=pl.Series(begun, dtype=pl.Int32)), "start")

    for days, start, row in zip(histories, starts, moved.iter_rows(named=True), strict=False):
        bits = {WORD_DAYS * i + bit for i, name in enumerate(own.names) for bit in range(64) if row[name] >> bit & 1}
        assert bits == {day - start for day in days if day >= start}


@pytest.mark.parametrize("week_start", range(7))
def test_words_begin_with_a_week_wherever_history_does(week_start: int) -> None:
    activity = load(spelled(did("ann", "open", "1"), weeks=17, week_start=week_start))
    weeks = activity.calendar.periods("week", with_open=True)

    origin = activity.words.origin

    assert origin == day_number(weeks[0].first)
    assert all(len(activity.words.masks(day_number(w.first), day_number(w.last))) == 1 for w in weeks)
    assert all(day_number(b.first) - day_number(a.first) == 7 for a, b in pairwise(weeks))


# Filters and accounts ------------------------------------------------------------------------------------------------


def test_user_attributes_filter_the_users_before_they_are_made_into_accounts() -> None:
    people = [Person("ann", "acme", MONDAY, attributes={"role": "admin"}), Person("bo", "acme", MONDAY),
              Person("cy", "bolt", MONDAY)]  # fmt: skip
    activity = load(spelled([*did("ann", "open", "1"), *did("bo", "open", "01")], people, weeks=1))

    found = activity.within(Selection("account", where=(("role", ("Admin",)),)))

    assert list(units(found)) == ["acme"]
    assert rows(found).filter(feature=found.codes["open"])["days"].to_list() == [[day_number(MONDAY)]]


def test_account_attributes_filter_accounts_also_where_a_user_acts_for_several() -> None:
    people = [Person("ann", "acme", MONDAY), Person("bo", "bolt", MONDAY)]
    events = [*did("ann", "open", "01", "bolt"), *did("bo", "open", "001", "acme")]
    activity = load(spelled(events, people, weeks=1, companies={"acme": "pro", "bolt": "free"}))

    accounts = activity.within(Selection("account", where=(("plan", ("Pro",)),)))
    users = activity.within(Selection("user", where=(("plan", ("Pro",)),)))

    assert list(units(accounts)) == ["acme"]
    assert rows(accounts)["days"].to_list() == [[day_number(MONDAY) + 2]] * 2  # bo's, as any feature and as `open`
    assert list(units(users)) == ["ann"]


def test_a_filter_after_a_filter_keeps_those_of_both() -> None:
    people = [Person("ann", "acme", attributes={"role": "admin"}), Person("bo", "acme"), Person("cy", "bolt",
              attributes={"role": "admin"})]  # fmt: skip
    activity = load(spelled(did("ann", "open", "1"), people, weeks=1, companies={"acme": "pro", "bolt": "free"}))

    found = activity.within(Selection(where=(("role", ("Admin",)),))).within(Selection(where=(("plan", ("Pro",)),)))

    assert list(units(found)) == ["ann"]


def test_an_account_enters_with_its_first_user_and_ends_with_its_last() -> None:
    later = MONDAY + timedelta(days=9)
    people = [Person("ann", "acme", MONDAY, ended=later), Person("bo", "acme", later, ended=MONDAY),
              Person("cy", "bolt", later, ended=later), Person("di", "bolt", later)]  # fmt: skip
    activity = load(spelled([], people, weeks=3)).within(ACCOUNTS)

    assert units(activity) == {"acme": (0, 9, True), "bolt": (9, None, True)}


def test_a_user_enters_an_account_that_is_not_the_own_with_the_first_event_for_it() -> None:
    people = [Person("ann", "acme", MONDAY - timedelta(days=90))]
    activity = load(spelled(did("ann", "open", "0" * 30 + "1", "bolt"), people, weeks=6)).within(ACCOUNTS)

    assert units(activity) == {"acme": (-90, None, True), "bolt": (30, None, True)}


@pytest.mark.parametrize(("seen", "known"), [(27, False), (28, True)])
def test_a_sign_up_says_nothing_of_the_start_of_an_account_that_is_not_the_own(seen: int, known: bool) -> None:
    people = [Person("ann", "acme", MONDAY)]
    activity = load(spelled(did("ann", "open", "0" * seen + "1", "bolt"), people, weeks=6)).within(ACCOUNTS)

    assert units(activity)["bolt"] == (seen, None, known)


def test_what_a_user_without_sign_up_did_for_one_account_does_not_start_another() -> None:
    people = [Person("ann", "acme")]
    events = [*did("ann", "open", "01", "bolt"), *did("ann", "open", "0" * 40 + "1")]
    activity = load(spelled(events, people, weeks=8)).within(ACCOUNTS)

    assert units(activity) == {"acme": (40, None, True), "bolt": (1, None, False)}


@pytest.mark.parametrize(("signup", "known"), [(9, True), (10, False), (11, False)])
def test_the_start_of_an_account_is_known_if_it_is_before_any_unknown_one(signup: int, known: bool) -> None:
    people = [Person("ann", "acme", MONDAY + timedelta(days=signup)), Person("bo", "acme")]
    activity = load(spelled(did("bo", "open", "0" * 10 + "1"), people, weeks=4)).within(ACCOUNTS)

    assert units(activity) == {"acme": (min(signup, 10), None, known)}
    assert activity.unknown_starts == (not known)


def test_an_event_that_names_no_account_is_of_the_users_own_or_else_of_the_first_it_acted_for() -> None:
    people = [Person("ann", "acme", MONDAY), Person("bo", None, MONDAY)]
    events = [*did("ann", "open", "01", "bolt"), *did("ann", "open", "001"), *did("bo", "open", "00001", "coda"),
              *did("bo", "open", "000001", "acme"), *did("bo", "open", "1")]  # fmt: skip
    activity = load(spelled(events, people, weeks=1, features=(OPEN,))).within(ACCOUNTS)

    found = rows(activity).filter(feature=activity.codes["open"]).select("id", pl.col("days").list.eval(
        pl.element() - day_number(MONDAY)))  # fmt: skip

    assert found.rows() == [("acme", [2, 5]), ("bolt", [1]), ("coda", [0, 4])]


def test_an_account_may_use_what_one_of_its_users_may() -> None:
    gated = Feature("open", "Open", ("open",), eligible=(("role", ("Admin",)),))
    people = [Person("ann", "acme", MONDAY, attributes={"role": "admin"}), Person("bo", "acme", MONDAY),
              Person("cy", "bolt", MONDAY)]  # fmt: skip
    activity = load(spelled([], people, weeks=1, features=(gated,))).within(ACCOUNTS)

    assert activity.units.select("id", "can_open").rows() == [("acme", True), ("bolt", False)]


def test_accounts_are_split_by_attributes_of_accounts_only() -> None:
    activity = load(spelled([], [Person("ann", "acme", MONDAY)], weeks=1, companies={"acme": "pro"}))

    assert activity.segment("role").label == "Role"
    assert activity.within(ACCOUNTS).segment("plan").label == "Plan"
    with pytest.raises(InsightsError, match=r"Accounts cannot be split by 'role'; known: `plan`"):
        activity.within(ACCOUNTS).segment("role")
    with pytest.raises(InsightsError, match=f"Users cannot be split by '{EVERYONE}'"):
        activity.segment(EVERYONE)


def test_pairs_of_labels_that_would_read_the_same_stay_apart() -> None:
    events = [*did("ann", "open", "1"), *did("bo", "open", "1")]
    people = [Person("ann", "acme", attributes={"role": "a · b"}), Person("bo", "bolt", attributes={"role": "a"})]
    activity = load(spelled(events, people, weeks=1, companies={"acme": "c", "bolt": "b · c"}))

    segments = activity.segment_of(activity.units["unit"], ("role", "plan"))

    assert isinstance(segments, pl.Series)
    assert segments.to_list() == ["a · b · c\N{NO-BREAK SPACE}", "a · b · c", "(unknown) · (unknown)"]
    assert activity.groups(("role", "plan")) == {
        "a · b · c": ("a", "b · c"), "a · b · c\N{NO-BREAK SPACE}": ("a · b", "c"),
        "(unknown) · (unknown)": ("(unknown)", "(unknown)"),
    }  # fmt: skip
    assert activity.groups(("plan",)) == {label: (label,) for label in ("b · c", "c", "(unknown)")}


# Behaviours ----------------------------------------------------------------------------------------------------------

DID = tuple(
    behavioural(Behaviour(kind, days, None if kind == "inactive" else "export"), "Export")
    for kind in get_args(get_type_hints(Behaviour)["kind"]) for days in (1, 7, 28)
)  # fmt: skip


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, examples=60)
def test_behaviours_are_what_the_oracle_sees(case: Case, unit: Unit, where: Where) -> None:
    pick = Selection(unit, where=case.can(where), behaviours=DID)
    activity, oracle = load(case).within(pick), Oracle(case.world, unit, case.can(where))

    for segment in DID:
        assert segment.behaviour is not None
        yes, no = (words for _, words in segment.labels)
        words = {True: yes, False: no, None: UNKNOWN}
        found = activity.units.select("id", pl.col(f"segment_{segment.key}").cast(pl.String)).rows()
        assert dict(found) == {u.id: words[oracle.did(u, segment.behaviour)] for u in oracle.units}


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), st.sampled_from(DID), examples=40)
def test_filtered_by_what_they_did_exactly_those_remain_and_all_they_did(
    case: Case, unit: Unit, segment: Segment
) -> None:
    whole = load(case).within(Selection(unit, behaviours=DID))
    label = segment.labels[0][1]

    some = load(case).within(Selection(unit, ((segment.key, (label,)),), behaviours=DID))

    assert_frame_equal(some.units, whole.units.filter(pl.col(f"segment_{segment.key}") == label))
    assert_frame_equal(some.rows, whole.rows.filter(pl.col("unit").is_in(some.units["unit"].implode())))


def test_a_split_by_what_they_did_reads_as_it_is_said() -> None:
    people = [Person(name, signup=MONDAY) for name in ("ann", "bo")]
    activity = load(spelled(did("ann", "export", "1"), people, weeks=2))
    within_a_week = behavioural(Behaviour("adopted", 7, "export"), "Export")

    segments = activity.with_behaviours((within_a_week,)).segment_of(activity.units["unit"], (within_a_week.key,))

    assert isinstance(segments, pl.Series)
    assert segments.to_list() == ["adopted Export within 7 days", "did not adopt Export within 7 days", UNKNOWN]


def test_words_can_be_counted_from_starts_long_before_and_late_within_them() -> None:
    rows = pl.DataFrame({"d0": pl.Series([1 << 3, 1 << 3], dtype=pl.UInt64), "start": [-150, 3]})

    words, found = Words(0, 1).aligned(rows, "start")

    assert found.select(words.days(0, 500)).to_series().to_list() == [1, 1]
    assert found.select(words.first_in(0, 500)).to_series().to_list() == [153, 0]


# Attributes of events ------------------------------------------------------------------------------------------------


def with_devices(case: Case, dice: Random) -> Case:
    """The case with a device for each event; the same thing on the same day may be done on two."""
    events = [replace(event, device=dice.choice(("ios", "web", None))) for event in case.world.events]
    twice = [replace(event, device="web") for event in dice.sample(events, len(events) // 4)]
    return replace(case, world=replace(case.world, events=(*events, *twice)), devices=True)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), DICE, examples=20)
def test_every_group_that_is_counted_has_a_value_of_each_segment_it_is_by(
    case: Case, unit: Unit, dice: Random
) -> None:
    activity = load(with_devices(case, dice)).within(Selection(unit, behaviours=DID[:1]))
    splits = [(*by[:1], key) for by in case.by(unit) for key in ("device", DID[0].key)]
    answers.forget()

    for by in (*case.by(unit)[1:], ("device",), ("device", DID[0].key), *splits):
        counted = answers.ask(adoption, activity, (activity.calendar.last_weeks(1),), by=by)["segment"].unique()
        assert {len(activity.groups(by)[name]) for name in counted} <= {len(by)}, by


def done_on(case: Case, unit: Unit, where: Where, devices: tuple[str, ...]) -> pl.DataFrame:
    """What the units of a selection did on some devices, found by looking at every event."""
    labels = {"ios": "iOS", None: UNKNOWN}
    kept = [event for event in case.world.events if labels.get(event.device, event.device) in devices]
    whole = Oracle(case.world, unit, where)
    acts = {u.id: set[tuple[date, str]]() for u in whole.units}
    for event in kept:
        day, home = case.world.day_of(event.at), whole.home.get(event.user or "")
        who = event.user if unit == "user" else event.account or home
        allowed = unit == "user" or any(event.user == u for u in oracle_users(whole, where))
        if event.user in whole.users and who in acts and allowed and day <= whole.as_of:
            acts[who].add((day, event.name))
    features: list[tuple[int, set[str]]] = [(0, whole.names(None))]
    features += [(i, set(f.events)) for i, f in enumerate(case.world.features, start=1)]
    found = []
    for code, names in features:
        for who, did_what in sorted(acts.items()):
            on = sorted({day_number(day) for day, name in did_what if name in names})
            if on:
                found.append((who, code, on[0], on))
    return pl.DataFrame(found, schema=ROWS, orient="row").sort("id", "feature")


def oracle_users(oracle: Oracle, where: Where) -> list[str]:
    """The users that the filters on users leave."""
    of = {s.key: s.of for s in oracle.world.segments}
    rules = [(key, kept) for key, kept in where if of[key] == "user"]
    return [user for user in oracle.users if all(oracle.label(key, user) in kept for key, kept in rules)]


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, DICE, examples=60)
def test_filtered_by_an_attribute_of_events_only_what_was_done_in_such_events_is_left(
    case: Case, unit: Unit, where: Where, dice: Random
) -> None:
    case, where = with_devices(case, dice), case.can(where)
    devices = dice.choice((("iOS",), ("web", UNKNOWN), ("iOS", "web", UNKNOWN), ("no such",)))

    whole = load(case).within(Selection(unit, where))
    some = load(case).within(Selection(unit, (*where, ("device", devices))))

    assert_frame_equal(some.units, whole.units)
    assert_frame_equal(rows(some).sort("id", "feature"), done_on(case, unit, where, devices))
    if len(devices) == 3:
        assert_frame_equal(some.rows, whole.rows)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, DICE, examples=25)
def test_split_by_an_attribute_of_events_each_part_is_as_if_filtered_by_it(
    case: Case, unit: Unit, where: Where, dice: Random
) -> None:
    case, where = with_devices(case, dice), case.can(where)
    activity = load(case).within(Selection(unit, where))
    weeks = activity.calendar.periods("week", 3)

    answers.forget()  # of the cases before
    for by in (("device",), *((key, "device") for key, in case.by(unit)[1:2])):
        found = answers.ask(adoption, activity, weeks, by=by)
        parts = []
        for label in ("iOS", "web", UNKNOWN):
            part = adoption(load(case).within(Selection(unit, (*where, ("device", (label,))))), weeks, by=by[:-1])
            name = pl.lit(label) if len(by) == 1 else pl.concat_str("segment", pl.lit(f" · {label}"))
            there = any({"ios": "iOS", None: UNKNOWN}.get(e.device, e.device) == label for e in case.world.events)
            parts.append(part.with_columns(segment=name) if there else part.clear())
        keys, used = ["feature", "segment", "period"], pl.col("n") > 0
        assert_frame_equal(found.filter(used).sort(keys), pl.concat(parts).filter(used).sort(keys))


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, st.sampled_from(DID), DICE, examples=60)
def test_what_units_did_does_not_hang_on_the_events_looked_at(
    case: Case, unit: Unit, where: Where, segment: Segment, dice: Random
) -> None:
    case, rule = with_devices(case, dice), (segment.key, (segment.labels[0][1],))
    rules = (*case.can(where), rule)

    whole = load(case).within(Selection(unit, rules, behaviours=DID))
    some = load(case).within(Selection(unit, (*rules, ("device", ("iOS",))), behaviours=DID))

    assert_frame_equal(some.units, whole.units)
    assert some.chosen_by_outcome
    assert some.of_some_events


def test_an_account_that_was_active_on_another_device_is_not_inactive() -> None:
    people = [Person("ann", "acme", attributes={"role": "admin"}), Person("bo", "acme", attributes={"role": "member"})]
    done = [replace(event, device="web") for event in did("ann", "open", "0000001")]
    activity = load(replace(spelled(done, people, weeks=1, companies={"acme": "pro"}), devices=True))
    inactive = behavioural(Behaviour("inactive", 7))
    admins = (("role", ("Admin",)), (inactive.key, (inactive.labels[0][1],)))

    for events in ((), (("device", ("iOS",)),)):
        found = activity.within(Selection("account", (*admins, *events), behaviours=(inactive,)))
        assert found.units.is_empty()
