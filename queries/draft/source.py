"""What somebody gives: the address of a warehouse, or files; and how a product file says it, without any password."""

import re
from dataclasses import dataclass, field
from glob import escape
from itertools import takewhile
from pathlib import Path
from urllib.parse import parse_qsl, unquote

from queries import config
from queries.errors import Mistake, ProductError
from queries.product import Connection
from queries.product.toml_text import quoted
from queries.warehouse import READABLE, matches

SECRET = "SIGHTLINE_PASSWORD"  # the environment variable that a draft names in place of a password
ADDRESS = re.compile(r"(?P<kind>[\w+]+)://(?:(?P<user>[^:/@]*)(?::(?P<password>[^@]*))?@)?(?P<rest>.*)", re.S)
ADDRESSES = "duckdb:///path/to/file.duckdb, postgresql://user@host/database or snowflake://connection"
OF_SNOWFLAKE = ("warehouse", "role", "authenticator", "private_key_file")  # that an address may say; no secrets
PLAIN = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Source:
    """Where the warehouse is. section: what a product file says of it. secret: what the file leaves out."""

    connection: Connection
    section: str
    secret: str | None = field(default=None, repr=False)

    def with_secret(self, text: str) -> str:
        """A draft as it reads once the environment variable is set."""
        return text.replace(f"${{{SECRET}}}", quoted(self.secret)[1:-1]) if self.secret else text


def given(text: str, folder: Path | None = None) -> Source:
    """What a person typed: an address, a DuckDB file, or files, one a line. Raises ProductError as the two below."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise _mistake("URL", f"is empty; write {ADDRESSES}, or files, one a line.")
    is_address = "://" in lines[0] or lines[0].startswith("${") or Path(lines[0]).suffix in (".duckdb", ".db", ".ddb")
    return of_url(lines[0], folder) if is_address else of_files(lines, folder)


def of_url(address: str, folder: Path | None = None) -> Source:
    """The warehouse at an address, or in a DuckDB file. folder: where the product file will be; paths are told from it.

    Raises ProductError where it is no address, or holds a secret where the file would have to repeat it.
    """
    address = address.strip()
    expanded = _expanded(address)
    if "://" not in expanded and Path(expanded).expanduser().is_file():
        expanded = address = f"duckdb:///{address}"
    parts = ADDRESS.fullmatch(expanded)
    if parts is None:
        raise _mistake("URL", f"is no address; write {ADDRESSES}.")
    if parts["kind"] == "duckdb":
        return _duckdb(address, expanded, folder)
    if re.search(r"(?i)(password|token|passcode|secret|private_key)=", parts["rest"].partition("?")[2]):
        raise _mistake("URL", "has a secret after its `?`; put it into an environment variable and write ${NAME}.")
    if parts["kind"] == "snowflake":
        return _snowflake(parts)
    written = ADDRESS.fullmatch(address)
    if written is None or written["password"] in (None, "") or "${" in written["password"]:
        return Source(Connection(expanded), f"url = {quoted(address)}\n")
    hidden = f"{written['kind']}://{written['user']}:${{{SECRET}}}@{written['rest']}"
    note = f"# The password, in percent code as in any address, is in the environment variable {SECRET}."
    return Source(Connection(expanded), f"{note}\nurl = {quoted(hidden)}\n", written["password"])


def _duckdb(address: str, expanded: str, folder: Path | None) -> Source:
    path = Path(expanded.removeprefix("duckdb:///")).expanduser().resolve()
    if not path.is_file():
        raise _mistake("URL", f"there is no file {path}.")
    kept = address if "${" in address else f"duckdb:///{_told_from(path, folder)}"
    return Source(Connection(f"duckdb:///{path}"), f"url = {quoted(kept)}\n")


def _snowflake(parts: re.Match[str]) -> Source:
    """A connection by its name; or, with a user, the client's own parameters."""
    place, _, query = parts["rest"].partition("?")
    account, *within = place.rstrip("/").split("/")
    if parts["user"] is None:
        return Source(Connection(snowflake=account), f"snowflake = {quoted(account)}\n")
    asked = dict(parse_qsl(query))
    if unknown := [name for name in asked if name not in OF_SNOWFLAKE]:
        raise _mistake("URL", f"{unknown[0]!r:.40} cannot be in the address; it takes {', '.join(OF_SNOWFLAKE)}.")
    named = zip(("database", "schema"), map(unquote, within), strict=False)
    given = {"account": account, "user": unquote(parts["user"]), **dict(named), **asked}
    lines = "\n[warehouse.snowflake]\n" + "".join(f"{name} = {quoted(value)}\n" for name, value in given.items())
    secret = unquote(parts["password"] or "") or None
    if secret:
        given["password"] = secret
        lines += f'password = "${{{SECRET}}}"   # the environment variable; on a server rather a key pair\n'
    return Source(Connection(snowflake=tuple(given.items())), lines, secret)


