"""Where things are. The one place that reads the environment.

SIGHTLINE_PRODUCT   the product file (default: product.toml in this project)
SIGHTLINE_DATA      the folder for snapshots and the demo (default: .sightline beside the product file)

And any variable that a product file names as `${NAME}` in `warehouse.url` or `warehouse.files`.
"""

import os
import re
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
DEMO_PRODUCT = HOME / "product.toml"
_VARIABLE = re.compile(r"(^(?:duckdb:///)?)?\$\{(\w+)\}")


def product_path() -> Path:
    """The product file in use."""
    return Path(os.environ.get("SIGHTLINE_PRODUCT") or DEMO_PRODUCT).expanduser().resolve()


def data_folder() -> Path:
    """The folder that holds our copies; made when first written to."""
    named = os.environ.get("SIGHTLINE_DATA")
    return Path(named).expanduser().resolve() if named else product_path().parent / ".sightline"


def expand(text: str) -> str:
    """The text with each `${NAME}` replaced by that environment variable. Raises LookupError(NAME) where it is not set.

    Where a variable begins a path, a relative value is meant from the working directory, as in a shell.
    """

    def value(found: re.Match[str]) -> str:
        before, name = found.groups()
        value = os.environ.get(name)
        if not value:
            raise LookupError(name)
        is_path = before is not None and "://" not in value
        return (before or "") + (str(Path(value).expanduser().resolve()) if is_path else value)

    return _VARIABLE.sub(value, text)
