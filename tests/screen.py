"""What tests ask of the screen: the app at a page, run by Streamlit's own test driver, and what stands on it."""

import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest

from components.filters import PAGES
from queries.config import HOME

APP = HOME / "app.py"
OPENED = ("about", "filter", "saved views", "share", "how computed", "how computed segments")  # drawn once opened


def started(page: str | None = None, **asked: Any) -> AppTest:
    """The app, not run yet, at a page as a link with this query opens it, with all open that can be opened.

    page: none for the first address. asked: `s_plan` stands for `s.plan`, and `to_plan` for `to.plan`.
    """
    app = AppTest.from_file(APP, default_timeout=60)
    if page:
        app = app.switch_page(PAGES[page])
    for name, value in asked.items():
        app.query_params[re.sub("^(s|to)_", r"\1.", name)] = value
    for key in OPENED:
        app.session_state[key] = True
    return app


def opened(page: str = "adoption", **asked: Any) -> AppTest:
    """A page as a link with this query opens it."""
    return started(page, **asked).run()


def picked(app: AppTest, name: str, value: Any) -> AppTest:
    """The app after a choice was made with its widget."""
    return set_to(app, f"pick {name}", value)


def set_to(app: AppTest, key: str, value: Any) -> AppTest:
    """The app after the widget of a key was set."""
    widget: Any = app.get_by_key(key)
    widget.set_value(value).run()
    return app


def ways_out(app: AppTest) -> list[str]:
    """What the buttons under an answer that is none say."""
    return [button.label for button in app.button if re.match("Clear |Show |Widen ", button.label)]


def clicked(app: AppTest, label: str) -> AppTest:
    """The app after the button of this label was clicked."""
    return next(button for button in app.button if button.label == label).click().run()


def sentences(app: AppTest) -> str:
    """All running text on the screen."""
    return "\n".join(text.value for texts in (app.error, app.warning, app.markdown, app.caption) for text in texts)


def answer(app: AppTest) -> str:
    """The first sentences of the page, under filters and freshness."""
    after = [text.value for text in app.main.markdown]
    return next(text for text in after if re.match(r"\*\*(?!Sightline)", text))


def figure(app: AppTest, number: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.get("plotly_chart")[number].proto.spec)
    return found


def rows(app: AppTest) -> list[str]:
    """The names of the rows of the last figure of the page."""
    return list(figure(app, -1)["layout"]["yaxis"]["ticktext"])


def address(app: AppTest) -> dict[str, list[str]]:
    """The query in the address bar."""
    return {name: value if isinstance(value, list) else [value] for name, value in app.query_params.items()}


def warnings(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


def assert_stands(app: AppTest) -> None:
    """The page was drawn: nothing went wrong that nobody thought of."""
    assert not app.exception, sentences(app)
    assert not app.error


def assert_nothing_unescaped(app: AppTest) -> None:
    """Whatever Streamlit reads as Markdown holds the names of the data only in escaped form."""
    labels = [element.label for kind in ("button", "multiselect", "toggle", "metric") for element in app.get(kind)]  # type: ignore[union-attr]
    for text in [sentences(app), *labels]:
        for name in ("<script>", "**bold**", ":red[", "$x$", "[link](", "`code`", ":material/star:", "<b>x"):
            assert name not in text, text
