"""`[metrics]` of the product file: what a team says of its metrics, and every mistake in it."""

from datetime import date
from pathlib import Path

from queries.product.metrics import Certified, Governed, MadeOf, Revision
from queries.product.review import Reviewed
from tests.queries.product.test_file import EVENTS, WAREHOUSE, load, mistakes

FILE = WAREHOUSE + EVENTS + "[features.export]\ncore = true\n[features.open]\n"


def test_everything_that_is_said_of_metrics_is_read(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        FILE + '[metrics.week4_retention]\nowner = "Dana"\ntier = 1\nstatus = "approved"\ntarget = 0.4\n'
        'certified = { by = "Dana", at = 2026-11-02, hash = "0123456789abcdef" }\n'
        '[[metrics.week4_retention.changelog]]\non = 2026-10-02\nwhat = "From sign-up on"\nby = "Mira"\n'
        'breaks_history = true\n'
        '[metrics.adoption.export]\ntier = 2\n[metrics."new_adopters.open"]\nstatus = "draft"\n'
        '[metrics.dormant]\nstatus = "deprecated"\nreplaced_by = "adoption.open"\n'
        '[metrics.actives_per_new]\nratio = ["weekly_actives", "new"]\ntarget = 12\n'
        '[metrics.gap]\ndifference = ["adoption.export", "adoption.open"]\nlabel = "The gap"\nup = "worse"\n'
        'target = -0.05\n',
    )

    assert made.metrics == (
        Governed("week4_retention", "Dana", 1, "approved", target=0.4,
                 certified=Certified("Dana", date(2026, 11, 2), "0123456789abcdef"),
                 changelog=(Revision(date(2026, 10, 2), "From sign-up on", "Mira", breaks_history=True),)),
        Governed("adoption.export", tier=2),
        Governed("new_adopters.open", status="draft"),
        Governed("dormant", status="deprecated", replaced_by="adoption.open"),
        Governed("actives_per_new", target=12.0,
                 made_of=MadeOf("ratio", ("weekly_actives", "new"), "Actives per new")),
        Governed("gap", target=-0.05,
                 made_of=MadeOf("difference", ("adoption.export", "adoption.open"), "The gap", "worse")),
    )  # fmt: skip


def test_what_is_said_of_metrics_changes_nothing_that_is_counted(tmp_path: Path) -> None:
    alone = load(tmp_path, FILE).definition_hash()

    said = load(tmp_path, FILE + '[metrics.new]\nowner = "Mira"\n[metrics.x]\nratio = ["new", "dormant"]\n')

    assert said.definition_hash() == alone
    assert load(tmp_path, FILE).metrics == ()


def test_a_metric_that_is_made_in_the_file_may_be_reviewed(tmp_path: Path) -> None:
    made = load(
        tmp_path,
        FILE + '[metrics.x]\nratio = ["new", "dormant"]\n[metrics.y]\ndifference = ["adoption.open", "activation"]\n'
        '[[review]]\nmetric = "x"\ntarget = 3\n[[review]]\nmetric = "y"\ntarget = -0.1\n',
    )

    assert made.review == (Reviewed("x", target=3.0), Reviewed("y", target=-0.1))


def test_every_mistake_about_what_is_said_of_metrics_is_told_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        FILE + '[metrics.week4_retentoin]\ntier = 4\nstatus = "aproved"\ntarget = 300\n'
        '[metrics.activation]\nstatus = "draft"\nreplaced_by = "resurrected"\ntarget = 40\n'
        'certified = { by = "Dana", at = "today", hash = "XYZ", on = 1 }\nchangelog = [{ on = 2026-01-02, waht = 1 }]\n'
        '[metrics.new]\nstatus = "deprecated"\nreplaced_by = "nwe"\nlabel = "Fresh"\nup = "better"\ncertified = {}\n'
        '[metrics.dormant]\nstatus = "deprecated"\nreplaced_by = "new"\nchangelog = { on = 2026-01-02 }\n'
        '[metrics.adoption.exprt]\n[metrics.adoption.open]\n[metrics."adoption.open"]\n',
    )

    metrics = "`new`, `activation`, `core_adoption`, `days_active`, `resurrected`, `dormant`, `week4_retention`, "
    assert found == {
        "metrics.week4_retentoin": "there is no metric 'week4_retentoin', did you mean `week4_retention`? A new one "
        "needs a `ratio` or a `difference` of two others.",
        "metrics.week4_retentoin.tier": "must be a whole number from 1 to 3, not 4.",
        "metrics.week4_retentoin.status": "'aproved' is no status, did you mean `approved`?",
        "metrics.activation.replaced_by": 'is for a metric with `status = "deprecated"` alone.',
        "metrics.activation.target": "must be a share over 0 and up to 1, such as 0.42 for 42 %, not 40.",
        "metrics.activation.certified": "a metric that is a draft is not certified; leave this out, or make it "
        '`status = "approved"`.',
        "metrics.activation.certified.at": "must be a date like 2026-03-01, not 'today'.",
        "metrics.activation.certified.hash": "'XYZ' is no hash of a definition; copy the line that the page Metrics "
        "shows.",
        "metrics.activation.certified.on": "unknown key, known: `at`, `by`, `hash`.",
        "metrics.activation.changelog[1].what": "is missing; it says what was changed.",
        "metrics.activation.changelog[1].waht": "unknown key, did you mean `what`?",
        "metrics.new.replaced_by": "there is no metric 'nwe', did you mean `new`?",
        "metrics.new.label": "is for a metric that is made here, with `ratio` or `difference`.",
        "metrics.new.up": "is for a metric that is made here, with `ratio` or `difference`.",
        "metrics.new.certified": "a metric that is deprecated is not certified; leave this out, or make it "
        '`status = "approved"`.',
        "metrics.new.certified.by": "is missing; it says who vouches for it. The page Metrics shows the line to write.",
        "metrics.new.certified.at": "is missing; it says the day. The page Metrics shows the line to write.",
        "metrics.new.certified.hash": "is missing; it says the definition that was looked at. The page Metrics shows "
        "the line to write.",
        "metrics.dormant.replaced_by": "'new' is deprecated; name a metric that is still in use.",
        "metrics.dormant.changelog": "must be a list: write [[metrics.dormant.changelog]] before each of its tables.",
        "metrics.adoption.exprt": "there is no metric 'adoption.exprt', did you mean `adoption.export` or "
        "`new_adopters.export` or `adoption.open`? A new one needs a `ratio` or a `difference` of two others.",
        "metrics.adoption.open": "is described twice; keep one of the sections.",
    }
    assert metrics in mistakes(tmp_path, FILE + "[metrics.zzz]\n")["metrics.zzz"]


