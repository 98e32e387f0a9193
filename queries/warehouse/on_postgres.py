"""The warehouse on Postgres, by ADBC: statements in asyncpg's dialect, `$1` for each value, and Arrow all the way.

One session reads all in one transaction, so that events, users and accounts are those of one moment. It may only read,
and a statement that takes too long is stopped by the server. The password may be in the address, in PGPASSWORD or in
~/.pgpass, as for any program on Postgres.
"""

from urllib.parse import quote, urlencode

import adbc_driver_manager.dbapi as dbapi
import adbc_driver_postgresql.dbapi as client
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg

from queries.product import Product
from queries.warehouse import failures
from queries.warehouse.selects import Select
from queries.warehouse.stop import Stop

DIALECT = asyncpg.dialect()  # type: ignore[no-untyped-call]


class OnPostgres:
    """A session on Postgres that can only read, begun with the first statement."""

    dialect = DIALECT

    def __init__(self, product: Product) -> None:
        self.url = sa.make_url(product.connection.url or "").set(drivername="postgresql")
        self.timeout_s = product.connection.timeout_s
        self.session: dbapi.Connection | None = None

    def arrow(self, select: Select, job: str, stop: Stop) -> pa.Table:
        compiled = select.compile(dialect=DIALECT, compile_kwargs={"render_postcompile": True})
        values = [compiled.construct_params()[name] for name in compiled.positiontup or ()]
        with failures.translated(dbapi.Error, secrets=self._secrets()):
            if self.session is None:
                self.session = client.connect(self._address())
            try:
                with self.session.cursor() as cursor, stop.interrupting(cursor.adbc_cancel):
                    cursor.execute(str(compiled), values or None)
                    return cursor.fetch_arrow_table()
            except dbapi.Error:
                self.close()  # with its transaction, which can do nothing more
                raise

    def spoken(self, name: str) -> str:
        return name

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()

    def _address(self) -> str:
        options = (f"-c statement_timeout={self.timeout_s * 1000} -c default_transaction_read_only=on "
                   r"-c default_transaction_isolation=repeatable\ read -c TimeZone=UTC")  # fmt: skip
        ours = {"connect_timeout": "15", "application_name": "sightline", **self.url.query, "options": options}
        address = self.url.set(query={}).render_as_string(hide_password=False)
        return f"{address}?{urlencode(ours, doseq=True, quote_via=quote)}"

    def _secrets(self) -> list[str]:
        """The password, as it stands and as an address spells it."""
        return [self.url.password, quote(self.url.password, safe="")] if self.url.password else []
