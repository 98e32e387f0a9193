"""Picking: widgets <-> picks <-> address.

What is picked (`picks`) is in the session and in the address, so a view can be sent to somebody, reloaded, and left
with Back. The address is read when it changed from outside (a link, Back) and written when a pick changed. Links to
other pages carry the picks. What an address asks for is checked against what there is; what there is not is said.

Widgets are not bound to the address by Streamlit itself, because then a click in a table could not open another page.
"""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, Literal

import streamlit as st

from components import picks, words
from components.choices import KINDS, LISTS, LONG, OF_PAGE, PILLS, Choice, Values, behaviours, choices
from queries import product
from queries.activity import Activity

CHIPS = 6  # filters shown beside the others; all are under Filter
DEFINING = ("define kind", "define feature", "define days")  # kept while Filter is closed
FOLDERS = {"weekly": "review", "okrs": "review", "metrics": "trust", "log": "trust", "product": "trust"}
MEETINGS = ("weekly", "okrs")  # pages that can be shown to a meeting
UNFILTERED = (*MEETINGS, "metrics", "log", "product")
PAGES = {name: f"pages/{FOLDERS.get(name, 'understand')}/{name}.py" for name in OF_PAGE}


def sync(activity: Activity, page: str, *, has_accounts: bool, more: Mapping[str, Choice] | None = None) -> None:
    """Bring session and address together, before any widget is drawn; say what a link asked for in vain.

    An address that came from outside decides alone: what it does not name is at its default. It is not rewritten then,
    or Back could not pass it. more: what can be picked because somebody wrote it.
    """
    state, asked, came = picks.every(), picks.in_address(), picks.came(page)
    if came:
        for name in (*picks.names(page), *OF_PAGE[page]):
            state.pop(name, None)
        state.update(_meant_for(page, asked))
    activity = activity.with_behaviours(behaviours(words.titles(activity.features), state.get("b", ())))
    offered = {**choices(activity, has_accounts=has_accounts, picked=state), **(more or {})}
    if came:
        _say_what_is_not_there(_meant_for(page, asked), offered)
    cleaned = {name: choice.clean(state.get(name, choice.default)) for name, choice in offered.items()}
    state.clear()
    state.update(cleaned)
    st.session_state["choices"] = offered
    if st.session_state.pop("changed", False):
        asked = picks.address(page)
        st.query_params.from_dict({name: list(values) for name, values in asked.items()})
    st.session_state["address"] = (page, asked)


def _say_what_is_not_there(asked: Mapping[str, Values], offered: Mapping[str, Choice]) -> None:
    for name, values in asked.items():
        if name.startswith("s.") and name not in offered:
            st.warning(f"The link filters by {words.md(name[2:62])}, which is no segment here. It is ignored.")
        known = offered.get(name, Choice("", {}, typed=True))
        lost = [value for value in values if not known.typed and value not in known.options]
        if lost and known.lost:
            st.warning(known.lost(lost[0]))
        elif lost:
            what = " and ".join(f"“{words.md(value[:60])}”" for value in lost[:3])
            more = f" and {len(lost) - 3:,} more" if len(lost) > 3 else ""
            label = offered[name].noun or words.md(offered[name].label.lower())
            are, they = ("is", "It is") if len(lost) == 1 else ("are", "They are")
            st.warning(f"The link asks for {label} {what}{more}, which {are} not on offer here. {they} ignored.")
        if name in offered and 0 < (most := offered[name].most) < len({*values} - {*lost}):
            st.warning(f"The link asks for more than {most} {words.md(offered[name].label.lower())}; "
                       f"the first {most} are shown.")  # fmt: skip


def _meant_for(page: str, asked: Mapping[str, Values]) -> dict[str, Values]:
    """What of an address speaks to a page. `to.plan` filters by plan like `s.plan`, but only where a click leads."""
    names = (*picks.shared(page), *OF_PAGE[page])
    found = {name: values for name, values in asked.items() if name in names or name.startswith("s.")}
    leads_here = "feature" in OF_PAGE[page]
    drilled = {f"s.{name[3:]}": values for name, values in asked.items() if name.startswith("to.") and leads_here}
    return {**found, **drilled}


