"""The log on the screen: every change and every download, newest first."""

import streamlit as st

from components import exports, log_words, tables
from components.files import csv
from queries.store import Store

MOST = 1000  # on the screen


def page(store: Store, product: str) -> None:
    """The last changes, and all of them as CSV. Raises AccessError for who may not see them."""
    latest = store.history(product, most=MOST)
    st.header("Log", anchor=False)
    if not latest:
        st.markdown(log_words.opening(0, MOST))
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(log_words.opening(len(latest), MOST), width="content")
        made = exports.logged("log.csv", lambda: csv(log_words.whole(store.history(product))))
        st.download_button("CSV", data=made, file_name="log.csv", mime="text/csv", on_click="ignore", key="log csv",
                           icon=":material/download:", type="tertiary")  # fmt: skip
    shown = log_words.table(latest)
    st.dataframe(shown, hide_index=True, height=tables.tall(shown), key="log", alt="Changes and downloads")
