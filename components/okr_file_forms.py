"""A cycle as a file: to take away as TOML or CSV, and to take in.

A key result whose numbers are not shown to who takes it away is not in it: where it began tells as much as where it is.
"""

from collections.abc import Callable, Collection
from dataclasses import fields, replace
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import exports, filters, forms, okr_forms
from components.files import csv
from components.okr_kept import Written
from queries.errors import InputError
from queries.okr.files import CycleFile, KeyResultEntry, ObjectiveEntry, as_csv, from_csv, from_toml, toml
from queries.okr.results import Board
from queries.store import Cycle, Kept, KeyResult, Objective, Store

TAKE_IN = ("What has the same title is changed, what is new is added, and nothing is removed. Check-ins are no part of "
           "the file.")  # fmt: skip


def files(found: Written, cycle: Kept[Cycle] | None, made: Board | None) -> None:
    """Take a cycle away, or take one in."""
    if not (cycle and made) and not forms.may("manage"):
        return
    with st.popover("Files", type="tertiary"):
        if cycle and made:
            with st.container(horizontal=True):
                name, hidden = cycle.content.name, {one.asked.id for one in made.results if one.series.hidden}
                file = partial(as_file, found, cycle, hidden)
                _download("TOML", lambda: toml(file()).encode(), f"{name}.toml", "application/toml")
                _download("CSV", lambda: as_csv(file()).encode(), f"{name}.csv", "text/csv")
                _download("Check-ins", lambda: csv(said(made)), f"{name} check-ins.csv", "text/csv")
        if not forms.may("manage"):
            return
        st.caption(TAKE_IN)
        st.file_uploader("A cycle as TOML or CSV", ["toml", "csv"], key="okr file", max_upload_size=1)
        st.button("Take in", on_click=_take_in, disabled=not st.session_state.get("okr file"))


def _download(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    st.download_button(label, data=exports.logged(name, make), file_name=name, mime=mime, key=f"okr {label}",
                       on_click="ignore", icon=":material/download:")  # fmt: skip


def said(made: Board) -> pl.DataFrame:
    """All check-ins of a cycle, a row each, the oldest first."""
    every = [(aim, result, one) for aim in made.aims for result in aim.results for one in result.asked.said]
    rows = [(aim.title, result.asked.title, one.day, one.value, one.as_of, one.confidence, one.comment, one.blockers,
             one.next_step, one.author, one.definition) for aim, result, one in every]  # fmt: skip
    schema = {"objective": pl.String, "key_result": pl.String, "day": pl.Date, "value": pl.Float64, "as_of": pl.Date,
              "confidence": pl.Int64, "comment": pl.String, "blockers": pl.String, "next_step": pl.String,
              "author": pl.String, "definition": pl.String}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").sort("day", maintain_order=True)


def as_file(found: Written, cycle: Kept[Cycle], hidden: Collection[str] = ()) -> CycleFile:
    """A cycle with its objectives and key results, as a file has it. hidden: ids of key results that are left out."""
    titles = {kept.id: kept.content.title for kept in found.objectives}

    def entry(kept: Kept[Objective]) -> ObjectiveEntry:
        shown = [each.content for each in found.of_objective(kept.id) if each.id not in hidden]
        results = tuple(KeyResultEntry(**_shared(each, KeyResultEntry)) for each in shown)
        shared = {**_shared(kept.content, ObjectiveEntry), "parent": titles.get(kept.content.parent or "")}
        return ObjectiveEntry(**shared, key_results=results)

    one = cycle.content
    return CycleFile(one.name, one.first, one.last, tuple(entry(kept) for kept in found.of_cycle(cycle)))


def _shared(content: Any, kind: type[Any]) -> dict[str, Any]:
    """What a thing of the store and its entry in a file have in common."""
    return {field.name: getattr(content, field.name) for field in fields(kind) if hasattr(content, field.name)}


def _take_in() -> None:
    upload = st.session_state["okr file"]

    def write() -> None:
        try:
            text = upload.getvalue().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError("The file is not UTF-8 text; save it as UTF-8, and take it in again.") from None
        file = from_toml(text) if upload.name.lower().endswith(".toml") else from_csv(text)
        found = okr_forms.found()
        with forms.store().at_once("manage") as store:
            take_in(store, found, file)
        filters.go(cycle=(file.name.strip(),), kr=("",))

    forms.keep(write, "Taken in.")


def take_in(store: Store, found: Written, file: CycleFile) -> None:
    """Keep what a file says: all of it is looked at before any of it is kept. Raises InputError or StoreError."""
    cycle = Cycle(file.name, file.first, file.last).checked()
    aims = [(one, _objective(one)) for one in file.objectives]
    results = {made.title: [_key_result(one, each) for each in one.key_results] for one, made in aims}
    ids = {each.content.title: each.id for each in found.objectives}
    _parents_are_there(file, {*ids, *results})
    before = found.cycle(cycle.name)
    kept = _kept(store.cycles, before, replace(cycle, closed=before.content.closed if before else None))
    there = {each.content.title: each for each in found.of_cycle(kept)}
    for _, made in aims:
        old = there.get(made.title)
        placed = replace(made, cycle=kept.id, parent=old.content.parent if old else None)
        there[made.title] = _kept(store.objectives, old, placed)
        _keep_results(store, found, there[made.title].id, results[made.title])
    ids |= {title: each.id for title, each in there.items()}
    for one, made in aims:
        _kept(store.objectives, there[made.title],
              replace(there[made.title].content, parent=ids[one.parent] if one.parent else None))  # fmt: skip


def _keep_results(store: Store, found: Written, objective: str, results: list[KeyResult]) -> None:
    there = {each.content.title: each for each in found.of_objective(objective)}
    for each in results:
        _kept(store.key_results, there.get(each.title), replace(each, objective=objective))


def _kept(collection: Any, there: Any, made: Any) -> Any:
    if there:
        return collection.change(there, made, by=forms.who(), at=forms.now())
    return collection.add(forms.product_name(), made, by=forms.who(), at=forms.now())


def _parents_are_there(file: CycleFile, known: set[str]) -> None:
    for one in file.objectives:
        if one.parent and one.parent not in known:
            raise InputError(f"“{one.title[:60]}” is part of “{one.parent[:60]}”, which is no objective here; "
                             "add that one to the file, or leave it out.")  # fmt: skip


def _objective(one: ObjectiveEntry) -> Objective:
    return Objective("", one.title, one.owner, None, one.pillar, one.features, one.weight).checked()


def _key_result(one: ObjectiveEntry, each: KeyResultEntry) -> KeyResult:
    try:
        return KeyResult("", **_shared(each, KeyResultEntry)).checked()
    except InputError as error:
        raise InputError(f"“{each.title[:60]}” of “{one.title[:60]}”: {error}") from error
