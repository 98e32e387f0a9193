"""Small and odd products for tests of the screen: a product file beside the Parquet files that it reads."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

HOSTILE = ['"quoted" & \'single\'', "🎉 party", "long " + "x" * 295, "<script>alert(1)</script>", "**bold**", ":red[x]",
           "$x$ and $y$", "[link](http://evil.example)", "`code`", "# head", ":material/star:", "1. one", "Feature",
           "=cmd()"]  # fmt: skip


def write(
    folder: Path, events: Sequence[tuple[str, datetime, str]], users: pl.DataFrame | None = None, *,
    features: Mapping[str, str] | None = None, event: str | None = None, name: str = "Example", more: str = "",
) -> None:  # fmt: skip
    """A product file with its Parquet files.

    features: key -> label, by default open and export. event: what shows their use, by default each its key.
    """
    schema: dict[str, Any] = {"user": pl.String, "at": pl.Datetime("us"), "name": pl.String}
    pl.DataFrame(list(events), schema=schema, orient="row").write_parquet(folder / "events.parquet")
    text = f"name = {json.dumps(name)}\n[warehouse.files]\nevents = 'events.parquet'\n"
    known = ""
    if users is not None:
        users.write_parquet(folder / "users.parquet")
        text += "users = 'users.parquet'\n"
        known = "[users]\ntable = 'users'\nid = 'id'\nsignup = 'signup'\n"
    text += "[events]\ntable = 'events'\nuser = 'user'\ntime = 'at'\nname = 'name'\n" + known + more
    for key, label in ({"open": "Open", "export": "Export"} if features is None else features).items():
        text += f"[features.{key}]\nlabel = {json.dumps(label, ensure_ascii=False)}\nevents = ['{event or key}']\n"
    (folder / "product.toml").write_text(text, encoding="utf-8")


def people(count: int, signup: date, **segments: str) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"u{i}" for i in range(count)], "signup": [signup] * count}).with_columns(
        pl.lit(value).alias(name) for name, value in segments.items()
    )


def daily(users: int, first: date, days: int, name: str = "open") -> list[tuple[str, datetime, str]]:
    """Each of so many users does one thing at nine on every day."""
    nine = datetime(first.year, first.month, first.day, 9)
    return [(f"u{i}", nine + timedelta(days=day), name) for i in range(users) for day in range(days)]


def write_hostile(folder: Path) -> None:
    """A product whose name, segments, values and features are full of markup."""
    users = people(60 * len(HOSTILE), date(2026, 9, 7)).with_columns(
        plan=pl.Series([value for value in HOSTILE for _ in range(60)])
    )
    events = [event for week in range(10) for event in daily(users.height, date(2026, 9, 9) + timedelta(7 * week), 1)]
    write(folder, events, users, features={f"f{i}": label for i, label in enumerate(HOSTILE)}, event="open",
          name="**Name** <b>x</b> :red[x] $1$", more="[users.segments.plan]\nlabel = ':red[Plan] **x**'\n")  # fmt: skip
