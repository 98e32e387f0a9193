"""What is taken away as a file: a table as CSV for a spreadsheet, or as Parquet for a program.

What the numbers mean goes along: in CSV below the rows, after an empty line, so that a spreadsheet still finds the
header in the first row and the table ends where the rows do; in Parquet beside the rows, as metadata of the file.
"""

import json
import re
from collections.abc import Sequence
from io import BytesIO

import polars as pl
import pyarrow.parquet as pq

FORMULA = r"^[=+\-@\t\r]"  # how a text must begin for a spreadsheet to run it
About = Sequence[tuple[str, str]]  # what something is called, and what it is


def csv(frame: pl.DataFrame, about: About = ()) -> bytes:
    r"""A frame as CSV that no spreadsheet can mistake for formulas: such texts get a quote in front.

    about: what follows below the rows.

    >>> csv(pl.DataFrame({"@name": ["=cmd()", "fine"], "n": [1, 2]}), [("As of", "18 Nov")]).decode()
    "'@name,n\n'=cmd(),1\nfine,2\n\nAs of,18 Nov\n"
    """
    rows = _safe(frame.select(pl.exclude(pl.List(pl.Float64)))).write_csv()
    if not about:
        return rows.encode()
    below = pl.DataFrame(list(about), schema=["what", "is"], orient="row")
    return f"{rows}\n{_safe(below).write_csv(include_header=False)}".encode()


def _safe(frame: pl.DataFrame) -> pl.DataFrame:
    """Names of columns can come from the data, too."""
    names = {name: re.sub(FORMULA, r"'\g<0>", name) for name in frame.columns}
    return frame.with_columns(pl.col(pl.String).str.replace(FORMULA, "'${0}")).rename(names)


def parquet(frame: pl.DataFrame, about: About = ()) -> bytes:
    """A frame as Parquet. about: kept in the file's metadata under `sightline`, as JSON.

    >>> found = pq.read_table(BytesIO(parquet(pl.DataFrame({"n": [1]}), [("As of", "18 Nov")])))
    >>> found.num_rows, found.schema.metadata[b"sightline"]
    (1, b'{"As of": "18 Nov"}')
    """
    kept = {"sightline": json.dumps(dict(about), ensure_ascii=False)}
    file = BytesIO()
    pq.write_table(frame.to_arrow().replace_schema_metadata(kept), file)
    return file.getvalue()
