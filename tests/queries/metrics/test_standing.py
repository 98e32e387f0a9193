"""How far metrics are to be trusted, what they are made of, and how they are found."""

from dataclasses import replace
from datetime import date

import pytest

from queries import config
from queries.activity import Activity
from queries.metrics.standing import Entry, breaks, chosen, entries, nearest, preferred
from queries.metrics.terms import differences, terms
from queries.product import Feature, Product, Segment
from queries.product import file as product_file
from queries.product.metrics import Certified, Governed, MadeOf, Revision
from tests.examples import three_users
from tests.queries.metrics.test_definition import EXAMPLE

DAY = date(2026, 10, 5)


def product(*said: Governed) -> Product:
    return replace(EXAMPLE, metrics=said)


def activity(made: Product) -> Activity:
    return replace(three_users()[0], features=made.features, segments=made.segments, governed=made.metrics)


def known(*said: Governed, of: Product = EXAMPLE) -> dict[str, Entry]:
    made = replace(of, metrics=said)
    return {one.metric.key: one for one in entries(activity(made), made)}


def certified(key: str, hash: str) -> Governed:
    return Governed(key, certified=Certified("Dana", DAY, hash))


# Trust ---------------------------------------------------------------------------------------------------------------


def test_a_certificate_holds_for_the_definition_that_was_looked_at_and_for_no_other() -> None:
    now = known()["adoption.open"].hash
    before = known(certified("adoption.open", now))["adoption.open"]

    features = tuple(replace(each, events=(*each.events, "glance")) if each.key == "open" else each
                     for each in EXAMPLE.features)  # fmt: skip
    after = known(certified("adoption.open", now), of=replace(EXAMPLE, features=features))["adoption.open"]
    renamed = tuple(replace(each, label="Look", owner="Ann", target=0.9) for each in EXAMPLE.features)
    same = known(certified("adoption.open", now), of=replace(EXAMPLE, features=renamed))["adoption.open"]

    assert [one.standing for one in (before, after, same)] == ["certified", "changed", "certified"]


def test_the_standing_of_a_metric_is_what_is_said_of_it() -> None:
    found = known(Governed("new", status="draft"), Governed("dormant", status="deprecated"),
                  Governed("days_active", status="approved"))  # fmt: skip

    assert [found[key].standing for key in ("new", "dormant", "days_active", "activation")] == [
        "draft", "deprecated", "approved", ""]  # fmt: skip


def test_first_come_those_of_the_first_tier_and_last_those_that_are_deprecated() -> None:
    gone = Governed("days_active", status="deprecated", tier=1)

    found = list(known(Governed("dormant", tier=1), Governed("new", tier=2), gone))

    assert (found[:3], found[-1]) == (["dormant", "new", "activation"], "days_active")


def test_the_owner_is_the_one_of_the_metric_or_else_of_its_feature() -> None:
    features = tuple(replace(each, owner="Milo", area="Files") for each in EXAMPLE.features)
    found = known(Governed("adoption.open", owner="Dana"), of=replace(EXAMPLE, features=features))

    assert [found[key].owner for key in ("adoption.open", "adoption.export", "new")] == ["Dana", "Milo", None]
    assert found["adoption.export"].area == "Files"


def test_of_two_metrics_the_one_that_is_trusted_more_is_preferred() -> None:
    found = known(Governed("new", status="draft"), Governed("dormant", tier=2), Governed("resurrected", tier=1))

    assert preferred(found["new"], found["dormant"]) is found["new"]
    assert preferred(found["dormant"], found["resurrected"]) is found["resurrected"]
    assert preferred(found["activation"], found["days_active"]) is None


def test_the_certificates_of_the_demo_are_of_its_definitions() -> None:
    made = product_file.load(config.DEMO_PRODUCT)
    found = entries(activity(made), made)

    assert sorted(one.metric.key for one in found if one.said.certified) == ["week4_retention", "weekly_actives"]
    assert [(one.metric.key, one.hash) for one in found if one.standing == "changed"] == []
    assert {one.standing for one in found} == {"certified", "approved", "draft", "deprecated", ""}


