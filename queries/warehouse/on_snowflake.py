"""The warehouse on Snowflake, by its own client: parameters are passed on as they stand, answers come home as Arrow.

A product file names a connection (`snowflake = "dash"`) or holds its parameters (`[warehouse.snowflake]`). A name is
looked up in Streamlit's secrets first, `[connections.dash]`, and otherwise the client finds it in connections.toml.
Each statement carries a tag and a time limit of its own, and the same question is always the same text, so that
Snowflake can serve it from its results of the last day without waking a warehouse. The session is not kept alive.
"""

import logging
import re
import warnings
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa
import snowflake.connector as client
import sqlalchemy as sa
from snowflake.connector.connection_config import ConnectionConfig
from snowflake.sqlalchemy.base import SnowflakeIdentifierPreparer
from snowflake.sqlalchemy.snowdialect import SnowflakeDialect

from queries import config
from queries.errors import Mistake, ProductError, did_you_mean
from queries.product import Product
from queries.warehouse import failures
from queries.warehouse.selects import Select
from queries.warehouse.stop import Stop

SECRETS, TABLE = ".streamlit/secrets.toml", "warehouse.snowflake"
log = logging.getLogger("sightline.warehouse")
GONE = (390104, 390110, 390111, 390112, 390114)  # the session is no more; to ask again in a new one changes nothing
INTERACTIVE = ("externalbrowser", "oauth_authorization_code", "username_password_mfa")  # a person needs their time
SECRET = re.compile(r".*(passw|pwd|passcode|token|secret|private_key).*(?<!_file)(?<!_path)(?<!_url)|proxy")
ALWAYS = {"paramstyle": "pyformat", "autocommit": True, "client_session_keep_alive": False,
          "interpolate_empty_sequences": True, "enable_server_session_keep_alive_auto_detection": False}  # fmt: skip
KEYWORDS = {  # that Snowflake documents and its dialect does not know
    "case", "cast", "constraint", "cross", "current_date", "current_time", "current_timestamp", "current_user", "false",
    "following", "full", "ilike", "inner", "join", "lateral", "left", "localtime", "localtimestamp", "natural",
    "qualify", "right", "schema", "tablesample", "true", "try_cast", "using", "view", "when",
}  # fmt: skip
PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")  # a name that Snowflake makes of one written without quotes
# The client tells programmers that the class of an error will change
warnings.filterwarnings("ignore", "`ReauthenticationRequest` currently subclasses", FutureWarning)


class _Names(SnowflakeIdentifierPreparer):
    """Names in lower case stand for Snowflake's upper case, also those that must be quoted for being a keyword."""

    reserved_words = SnowflakeIdentifierPreparer.reserved_words | KEYWORDS

    def quote_identifier(self, value: str) -> str:
        return str(super().quote_identifier(value.upper() if value in self.reserved_words else value))

    def format_label(self, label: sa.Label[Any], name: str | None = None) -> str:
        return str(self.quote(name or label.name))  # and not without its quotes, as whoever names it writes them


class Dialect(SnowflakeDialect):
    """Snowflake's SQL with values as `%(name)s`, whatever another library of this process has chosen."""

    preparer = _Names

    def __init__(self) -> None:
        super().__init__(paramstyle="pyformat")


DIALECT = Dialect()


