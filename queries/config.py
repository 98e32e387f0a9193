"""Where things are. The one place that reads the environment.

SIGHTLINE_PRODUCT   the product file (default: product.toml in this project)
SIGHTLINE_DATA      the folder for snapshots and the demo (default: .sightline beside the product file)
SIGHTLINE_STORE     what people write: a file, or the address of a Postgres (default: store.sqlite in that folder)

And any variable that a product file names as `${NAME}` in `warehouse.url`, `warehouse.files` or `warehouse.snowflake`,
and the connections that a Streamlit app keeps in its secrets.
"""

import os
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
DEMO_PRODUCT = HOME / "product.toml"
_VARIABLE = re.compile(r"(^(?:duckdb:///)?)?\$\{(\w+)\}")


def product_path() -> Path:
    """The product file in use."""
    return _absolute(os.environ.get("SIGHTLINE_PRODUCT") or str(DEMO_PRODUCT))


def _absolute(path: str) -> Path:
    return _resolved(path, os.environ.get("HOME"), Path.cwd())


@lru_cache(maxsize=16)
def _resolved(path: str, home: str | None, folder: Path) -> Path:  # asked for many times a click
    return (folder / Path(path).expanduser()).resolve()


def data_folder() -> Path:
    """The folder that holds our copies; made when first written to."""
    named = os.environ.get("SIGHTLINE_DATA")
    return _absolute(named) if named else product_path().parent / ".sightline"


def store() -> str:
    """Where what people write is kept: the path of a file, or an address such as postgresql://user@host/database."""
    named = os.environ.get("SIGHTLINE_STORE") or str(data_folder() / "store.sqlite")
    return named if "://" in named else str(_absolute(named))


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


def substituted(text: str) -> str:
    """As `expand` for what is no path, such as a password: the variable's value as it stands."""
    names = [name for _, name in _VARIABLE.findall(text)]
    if unset := next((name for name in names if not os.environ.get(name)), None):
        raise LookupError(unset)
    return _VARIABLE.sub(lambda found: os.environ[found[2]], text)


def secret_connections() -> dict[str, dict[str, Any]]:
    """The `[connections.<name>]` of Streamlit's secrets, by name: those beside this app, then those of the user.

    Raises ValueError or OSError where a file is no TOML, or cannot be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for folder in (Path.home(), HOME):  # what stands beside the app wins, as in Streamlit
        named = _toml(folder / ".streamlit" / "secrets.toml").get("connections", {})
        found |= {name: values for name, values in dict(named).items() if isinstance(values, dict)}
    return found


def named_connection(name: str) -> dict[str, Any]:
    """The parameters of a Snowflake connection that this machine knows by name; none where it cannot be told."""
    try:
        known = secret_connections()
        home = Path(os.environ.get("SNOWFLAKE_HOME") or Path.home() / ".snowflake").expanduser()
        found = known.get(name) or _toml(home / "connections.toml").get(name)
    except (ValueError, OSError):
        return {}
    return found if isinstance(found, dict) else {}


def connection_names() -> list[str]:
    """The Snowflake connections that this machine knows; none where it cannot be told."""
    home = Path(os.environ.get("SNOWFLAKE_HOME") or Path.home() / ".snowflake").expanduser()
    try:
        of_client = [*_toml(home / "connections.toml"), *_toml(home / "config.toml").get("connections", {})]
        return sorted({*secret_connections(), *of_client})
    except (ValueError, OSError):
        return []


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
