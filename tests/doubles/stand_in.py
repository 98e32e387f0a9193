"""Starting the stand-in for Snowflake (`snowflake_server.py`), and speaking to it beside the client."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import snowflake.connector as client

HERE = Path(__file__).parent
LOCK = HERE / "fakesnow.lock"
PASSWORD = "hunter2-and-more"


class Unavailable(Exception):
    """The stand-in cannot be had on this machine."""


@dataclass(frozen=True)
class Double:
    """A running stand-in on loopback."""

    port: int

    @property
    def parameters(self) -> dict[str, Any]:
        """What the client needs to log in."""
        return {"account": "acme", "user": "reader", "password": PASSWORD, "host": "127.0.0.1", "port": self.port,
                "protocol": "http", "database": "shop", "schema": "app"}  # fmt: skip

    def logins(self) -> list[dict[str, Any]]:
        return list(self._ask("logins"))

    def statements(self) -> list[dict[str, Any]]:
        return list(self._ask("statements"))

    def fail(self, on: str, **how: Any) -> None:
        """Let what comes next fail; see `snowflake_server`."""
        self._ask("fail", {"on": on, **how})

    def reset(self) -> None:
        self._ask("reset", {})

    def execute(self, statements: Sequence[str]) -> None:
        """Execute statements with the client; a login makes the database and the schema where they are not there."""
        settled = {"paramstyle": "pyformat", "enable_server_session_keep_alive_auto_detection": False}
        with client.connect(**self.parameters, **settled) as session:
            for statement in statements:
                session.cursor().execute(statement)

    def _ask(self, what: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_double/{what}", data, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def running(log: Path) -> Iterator[Double]:
    """A stand-in for as long as the `with` lasts. Raises Unavailable where it cannot be installed."""
    python, double = _environment(), Double(free_port())
    with log.open("wb") as output:
        command = [str(python), str(HERE / "snowflake_server.py"), str(double.port)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=output) as server:
            try:
                _wait(double, server, log)
                yield double
            finally:
                server.communicate()  # it ends with its input, and so with us whatever becomes of us


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait(double: Double, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            double.statements()
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"the stand-in for Snowflake did not start: {log.read_text()[-2000:]}")


def _environment() -> Path:
    """The Python of the locked environment, installed once for each state of the lock."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sightline"
    place = cache / f"fakesnow-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"
    if not place.exists():
        aside = cache / f".{place.name}-{os.getpid()}"
        try:
            subprocess.run([sys.executable, "-m", "venv", aside], check=True, capture_output=True)
            pip = [str(aside / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--require-hashes", "-r", str(LOCK)], check=True, capture_output=True)
            aside.rename(place)
        except (OSError, subprocess.CalledProcessError) as error:
            if place.exists():  # another run was faster
                return place / "bin" / "python"
            said = (getattr(error, "stderr", None) or str(error).encode()).decode().strip()
            raise Unavailable(said.splitlines()[-1][:200]) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return place / "bin" / "python"