def test_a_change_that_parts_history_also_parts_that_of_metrics_made_of_it() -> None:
    parted, plain = Revision(DAY, "Bots are out", breaks_history=True), Revision(DAY, "A word")
    made = product(Governed("new", changelog=(plain, parted)), Governed("dormant", changelog=(plain,)),
                   Governed("per", made_of=MadeOf("ratio", ("dormant", "new"), "Per")))  # fmt: skip

    assert breaks(made) == [("new", parted), ("per", parted)]


# Finding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "keys"), [
    ("week-4", ["week4_retention"]), ("CHURN", ["dormant", "week4_retention"]), ("stickiness", ["days_active"]),
    ("export adoption", ["adoption.export"]), ("stickyness", []), ("dana", ["new"]),
])  # fmt: skip
def test_a_metric_is_found_by_its_names_other_names_and_owner(text: str, keys: list[str]) -> None:
    found = chosen(list(known(Governed("new", owner="Dana")).values()), text)

    assert sorted(one.metric.key for one in found) == sorted(keys)


def test_metrics_are_chosen_by_standing_and_by_topic() -> None:
    every = list(known(Governed("new", status="draft")).values())

    assert [one.metric.key for one in chosen(every, standing="draft")] == ["new"]
    assert [one.metric.key for one in chosen(every, about="Retention")] == ["resurrected", "dormant", "week4_retention"]
    assert len(chosen(every, standing="none")) == len(every) - 1


@pytest.mark.parametrize(("text", "key"), [
    ("stickyness", "days_active"), ("week 4 retention", "week4_retention"), ("adoptoin of open", "adoption.open"),
])  # fmt: skip
def test_a_name_that_none_has_leads_to_the_nearest(text: str, key: str) -> None:
    near = nearest(list(known().values()), text)

    assert near is not None
    assert near.metric.key == key


def test_a_name_that_is_near_to_none_leads_nowhere() -> None:
    assert nearest(list(known().values()), "zzzzzz") is None


# Terms ---------------------------------------------------------------------------------------------------------------


def test_the_terms_of_a_feature_name_its_events_and_who_is_eligible() -> None:
    found = terms(known()["adoption.export"].metric, activity(EXAMPLE))

    assert (found.shows_use, found.population) == ("csv, pdf", "{units} with Plan Business or Enterprise")
    assert (found.numerator, found.denominator) == ("those of them that used Export in the week", "eligible {units}")


def test_two_metrics_differ_in_the_terms_in_which_they_do() -> None:
    every, whole = known(), activity(EXAMPLE)

    def apart(one: str, other: str) -> tuple[str, ...]:
        return differences(terms(every[one].metric, whole), terms(every[other].metric, whole))

    assert apart("new", "new") == ()
    assert apart("resurrected", "dormant") == ("numerator", "better")
    assert apart("adoption.open", "adoption.export") == ("numerator", "population", "shows_use")
    assert apart("weekly_actives", "days_active") == ("numerator", "denominator", "population", "unit")


def test_a_metric_made_of_two_has_the_terms_of_both() -> None:
    per, gap = (Governed("per", made_of=MadeOf("ratio", ("new", "dormant"), "Per")),
                Governed("gap", made_of=MadeOf("difference", ("adoption.open", "adoption.export"), "Gap")))  # fmt: skip
    every, whole = known(per, gap), activity(EXAMPLE)

    ratio, difference = (terms(every[key].metric, whole) for key in ("per", "gap"))

    assert ratio.numerator == "{units} active for the first time in all history"
    assert ratio.denominator == "{units} active in the week before and not in the week"
    assert ratio.population == "first: {units} whose start is known; second: all {units}"
    assert (difference.numerator, difference.denominator, difference.unit) == (
        "Adoption of Open", "taken off: Adoption of Export", "points")  # fmt: skip


def test_every_metric_has_terms_even_where_names_look_like_code() -> None:
    odd = Feature("odd", "{units} {0} | *x*", ("e",), eligible=(("plan", ("Business",)),))
    made = replace(EXAMPLE, features=(*EXAMPLE.features, odd), segments=(Segment("plan", "{plan}", "p", "user"),))

    for one in known(of=made).values():
        assert all(vars(terms(one.metric, activity(made))).values()) or one.metric.form in ("flow", "level")
