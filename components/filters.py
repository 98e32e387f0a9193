"""What a person picked: widgets <-> address <-> `Selection`.

All picks live in one dictionary of the session, name -> values, and in the address, so a view can be sent to somebody,
reloaded, and left with Back. The address is read when it changed from outside (a link, Back) and written when a pick
changed; links between pages carry the picks. What an address asks for is checked against what there is, and what there
is not is said and ignored.

Widgets are not bound to the address by Streamlit itself, because then a click in a table could not open another page.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Literal, cast

import streamlit as st

from components import words
from components.choices import (
    KINDS,
    LISTS,
    LONG,
    OF_PAGE,
    OF_VIEW,
    PILLS,
    PINNED,
    SHARED,
    VIEWS,
    Choice,
    Values,
    behaviours,
    choices,
)
from queries import product
from queries.activity import Activity, By
from queries.explore import Grain
from queries.measures.adoption import Denominator
from queries.measures.returning import Returning
from queries.product import EVERYONE, Selection

CHIPS = 6  # filters shown beside the others; all are under Filter
FOLDERS = {"weekly": "review", "okrs": "review", "metrics": "trust", "log": "trust", "product": "trust"}
MEETINGS = ("weekly", "okrs")  # pages that can be shown to a meeting
UNFILTERED = (*MEETINGS, "metrics", "log", "product")
PAGES = {name: f"pages/{FOLDERS.get(name, 'understand')}/{name}.py" for name in OF_PAGE}


def sync(activity: Activity, page: str, *, has_accounts: bool, more: Mapping[str, Choice] | None = None) -> None:
    """Bring session and address together, before any widget is drawn; say what a link asked for in vain.

    An address that came from outside decides alone: what it does not name is at its default. It is not rewritten then,
    or Back could not pass it. more: what can be picked because somebody wrote it.
    """
    state, asked = _picks(), {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    came = (page, asked) != st.session_state.get("address")
    if came:
        for name in (*_names(page), *OF_PAGE[page]):
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
        asked = address(page)
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
    names = (*_shared(page), *OF_PAGE[page])
    found = {name: values for name, values in asked.items() if name in names or name.startswith("s.")}
    leads_here = "feature" in OF_PAGE[page]
    drilled = {f"s.{name[3:]}": values for name, values in asked.items() if name.startswith("to.") and leads_here}
    return {**found, **drilled}


def _names(page: str) -> list[str]:
    """What the address of a page names: what all pages share, the segments filtered by, and what is the page's own."""
    state = _picks()
    view = state.get(VIEWS.get(page, ""), ("",))[0]
    own = [name for name in OF_PAGE[page] if OF_VIEW.get(page, {}).get(name, view) == view]
    return [*_shared(page), *(name for name in state if name.startswith("s.")), *own]


def _shared(page: str) -> tuple[str, ...]:
    return (*SHARED, *(("asof",) if page in PINNED else ()))


def pinned(page: str, kept: Sequence[date]) -> date | None:
    """The day, of those kept, as of which a page is asked for; by the address, where that came from outside.

    None for the latest.
    """
    address = {name: tuple(st.query_params.get_all(name)) for name in st.query_params}
    came = (page, address) != st.session_state.get("address")
    asked = address.get("asof", ()) if came else _picks().get("asof", ())
    return next((one for one in kept if page in PINNED and (str(one),) == asked[:1]), None)


def exactly(page: str) -> dict[str, Values]:
    """The address of a page with all its values, also those that go without saying, but for as of when."""
    state = _picks()
    return {name: state[name] for name in _names(page) if state.get(name) and name != "asof"}


def in_words(page: str) -> list[tuple[str, str]]:
    """What is picked on a page, a line each: the name of the choice, and the options."""
    offered = cast(dict[str, Choice], st.session_state["choices"])
    return [(offered[name].label, ", ".join(offered[name].options.get(value, value) for value in values))
            for name, values in address(page).items() if name != "asof"]  # fmt: skip


def address(page: str) -> dict[str, Values]:
    """The address of a page with everything that is picked."""
    state, offered = _picks(), cast(dict[str, Choice], st.session_state.get("choices", {}))
    return {name: state[name] for name in _names(page)
            if state.get(name) and not _goes_without_saying(state[name], offered.get(name))}  # fmt: skip


def _goes_without_saying(picked: Values, choice: Choice | None) -> bool:
    """Whether "any" is picked, and would be if the address did not name it."""
    return picked == ("",) and (choice is None or choice.default == ("",))


def _picks() -> dict[str, Values]:
    return cast(dict[str, Values], st.session_state.setdefault("picks", {}))


# Widgets -----------------------------------------------------------------------------------------------------------


