"""What can be picked, what an address means, and what it is when something is picked."""

from dataclasses import replace
from typing import Any, get_args

import polars as pl
import pytest
import streamlit as st

from components import choices, drills, filters, picks
from components.choices import Choice, Values
from queries.activity import Activity
from queries.measures.returning import Returning
from queries.product import Selection, Unit
from tests.examples import three_users
from tests.oracle import Person
from tests.strategies import did, load, spelled


@pytest.fixture(scope="module")
def activity() -> Activity:
    return three_users()[0]


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, activity: Activity) -> dict[str, Values]:
    """A session in which everything is at its default."""
    offered = choices.choices(activity, has_accounts=True, picked={})
    picked = {name: choice.default for name, choice in offered.items()}
    monkeypatch.setattr(st, "session_state", {"picks": picked, "choices": offered})
    return picked


def offered(activity: Activity, *, has_accounts: bool = True, **picked: str) -> dict[str, Choice]:
    return choices.choices(activity, has_accounts=has_accounts, picked={name: (v,) for name, v in picked.items()})


# What can be picked --------------------------------------------------------------------------------------------------


ONE = Choice("Weeks", {"6": "6 weeks", "12": "12"}, ("12",))
TYPED = Choice("Search", {"": "all"}, ("",), typed=True)
SEVERAL = Choice("Plan", {"Pro": "Pro", "Free": "Free"}, several=True)


@pytest.mark.parametrize(("choice", "asked", "kept"), [
    (ONE, ("6",), ("6",)), (ONE, ("13",), ("12",)), (ONE, (), ("12",)), (ONE, ("13", "6", "12"), ("6",)),
    (SEVERAL, ("Free", "Pro"), ("Free", "Pro")), (SEVERAL, ("Free", "Free", "x"), ("Free",)), (SEVERAL, ("x",), ()),
    (TYPED, ("any *text*", "more"), ("any *text*",)), (TYPED, ("x" * 99,), ("x" * 60,)), (TYPED, (), ("",)),
])  # fmt: skip
def test_a_choice_keeps_what_is_on_offer_and_else_its_default(choice: Choice, asked: Values, kept: Values) -> None:
    assert choice.clean(asked) == kept


def test_every_default_is_on_offer(activity: Activity) -> None:
    for name, choice in offered(activity).items():
        assert choice.several or choice.default[0] in choice.options, name


def test_there_are_no_accounts_to_count_where_the_product_has_none(activity: Activity) -> None:
    assert list(offered(activity, has_accounts=False)["unit"].options) == ["user"]
    assert list(offered(activity, has_accounts=True)["unit"].options) == ["user", "account"]


def test_accounts_are_not_split_by_what_users_are(activity: Activity) -> None:
    assert offered(activity)["by"].options == {"plan": "Plan"}
    assert offered(activity, unit="account")["by"].options == {"": "(no segments)"}
    assert offered(activity, has_accounts=False, unit="account")["by"].options == {"plan": "Plan"}


def test_retention_starts_from_a_feature_only_when_one_is_picked(activity: Activity) -> None:
    assert list(offered(activity)["start"].options) == ["signup", "first_active"]
    found = offered(activity, feature="export")
    assert list(found["start"].options) == ["signup", "first_active", "first_use", "any_use"]
    assert (found["start"].default, found["back"].default) == (("first_use",), ("export",))


@pytest.mark.parametrize(("asked", "back"), [(("exprot",), ("",)), (("exprot", "open"), ("open",)),
                                             (("export", "open"), ("export",))])  # fmt: skip
def test_what_hangs_on_a_feature_hangs_on_one_that_there_is(activity: Activity, asked: Values, back: Values) -> None:
    found = choices.choices(activity, has_accounts=True, picked={"feature": asked})

    assert found["feature"].clean(asked) == found["back"].default == back


def test_a_segment_offers_its_values(activity: Activity) -> None:
    plan = offered(activity)["s.plan"]

    assert (plan.label, list(plan.options), plan.several) == ("Plan", ["Free", "Pro"], True)


