"""What is read of what people write: once a run, however many parts of the page ask for it."""

from datetime import datetime, timedelta

import pytest
import streamlit as st

from components import forms
from queries.errors import StoreError

NOW = datetime(2026, 11, 18, 9)


def test_what_people_wrote_is_read_once_a_run_and_what_failed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {"now": NOW})
    read: list[int] = []

    def reading() -> int:
        read.append(len(read))
        if len(read) == 2:
            raise StoreError("It is away.")
        return len(read)

    assert [forms.once("marks", reading), forms.once("marks", reading)] == [1, 1]
    st.session_state["now"] = NOW + timedelta(seconds=1)
    with pytest.raises(StoreError):
        forms.once("marks", reading)
    assert [forms.once("marks", reading), forms.once("marks", reading)] == [3, 3]
    assert forms.once("views", lambda: "another") == "another"
