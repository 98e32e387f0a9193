"""A server of Postgres for as long as the tests last: the real one, where this machine has it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_postgresql.dbapi as client

from tests.doubles.stand_in import PASSWORD, Unavailable, free_port

OWNER = "owner"


@dataclass(frozen=True)
class Postgres:
    """A running server on loopback. `reader` may read what `owner` granted."""

    port: int

    def url(self, user: str = "reader", database: str = "postgres", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def execute(self, statements: Sequence[str]) -> None:
        """Execute statements as the owner of everything."""
        with client.connect(self.url(OWNER), autocommit=True) as session, session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@contextmanager
def running() -> Iterator[Postgres]:
    """A server with nothing in it but a role that can do nothing. Raises Unavailable where it is not installed."""
    server, user = Postgres(free_port()), "postgres" if os.getuid() == 0 else None  # it refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="sightline-postgres-"))
    data, password = folder / "data", folder / "password"
    password.write_text(PASSWORD)
    try:
        if user:
            for path in (folder, password):
                shutil.chown(path, user)
        access = ["--auth=scram-sha-256", f"--username={OWNER}", f"--pwfile={password}"]
        _run(user, folder, "initdb", "-D", data, *access, "--encoding=UTF8", "--locale=C", "--no-sync")
        options = f"-p {server.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        _run(user, folder, "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            server.execute([f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'"])
            yield server
        finally:
            _run(user, folder, "pg_ctl", "-D", data, "-m", "immediate", "stop")
    except LookupError as error:
        raise Unavailable(f"there is no user {user!r} to run it as") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(user: str | None, folder: Path, program: str, *arguments: str | Path) -> None:
    subprocess.run([_program(program), *map(str, arguments)], check=True, cwd=folder, user=user,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip


def _program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(installed[-1]) if installed else None)
    if found is None:
        raise Unavailable(f"there is no `{name}`")
    return found
