"""How many people the app bears at once: `make people`, after `make bench` or on the demo.

Each person is a connection of their own that opens a page, waits, changes a filter, waits ... as a browser does, but
draws nothing. Measured is the time from a click to the end of the script's run, as the server sends it; and the memory
of the server before and after. The answers are remembered as they are in use: the address is one of many, drawn anew.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import perf_counter
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.conftest import serving

PEOPLE = 25
PAGES = ("adoption", "retention", "engagement", "feature")
SEGMENTS = {"plan": ("Free", "Team", "Business", "Enterprise"), "role": ("Admin", "Member", "Viewer")}
FINISHED = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR)


def main() -> int:
    """Let people click with and without a pause, and print what they waited."""
    product = Path(os.environ.get("SIGHTLINE_PRODUCT") or "product.toml").resolve()
    subprocess.run([sys.executable, "-m", "queries.snapshot", "--if-needed"], check=True)
    with serving(product) as (address, process):
        url = f"ws{address.removeprefix('http')}/_stcore/stream"
        asyncio.run(crowd(url, clicks=4, pause_s=0.0))  # to warm up
        before = resident(process.pid)
        calm = asyncio.run(crowd(url, clicks=20, pause_s=3.0))
        busy = asyncio.run(crowd(url, clicks=60, pause_s=0.0))
        after = resident(process.pid)
    report(f"{PEOPLE} people, 3 s between clicks", calm)
    report(f"{PEOPLE} people without a pause", busy)
    print(f"memory of the server {before / 1e6:,.0f} MB before and {after / 1e6:,.0f} MB after "
          f"{len(calm) + len(busy):,} runs")  # fmt: skip
    return 0


async def crowd(url: str, clicks: int, pause_s: float) -> list[float]:
    """The seconds that each click of everybody took."""
    waited = await asyncio.gather(*(person(url, Random(i), clicks, pause_s) for i in range(PEOPLE)))
    return [seconds for one in waited for seconds in one]


async def person(url: str, dice: Random, clicks: int, pause_s: float) -> list[float]:
    """The seconds that each of one person's clicks took, after the first page."""
    waited = []
    async with connect(url, subprotocols=["streamlit"], max_size=None) as server:  # type: ignore[list-item]
        await clicked(server, dice.choice(PAGES), {})
        for _ in range(clicks):
            await asyncio.sleep(pause_s * dice.uniform(0.5, 1.5))
            waited.append(await clicked(server, dice.choice(PAGES), filters(dice)))
    return waited


def filters(dice: Random) -> dict[str, str]:
    """Another filter, another number of weeks, users or accounts."""
    segment = dice.choice(list(SEGMENTS))
    return {"w": dice.choice(("6", "12", "26")), "unit": dice.choice(("user", "user", "account")),
            f"s.{segment}": dice.choice(SEGMENTS[segment])}  # fmt: skip


async def clicked(server: ClientConnection, page: str, address: dict[str, str]) -> float:
    """Seconds until the run that a click asks for is over."""
    asked = BackMsg()
    asked.rerun_script.query_string, asked.rerun_script.page_name = urlencode(address), page
    begun = perf_counter()
    await server.send(asked.SerializeToString())
    while True:
        said = await server.recv()
        assert isinstance(said, bytes)
        answer = ForwardMsg.FromString(said)
        if answer.WhichOneof("type") == "script_finished" and answer.script_finished in FINISHED:
            return perf_counter() - begun


def resident(process: int) -> float:
    """The memory of a process that is in use, in bytes (Linux)."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return float(pages * os.sysconf("SC_PAGE_SIZE"))


def report(who: str, waited: Sequence[float]) -> None:
    """One line: how long the middle one, the 95th of 100 and the last waited."""
    ordered = sorted(1000 * seconds for seconds in waited)
    middle, late = (ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.95))
    print(f"{who}: {len(ordered):,} clicks, p50 {middle:,.0f} ms, p95 {late:,.0f} ms, longest {ordered[-1]:,.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