# Widgets -----------------------------------------------------------------------------------------------------------


def pick(name: str, *, show_label: bool = False, among: Collection[str] = ()) -> None:
    """The widget of one choice: a field for what is typed, a row of buttons for a few short options, else a list.

    among: the options worth a button, where not all are; what is picked always has one.
    """
    choice, key = picks.offered()[name], f"pick {name}"
    now = picks.every()[name]
    st.session_state[key] = list(now) if choice.several else next(iter(now), None)
    visibility: Literal["visible", "collapsed"] = "visible" if show_label else "collapsed"
    options: dict[str, Any] = {
        "options": list(choice.options), "format_func": lambda value: choice.options.get(value, value), "key": key,
        "on_change": _picked, "args": (name,), "label_visibility": visibility,
    }  # fmt: skip
    if choice.typed:
        st.text_input(choice.label, key=key, on_change=_picked, args=(name,), placeholder=choice.label, width=220,
                      label_visibility=visibility, icon=":material/search:")  # fmt: skip
    elif name in PILLS:
        st.session_state[key] = st.session_state[key] or None
        shown = [value for value in choice.options if value and (not among or value in (*among, *now))]
        st.pills(choice.label, **{**options, "options": shown})
    elif choice.several:
        most: Any = {"max_selections": choice.most, "placeholder": f"Up to {choice.most}"} if choice.most else {}
        st.multiselect(words.md(choice.label), **{"placeholder": "All", **most, **options})
    elif len(choice.options) <= 4 and name not in LISTS:
        st.segmented_control(choice.label, required=True, **options)
    else:
        st.selectbox(choice.label, width=320 if name in LONG else 165, **options)


def labelled(*names: str) -> None:
    """Widgets of choices, each below its name: of their final height also while they are still loaded."""
    for name in names:
        choice = picks.offered()[name]
        with st.container(gap=None, width="stretch" if choice.several else "content"):
            st.markdown(f":small[{words.md(choice.label)}]", width="content")
            pick(name)


def around(activity: Activity) -> None:
    """Another feature than the one of this page: any, or a neighbour in the product's order; and its retention."""
    titles = words.titles(activity.features)
    keys, key = list(titles), picks.feature(activity)
    at = keys.index(key)
    st.session_state["pick feature"] = key
    st.selectbox("Feature", keys, format_func=lambda key: titles.get(key, key), key="pick feature", width=165,
                 on_change=_picked, args=("feature",), label_visibility="collapsed")  # fmt: skip
    ways = (("Previous", "left", keys[max(0, at - 1) : at]), ("Next", "right", keys[at + 1 : at + 2]))
    for way, icon, others in ways:
        help_text = words.md(titles[others[0]][:40]) if others else "There is none"
        st.button(way, icon=f":material/chevron_{icon}:", type="tertiary", help=help_text, disabled=not others,
                  on_click=go, kwargs={"feature": tuple(others)})  # fmt: skip
    follows = ("start", "back", "view")  # from the feature
    kept = {name: list(values) for name, values in picks.address("retention").items() if name not in follows}
    st.page_link(PAGES["retention"], label="Its retention", icon=":material/replay:",
                 query_params={**kept, "feature": [key]})  # fmt: skip


def _picked(name: str) -> None:
    value = st.session_state[f"pick {name}"]
    go(**{name: tuple(value) if isinstance(value, list) else (value or "",)})


def go(**values: Values) -> None:
    """Pick something."""
    now = picks.every()
    if "feature" in values:
        now.pop("start", None)
        now.pop("back", None)
    if values.get("look") == ("compare",):  # what is split by is what is compared
        now.update({name: now[of] for name, of in (("split", "slice"), ("split2", "slice2"))})
    now.update(values)
    st.session_state["changed"] = True


