"""What is taken away is noted: who took what, when, and with which filters. What cannot be noted is not given."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlencode

import streamlit as st

from components import filters, forms, signin
from queries import snapshot
from queries.snapshot.background import Clock


def logged(file: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """`make`, which notes in the log that the file was taken. It may be called beside the script, after it has run."""
    viewer, product = signin.viewer(), snapshot.product().name
    clock = cast(Clock, st.session_state["clock"])
    page = st.session_state["address"][0]
    view = "?".join(part for part in (page, urlencode(filters.address(page), doseq=True)) if part)

    def made() -> bytes:
        data = make()
        what = {"file": file, "view": view, "bytes": len(data)}
        forms.store(viewer).note_export(product, what, by=viewer.name, at=clock())
        return data

    return made
