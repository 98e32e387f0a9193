"""What is aimed at: forms for cycles, objectives and key results, to add one or to change it.

Each form is filled in, sent and kept at once; where somebody else was faster, that is said and the words stay.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, get_args

import streamlit as st

from components import filters, forms, okr_forms, okr_kept
from components.okr_kept import Written
from components.words import md
from queries import metrics, snapshot
from queries.activity import Activity
from queries.errors import InputError
from queries.okr import Kind, Type, board, windows, written
from queries.store import Cycle, Kept, KeyResult, Objective

UNITS = {"user": "Users", "account": "Accounts"}
KINDS = {"committed": "Committed: due whole", "aspirational": "Aspirational: 0.7 is good"}
START = "Left empty: the value just before it begins. A share is written 0.35."
WINDOW = ("Of how many whole weeks the value is: counts are added up first and divided then. More weeks swing less, "
          "and tell of a change later.")  # fmt: skip
PLAN = "Where it is not due in even steps: a day and the value due by then, a line each, as 2026-11-15 0.3"
METRIC = "Its value comes from the data. Without one it is typed at each check-in."


def quarter(day: date) -> Cycle:
    """The quarter of a day as a cycle.

    >>> quarter(date(2026, 11, 21))
    Cycle(name='2026 Q4', first=datetime.date(2026, 10, 1), last=datetime.date(2026, 12, 31), closed=None)
    """
    number = (day.month - 1) // 3
    first = date(day.year, 3 * number + 1, 1)
    following = date(day.year + number // 3, (3 * number + 3) % 12 + 1, 1)
    return Cycle(f"{day.year} Q{number + 1}", first, following - timedelta(days=1))


def _next(found: Written) -> Cycle:
    """The first quarter that is no cycle yet, from today on."""
    names, made = {kept.content.name for kept in found.cycles}, quarter(okr_forms.today())
    while made.name in names and made.last:
        made = quarter(made.last + timedelta(days=1))
    return made


def cycle(kept: Kept[Cycle] | None = None) -> None:
    """Add a cycle, or change one."""
    if not forms.may("manage"):
        return
    one = kept.content if kept else _next(okr_forms.found())
    key = f"{kept.id if kept else 'new'} cycle"
    with st.popover("Change cycle" if kept else "New cycle", type="tertiary"), st.form(key, border=False):
        st.text_input("Name", one.name, key=f"{key} name", max_chars=120)
        _days(key, one.first, one.last)
        st.form_submit_button("Keep", on_click=_cycle, args=(key, kept))


def _days(key: str, first: date, last: date | None) -> None:
    with st.container(horizontal=True):
        st.date_input("First day", first, key=f"{key} first", width=150)
        st.date_input("Last day", last, key=f"{key} last", width=150, help="Empty: it has no end, and no pace.")


def _cycle(key: str, kept: Kept[Cycle] | None) -> None:
    state, closed = st.session_state, kept.content.closed if kept else None
    made = Cycle(state[f"{key} name"], state[f"{key} first"], state[f"{key} last"], closed)

    def write() -> None:
        _add_or_change(forms.store().cycles, kept, made)
        filters.go(cycle=(made.checked().name,), kr=("",))

    forms.keep(write, "Kept.")


def _add_or_change(collection: Any, kept: Kept[Any] | None, made: Any) -> None:
    if kept:
        collection.change(kept, made, by=forms.who(), at=forms.now())
    else:
        collection.add(forms.product_name(), made, by=forms.who(), at=forms.now())


def objective(cycle: Kept[Cycle], activity: Activity, kept: Kept[Objective] | None = None) -> None:
    """Add an objective to a cycle, or change one."""
    if not forms.may("manage"):
        return
    one = kept.content if kept else Objective(cycle.id, "", "")
    key = f"{kept.id if kept else 'new'} objective"
    others = {other.id: other.content.title for other in okr_forms.found().objectives if kept is None or other != kept}
    features = {feature.key: feature.label for feature in activity.features}
    parents = ["", *others]
    with st.popover("Change the objective" if kept else "Add objective", icon=":material/flag:"), st.form(
        key, border=False):  # fmt: skip
        st.text_input("Objective", one.title, key=f"{key} title", max_chars=120, placeholder="New teams stay")
        st.text_input("Owner", one.owner, key=f"{key} owner", max_chars=120)
        st.selectbox("Part of", parents, parents.index(one.parent) if one.parent in parents else 0,
                     format_func=lambda id: others.get(id, "—"), key=f"{key} parent")  # fmt: skip
        st.text_input("Strategy pillar", one.pillar or "", key=f"{key} pillar", max_chars=120)
        known = [feature for feature in one.features.split(", ") if feature in features]
        st.multiselect("Features of it", list(features), known, format_func=lambda k: md(features.get(k, k)),
                       key=f"{key} features", help="Besides those of the area of the pillar's name.")  # fmt: skip
        st.number_input("Weight", 0.1, 1_000.0, one.weight, key=f"{key} weight")
        st.form_submit_button("Keep", on_click=_objective, args=(key, cycle.id, kept))


def _objective(key: str, cycle: str, kept: Kept[Objective] | None) -> None:
    state = st.session_state
    made = Objective(cycle, state[f"{key} title"], state[f"{key} owner"], state[f"{key} parent"] or None,
                     state[f"{key} pillar"], ",".join(state[f"{key} features"]), state[f"{key} weight"])  # fmt: skip
    forms.keep(lambda: _add_or_change(forms.store().objectives, kept, made), "Kept.", *_cleared(key, kept))


def _cleared(key: str, kept: object) -> list[str]:
    """The fields of a form for something new, which are empty again once it is kept."""
    return [] if kept else [str(name) for name in st.session_state if str(name).startswith(f"{key} ")]


def key_result(cycle: Kept[Cycle], activity: Activity, kept: Kept[KeyResult] | None = None) -> None:
    """Add a key result to an objective of a cycle, or change one."""
    objectives = {each.id: each.content.title for each in okr_forms.found().of_cycle(cycle)}
    if not objectives or not forms.may("manage"):
        return
    days = cycle.content
    one = kept.content if kept else KeyResult(next(iter(objectives)), "", "", "increase to", "committed", 0.0, 0.0,
                                              days.first, days.last)  # fmt: skip
    key = f"{kept.id if kept else 'new'} key"
    with st.popover("Change the key result" if kept else "Add key result", icon=":material/target:"), st.form(
        key, border=False):  # fmt: skip
        ids = list(objectives)
        st.selectbox("Objective", ids, ids.index(one.objective), format_func=objectives.__getitem__,
                     key=f"{key} objective")  # fmt: skip
        st.text_input("Key result", one.title, key=f"{key} title", max_chars=120, placeholder="More are back in week 4")
        st.text_input("Owner", one.owner, key=f"{key} owner", max_chars=120)
        _what(key, one, {name: metric.label for name, metric in metrics.catalogue(activity).items()})
        _how_far(key, one, is_new=kept is None)
        with st.expander("Segments, days, plan, weight"):
            _whom(key, one, activity)
            _days(key, one.first, one.last)
            st.text_area("Plan", one.plan, key=f"{key} plan", help=PLAN, height=68)
            st.number_input("Weight", 0.1, 1_000.0, one.weight, key=f"{key} weight")
        st.form_submit_button("Keep", on_click=_key_result, args=(key, activity, kept))


def _what(key: str, one: KeyResult, known: Mapping[str, str]) -> None:
    """Of what: a metric of the catalogue, and of users or accounts; or a typed value. known: metric -> label."""
    options = ["", *known, *([one.metric] if one.metric and one.metric not in known else [])]
    st.selectbox("Metric", options, options.index(one.metric or ""), key=f"{key} metric", help=METRIC,
                 format_func=lambda name: known.get(name, name) or "— (typed)")  # fmt: skip
    with st.container(horizontal=True):
        units = list(UNITS) if snapshot.product().has_accounts else ["user"]
        st.selectbox("of", units, units.index(one.unit) if one.unit in units else 0, format_func=UNITS.__getitem__,
                     key=f"{key} unit", width=150)  # fmt: skip
        st.number_input("Weeks", 1, windows.MOST, one.window, key=f"{key} window", help=WINDOW, width=110)
        st.text_input("Unit of a typed value", "" if one.metric else one.unit, key=f"{key} typed", width=150)


def _whom(key: str, one: KeyResult, activity: Activity) -> None:
    """The segments that count."""
    where = dict(written.segments(one.segments))
    for segment in (each for each in activity.segments if not each.behaviour):
        values = activity.values(segment)
        st.multiselect(md(segment.label), values, [v for v in where.get(segment.key, ()) if v in values],
                       key=f"{key} in {segment.key}", placeholder="All")  # fmt: skip


def _how_far(key: str, one: KeyResult, *, is_new: bool) -> None:
    with st.container(horizontal=True):
        types, kinds = list(get_args(Type)), list(get_args(Kind))
        st.selectbox("Type", types, types.index(one.type), key=f"{key} type", width=150)
        st.selectbox("Kind", kinds, kinds.index(one.kind), format_func=KINDS.__getitem__, key=f"{key} kind", width=220)
    with st.container(horizontal=True):
        st.number_input("Start", value=None if is_new else one.start, key=f"{key} start", help=START, width=150,
                        format="%g")  # fmt: skip
        st.number_input("Target", value=None if is_new else one.target, key=f"{key} target", width=150, format="%g")


def _key_result(key: str, activity: Activity, kept: Kept[KeyResult] | None) -> None:
    def write() -> None:
        _add_or_change(forms.store().key_results, kept, _filled_in(key, activity))

    forms.keep(write, "Kept.", *_cleared(key, kept))


def _filled_in(key: str, activity: Activity) -> KeyResult:
    """The key result of a form. Raises InputError where its numbers are left out and cannot be told."""
    state, type = st.session_state, st.session_state[f"{key} type"]
    metric = state[f"{key} metric"] or None
    asked = (each for each in activity.segments if not each.behaviour)
    where = tuple((s.key, tuple(state[f"{key} in {s.key}"])) for s in asked if state[f"{key} in {s.key}"])
    made = KeyResult(
        state[f"{key} objective"], state[f"{key} title"], state[f"{key} owner"], type, state[f"{key} kind"], 0.0, 0.0,
        state[f"{key} first"], state[f"{key} last"], metric, state[f"{key} unit"] if metric else state[f"{key} typed"],
        written.segments_text(where), state[f"{key} plan"], state[f"{key} weight"],
        state[f"{key} window"] if metric else 1,
    )  # fmt: skip
    start, target = (0.0, 1.0) if type == "milestone" else (state[f"{key} start"], state[f"{key} target"])
    if target is None:
        raise InputError("The target is empty; write what is to be reached.")
    if start is None:
        start = target if type.startswith("stay") else _before(made, activity)
    return KeyResult(**{**vars(made), "start": start, "target": target})


def _before(made: KeyResult, activity: Activity) -> float:
    """The value just before a key result begins, or the first there is."""
    known = metrics.catalogue(activity, snapshot.product().activation)
    asked = okr_kept.asked(Kept("", "", 1, made, "", forms.now(), "", forms.now()))
    before = replace(asked, goal=replace(asked.goal, last=made.first - timedelta(days=1)))
    earlier, every = (board.series(each, activity, known, okr_forms.today()).points for each in (before, asked))
    points = (earlier[-1:] or every[:1]) if made.metric else ()
    if not points:
        raise InputError("The start is empty, and there is no week to tell it from; write what it is now.")
    return points[0].value


def remove(kept: Kept[KeyResult] | Kept[Objective]) -> None:
    """Take a key result away, or an objective that has none."""
    if forms.may("manage"):
        st.button("Remove", type="tertiary", key=f"remove {kept.id}", on_click=_remove, args=(kept,),
                  help="Its history and its check-ins are kept.")  # fmt: skip


def _remove(kept: Kept[Any]) -> None:
    def write() -> None:  # as whoever clicks may now: the button may have been there for hours
        store = forms.store()
        collection: Any = store.key_results if isinstance(kept.content, KeyResult) else store.objectives
        collection.remove(kept, by=forms.who(), at=forms.now())

    forms.keep(write, "Removed. Its history is kept.")
    filters.go(kr=("",))
