"""How the objectives of a cycle hang together: each below the one that it is part of, with how far it is."""

import streamlit as st

from components import filters, okr_forms
from components import okr_words as words
from components.okr_kept import Written
from components.report import meeting as meetings
from components.words import md
from queries import snapshot
from queries.activity import Activity
from queries.okr.alignment import Branch, above, tree
from queries.okr.results import Board

INDENT = 28  # pixels a level
DEEPEST = 4  # that is indented further: a telephone is narrow


def alignment(found: Written, made: Board, activity: Activity) -> None:
    """The tree of a cycle's objectives, with those of other cycles that they are part of; nothing where all are alone.

    A click, or Enter, opens the first key result of an objective.
    """
    parents = {kept.id: kept.content.parent for kept in found.objectives}
    ids = [aim.id for aim in made.aims]
    missing = above(ids, parents)
    cycles = [kept for kept in found.cycles
              if any(one.content.cycle == kept.id for one in found.objectives if one.id in missing)]  # fmt: skip
    boards = [meetings.counted(snapshot.product(), activity, found, kept, okr_forms.today()) for kept in cycles]
    homes = {aim.id: board.cycle for board in boards for aim in board.aims}
    others = [aim for board in boards for aim in board.aims if aim.id in missing]
    branches = tree([*others, *made.aims], parents)
    if any(branch.depth for branch in branches):
        with st.expander("How the objectives hang together", icon=":material/account_tree:"), st.container(gap=None):
            for branch in branches:
                _row(branch, "" if branch.aim.id in ids else homes[branch.aim.id])


def _row(branch: Branch, cycle: str) -> None:
    """An objective in a line. cycle: the other one it belongs to."""
    aim = branch.aim
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"branch {aim.id}"):
        if branch.depth:
            st.space(INDENT * min(branch.depth, DEEPEST))
        if aim.results:
            picks = {"kr": (aim.results[0].asked.id,), **({"cycle": (cycle,)} if cycle else {})}
            st.button(md(aim.title), type="tertiary", key=f"to {aim.id}", on_click=filters.go, kwargs=picks,
                      help="Its key result furthest behind")  # fmt: skip
        else:
            st.markdown(md(aim.title), width="content")
        st.caption(words.standing(aim) + (f" · {md(cycle)}" if cycle else ""), width="content")