@pytest.mark.parametrize(("unit", "group"), [("user", "Free"), ("account", "Pro")])
def test_the_largest_group_is_compared_unless_another_is_picked(unit: str, group: str) -> None:
    people = [Person(name, account) for name, account in zip("abcde", ("x", "x", "x", "y", "z"), strict=True)]
    companies: dict[str, str | None] = {"x": "Free", "y": "Pro", "z": "Pro"}
    events = [event for name in "abcde" for event in did(name, "open", "1")]
    activity = load(spelled(events, people, weeks=1, companies=companies))

    found = offered(activity, unit=unit, split="plan")

    assert list(found["a"].options) == ["Pro", "Free", "(unknown)"]
    assert found["a"].default == (group,)
    assert offered(activity, split="plan", a="Pro")["a"].clean(("Pro",)) == ("Pro",)
    assert list(found["z"].options) == ["", *(name for name in found["a"].options if name != group)]


def test_a_group_that_nobody_came_to_of_late_is_not_what_a_comparison_begins_with() -> None:
    roles = {"a": "admin", "b": "admin", "c": "member"}
    people = [Person(name, attributes={"role": role}) for name, role in roles.items()]
    events = [*did("a", "open", "1"), *did("b", "open", "1"), *did("c", "open", "0000000" * 8 + "1")]
    activity = load(spelled(events, people, weeks=9))

    assert offered(activity, split="role")["a"].default == ("Admin",)
    assert offered(activity, split="role", w="6")["a"].default == ("Member",)


# What an address means -----------------------------------------------------------------------------------------------


def test_an_address_speaks_of_what_is_shared_the_segments_and_the_page(state: dict[str, Values]) -> None:
    asked = {"unit": ("account",), "s.plan": ("Pro",), "of": ("all",), "feature": ("export",), "utm": ("x",)}

    assert filters._meant_for("adoption", asked) == {"unit": ("account",), "s.plan": ("Pro",), "of": ("all",)}
    assert filters._meant_for("retention", asked) == {"unit": ("account",), "s.plan": ("Pro",), "feature": ("export",)}


def test_a_click_in_a_segment_filters_the_page_it_leads_to_and_not_the_one_it_left(state: dict[str, Values]) -> None:
    asked = {"to.plan": ("Pro",), "s.plan": ("Free",)}

    assert filters._meant_for("retention", asked) == {"s.plan": ("Pro",)}
    assert filters._meant_for("adoption", asked) == {"s.plan": ("Free",)}


def test_the_address_of_a_page_names_what_is_shared_and_its_own(state: dict[str, Values]) -> None:
    shared = {"unit": ("user",), "w": ("12",), "vs": ("previous",)}

    assert picks.address("adoption") == {**shared, "of": ("eligible",), "by": ("plan",)}
    assert picks.address("retention") == {
        **shared, "start": ("signup",), "count": ("on",), "grain": ("week",), "windows": ("calendar",), "days": ("1",),
        "view": ("curve",),
    }  # fmt: skip


def test_the_address_names_what_only_one_view_needs_only_there(state: dict[str, Values]) -> None:
    state["view"] = ("compare",)

    named = picks.address("retention")

    assert (named["split"], named["a"]) == (("plan",), ("Free",))
    assert "k" not in named


def test_the_address_names_the_segments_filtered_by(state: dict[str, Values]) -> None:
    state["s.plan"] = ("Pro", "Free")

    assert picks.address("adoption")["s.plan"] == ("Pro", "Free")


def test_the_address_says_any_feature_where_it_would_not_be_meant(
    activity: Activity, state: dict[str, Values]
) -> None:
    state.update(feature=("export",), start=("first_use",), back=("",))
    st.session_state["choices"] = offered(activity, feature="export")

    assert picks.address("retention")["back"] == ("",)


# What was picked -----------------------------------------------------------------------------------------------------


def test_the_defaults_are_twelve_weeks_of_users_without_a_filter(state: dict[str, Values]) -> None:
    assert picks.selection() == Selection()
    assert (picks.split(), picks.denominator()) == (("plan",), "eligible")
    assert picks.returning() == Returning()


def test_what_is_picked_is_what_is_asked(state: dict[str, Values]) -> None:
    state.update({"unit": ("account",), "s.plan": ("Pro",), "w": ("26",), "vs": ("year",), "by": ("",), "of": ("all",)})

    assert picks.selection() == Selection("account", (("plan", ("Pro",)),), 26, "year")
    assert (picks.split(), picks.denominator()) == ((), "all")