def bar(activity: Activity) -> None:
    """The filters that all pages share, and those that are on, each with a way to take it off."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters"):
        if len(picks.offered()["unit"].options) > 1:
            pick("unit")
        active = [(name, value) for name, values in picks.every().items() if name.startswith("s.") for value in values]
        _every_filter(activity)
        pick("w")
        pick("vs")
        for name, value in active[:CHIPS]:
            label = f"{words.md(picks.offered()[name].label)}: {words.md(value[:40])}"
            st.button(label, icon=":material/close:", key=f"off {name} {value}", on_click=_take_off, args=(name, value),
                      type="tertiary", help="Remove this filter")  # fmt: skip
        if len(active) > CHIPS:
            st.caption(f"and {len(active) - CHIPS} more", width="content")


def _every_filter(activity: Activity) -> None:
    """All filters, drawn once they are opened; a segment that is half defined stays while they are closed."""
    opened = st.popover("Filter", icon=":material/filter_alt:", key="filter", on_change="rerun")
    if not opened.open:
        for name in DEFINING:
            if name in st.session_state:
                st.session_state[name] = st.session_state[name]  # what is not drawn would be forgotten
        return
    with opened:
        for name in picks.offered():
            if name.startswith("s."):
                pick(name, show_label=True)
        _define(activity)


def _define(activity: Activity) -> None:
    """Define a segment by what units did, and filter by it."""
    titles = words.titles(activity.features)
    st.caption("By what they did")
    hidden: Any = {"label_visibility": "collapsed"}
    kind = st.selectbox("Did", list(KINDS), format_func=KINDS.__getitem__, key="define kind", **hidden)
    if kind != "inactive":
        which: Any = {"options": list(titles), "format_func": lambda key: titles.get(key, key), **hidden}
        st.selectbox("Which", key="define feature", **which)
    st.session_state.setdefault("define days", 28)
    st.number_input("Days", 1, product.MOST_DAYS, key="define days")
    st.button("Add", icon=":material/add:", on_click=_add, args=(activity,))
    if picks.every().get("b"):
        pick("b", show_label=True)


def _add(activity: Activity) -> None:
    state = st.session_state
    kind, days = state["define kind"], state["define days"]
    key = ".".join([kind, *([state["define feature"]] if kind != "inactive" else []), str(days)])
    for segment in behaviours(words.titles(activity.features), (key,)):
        go(**{"b": (*picks.every().get("b", ()), key), f"s.{key}": (segment.labels[0][1],)})


def _take_off(name: str, value: str) -> None:
    go(**{name: tuple(v for v in picks.every()[name] if v != value)})


def ways_out(state: str, history: int) -> None:
    """Buttons out of an answer that is none: take a filter off, or look further back where there are so many weeks."""
    chosen, offered = picks.every(), picks.offered()
    ways: list[tuple[str, dict[str, Values]]] = [
        (f"Clear {words.md(offered[name].label)}", {name: ()})
        for name, values in chosen.items() if name.startswith("s.") and values
    ]  # fmt: skip
    now, options = int(chosen["w"][0]), offered["w"].options
    wider = [weeks for before, weeks in pairwise(options) if now <= int(before) < history]
    if wider:
        weeks = wider[-1] if state == "empty" else wider[0]
        ways.append((f"Show {weeks} weeks" if state == "empty" else f"Widen to {weeks} weeks", {"w": (weeks,)}))
    with st.container(horizontal=True, key="ways out"):
        for label, values in ways[:CHIPS]:
            st.button(label, on_click=go, kwargs=values, key=f"way {label}")


def links(pages: Mapping[str, Any]) -> None:
    """Links to the pages, which carry what is picked."""
    for name, page in pages.items():
        st.page_link(page, query_params={k: list(v) for k, v in picks.address(name).items()})
