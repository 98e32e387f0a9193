"""How tables lie in Parquet files: mostly words of days, one group of rows a feature, read beside one another."""

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from queries.bits import by_feature


def write(path: Path, rows: pl.DataFrame) -> None:
    """Write a table."""
    if "d0" not in rows.columns or any(isinstance(kind, pl.Enum) for kind in rows.dtypes):
        rows.write_parquet(path, compression_level=1)
    elif "feature" in rows.columns:  # packed so that it opens fast
        _write_words(path, rows, list(by_feature(rows).values()), compression="lz4")
    else:  # so that it is small
        _write_words(path, rows, [rows] if rows.height else [], compression="zstd", compression_level=1)


def _write_words(path: Path, rows: pl.DataFrame, parts: list[pl.DataFrame], **packed: Any) -> None:
    """Repeated values are looked for only where there are some: in words of days the search costs a quarter."""
    repeat = [name for name, kind in rows.schema.items() if kind == pl.String or name in ("feature", "first_day")]
    schema = rows.clear().to_arrow().schema
    with pq.ParquetWriter(path, schema, use_dictionary=repeat, write_statistics=False, **packed) as file:
        for part in parts:
            file.write_table(part.to_arrow(), row_group_size=part.height)
