"""Serve the app: `python -m components.serve [--port 8501] [--address 127.0.0.1]`.

Without a sign-in it is served to this machine alone.

A server that has never run the app does not know its pages yet, and would greet a link to one of them with "Page not
found". So the app is run once, by its health check, as soon as the server is up.
"""

import argparse
import sys
import threading
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from streamlit import config
from streamlit.web import cli

from components import signin
from queries.errors import AccessError

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE_S = 120  # for the server to come up and the app to run once


def warm_up(address: str, port: int) -> None:
    """Run the app once, as soon as the server at an address of this machine answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(address, f"[{address}]" if ":" in address else address)
    for _ in range(PATIENCE_S * 5):
        try:
            with urlopen(f"http://{host}:{port}/_stcore/script-health-check", timeout=PATIENCE_S):
                return
        except (URLError, OSError):
            time.sleep(0.2)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m components.serve", description="Serve the app.")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default=config.get_option("server.address") or "0.0.0.0")
    given = parser.parse_args()
    if problem := refusal(given.address):
        sys.exit(problem)
    threading.Thread(target=warm_up, args=(given.address, given.port), daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), "--server.port", str(given.port), "--server.address", given.address]
    cli.main()


def refusal(address: str) -> str | None:
    """Why the app is not served at an address; None where it is."""
    try:
        if signin.is_set_up():
            lacks = signin.lacking()
            return f"[auth] in secrets.toml lacks {', '.join(lacks)}; without it nobody can sign in." if lacks else None
    except AccessError as error:
        return str(error)
    return None if signin.is_this_machine(address) else signin.ALONE


if __name__ == "__main__":
    main()