def pick(name: str, *, show_label: bool = False, among: Collection[str] = ()) -> None:
    """The widget of one choice: a field for what is typed, a row of buttons for a few short options, else a list.

    among: the options worth a button, where not all are; what is picked always has one.
    """
    choice, key = st.session_state["choices"][name], f"pick {name}"
    now = _picks()[name]
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


def around(activity: Activity) -> None:
    """Another feature than the one of this page: any, or a neighbour in the product's order; and its retention."""
    titles = words.titles(activity.features)
    keys, key = list(titles), feature(activity)
    at = keys.index(key)
    st.session_state["pick feature"] = key
    st.selectbox("Feature", keys, format_func=lambda key: titles.get(key, key), key="pick feature", width=165,
                 on_change=_picked, args=("feature",), label_visibility="collapsed")  # fmt: skip
    ways = (("Previous", "left", keys[max(0, at - 1) : at]), ("Next", "right", keys[at + 1 : at + 2]))
    for way, icon, others in ways:
        help_text = words.md(titles[others[0]][:40]) if others else "There is none"
        st.button(way, icon=f":material/chevron_{icon}:", type="tertiary", help=help_text, disabled=not others,
                  on_click=_change, kwargs={"feature": tuple(others)})  # fmt: skip
    follows = ("start", "back", "view")  # from the feature
    kept = {name: list(values) for name, values in address("retention").items() if name not in follows}
    st.page_link(PAGES["retention"], label="Its retention", icon=":material/replay:",
                 query_params={**kept, "feature": [key]})  # fmt: skip


def _picked(name: str) -> None:
    value = st.session_state[f"pick {name}"]
    _change(**{name: tuple(value) if isinstance(value, list) else (value or "",)})


def _change(**values: Values) -> None:
    if "feature" in values:
        _picks().pop("start", None)
        _picks().pop("back", None)
    if values.get("look") == ("compare",):  # what is split by is what is compared
        _picks().update({name: _picks()[of] for name, of in (("split", "slice"), ("split2", "slice2"))})
    _picks().update(values)
    st.session_state["changed"] = True


