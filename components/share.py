"""What a person hands round from any page: a link, the answer as a sentence, the numbers as files."""

from collections.abc import Callable
from datetime import date
from functools import partial
from textwrap import shorten
from typing import Any
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from components import exports, files, filters, picks
from components.choices import PINNED, Values
from components.exports import Shown
from components.printed import can_print
from components.theme import day
from components.words import md, population, spoken
from queries import snapshot
from queries.activity import Activity

KEPT = ("Shows these numbers as they were read, while they are kept: those of the last eight days with a refresh. "
        "After that it says so and shows the latest.")  # fmt: skip
MEANING = "In CSV below the rows, after an empty line; in Parquet as metadata of the file, under `sightline`."
PICTURE = "With what it says, what is counted and where it is from in it. It takes about two seconds to make."
NO_PICTURES = "Figures can be saved as pictures once chromium or chrome is where Sightline runs."
NO_NAME = str.maketrans(dict.fromkeys('\\/:*?"<>|.', " "))
LONGEST = 60  # letters of what a figure says, in the list
LOOK: dict[str, Any] = {"icon": ":material/download:", "type": "tertiary", "on_click": "ignore"}


def begin(activity: Activity, page: str, title: str) -> None:
    """Note what is about to be shown, before the page is drawn."""
    as_of, counted = activity.calendar.as_of, ""
    if page not in filters.UNFILTERED:
        pick = picks.selection()
        whose = spoken(population(activity.with_behaviours(pick.behaviours), pick))
        counted = f"{whose[:1].upper()}{whose[1:]}, {pick.weeks} weeks"
    st.session_state["shown"] = Shown(snapshot.product().name, title, day(as_of, year=True), counted,
                                      picks.in_words(page), link(page, as_of))  # fmt: skip


def link(page: str, as_of: date | None = None) -> str:
    """The address of this view with every value in it; as of a day, or of the latest."""
    pin: dict[str, Values] = {"asof": (str(as_of),)} if as_of and page in PINNED else {}
    base = (st.context.url or f"/{page}").partition("?")[0]
    query = urlencode({**picks.exactly(page), **pin}, doseq=True)
    return f"{base}?{query}" if query else base


def popover(page: str) -> None:
    """All ways to hand round what is shown. It is drawn after the page, which says what there is."""
    opened = st.popover("Share", icon=":material/ios_share:", type="tertiary", key="share", on_change="rerun")
    if not opened.open:
        return
    shown = exports.shown()
    with opened:
        if page in PINNED:
            st.caption(f"Link to this exact view, as of {shown.as_of}", help=KEPT)
            st.code(shown.link, language=None, wrap_lines=True)
        st.caption("Link to the latest")
        st.code(link(page), language=None, wrap_lines=True)
        if shown.answer:
            st.caption("As a sentence")
            st.code(shown.sentence, language=None, wrap_lines=True)
        _files(shown)
        _pictures(shown)


def _made(make: Callable[[pl.DataFrame, files.About], bytes], frame: pl.DataFrame, shown: Shown) -> bytes:
    return make(frame, shown.about())


def _files(shown: Shown) -> None:
    """The tables of the page: CSV for a spreadsheet, Parquet for a program, both with what the numbers mean."""
    if shown.tables:
        st.caption("Numbers, with what they mean", help=MEANING)
    for name, frame in shown.tables.items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(md(name.replace("_", " ").capitalize()), width="content")
            for kind, make in (("csv", files.csv), ("parquet", files.parquet)):
                data = exports.logged(f"{name}.{kind}", partial(_made, make, frame, shown))
                st.download_button("CSV" if kind == "csv" else "Parquet", data=data, file_name=f"{name}.{kind}",
                                   key=f"share {kind} {name}", **LOOK)  # fmt: skip


def _pictures(shown: Shown) -> None:
    """The figures of the page, for a slide or a message."""
    if not shown.figures:
        return
    if not can_print():
        st.caption(NO_PICTURES)
        return
    st.caption("Figures, as pictures", help=PICTURE)
    for key, picture in shown.figures.items():
        file = f"{key.translate(NO_NAME)}.png"
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(md(shorten(picture.title, LONGEST, placeholder=" …")), width="content")
            st.download_button("PNG", data=exports.logged(file, picture.png), file_name=file, key=f"share png {key}",
                               **LOOK)  # fmt: skip