def test_every_mistake_in_a_metric_made_of_two_is_told_at_once(tmp_path: Path) -> None:
    found = mistakes(
        tmp_path,
        FILE + '[metrics.a]\nratio = ["weekly_actives", "b"]\nup = "down"\n[metrics.b]\nratio = ["a", "new"]\n'
        '[metrics.c]\ndifference = ["adoption.export", "days_active"]\ntarget = 3\nlabel = "E"\n'
        '[metrics.d]\nratio = ["week4_retention", "new"]\n[metrics.d2]\nratio = ["new~account", "dormant"]\n'
        '[metrics.e]\nratio = ["nwe", "dormant"]\n[metrics.f]\nratio = ["e", "dormant"]\n'
        '[metrics.g]\nratio = ["new", "new"]\n[metrics.h]\ndifference = "new"\nratio = ["new", "dormant"]\n'
        '[metrics.dormant]\nratio = ["new", "resurrected"]\n[metrics."per cent"]\nratio = ["new", "dormant"]\n'
        '[metrics.i]\ndifference = ["c", "activation"]\n[metrics.self]\nratio = ["self", "new"]\n',
    )

    assert found == {
        "metrics.a.ratio": "'b' is made of 'a' in turn, so neither could be counted; name metrics that are not.",
        "metrics.a.up": "says which way more is: \"better\" or \"worse\", not 'down'.",
        "metrics.b.ratio": "'a' is made of 'b' in turn, so neither could be counted; name metrics that are not.",
        "metrics.c.difference": "'days_active' is no share, and a difference is of two shares, in points, known: "
        "`activation`, `core_adoption`, `week4_retention`, `adoption.export`, `adoption.open`.",
        "metrics.c.target": "must be from -1 to 1, such as 0.05 for 5 points, not 3.",
        "metrics.c.label": "'E' is the label of another metric too.",
        "metrics.e.label": "'E' is the label of another metric too.",
        "metrics.d.ratio": "'week4_retention' is a ratio itself, and a ratio of ratios does not add up; take two "
        "counts, known: `new`, `resurrected`, `dormant`, `weekly_actives`, `new_adopters.export`, `new_adopters.open`.",
        "metrics.d2.ratio": "'new~account' counts accounts; a metric counts users on both sides, or accounts on both, "
        "as is picked where it is shown. Write 'new'.",
        "metrics.e.ratio": "there is no metric 'nwe', did you mean `new`?",
        "metrics.f.ratio": "'e' is made of two others itself, and such a ratio does not add up; name metrics that are "
        "not.",
        "metrics.g.ratio": 'must name two different metrics, such as ["weekly_actives", "new"].',
        "metrics.h.ratio": "give one of `ratio` and `difference`.",
        "metrics.dormant": "is counted already; give the ratio a name of its own.",
        "metrics.per cent": "the name of a metric has letters, digits, - and _ alone; it goes into links.",
        "metrics.i.difference": "'c' is made of two others itself, and such a difference does not add up; name metrics "
        "that are not.",
        "metrics.self.ratio": "'self' is made of 'self' in turn, so neither could be counted; name metrics that are "
        "not.",
    }


def test_without_listed_features_a_metric_of_any_event_name_may_be_meant(tmp_path: Path) -> None:
    said = '[metrics.adoption.anything]\nowner = "Dana"\n[metrics.x]\nratio = ["new_adopters.anything", "new"]\n'

    assert [each.key for each in load(tmp_path, WAREHOUSE + EVENTS + said).metrics] == ["adoption.anything", "x"]