def of_files(given: list[str], folder: Path | None = None) -> Source:
    """Files, folders of files or patterns such as `exports/*.parquet`, as tables of an embedded DuckDB.

    Files whose names differ by dates or numbers alone are one table. Raises ProductError where there is none to read.
    """
    groups: dict[tuple[Path, str, str], list[Path]] = {}
    for name in given:
        path = Path(_expanded(name)).expanduser()
        inside = [*path.iterdir()] if path.is_dir() else matches(Path.cwd(), str(path))
        found = [each.resolve() for each in sorted(inside) if _suffix(each)]
        if not found:
            raise _mistake("FILES", f"{name!r:.120} is no file to be read; CSV, Parquet and JSON are.")
        for file in found:
            groups.setdefault((file.parent, _stem(file), _suffix(file)), []).append(file)
    tables: dict[str, tuple[Path, ...]] = {}
    for (_, stem, _), files in groups.items():
        name = stem if stem not in tables else f"{stem}_{len(tables) + 1}"
        tables[name] = tuple(dict.fromkeys(files))
    lines = [f"{quoted(name)} = {_paths(files, folder)}" for name, files in tables.items()]
    everything = tuple((name, tuple(map(str, files))) for name, files in tables.items())
    return Source(Connection(files=everything), "\n[warehouse.files]\n" + "\n".join(lines) + "\n")


def _paths(files: tuple[Path, ...], folder: Path | None) -> str:
    """One file, the pattern that finds these and no others, or a list."""
    told = [_told_from(file, folder) for file in files]
    if len(told) == 1:
        return quoted(told[0])
    columns = takewhile(lambda letters: len({*letters}) == 1, zip(*(file.name for file in files), strict=False))
    begin = "".join(letters[0] for letters in columns)
    for start in (begin.rstrip("0123456789-_."), begin):  # the shorter one also finds the files of next year
        pattern = f"{escape(start)}*{_suffix(files[0])}"
        if {*matches(files[0].parent, pattern)} == {*files}:
            return quoted(str(Path(told[0]).parent / pattern))
    return f"[{', '.join(map(quoted, told))}]"


def _suffix(file: Path) -> str:
    """The ending by which a file is read, with .gz where it is packed; nothing where it is not read."""
    packed = ".gz" if file.name.endswith(".gz") else ""
    ending = Path(file.name.removesuffix(packed)).suffix
    return ending + packed if ending in READABLE else ""


def _stem(file: Path) -> str:
    """What a file is about: its name in small letters, without ending, dates and numbers.

    >>> _stem(Path("Events-2026-11-01_part2.csv.gz"))
    'events_part'
    """
    words = PLAIN.sub("_", file.name.removesuffix(_suffix(file)).lower())
    return re.sub(r"[_\d]+", "_", words).strip("_") or "table"


def _told_from(path: Path, folder: Path | None) -> str:
    return str(path.relative_to(folder)) if folder and path.is_relative_to(folder) else str(path)


def _expanded(text: str) -> str:
    try:
        return config.expand(text)
    except LookupError as unset:
        raise _mistake("URL", f"the environment variable {unset.args[0]} is not set; set it first.") from None


def _mistake(where: str, what: str) -> ProductError:
    return ProductError("What was given", [Mistake(where, what)])
