"""Who may see and do what, asked as somebody would who should not."""

from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import get_args

import polars as pl
import pytest
from hypothesis import assume
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries import access
from queries.access import LOCAL_OWNER, Right, Viewer, viewer_of
from queries.activity import Activity
from queries.errors import AccessError
from queries.measures.adoption import adoption, new_adopters
from queries.measures.engagement import days_active
from queries.measures.lifecycle import lifecycle
from queries.measures.retention import retention
from queries.measures.returning import Returning
from queries.product import Product, Selection, Unit
from queries.product.people import People, RowRule, Rule
from queries.snapshot import extract
from queries.snapshot.manifest import Snapshot
from queries.units import restricted
from tests import examples
from tests.oracle import Event, Person
from tests.strategies import DICE, WHERE, Case, check, did, spelled, worlds, write

PEOPLE = People(
    admins=("dana@example.com",), editors=("group:product",), viewers=("@example.com", "@partner.example"),
    list_units=("group:research",), rules=(RowRule(("@partner.example",), (("region", ("EMEA",)),)),),
)  # fmt: skip


def product(people: People = PEOPLE) -> Product:
    return examples.product(Path("nowhere"), people=people)


def signed_in(email: object = None, **claims: object) -> dict[str, object]:
    return {"is_logged_in": True, "email": email, "email_verified": True, "sub": "1234", **claims}


# Roles ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "viewer"),
    [
        (signed_in("dana@example.com"), Viewer("dana@example.com", "admin", (), 5)),
        (signed_in("Dana@EXAMPLE.com"), Viewer("dana@example.com", "admin", (), 5)),
        (signed_in("ben@example.com", groups=["product", "research"]), Viewer("ben@example.com", "editor", (), 0)),
        (signed_in("ben@example.com", groups="product"), Viewer("ben@example.com", "editor", (), 5)),
        (signed_in("eve@example.com", email_verified="true"), Viewer("eve@example.com", "viewer", (), 5)),
        (signed_in("pat@partner.example"), Viewer("pat@partner.example", "viewer", (("region", ("EMEA",)),), 5)),
        (signed_in(groups=["product"]), Viewer("id 1234", "editor", (), 5)),
        (signed_in("dana@example.com", email_verified=False, groups=["product"]), Viewer("id 1234", "editor", (), 5)),
    ],
)
def test_whoever_is_named_has_the_first_of_their_roles(claims: dict[str, object], viewer: Viewer) -> None:
    assert viewer_of(claims, product()) == viewer


@pytest.mark.parametrize("email", [
    "dana@example.com.evil.org", "dana@evilexample.com", "dana@sub.example.com", "dana@evil.org@example.com",
    "@example.com", "dana@example.com ", " dana@example.com", "dana@example.com\n", "dana@evil.org,x@example.com",
    "<dana@example.com>", '"a@evil"@example.com', "\u212aarl@example.com", "dana@exampl\u0435.com", "group:product",
    "group:product@evil.org", "*@example.com", "", 7, None, ["dana@example.com"], {"dana@example.com": True},
    "a" * 200 + "@example.com", "dana@example.com\x00", "dana@example.com/@evil.org",
])  # fmt: skip
def test_an_address_that_only_looks_like_one_that_is_let_in_is_not(email: object) -> None:
    with pytest.raises(AccessError):
        viewer_of(signed_in(email), product())


@pytest.mark.parametrize("claims", [
    {}, {"email": "dana@example.com"}, {"is_logged_in": False, "email": "dana@example.com", "email_verified": True},
    {"is_logged_in": "true", "email": "dana@example.com", "email_verified": True},
    {"is_logged_in": True, "email": "dana@example.com"}, signed_in("dana@example.com", email_verified=False),
    signed_in("dana@example.com", email_verified=1), signed_in("dana@example.com", email_verified="false"),
    signed_in("eve@evil.org", groups=["Product", "group:product", "research"]),
    signed_in("eve@evil.org", groups={"product": True}), signed_in("eve@evil.org", roles=["product"]),
])  # fmt: skip
def test_whoever_is_not_signed_in_or_not_checked_or_in_no_role_is_kept_out(claims: dict[str, object]) -> None:
    with pytest.raises(AccessError, match=r"sign in|ask an admin"):
        viewer_of(claims, product())


def test_without_people_in_the_product_file_nobody_who_signs_in_sees_anything() -> None:
    with pytest.raises(AccessError, match=r"dana@example\.com may not see this yet; ask an admin"):
        viewer_of(signed_in("dana@example.com"), product(People()))


def test_all_rules_that_name_somebody_hold_at_once() -> None:
    rules = (*PEOPLE.rules, RowRule(("pat@partner.example",), (("plan", ("Pro",)),)))

    viewer = viewer_of(signed_in("pat@partner.example"), product(replace(PEOPLE, rules=rules)))

    assert viewer.only == (("plan", ("Pro",)), ("region", ("EMEA",)))


@pytest.mark.parametrize(
    ("viewer", "rights"),
    [
        (LOCAL_OWNER, {"look", "whole", "write", "manage"}), (Viewer("a", "editor"), {"look", "whole", "write"}),
        (Viewer("a", "viewer"), {"look", "whole"}), (Viewer("a"), set()),
        (Viewer("a", "admin", (("plan", ("Pro",)),)), {"look"}),
    ],
)  # fmt: skip
def test_each_role_has_its_rights_and_who_sees_only_some_users_just_looks(viewer: Viewer, rights: set[Right]) -> None:
    for right in get_args(Right):
        assert access.may(viewer, right) == (right in rights)
        if right not in rights:
            with pytest.raises(AccessError, match="; ask "):
                access.check(viewer, right)


