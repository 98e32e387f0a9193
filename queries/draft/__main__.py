"""`python -m queries.draft`: look at a warehouse or at files, and write a first product file for them."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from queries import draft
from queries.errors import InsightsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the draft and say what was chosen; end with 1 and a sentence where it cannot be done."""
    options = _options(arguments)
    if not (options.url or options.files):
        return _failed("Say what to look at: make product URL=... for a warehouse, or make product FILES=...")
    out = Path(options.out).expanduser().resolve()
    try:
        if out.exists():
            return _failed(f"There is already a file {out}; nothing is overwritten. Name another, with OUT=other.toml.")
        files, folder = options.files, out.parent
        source = draft.of_url(options.url, folder) if options.url else draft.of_files(files, folder)
        made = draft.propose(source, folder, datetime.now(UTC).date(), lambda step: print(f"{step} ...", flush=True))
        folder.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8") as file:
            file.write(made.text)
    except InsightsError as error:
        return _failed(str(error))
    except FileExistsError:
        return _failed(f"Meanwhile there is a file {out}; nothing is overwritten.")
    except OSError as error:
        return _failed(f"{out} cannot be written: {error.strerror}. Name another place, with OUT=path/product.toml.")
    print("\n" + "\n".join(f"- {sentence}" for sentence in made.said))
    if source.secret:
        print(f"- The password is not in the file: set the environment variable {draft.SECRET} before you start.")
    print(f"\nWritten to {out}. It loads, and every table and column in it is there. Read it once, then start:\n"
          f"  make run PRODUCT={options.out}")  # fmt: skip
    return 0


def _failed(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m queries.draft", description="Write a first product file by looking at a warehouse.",
        epilog="Reads the names of tables, of each its columns and at most 10,000 rows, and the newest 50,000 events.",
    )  # fmt: skip
    given = parser.add_mutually_exclusive_group(required=True)
    given.add_argument("--url", help="duckdb:///file, a DuckDB file, postgresql://user@host/database, snowflake://name")
    given.add_argument("--files", nargs="+", help="CSV, Parquet or JSON files, folders of them, or patterns")
    parser.add_argument("--out", default="my-product.toml",
                        help="the file to write; never overwritten (my-product.toml)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
