"""`[people]` of the product file: who is named, and every mistake in it."""

from pathlib import Path

from queries.product.people import People, RowRule
from tests.queries.product.test_file import EVENTS, USERS, WAREHOUSE, load, mistakes

REGION = '[users.segments.region]\nvalues = { emea = "EMEA", amer = "Americas" }\n[users.segments.team]\n'
FILE = WAREHOUSE + EVENTS + "[events.segments.device]\n" + USERS + REGION


def test_everything_that_people_may_say_is_read(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        FILE + '[people]\nadmins = "Dana@Example.com"\neditors = ["group:Product team"]\nviewers = ["@Example.com"]\n'
        'list_units = ["group:research"]\ngroup_claim = "roles"\nsmallest_group = 10\n[[people.rules]]\n'
        'who = ["@partner.example"]\nonly = { region = ["EMEA", "(unknown)"], team = "any name" }\n',
    )

    assert made.people == People(
        ("dana@example.com",), ("group:Product team",), ("@example.com",), ("group:research",), "roles", 10,
        (RowRule(("@partner.example",), (("region", ("EMEA", "(unknown)")), ("team", ("any name",)))),),
    )  # fmt: skip


def test_without_the_section_nobody_has_a_role(tmp_path: Path) -> None:
    assert load(tmp_path, FILE).people == People()


def test_who_has_a_role_changes_nothing_that_is_counted(tmp_path: Path) -> None:
    alone = load(tmp_path, FILE).definition_hash()

    assert load(tmp_path, FILE + '[people]\nadmins = "dana@example.com"\n').definition_hash() == alone


def test_every_mistake_about_people_is_said_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        FILE + '[people]\nadmins = ["dana"]\neditors = ["*@example.com"]\nviewer = "@example.com"\nsmallest_group = 0\n'
        '[[people.rules]]\nwho = "@partner.example"\nonly = { regoin = "EMEA" }\n'
        '[[people.rules]]\nonly = { region = ["emea", "Other"], device = "web" }\n'
        '[[people.rules]]\nwho = "eve @example.com"\nonly = {}\n',
    )

    assert found == {
        "people.admins": "'dana' is nobody; write an e-mail address, `@domain` or `group:name`.",
        "people.editors": "'*@example.com' is nobody; write an e-mail address, `@domain` or `group:name`.",
        "people.viewer": "unknown key, did you mean `viewers`?",
        "people.smallest_group": "must be a whole number from 1 to 1000, not 0.",
        "people.rules[1].only.regoin": "there is no segment 'regoin', did you mean `region`?",
        "people.rules[2].who": "is missing; it says whom the rule is for.",
        "people.rules[2].only.region": "'Other' changes with the numbers; name the values themselves.",
        "people.rules[2].only.device": "is an attribute of events; name one of users or accounts.",
        "people.rules[3].who": "'eve @example.com' is nobody; write an e-mail address, `@domain` or `group:name`.",
        "people.rules[3].only": 'is missing; it says what they see, such as { region = ["EMEA"] }.',
    }


def test_a_label_that_the_file_does_not_give_is_no_rule(tmp_path: Path) -> None:
    rules = '[people]\nadmins = "@example.com"\n[[people.rules]]\nwho = "@example.com"\nonly = { region = "emea" }\n'

    assert mistakes(tmp_path, FILE + rules) == {
        "people.rules[1].only.region": "there is no label 'emea', did you mean `EMEA`?"
    }


def test_a_section_that_names_nobody_is_a_mistake(tmp_path: Path) -> None:
    assert mistakes(tmp_path, FILE + "[people]\n") == {
        "people.admins": 'nobody has a role; name at least yourself, such as "dana@example.com".'
    }
