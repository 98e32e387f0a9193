"""The one table we measure: unit x feature, and on which days, as bits.

A row holds a unit (a user or an account), a feature, the first day it was ever used and words of days (`bits`). Feature
code 0 is "any feature marked active", so questions about the whole product never regroup. Units are numbered 0, 1, 2
... and `everyone` holds them in that order, so an attribute of a row's unit is a gather.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, cast

import polars as pl

from queries.bits import Words, merge
from queries.calendar import Calendar, Period, day_number
from queries.errors import AccessError, InsightsError, did_you_mean
from queries.product import EVERYONE, FEW, UNKNOWN, Behaviour, Feature, Segment, Selection, Unit
from queries.product.metrics import Governed
from queries.units import Tables, entry, made_of_users, pairs, too_small

ANY = 0  # the feature code of "any feature marked active"
AND = " · "  # between the labels of two segments
By = tuple[str, ...]  # segment keys to split by: none, one or two
Rule = tuple[str, tuple[str, ...]]  # a segment key, and the labels kept


@dataclass(frozen=True, eq=False)
class Activity:
    """The activity of the units that remain after rights and filters.

    everyone: all units in order (unit, id, entry_day, signup_day, ended_day, known_start, kept, segment_*, can_*).
    codes: feature key -> its code in `rows`. key: what this was made of; equal keys, equal content.
    governed: what the product file says of metrics, those that it makes of others among them.
    least: who looks may not see groups of fewer units, nor units one by one; 0 for who may. hidden: the features that
    are therefore as if nobody could use them.
    """

    calendar: Calendar
    words: Words
    features: tuple[Feature, ...]
    segments: tuple[Segment, ...]
    codes: dict[str, int]
    everyone: pl.DataFrame
    rows: pl.DataFrame
    unit: Unit = "user"
    governed: tuple[Governed, ...] = ()
    least: int = 0
    hidden: tuple[str, ...] = ()
    key: tuple[object, ...] = ()
    tables: Tables | None = field(default=None, repr=False)
    made_of: "tuple[Activity, Selection] | None" = field(default=None, repr=False)

    @cached_property
    def units(self) -> pl.DataFrame:
        """The units that count: those of `everyone` that were kept."""
        return self.everyone.filter("kept").drop("kept")

    @cached_property
    def name(self) -> tuple[object, str]:
        """What tells it, with how its units are grouped, from any other; short to compare, as it is at every click."""
        return self.key, repr(self.segments)

    @cached_property
    def unknown_starts(self) -> int:
        """Units first seen so near to where history begins that nobody knows when they really started."""
        return int((self.units["entry_day"].is_not_null() & ~self.units["known_start"]).sum())

    @cached_property
    def _slices(self) -> dict[int, tuple[int, int]]:
        sizes = self.rows.group_by("feature").agg(pl.len()).sort("feature")
        starts = sizes["len"].cum_sum() - sizes["len"]
        return {f: (s, n) for f, s, n in zip(sizes["feature"], starts, sizes["len"], strict=True)}

    def feature(self, key: str) -> Feature:
        """The feature of a key; an InsightsError that names the nearest when there is none."""
        found = next((f for f in self.features if f.key == key), None)
        if found is None:
            raise InsightsError(f"There is no feature {key!r}; {did_you_mean(key, [f.key for f in self.features])}")
        return found

    def rows_of(self, feature: str | None) -> pl.DataFrame:
        """The rows of one feature, or of any active feature when None: at most one a unit."""
        code = ANY if feature is None else self.codes[self.feature(feature).key]
        start, length = self._slices.get(code, (0, 0))
        return self.rows.slice(start, length)

    def attributes(self, rows: pl.DataFrame, *names: str) -> pl.DataFrame:
        """The rows with attributes of their units beside them."""
        return rows.with_columns(self.everyone[name].gather(rows["unit"]) for name in names)

    def beside(self, units: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
        """The units, in their order, with what their rows say beside them; null where a unit has no row.

        rows: at most one a unit. The same as a left join, several times faster, because units are numbered.

        >>> from tests.examples import three_users
        >>> activity, _ = three_users()
        >>> units, used = activity.units.select("id", "unit"), activity.rows_of("export").select("unit", used=True)
        >>> activity.beside(units, used).rows()
        [('ann', 0, True), ('bo', 1, True), ('cy', 2, None)]
        """
        numbers = pl.int_range(rows.height, dtype=pl.UInt32, eager=True)
        row_of = pl.repeat(None, self.everyone.height, dtype=pl.UInt32, eager=True).scatter(rows["unit"], numbers)
        at = row_of.gather(units["unit"])
        return units.with_columns(rows[name].gather(at) for name in rows.columns if name != "unit")

    def active(self, period: Period, prefix: str = "") -> pl.Expr:
        """Whether a row's feature was used in a period."""
        return self.words.active(day_number(period.first), day_number(period.last), prefix)

    def segment(self, key: str) -> Segment:
        """The segment of a key that these units can be grouped by: accounts not by attributes of users."""
        of = ("user", "account") if self.unit == "user" else ("account",)
        known = [s for s in self.segments if s.behaviour or s.of in of]
        found = next((s for s in known if s.key == key), None)
        if found is None:
            raise InsightsError(f"{self.unit.capitalize()}s cannot be split by {key!r}; "
                                f"{did_you_mean(key, [s.key for s in known])}")  # fmt: skip
        return found

    def values(self, segment: Segment) -> list[str]:
        """The values of a segment that somebody has, in the order of the screen."""
        return self._values.get(segment.key, [])

    @cached_property
    def _values(self) -> dict[str, list[str]]:
        tables = self.tables or (self.made_of[0].tables if self.made_of else None)
        of_events = tables.event_rows if tables else None
        rows = {s.key: of_events if s.of == "event" else self.everyone for s in self.segments}
        return {key: frame[f"segment_{key}"].unique().sort().cast(pl.String).to_list()
                for key, frame in rows.items() if frame is not None and f"segment_{key}" in frame.columns}  # fmt: skip

    def groups(self, by: By) -> dict[str, tuple[str, ...]]:
        """The groups of a split that somebody is in, in the order of the screen: name -> its value of each segment."""
        segments = [next(s for s in self.segments if s.key == key) for key in by]
        if any(s.of == "event" for s in segments):  # what is done in such events, a unit may do in several
            return {AND.join(values): values for values in product(*map(self.values, segments))}
        found = self.everyone.select(f"segment_{key}" for key in by)
        named = found.with_columns(self.segment_of(self.everyone["unit"], by)).unique().sort("segment")
        groups = {name: tuple(values) for *values, name in named.cast(pl.String).rows()} if by else {}
        groups.pop(FEW, None)
        return groups

    def overlaps(self, by: By) -> bool:
        """Whether a split is by what events say or by what units did: such segments never enter a ranking or a sum.

        A unit may be in several of the former; the latter are chosen by the very outcome that is looked at.
        """
        return self.is_behaviour(by) or any(s.of == "event" and s.key in by for s in self.segments)

    def is_behaviour(self, by: By) -> bool:
        """Whether a split is, also, by what units did."""
        return any(s.behaviour is not None and s.key in by for s in self.segments)

    @property
    def chosen_by_outcome(self) -> bool:
        """Whether units were filtered by what they did: then their past differs from today by how they were chosen."""
        return any(segment.behaviour for segment in self._filtered_by())

    @property
    def of_some_events(self) -> bool:
        """Whether only events with certain attributes are counted."""
        return any(segment.of == "event" for segment in self._filtered_by())

    def _filtered_by(self) -> list[Segment]:
        where = dict(self.made_of[1].where) if self.made_of else {}
        return [segment for segment in self.segments if segment.key in where]

    @cached_property
    def size(self) -> int:
        """How many units are looked at: of some events alone, those who did anything in them."""
        return self.rows["unit"].n_unique() if self.of_some_events else self.units.height

    def segment_of(self, units: pl.Series, by: By = ()) -> pl.Expr | pl.Series:
        """The segment each unit is in, in the order of the screen, named `segment`; "everyone" where `by` is empty.

        By two segments, each pair of their labels is one: "Pro · Admin". Those too small for who looks are one, too.
        """
        if not by:
            return pl.lit(EVERYONE).alias("segment")
        found = self._group_of(units, by)
        few = too_small(self._group_of(self.units["unit"], by), self.least) if self.least else []
        if not few:
            return found
        names = pl.Enum([*dict.fromkeys((*cast(pl.Enum, found.dtype).categories, FEW))])  # a value may be called so
        texts = found.to_frame().select(pl.when(pl.col("segment").cast(pl.String).is_in(few)).then(pl.lit(FEW))
                                        .otherwise(pl.col("segment").cast(pl.String)).alias("segment"))  # fmt: skip
        return texts["segment"].cast(names)

    def _group_of(self, units: pl.Series, by: By) -> pl.Series:
        columns = [self.everyone[f"segment_{self.segment(key).key}"] for key in by]
        if len(columns) == 1:
            return columns[0].gather(units).alias("segment")
        first, second = columns
        labels = [cast(pl.Enum, column.dtype).categories for column in columns]
        code = first.to_physical().cast(pl.UInt16) * len(labels[1]) + second.to_physical().cast(pl.UInt16)
        return code.gather(units).cat.to(pl.Enum(pairs(labels[0], labels[1], AND))).alias("segment")

    def hiding_few(self) -> "Activity":
        """The same, where features that too few could use for who looks are as if nobody could, and nobody did."""
        gates = {f.key: f"can_{f.key}" for f in self.features if f.eligible} if self.least else {}
        could = self.units.select(pl.col(name).sum() for name in gates.values()).row(0, named=True) if gates else {}
        few = tuple(key for key, gate in gates.items() if key in self.hidden or 0 < could[gate] < self.least)
        if not few:
            return self
        nobody = self.everyone.with_columns(pl.lit(False).alias(gates[key]) for key in few)
        rows = self.rows.filter(~pl.col("feature").is_in([self.codes[key] for key in few]))
        return replace(self, everyone=nobody, rows=rows, hidden=few)

    def too_few_could(self, feature: str, by: By) -> list[str]:
        """The segments of which too few units meet a feature's rule for who looks, as `units.too_small` tells."""
        found = self.feature(feature)
        if not (by and self.least and found.eligible):
            return []
        units = self.units.filter(f"can_{found.key}")["unit"]
        return too_small(cast(pl.Series, self.segment_of(units, by)), self.least)

    def check_may_list(self) -> None:
        """Raise AccessError where who looks may see numbers of units alone."""
        if self.least:
            raise AccessError(f"You see how many {self.unit}s there are, not which; ask an admin of Sightline to put "
                              "you under `list_units` in its product file.")  # fmt: skip

    def within(self, pick: Selection) -> "Activity":
        """What remains of it for a selection: the users whose segments were picked, as they are or OR-ed into accounts.

        Attributes filter the users first; an account is then what its remaining users did. Attributes of accounts
        filter the accounts, because a user may act for several; and so does what an account did. Attributes of events
        filter what was done, and nobody: who counts, and since when, stays.
        """
        whole = self.with_behaviours(pick.behaviours)
        of = {s.key: "did" if s.behaviour else s.of for s in whole.segments}
        late = {key for key in of if pick.unit == "account" and of[key] in ("did", "account")}
        events = [rule for rule in pick.where if of.get(rule[0]) == "event"]
        early = [rule for rule in pick.where if rule[0] not in late and rule not in events]
        users = whole.everyone.with_columns(kept=_picked(early))
        key = (*whole.key, pick.unit, tuple(sorted(pick.where)))
        rows = _kept(whole.rows, users, "unit")
        narrowed = replace(whole, everyone=users, rows=rows, key=key, made_of=(self, pick))
        if pick.unit == "account":
            narrowed = narrowed._by_account([rule for rule in pick.where if rule[0] in late])
        if events:  # last: who counts, and what they did, does not hang on the events looked at
            rows = whole._with_values(events, users, pick.unit)
            narrowed = replace(narrowed, rows=_kept(rows, narrowed.everyone, "unit"))
        return narrowed.hiding_few()

    def _with_values(self, rules: list[Rule], users: pl.DataFrame, by: Unit) -> pl.DataFrame:
        """What kept users did in events of these values, a row a user (or account) and feature."""
        tables = self.tables
        assert tables is not None  # an activity by account is never narrowed again
        assert tables.event_rows is not None  # there are segments of events
        rows = _kept(tables.event_rows, users, "user").filter(
            pl.col(f"segment_{key}").cast(pl.String).is_in(list(labels)) for key, labels in rules
        )
        return merge(rows.drop_nulls(by).rename({by: "unit"}), "unit")

    def by_value(self, key: str) -> Iterator[tuple[str, "Activity"]]:
        """For each value of an attribute of events, in the order of the screen: what was done in such events.

        Values in which fewer did anything than who looks may see are left out.
        """
        whole, pick = self.made_of or (self, Selection(self.unit))
        picked = dict(pick.where).get(key)
        rest = tuple(rule for rule in pick.where if rule[0] != key)
        for label in whole.values(next(s for s in self.segments if s.key == key)):
            if picked is None or label in picked:
                part = whole.within(replace(pick, where=(*rest, (key, (label,)))))
                if part.size >= self.least:
                    yield label, part

    def with_behaviours(self, segments: tuple[Segment, ...]) -> "Activity":
        """The same with segments by what units did, besides those it has."""
        new = tuple(s for s in segments if s not in self.segments)
        if not new:
            return self
        everyone = self.everyone.with_columns(self._did(s) for s in new)
        return replace(self, segments=(*self.segments, *new), everyone=everyone, key=(*self.key, new))

    def _did(self, segment: Segment) -> pl.Series:
        """For each of `everyone` whether it did what a segment says; unknown where that cannot be told (yet)."""
        did, as_of = cast(Behaviour, segment.behaviour), day_number(self.calendar.as_of)
        rows, entry, known = self.rows_of(did.feature), pl.col("entry_day"), pl.col("entry_day").is_not_null()
        if did.kind == "adopted":
            rows = self.attributes(rows, "entry_day").filter(pl.col("first_day") - entry < did.days)
            known = known & "known_start"
        else:
            rows = rows.filter(self.words.active(as_of - did.days + 1, as_of))
        done = pl.lit(pl.repeat(False, self.everyone.height, eager=True).scatter(rows["unit"], True))
        if did.kind == "adopted":
            known = known & (done | (entry + did.days - 1 <= as_of))
        yes, no = (words for _, words in segment.labels)
        said = pl.when(~known).then(pl.lit(UNKNOWN)).when(done != (did.kind == "inactive")).then(pl.lit(yes)).otherwise(
            pl.lit(no))  # fmt: skip
        values = pl.Enum([yes, no, UNKNOWN])
        return self.everyone.select(said.cast(values).alias(f"segment_{segment.key}")).to_series()

    def _by_account(self, where: list[Rule]) -> "Activity":
        tables, users = self.tables, self.everyone
        assert tables is not None  # an activity by account is never narrowed again
        whole = bool(users["kept"].all())
        if tables.members is None or tables.member_rows is None:
            members = users.filter("kept", pl.col("account").is_not_null()).select(
                pl.col("unit").alias("user"), "account", "first_event_day"
            )
            rows = tables.account_rows if whole else merge(
                self.rows.with_columns(unit=users["account"].gather(self.rows["unit"])).drop_nulls("unit"), "unit"
            )  # fmt: skip
        else:
            members = _kept(tables.members, users, "user")
            member_rows = _kept(tables.member_rows, users, "user")
            rows = tables.account_rows if whole else merge(member_rows.rename({"account": "unit"}), "unit")
        everyone = made_of_users(tables.accounts, members, tables.users, self.calendar)
        made = replace(self, unit="account", everyone=everyone, rows=rows, tables=None)
        everyone = everyone.with_columns(made._did(s) for s in self.segments if s.behaviour).with_columns(
            kept=_picked(where)
        )
        return replace(made, everyone=everyone, rows=_kept(rows, everyone, "unit"))


def of_users(tables: Tables, calendar: Calendar, **facts: Any) -> Activity:
    """The activity of all users of the tables: those that a viewer may see."""
    users = tables.users.with_columns(kept=True).with_columns(*entry(calendar))
    return Activity(calendar, Words.covering(calendar), everyone=users, rows=tables.rows, tables=tables, **facts)


def _picked(where: list[Rule]) -> pl.Expr:
    """Whether a unit was kept so far and its segments are among those picked."""
    return pl.all_horizontal(
        "kept", *(pl.col(f"segment_{key}").cast(pl.String).is_in(list(labels)) for key, labels in where)
    )


def _kept(rows: pl.DataFrame, units: pl.DataFrame, column: str) -> pl.DataFrame:
    return rows if units["kept"].all() else rows.filter(units["kept"].gather(rows[column]))
