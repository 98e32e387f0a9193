"""What is said of a strategy pillar: who uses what was built for it."""

from collections.abc import Mapping

import polars as pl

from components.theme import percent
from components.words import many, md


def pillar(name: str, cells: pl.DataFrame, names: Mapping[str, str], *, overlapping: bool) -> str:
    """Who uses what was built for a strategy pillar: of each feature the segments that surely differ from the rest.

    cells: as `stats.against_the_rest` returns; names: feature -> label.
    """
    count = cells["feature"].n_unique()
    if not count:
        return (f"**No feature belongs to {md(name)} yet.** Name some in an objective of this pillar, or call "
                "the pillar as an area of the product file.")  # fmt: skip
    head = f"**{many(count, 'feature')} of {md(name)}.**"
    if overlapping:
        return f"{head} A user may be in several of these segments, so they are not compared."
    told = cells.filter(pl.col("marked").fill_null(False)).sort("gap", descending=True)
    lines = [f"{md(names[key])}: {_apart(told.filter(feature=key))}."
             for key in cells["feature"].unique(maintain_order=True) if key in told["feature"]]  # fmt: skip
    return f"{head} {' '.join(lines) or 'No segment differs from the rest by more than chance.'}"


def _apart(told: pl.DataFrame) -> str:
    """The segment that most surely leads, and the one that lags."""
    ends = [(word, row) for word, row in (("leads", told.row(0, named=True)), ("lags", told.row(-1, named=True)))
            if (row["gap"] > 0) == (word == "leads")]  # fmt: skip
    return ", ".join(f"{md(row['segment'])} {word} with {percent(row['n'], row['of'])}" for word, row in ends)
