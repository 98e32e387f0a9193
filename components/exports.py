"""What is taken away is noted: who took what, when, and with which filters. What cannot be noted is not given."""

from collections.abc import Callable
from functools import partial
from typing import cast
from urllib.parse import urlencode

import streamlit as st

from components import filters, forms, report, signin
from components.report import Kind, Report
from queries import snapshot
from queries.snapshot.background import Clock

KINDS: tuple[tuple[Kind, str, str], ...] = (
    ("html", "Page (HTML)", "html"), ("pptx", "Slides (PPTX)", "pptx"), ("markdown", "Message (Markdown)", "md"),
    ("pdf", "Page (PDF)", "pdf"))  # fmt: skip


def take_away(made: Report, name: str) -> None:
    """Files of a report, each made when it is asked for, from what is shown, and noted in the log."""
    with st.popover("Take away", icon=":material/download:"):
        for kind, label, ending in KINDS:
            if kind != "pdf" or report.can_print():
                file = f"{name}.{ending}"
                st.download_button(label, data=logged(file, partial(made.content, kind)), file_name=file,
                                   key=f"take {ending}", on_click="ignore", type="tertiary")  # fmt: skip


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