class OnSnowflake:
    """A session on Snowflake, begun with the first statement, and once more where it is lost on the way."""

    dialect = DIALECT

    def __init__(self, product: Product) -> None:
        named, self.timeout_s = product.connection.snowflake, product.connection.timeout_s
        self.product_file = product.file
        self.file, self.where = (SECRETS, f"connections.{named}") if isinstance(named, str) else (product.file, TABLE)
        self.parameters = _parameters(product)
        self.secrets = [value for key, value in self.parameters.items()
                        if SECRET.fullmatch(key) and isinstance(value, str) and value]  # fmt: skip
        self.session: client.SnowflakeConnection | None = None

    def arrow(self, select: Select, job: str, stop: Stop) -> pa.Table:
        compiled = select.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
        with failures.translated(client.Error, secrets=self.secrets):
            try:
                return self._answer(str(compiled), compiled.params, job, stop)
            except client.Error as error:
                if error.errno not in GONE or self.session is None:
                    raise
                log.info("%s: the session was lost and is begun again", job)
                self.close()
                return self._answer(str(compiled), compiled.params, job, stop)

    def spoken(self, name: str) -> str:
        """In lower case what was created without quotes; the rest as it stands, and always quoted."""
        return name.lower() if PLAIN.fullmatch(name) else sa.quoted_name(name, quote=True)

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()

    def _answer(self, statement: str, values: dict[str, Any], job: str, stop: Stop) -> pa.Table:
        if self.session is None:
            self.session = self._begun()
        begun = perf_counter()
        with self.session.cursor() as cursor:
            told = {"QUERY_TAG": f"sightline:{job}", "STATEMENT_TIMEOUT_IN_SECONDS": self.timeout_s}
            with stop.interrupting(lambda: None):  # the client names no query while it waits: it is stopped after it
                cursor.execute(statement, values, _statement_params=told)
            table = cursor.fetch_arrow_all(force_return_table=True, force_microsecond_precision=True)
            assert table is not None  # it was asked for
            log.info("%s: query %s, %d rows, %.1f s", job, cursor.sfqid, table.num_rows, perf_counter() - begun)
        return table

    def _begun(self) -> client.SnowflakeConnection:
        """A new session. Raises ProductError on a parameter that the client does not know, or cannot use."""
        said = failures.translated(client.Error, secrets=self.secrets, unknown=("login", failures.PARAMETERS))
        with said, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # people have parameters of older clients
            warnings.filterwarnings("error", "Unknown parameter", UserWarning)  # it would only be named, and left out
            try:
                return client.connect(**deepcopy(self.parameters))  # the client adds to a table among them
            except UserWarning as warning:
                name = str(warning).split("'")[1]
                known = sorted(field.name for field in fields(ConnectionConfig) if not field.name.startswith("_"))
                what = f"Snowflake's client knows no such parameter, {did_you_mean(name, known)}"
                raise ProductError(self.file, [Mistake(f"{self.where}.{name}", what)]) from None
            except client.Error as error:
                name, known = str(self.parameters.get("connection_name")), config.connection_names()
                if not known or f"{name!r} not found" not in str(error):
                    raise
                what = f"this machine has no connection {name!r}, {did_you_mean(name, known)}"
                raise ProductError(self.product_file, [Mistake(TABLE, what)]) from None
            except (TypeError, AttributeError):
                what = "a parameter has a value of the wrong kind; `session_parameters` is a table, the others are not."
                raise ProductError(self.file, [Mistake(self.where, what)]) from None


def _parameters(product: Product) -> dict[str, Any]:
    """What is passed to the client: the connection as it stands, and what is the same for all."""
    named = product.connection.snowflake
    given = _of_name(named) if isinstance(named, str) else _beside(product, dict(named or ()))
    patience = {"connect_timeout": 10, "query_timeout": product.connection.timeout_s + 30}  # the server stops first
    if "connection_name" not in given and str(given.get("authenticator", "")).lower() not in INTERACTIVE:
        patience |= {"login_timeout": 20}
    return {"application": "Sightline", **patience, **given, **ALWAYS}


def _of_name(name: str) -> dict[str, Any]:
    try:
        known = config.secret_connections()
    except (ValueError, OSError) as error:
        raise ProductError(SECRETS, [Mistake("connections", f"cannot be read: {error}.")]) from None
    if name not in known:
        return {"connection_name": name}
    return {key: value for key, value in known[name].items() if key != "type"}  # which Streamlit reads


def _beside(product: Product, given: dict[str, Any]) -> dict[str, Any]:
    """Paths of files are beside the product file, as all its paths are."""
    paths = {key: str(product.folder / Path(value).expanduser()) for key, value in given.items()
             if key in ("private_key_file", "token_file_path") and isinstance(value, str)}  # fmt: skip
    return given | paths
