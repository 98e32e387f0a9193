"""What a page shows that can be taken away, and the log of what was: what cannot be noted there is not given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import cast
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from components import forms, picks, report, signin
from components.files import About
from components.pictures import Picture
from components.report import Kind, Report
from components.words import definition, spoken
from queries import snapshot
from queries.errors import AccessError
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


@dataclass
class Shown:
    """What a run of a page shows. It fills while the page is drawn, and is read when something is taken away.

    product, page: their names. as_of: the last day loaded, in words. counted: what is filtered by, in words. picks:
    each choice, and what is picked. link: to this exact view. answer: the sentences the page opens with, as Markdown.
    means: what the numbers mean. tables, figures: by the names of their files.
    """

    product: str = ""
    page: str = ""
    as_of: str = ""
    counted: str = ""
    picks: About = ()
    link: str = ""
    answer: str = ""
    means: list[tuple[str, str]] = field(default_factory=list)
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    figures: dict[str, Picture] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where it is from, in a line."""
        return f"Sightline · {self.product} · {self.page} · data to {self.as_of}"

    @property
    def sentence(self) -> str:
        """The answer as it is said elsewhere: without markup, with where it is from and a link."""
        return f"{spoken(self.answer)} ({self.source}) {self.link}"

    def explain(self, note: str, *measures: object) -> None:
        """Note what the numbers mean."""
        self.means.append(("Definition", spoken(note)))
        self.means += [(getattr(measure, "__name__", "").replace("_", " ").capitalize(), spoken(definition(measure)))
                       for measure in measures]  # fmt: skip

    def about(self) -> About:
        """All that somebody needs who has only the numbers: a line each."""
        head = [("Product", self.product), ("Page", self.page), ("Data to", self.as_of)]
        says = [("Answer", spoken(self.answer))] if self.answer else []
        return [*head, *says, *self.picks, *dict.fromkeys(self.means), ("Link", self.link)]


def shown() -> Shown:
    """What this run of the page shows."""
    return cast(Shown, st.session_state.setdefault("shown", Shown()))


def logged(file: str, make: Callable[[], bytes]) -> Callable[[], bytes]:
    """`make`, which notes in the log that the file was taken. It may be called beside the script, after it has run."""
    viewer, product, looks = signin.viewer(), snapshot.product().name, signin.again()
    clock = cast(Clock, st.session_state["clock"])
    page = st.session_state["address"][0]
    view = "?".join(part for part in (page, urlencode(picks.address(page), doseq=True)) if part)

    def made() -> bytes:
        if looks() != viewer:
            raise AccessError("What you may see has changed since this page was drawn; load it anew.")
        data = make()
        what = {"file": file, "view": view, "bytes": len(data)}
        forms.store(viewer).note_export(product, what, by=viewer.name, at=clock())
        return data

    return made
