"""Which features belong to a strategy pillar."""

from dataclasses import replace
from typing import Any, cast

from queries.metrics import Metric
from queries.okr.pillar import features_of
from queries.okr.results import Aim
from queries.product import Feature
from tests.queries.okr.goals import result

METRIC = Metric("adoption.api", "API", "rate", "better", "input", "", cast(Any, None), cast(Any, None),
                feature="api")  # fmt: skip
FEATURES = [Feature("sso", "SSO", ()), Feature("api", "API", ()), Feature("rules", "Rules", (), area="Up-Market"),
            Feature("boards", "Boards", (), area="Core")]  # fmt: skip


def aim(pillar: str | None, *features: str, metric: str | None = None) -> Aim:
    one = result("on track", 0.5)
    results = (replace(one, asked=replace(one.asked, metric=metric)),)
    return Aim("1", "A", "Dana", None, pillar, features, 1.0, results, None, "on track")


def test_a_pillar_has_the_features_of_its_area_of_its_objectives_and_of_its_key_results() -> None:
    aims = [aim("Up-market", "sso", "gone"), aim("Up-market", metric="adoption.api"), aim("Other", "boards"),
            aim(None, "boards"), aim("Up-market", metric="adoption.gone")]  # fmt: skip

    assert features_of("Up-market", aims, {"adoption.api": METRIC}, FEATURES) == ("sso", "api", "rules")
    assert features_of("Nothing", [aim("Nothing")], {}, FEATURES) == ()
