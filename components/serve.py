"""Serve the app on this machine: `python -m components.serve [--port 8501]`.

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

from streamlit.web import cli

APP = Path(__file__).resolve().parent.parent / "app.py"
PATIENCE_S = 120  # for the server to come up and the app to run once


def warm_up(port: int) -> None:
    """Run the app once, as soon as the server on a port of this machine answers."""
    for _ in range(PATIENCE_S * 5):
        try:
            with urlopen(f"http://127.0.0.1:{port}/_stcore/script-health-check", timeout=PATIENCE_S):
                return
        except (URLError, OSError):
            time.sleep(0.2)


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m components.serve", description="Serve the app on this machine.")
    parser.add_argument("--port", type=int, default=8501)
    port = parser.parse_args().port
    threading.Thread(target=warm_up, args=(port,), daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), "--server.port", str(port)]
    cli.main()


if __name__ == "__main__":
    main()
