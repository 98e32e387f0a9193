"""Your own product: a first product file, drafted from tables that somebody points at, to be read and taken away.

Nothing is written here. Addresses and paths are of this machine, so they are taken from its owner alone; an admin who
signed in is told the command instead.
"""

from typing import cast

import streamlit as st

from components import exports, signin
from components.words import md
from queries import access, config, draft
from queries.draft import Draft
from queries.errors import InsightsError
from queries.snapshot.background import Clock

WHAT = ("Point at your tables. Sightline tells which are events, users and accounts, and drafts a product file: the "
        "one file in which a product is described. It reads a bounded number of rows and writes nothing.")  # fmt: skip
GIVEN = "The address of a warehouse, or files of this machine, one a line"
EXAMPLE = "postgresql://sightline:${SIGHTLINE_PASSWORD}@host/database   or   ~/exports/*.parquet"
HELP = ("duckdb:///path/to/file.duckdb, postgresql://user@host/database, or snowflake:// and the name of a connection "
        "that this machine has. Write ${NAME} for what is in an environment variable; a password never reaches the "
        "file. Files may be CSV, Parquet or JSON, a folder of them, or a pattern.")  # fmt: skip
ELSEWHERE = ("Only who sits at the machine that runs Sightline can have it look at files and addresses. There "
             "`make product URL=...` or `make product FILES=...` writes the same draft.")  # fmt: skip


def page() -> None:
    """Where the tables are, and what was made of them."""
    viewer = signin.viewer()
    access.check(viewer, "manage")
    st.header("Your own product", anchor=False)
    path = config.product_path()
    if not path.is_file():
        st.info(f"There is no product file at {md(path)} yet.", icon=":material/info:")
    st.markdown(WHAT)
    if viewer != access.LOCAL_OWNER:
        st.info(ELSEWHERE, icon=":material/terminal:")
        return
    with st.form("look", border=False):
        given = st.text_area(GIVEN, placeholder=EXAMPLE, help=HELP, key="draft of", height=90)
        asked = st.form_submit_button("Look", icon=":material/search:", type="primary")
    if asked:
        st.session_state["draft"] = _looked(given)
    if made := cast(Draft | None, st.session_state.get("draft")):
        _show(made)


def _looked(given: str) -> Draft | None:
    """The draft; none where there can be none, and then it is said why, under what was given."""
    today, folder = cast(Clock, st.session_state["clock"])().date(), config.product_path().parent
    status = st.status("Looking at your tables", expanded=True)
    try:
        made = draft.propose(draft.given(given), folder, today, lambda step: status.write(md(step)))
    except InsightsError as error:
        status.update(label="There is no draft", state="error", expanded=False)
        st.error(str(error), icon=":material/error:")
        return None
    status.update(label="Looked at your tables", state="complete", expanded=False)
    return made


def _show(made: Draft) -> None:
    path = config.product_path()
    st.subheader("What was chosen", anchor=False)
    st.markdown("\n".join(f"- {md(sentence)}" for sentence in made.said))
    is_free = not path.is_file()
    place = (f"Save it as {md(path)} and open this page again." if is_free else
             "Save it where you like, and start `make run PRODUCT=path/to/product.toml`.")  # fmt: skip
    st.markdown(f"Read the file once and mend what was guessed wrongly. {place}")
    text = made.text.encode()
    st.download_button("Download product.toml", text if is_free else exports.logged("product.toml", lambda: text),
                       "product.toml", "application/toml", icon=":material/download:", on_click="ignore")  # fmt: skip
    st.code(made.text, language="toml", height=480)