def bar(activity: Activity) -> None:
    """The filters that all pages share, and those that are on, each with a way to take it off."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filters"):
        if len(st.session_state["choices"]["unit"].options) > 1:
            pick("unit")
        active = [(name, value) for name, values in _picks().items() if name.startswith("s.") for value in values]
        with st.popover(f"Filter · {len(active)}" if active else "Filter", icon=":material/filter_alt:"):
            for name in st.session_state["choices"]:
                if name.startswith("s."):
                    pick(name, show_label=True)
            _define(activity)
        pick("w")
        pick("vs")
        for name, value in active[:CHIPS]:
            label = f"{words.md(st.session_state['choices'][name].label)}: {words.md(value[:40])}"
            st.button(label, icon=":material/close:", key=f"off {name} {value}", on_click=_take_off, args=(name, value),
                      type="tertiary", help="Remove this filter")  # fmt: skip
        if len(active) > CHIPS:
            st.caption(f"and {len(active) - CHIPS} more", width="content")


def _define(activity: Activity) -> None:
    """Define a segment by what units did, and filter by it."""
    titles = words.titles(activity.features)
    st.caption("By what they did")
    hidden: Any = {"label_visibility": "collapsed"}
    kind = st.selectbox("Did", list(KINDS), format_func=KINDS.__getitem__, key="define kind", **hidden)
    if kind != "inactive":
        which: Any = {"options": list(titles), "format_func": lambda key: titles.get(key, key), **hidden}
        st.selectbox("Which", key="define feature", **which)
    st.number_input("Days", 1, product.MOST_DAYS, 28, key="define days")
    st.button("Add", icon=":material/add:", on_click=_add, args=(activity,))
    if _picks().get("b"):
        pick("b", show_label=True)


def _add(activity: Activity) -> None:
    state = st.session_state
    kind, days = state["define kind"], state["define days"]
    key = ".".join([kind, *([state["define feature"]] if kind != "inactive" else []), str(days)])
    for segment in behaviours(words.titles(activity.features), (key,)):
        _change(**{"b": (*_picks().get("b", ()), key), f"s.{key}": (segment.labels[0][1],)})


def _take_off(name: str, value: str) -> None:
    _change(**{name: tuple(v for v in _picks()[name] if v != value)})


def ways_out(state: str, history: int) -> None:
    """Buttons out of an answer that is none: take a filter off, or look further back where there are so many weeks."""
    picks, offered = _picks(), cast(dict[str, Choice], st.session_state["choices"])
    ways: list[tuple[str, dict[str, Values]]] = [
        (f"Clear {words.md(offered[name].label)}", {name: ()})
        for name, values in picks.items() if name.startswith("s.") and values
    ]  # fmt: skip
    now, options = int(picks["w"][0]), offered["w"].options
    wider = [weeks for before, weeks in pairwise(options) if now <= int(before) < history]
    if wider:
        weeks = wider[-1] if state == "empty" else wider[0]
        ways.append((f"Show {weeks} weeks" if state == "empty" else f"Widen to {weeks} weeks", {"w": (weeks,)}))
    with st.container(horizontal=True, key="ways out"):
        for label, values in ways[:CHIPS]:
            st.button(label, on_click=_change, kwargs=values, key=f"way {label}")


def links(pages: Mapping[str, Any]) -> None:
    """Links to the pages, which carry what is picked."""
    for name, page in pages.items():
        st.page_link(page, query_params={k: list(v) for k, v in address(name).items()})


# What was picked ---------------------------------------------------------------------------------------------------


def selection() -> Selection:
    """What all pages share: users or accounts, segment filters, how many weeks, compared with what."""
    state = _picks()
    where = tuple((name[2:], values) for name, values in state.items() if name.startswith("s.") and values)
    defined = behaviours(cast(dict[str, Choice], st.session_state["choices"])["feature"].options, state.get("b", ()))
    return Selection(cast(Any, state["unit"][0]), where, int(state["w"][0]), cast(Any, state["vs"][0]), defined)


def split() -> By:
    """The segments by which a page splits: none where the product has none for these units, one or two."""
    return tuple(key for name in ("by", "by2") if (key := _picks()[name][0]))


def feature(activity: Activity) -> str:
    """The feature that a page is about: the one picked, or else the first."""
    return _picks()["feature"][0] or activity.features[0].key


def shown() -> str:
    """Which view of a page with several is looked at."""
    return _picks()["show"][0]


def tab() -> str:
    """Which part of the feature page is shown."""
    return _picks()["tab"][0]


def denominator() -> Denominator:
    """Out of whom adoption is counted."""
    return cast(Denominator, _picks()["of"][0])


def returning() -> Returning:
    """The question of the retention page."""
    state = {name: _picks()[name][0] for name in OF_PAGE["retention"]}
    runs = tuple((int(a), int(b)) for run in state["brackets"].split(".") if run for a, b in [run.split("-")])
    return Returning(cast(Any, state["start"]), state["feature"] or None, state["back"] or None,
                     cast(Any, state["grain"]), cast(Any, state["count"]), cast(Any, state["windows"]),
                     int(state["days"]), runs)  # fmt: skip


def view() -> str:
    """How the retention page looks at it."""
    return _picks()["view"][0]


def interval() -> int:
    """The interval that is followed over time."""
    return int(_picks()["k"][0])


def week() -> date | None:
    """The last day of the week that is reviewed; None where no week is whole yet."""
    picked = _picks()["week"][0]
    return date.fromisoformat(picked) if picked else None


def value(name: str) -> str:
    """What is picked by this name; empty for none."""
    return next(iter(_picks()[name]), "")


def line() -> str:
    """The metric of the review that is looked at; empty for the first."""
    return _picks()["line"][0]


def cycle() -> str:
    """The name of the cycle that is looked at; empty where there is none."""
    return _picks()["cycle"][0]


def key_result() -> str:
    """The key result that is looked at; empty for the first."""
    return _picks()["kr"][0]


def asked() -> tuple[Values, By, Grain]:
    """What the explore page is to show: keys of metrics, the segments they are split by, and over what."""
    by = tuple(key for name in ("slice", "slice2") if (key := _picks()[name][0]))
    return _picks()["m"], by, cast(Grain, _picks()["g"][0])


def compares() -> bool:
    """Whether the explore page compares two groups."""
    return _picks()["look"][0] == "compare"


def pillar() -> str:
    """The strategy pillar that is looked at."""
    return _picks()["pillar"][0]


def presents() -> bool:
    """Whether the page is shown to a meeting: large, without controls."""
    return _picks()["seen"][0] == "present"


def go(**values: Values) -> None:
    """Pick something by a click that is no widget of its own."""
    _change(**values)


def compared() -> tuple[By, str, str]:
    """The segments, and the two groups of them that are compared; the second is empty for everyone else."""
    split = tuple(key for name in ("split", "split2") if (key := _picks()[name][0]))
    return split, _picks()["a"][0] or EVERYONE, _picks()["z"][0]


def span(pick: Selection, question: Returning) -> tuple[int, int]:
    """How many cohorts the weeks picked make, and how many to skip to reach those compared with."""
    months = max(3, round(pick.weeks / 4.35))
    size = {"day": min(7 * pick.weeks, 42), "week": pick.weeks, "month": months}[question.grain]
    year = {"day": 364, "week": 52, "month": 12}[question.grain]
    return size, size if pick.compare == "previous" else year