@pytest.mark.parametrize(("grain", "weeks", "compare", "span"), [
    ("week", 12, "previous", (12, 12)), ("week", 6, "year", (6, 52)), ("day", 6, "previous", (42, 42)),
    ("day", 52, "year", (42, 364)), ("month", 52, "previous", (12, 12)), ("month", 6, "year", (3, 12)),
])  # fmt: skip
def test_the_weeks_make_as_many_cohorts_as_can_be_read(
    grain: Any, weeks: int, compare: Any, span: tuple[int, int]
) -> None:
    assert picks.span(Selection(weeks=weeks, compare=compare), Returning(grain=grain)) == span


# A click -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("state")
def test_a_click_on_a_cell_asks_for_the_feature_in_the_segment(activity: Activity) -> None:
    st.session_state["cells"] = {"selection": {"points": [{"customdata": ["export", "Pro"]}]}}

    drills.opens_cell(activity, ("plan",), "cells")()

    assert st.session_state["go"] == {"feature": ("export",), "to.plan": ("Pro",)}


@pytest.mark.usefixtures("state")
def test_a_click_on_a_dot_asks_for_its_feature_alone() -> None:
    st.session_state["matrix"] = {"selection": {"points": [{"customdata": ["export"]}]}}

    drills.opens_dot("matrix")()

    assert st.session_state["go"] == {"feature": ("export",)}


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("group", "role", "plan"), [
    ("Admin · Pro", "Admin", "Pro"), ("a · b · c", "a", "b · c"), ("a · b · c\N{NO-BREAK SPACE}", "a · b", "c"),
])  # fmt: skip
def test_a_click_on_a_cell_of_two_segments_asks_for_both(group: str, role: str, plan: str) -> None:
    pairs = (("a · b", "c"), ("a", "b · c"), ("Admin", "Pro"))
    people = [Person(f"{one}{other}", other, attributes={"role": one}) for one, other in pairs]
    companies: dict[str, str | None] = {other: other for _, other in pairs}
    activity = load(spelled([*did("ann", "open", "1")], people, weeks=1, companies=companies))
    st.session_state["cells"] = {"selection": {"points": [{"customdata": ["export", group]}]}}

    drills.opens_cell(activity, ("role", "plan"), "cells")()

    assert st.session_state["go"] == {"feature": ("export",), "to.role": (role,), "to.plan": (plan,)}


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize("unit", get_args(Unit))
def test_a_click_on_a_cell_by_what_the_events_say_asks_for_that_too(unit: Unit) -> None:
    events = [replace(event, device="ios") for event in did("ann", "export", "1")]
    case = spelled(events, [Person("ann", "acme")], weeks=1, companies={"acme": "Pro"})
    activity = load(replace(case, devices=True)).within(Selection(unit))
    table = pl.DataFrame({"Feature ": ["Export"], "Pro · iOS": ["1 of 1"]})
    st.session_state["cells"] = {"selection": {"points": [{"customdata": ["export", "Pro · iOS"]}]}}
    st.session_state["grid"] = {"selection": {"cells": [(0, "Pro · iOS")]}}

    drills.opens_cell(activity, ("plan", "device"), "cells")()
    by_figure = st.session_state.pop("go")
    drills.opens_grid_cell(activity, table, {"Export": "export"}, ("plan", "device"), "grid")()

    assert by_figure == {"feature": ("export",), "to.plan": ("Pro",), "to.device": ("iOS",)}
    assert st.session_state["go"] == by_figure


@pytest.mark.usefixtures("state")
def test_a_click_on_a_name_in_the_table_twin_asks_for_its_feature_alone(activity: Activity) -> None:
    table = pl.DataFrame({"Feature ": ["Export"], "Pro": ["90 %"]})
    st.session_state["grid"] = {"selection": {"cells": [(0, "Feature ")]}}

    drills.opens_grid_cell(activity, table, {"Export": "export"}, ("plan",), "grid")()

    assert st.session_state["go"] == {"feature": ("export",)}


@pytest.mark.usefixtures("state")
def test_a_click_that_unpicks_asks_for_nothing(activity: Activity) -> None:
    st.session_state["cells"] = {"selection": {"points": []}}

    drills.opens_cell(activity, ("plan",), "cells")()

    assert "go" not in st.session_state