def test_what_is_made_for_all_shows_no_group_that_is_too_small_for_the_others() -> None:
    ben = Viewer("ben", "editor", (), 0)

    assert access.sharing(ben, product()) == replace(ben, least=5)
    assert access.sharing(replace(ben, least=9), product()) == replace(ben, least=9)
    assert access.sharing(LOCAL_OWNER, product()) == replace(LOCAL_OWNER, least=5)
    assert access.sharing(LOCAL_OWNER, product(People())) == LOCAL_OWNER


# Rows ----------------------------------------------------------------------------------------------------------------


def seen(snapshot: Snapshot, made: Product, only: tuple[Rule, ...]) -> Activity:
    """What somebody sees of a snapshot who is limited by rules."""
    viewer, tables = Viewer("pat", "viewer", only), snapshot.tables
    users, accounts = access.visible(viewer, tables.users), access.visible_accounts(viewer, tables.accounts)
    return examples.of(replace(snapshot, tables=restricted(tables, users, accounts)), made)


def answers(activity: Activity, dice: Random) -> list[pl.DataFrame]:
    """What the measures say, in an order that does not hang on how large the segments are."""
    by = dice.choice([(), *((s.key,) for s in activity.segments if activity.unit == "user" or s.of == "account")])
    weeks = activity.calendar.periods("week")
    found = [
        adoption(activity, weeks, by=by), new_adopters(activity, weeks, by=by), lifecycle(activity, "week", 3, by=by),
        retention(activity, Returning("first_active"), cohorts=4, intervals=4, by=by),
        days_active(activity, activity.calendar.last_weeks(4), by=by), activity.units.select("id", "entry_day"),
    ]
    texts = [frame.with_columns(pl.col("^segment$").cast(pl.String)) for frame in found]
    return [frame.sort(pl.all().exclude(pl.List)) for frame in texts]


def with_only(case: Case, roles: tuple[str, ...]) -> tuple[Case, Case]:
    """A case, and the same without the people (and all they did) whose role is none of some; both as of one day.

    In both there is an admin who peeks on the first day, so that history begins with it.
    """
    world = case.world
    steady = Event("zed", min(event.at for event in world.events if event.user), "peek")
    world = replace(world, events=(*world.events, steady), as_of=world.last_loaded,
                    people=(*world.people, Person("zed", None, None, None, {"role": "admin"})))  # fmt: skip
    people = tuple(p for p in world.people if p.attributes.get("role") in roles)
    ids = {person.id for person in people}
    fewer = replace(world, people=people, events=tuple(event for event in world.events if event.user in ids))
    return replace(case, world=world), replace(case, world=fewer)


@pytest.mark.slow
@check(worlds(accounts=True), st.sampled_from(get_args(Unit)), WHERE, st.booleans(), DICE, examples=60)
def test_who_sees_only_some_users_sees_a_product_that_has_no_others(
    case: Case, unit: Unit, where: tuple[Rule, ...], guests: bool, dice: Random
) -> None:
    assume(case.has_users)
    roles, labels = (("admin", "guest"), ("Admin", "guest")) if guests else (("admin",), ("Admin",))
    whole, fewer = with_only(case, roles)
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        made, alone = write(whole, Path(one)), write(fewer, Path(other))
        limited = seen(extract.read(made, whole.world.now), made, (("role", labels),))
        expected = examples.of(extract.read(alone, whole.world.now), alone)
    assume(limited.calendar == expected.calendar)
    seed = dice.random()
    for pick in (Selection(unit), Selection(unit, where=case.can(where))):
        ours, theirs = limited.within(pick), expected.within(pick)
        for found, wanted in zip(answers(ours, Random(seed)), answers(theirs, Random(seed)), strict=True):
            assert_frame_equal(found, wanted)
    for segment in limited.segments:
        assert set(limited.values(segment)) == set(expected.values(segment))


def test_who_sees_only_some_accounts_sees_no_other_through_a_user_who_acts_for_both() -> None:
    events = [*did("ann", "export", "11", account="acme"), *did("ann", "open", "1", account="bolt"),
              *did("bo", "export", "1", account="bolt")]  # fmt: skip
    people = [Person("ann", "acme", attributes={"role": "admin"}), Person("bo", "bolt", attributes={"role": "admin"})]
    case = spelled(events, people, weeks=2, companies={"acme": "pro", "bolt": None})
    with TemporaryDirectory() as name:
        made = write(case, Path(name))
        limited = seen(extract.read(made, case.world.now), made, (("plan", ("Pro",)),))

    by_account = limited.within(Selection("account"))

    assert limited.everyone["id"].to_list() == ["ann"]
    assert by_account.everyone["id"].to_list() == ["acme"]
    assert by_account.rows_of("open").is_empty()
    assert limited.values(limited.segment("plan")) == ["Pro"]


def test_nobody_is_left_for_who_has_no_role_and_for_a_rule_that_nobody_meets() -> None:
    activity, _ = examples.three_users()

    assert access.visible(LOCAL_OWNER, activity.everyone).to_list() == [True, True, True]
    assert access.visible(Viewer("eve"), activity.everyone).to_list() == [False, False, False]
    assert access.visible(Viewer("pat", "viewer", (("plan", ("Free",)),)), activity.everyone).to_list() == [
        False, True, True]  # fmt: skip
    assert not access.visible(Viewer("pat", "viewer", (("plan", ()),)), activity.everyone).any()
