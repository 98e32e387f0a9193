"""The hash of a definition: what changes it, and what does not."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from queries import metrics
from queries.measures.depth import stages
from queries.metrics import Metric, definition_hash
from queries.product import Connection, Events, Exclusion, Feature, Product, Segment, Users
from tests.examples import three_users

PLAN = Segment("plan", "Plan", "plan", "account", (("ent", "Enterprise"), ("biz", "Business"), ("free", "Free")))
EXPORT = Feature("export", "Export", ("csv", "pdf"), eligible=(("plan", ("Business", "Enterprise")),), core=True)
OPEN = Feature("open", "Open", ("open", "see"))
STAFF = Exclusion("email", "ends_with", ("@us.example",), "staff")
EXAMPLE = Product(
    "Example", "Europe/Berlin", 0, Connection("duckdb:///a.duckdb"), Events("events", "user", "at", "name"),
    Users("users", "id", signup="created", exclude=(STAFF,)), segments=(PLAN,), features=(EXPORT, OPEN),
)  # fmt: skip
Changed = Callable[[Product], Product]


def known() -> dict[str, Metric]:
    marked = replace(three_users()[0], features=(EXPORT, OPEN))
    return metrics.catalogue(marked)


def changed(before: Product, after: Product) -> set[str]:
    """The metrics whose hash differs between two products."""
    return {key for key, one in known().items() if definition_hash(one, before) != definition_hash(one, after)}


def with_feature(feature: Feature, product: Product, **parts: Any) -> Product:
    made = replace(feature, **parts)
    return replace(product, features=tuple(made if each is feature else each for each in product.features))


def users(product: Product, **parts: Any) -> Product:
    assert product.users is not None
    return replace(product, users=replace(product.users, **parts))


OF_EXPORT = {"adoption.export", "new_adopters.export", "core_adoption"}
OF_OPEN = {"adoption.open", "new_adopters.open"}
WHOLE = {"new", "resurrected", "dormant", "days_active", "weekly_actives", "week4_retention"}
ALL = {*WHOLE, *OF_EXPORT, *OF_OPEN, "activation"}


@pytest.mark.parametrize(("change", "of"), [
    (partial(with_feature, EXPORT, events=("csv",)), {*OF_EXPORT, *WHOLE, "activation"}),
    (partial(with_feature, OPEN, events=("open",)), {*OF_OPEN, *WHOLE}),
    (partial(with_feature, EXPORT, eligible=()), OF_EXPORT),
    (partial(with_feature, EXPORT, eligible=(("plan", ("Enterprise",)),)), OF_EXPORT),
    (partial(with_feature, OPEN, active=False), WHOLE),
    (partial(replace, segments=(replace(PLAN, labels=(*PLAN.labels, ("trial", "Business"))),)), OF_EXPORT),
    (partial(users, exclude=()), ALL),
    (partial(users, exclude=(replace(STAFF, values=("@them.example",)),)), ALL),
    (partial(users, signup="invited"), ALL),
    (partial(users, ended="closed"), ALL),
    (partial(replace, timezone="UTC"), ALL),
    (partial(replace, week_start=6), ALL),
])  # fmt: skip
def test_what_decides_over_the_numbers_of_a_metric_changes_its_hash_and_no_others(
    change: Changed, of: set[str]
) -> None:
    assert changed(EXAMPLE, change(EXAMPLE)) == of


def renamed(product: Product) -> Product:
    """The same values under another name, in the segment and in the rule."""
    labels = tuple((value, "Company" if value == "ent" else label) for value, label in PLAN.labels)
    rule = (("plan", ("Company", "Business")),)
    return with_feature(EXPORT, replace(product, segments=(replace(PLAN, labels=labels),)), eligible=rule)


@pytest.mark.parametrize("change", [
    partial(with_feature, EXPORT, label="Exports", area="Files", owner="Dana", target=0.3),
    partial(with_feature, EXPORT, events=("pdf", "csv"), eligible=(("plan", ("Enterprise", "Business")),)),
    renamed,
    partial(replace, name="Other", connection=Connection("duckdb:///b.duckdb"), features=(OPEN, EXPORT)),
    partial(users, table="people", exclude=(replace(STAFF, why="ourselves"),)),
])  # fmt: skip
def test_names_owners_targets_order_and_place_change_no_hash(change: Changed) -> None:
    assert changed(EXAMPLE, change(EXAMPLE)) == set()


@pytest.mark.parametrize("parts", [
    {"definition": "{units} that did something else."}, {"version": 2}, {"form": "level"}, {"up": "worse"},
    {"age": 8}, {"features": ("open",)}, {"measure": stages},
])  # fmt: skip
def test_another_definition_has_another_hash(parts: dict[str, Any]) -> None:
    for key in ("week4_retention", "adoption.export"):
        one = known()[key]
        assert definition_hash(replace(one, **parts), EXAMPLE) != definition_hash(one, EXAMPLE)


def test_another_label_or_key_is_the_same_definition() -> None:
    one = known()["week4_retention"]

    assert definition_hash(replace(one, label="Back in week 4", key="w4"), EXAMPLE) == definition_hash(one, EXAMPLE)


def test_the_activation_is_of_the_features_that_the_file_names() -> None:
    one, other = (metrics.catalogue(three_users()[0], keys)["activation"] for keys in (("open",), ("export",)))

    assert definition_hash(one, EXAMPLE) != definition_hash(other, EXAMPLE)


def test_no_two_metrics_have_one_hash_and_it_is_the_same_in_another_process() -> None:
    found = {key: definition_hash(one, EXAMPLE) for key, one in known().items()}

    program = ("from tests.queries.metrics.test_definition import *\n"
               "print({key: definition_hash(one, EXAMPLE) for key, one in known().items()})")  # fmt: skip
    again = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert len({*found.values()}) == len(found)
    assert again.strip() == repr(found)
