"""What a person picked, as pages ask for it, and as the address of a page has it.

All picks live in one dictionary of the session, name -> values; `filters` brings it together with the address and draws
the widgets that change it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import streamlit as st

from components.choices import OF_PAGE, OF_VIEW, PINNED, SHARED, VIEWS, Choice, Values, behaviours
from queries.activity import Activity, By
from queries.explore import Grain
from queries.measures.adoption import Denominator
from queries.measures.returning import Returning
from queries.product import EVERYONE, Selection


def every() -> dict[str, Values]:
    """All picks by their names; `filters` alone changes them."""
    return cast(dict[str, Values], st.session_state.setdefault("picks", {}))


def offered() -> dict[str, Choice]:
    """What can be picked, by the same names."""
    return cast(dict[str, Choice], st.session_state.get("choices", {}))


def value(name: str) -> str:
    """What is picked by a name; empty for none."""
    return next(iter(every()[name]), "")


# For pages ------------------------------------------------------------------------------------------------------------


def selection() -> Selection:
    """What all pages share: users or accounts, segment filters, how many weeks, compared with what."""
    state = every()
    where = tuple((name[2:], values) for name, values in state.items() if name.startswith("s.") and values)
    defined = behaviours(offered()["feature"].options, state.get("b", ()))
    return Selection(cast(Any, state["unit"][0]), where, int(state["w"][0]), cast(Any, state["vs"][0]), defined)


def split() -> By:
    """The segments by which a page splits: none where the product has none for these units, one or two."""
    return tuple(key for name in ("by", "by2") if (key := every()[name][0]))


def feature(activity: Activity) -> str:
    """The feature that a page is about: the one picked, or else the first."""
    return every()["feature"][0] or activity.features[0].key


def denominator() -> Denominator:
    """Out of whom adoption is counted."""
    return cast(Denominator, every()["of"][0])


def returning() -> Returning:
    """The question of the retention page."""
    state = {name: every()[name][0] for name in OF_PAGE["retention"]}
    runs = tuple((int(a), int(b)) for run in state["brackets"].split(".") if run for a, b in [run.split("-")])
    return Returning(cast(Any, state["start"]), state["feature"] or None, state["back"] or None,
                     cast(Any, state["grain"]), cast(Any, state["count"]), cast(Any, state["windows"]),
                     int(state["days"]), runs)  # fmt: skip


def interval() -> int:
    """The interval that is followed over time."""
    return int(every()["k"][0])


def week() -> date | None:
    """The last day of the week that is reviewed; None where no week is whole yet."""
    picked = every()["week"][0]
    return date.fromisoformat(picked) if picked else None


def asked() -> tuple[Values, By, Grain]:
    """What the explore page is to show: keys of metrics, the segments they are split by, and over what."""
    by = tuple(key for name in ("slice", "slice2") if (key := every()[name][0]))
    return every()["m"], by, cast(Grain, every()["g"][0])


def compares() -> bool:
    """Whether the explore page compares two groups."""
    return every()["look"][0] == "compare"


def as_table() -> bool:
    """Whether the explore page shows its numbers as a table."""
    return every()["shown"][0] == "table"


def presents() -> bool:
    """Whether the page is shown to a meeting: large, without controls."""
    return every()["seen"][0] == "present"


def compared() -> tuple[By, str, str]:
    """The segments, and the two groups of them that are compared; the second is empty for everyone else."""
    split = tuple(key for name in ("split", "split2") if (key := every()[name][0]))
    return split, every()["a"][0] or EVERYONE, every()["z"][0]


def span(pick: Selection, question: Returning) -> tuple[int, int]:
    """How many cohorts the weeks picked make, and how many to skip to reach those compared with."""
    months = max(3, round(pick.weeks / 4.35))
    size = {"day": min(7 * pick.weeks, 42), "week": pick.weeks, "month": months}[question.grain]
    year = {"day": 364, "week": 52, "month": 12}[question.grain]
    return size, size if pick.compare == "previous" else year


# In an address -------------------------------------------------------------------------------------------------------


def names(page: str) -> list[str]:
    """What the address of a page names: what all pages share, the segments filtered by, and what is the page's own."""
    state = every()
    view = state.get(VIEWS.get(page, ""), ("",))[0]
    own = [name for name in OF_PAGE[page] if OF_VIEW.get(page, {}).get(name, view) == view]
    return [*shared(page), *(name for name in state if name.startswith("s.")), *own]


def shared(page: str) -> tuple[str, ...]:
    """What all pages share, as far as it means something on one."""
    return (*SHARED, *(("asof",) if page in PINNED else ()))


def in_address() -> dict[str, Values]:
    """What the address names as it stands."""
    return {name: tuple(st.query_params.get_all(name)) for name in st.query_params}


def came(page: str) -> bool:
    """Whether the address came from outside: by a link, or Back."""
    return (page, in_address()) != st.session_state.get("address")


def pinned(page: str, kept: Sequence[date]) -> date | None:
    """The day, of those kept, as of which a page is asked for; by the address, where that came from outside.

    None for the latest.
    """
    asked = (in_address() if came(page) else every()).get("asof", ())
    return next((one for one in kept if page in PINNED and (str(one),) == asked[:1]), None)


def exactly(page: str) -> dict[str, Values]:
    """The address of a page with all its values, also those that go without saying, but for as of when."""
    state = every()
    return {name: state[name] for name in names(page) if state.get(name) and name != "asof"}


def in_words(page: str) -> list[tuple[str, str]]:
    """What is picked on a page, a line each: the name of the choice, and the options."""
    known = offered()
    return [(known[name].label, ", ".join(known[name].options.get(value, value) for value in values))
            for name, values in address(page).items() if name != "asof"]  # fmt: skip


def address(page: str) -> dict[str, Values]:
    """The address of a page with everything that is picked."""
    state, known = every(), offered()
    return {name: state[name] for name in names(page)
            if state.get(name) and not _goes_without_saying(state[name], known.get(name))}  # fmt: skip


def _goes_without_saying(picked: Values, choice: Choice | None) -> bool:
    """Whether "any" is picked, and would be if the address did not name it."""
    return picked == ("",) and (choice is None or choice.default == ("",))
