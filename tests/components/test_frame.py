"""What stands around every page."""

import pytest
import streamlit

from components import frame


def test_where_a_page_will_stand_is_shown_the_first_time_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[int] = []

    monkeypatch.setattr(streamlit, "session_state", {})
    monkeypatch.setattr(streamlit, "skeleton", lambda height: shown.append(height))
    monkeypatch.setattr(streamlit, "empty", lambda: None)

    for page in ("adoption", "weekly", "adoption"):
        frame.loading(page)

    assert shown == [frame.HIGH, frame.HIGH]
