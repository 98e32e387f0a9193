"""A warehouse that sleeps stays asleep, whatever people click: nothing but a refresh asks it anything."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from queries import config, snapshot
from tests.doubles.stand_in import Double

pytestmark = pytest.mark.slow

PRODUCT = """
name = "Shop"
[events]
table = "events"
user = "user_id"
time = "occurred"
name = "event_name"
[users]
table = "people"
id = "id"
signup = "signup"
[users.segments.role]
[features.find]
[features.pay]
[warehouse.snowflake]
"""


def test_no_click_sends_a_statement_to_the_warehouse(
    shop_on_snowflake: Double, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [f"{key} = {value if isinstance(value, int) else repr(value)}"
             for key, value in shop_on_snowflake.parameters.items()]  # fmt: skip
    (tmp_path / "product.toml").write_text(PRODUCT + "\n".join(given))
    monkeypatch.setenv("SIGHTLINE_PRODUCT", str(tmp_path / "product.toml"))
    monkeypatch.delenv("SIGHTLINE_DATA", raising=False)
    snapshot.refresh(datetime.now(UTC))
    asked, logins = shop_on_snowflake.statements(), shop_on_snowflake.logins()

    for page in ("adoption", "retention", "engagement", "feature"):
        app = AppTest.from_file(str(config.HOME / "app.py"), default_timeout=30)
        app.switch_page(f"pages/understand/{page}.py").run()
        app.get_by_key("pick w").set_value("26").run()  # type: ignore[union-attr]
        app.query_params["s.role"] = "admin"
        app.run()
        assert not app.exception
        assert len(app.markdown) > 2

    assert len(asked) > 4
    assert (shop_on_snowflake.statements(), shop_on_snowflake.logins()) == (asked, logins)
