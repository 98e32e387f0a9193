"""How long the questions take on the events in SQL, and how long in Sightline; and whether the answers are the same.

`make bench EVENTS=50_000_000 USERS=300_000`. Both sides run on this machine, in turn, in memory, the best of three
after one to warm up; Sightline's cache of answers is not used. The exit status is 1 when an answer differs, and says
nothing about speed.
"""

import multiprocessing
import os
import resource
import shutil
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, time, timedelta
from functools import partial
from math import exp, fsum, log
from statistics import median
from time import perf_counter
from typing import TypeVar, cast

import duckdb
import polars as pl
from polars.selectors import numeric

from queries import access, config, snapshot
from queries.activity import Activity
from queries.snapshot.history import Refreshed
from tests.benchmarks import clicks, data, depth, engagement, questions
from tests.benchmarks.questions import Question
from tests.browser.conftest import serving

T = TypeVar("T")
QUESTIONS = (*questions.QUESTIONS, *engagement.QUESTIONS, *depth.QUESTIONS)
FOLDER = config.HOME / ".sightline" / "bench"
RUNS = 3
BARE = "SELECT user_id, event_name, count(*) FROM events GROUP BY 1, 2"


def main() -> int:
    size = data.Size(int(os.environ.get("EVENTS") or 50_000_000), int(os.environ.get("USERS") or 300_000))
    file = alone(data.warehouse, FOLDER, size, say)
    os.environ |= {"SIGHTLINE_PRODUCT": str(data.product(FOLDER, size)), "SIGHTLINE_DATA": str(FOLDER)}
    data.hold_back_last_day(file)
    whole, total, whole_peak = alone(refresh, True)
    again = alone(refresh, False)
    data.add_last_day(file)
    day = alone(refresh, False)
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        bare, _ = best(partial(sql, connection, BARE))
        opened, activity = timed(partial(snapshot.load, access.LOCAL_OWNER))
        say("")
        equal = compare(connection, activity)
    tell(whole, total, whole_peak, f"{total / bare:.1f} times the bare scan of {bare:.2f} s ({BARE})")
    for done, seconds, peak in (again, day):
        new = done.as_of - whole.as_of
        tell(done, seconds, peak, f"{seconds / total:.1%} of the full refresh, {new} of the days new")
    held = activity.rows.estimated_size()
    print(f"in memory {held / 1e6:,.0f} MB, {held / activity.rows.height:.0f} bytes a row of unit and feature "
          f"({activity.rows.height:,} rows), opened in {opened:.2f} s")  # fmt: skip
    with serving(config.product_path(), data=FOLDER) as (address, _):
        clicks.measure(address)
    return 0 if equal else 1


def compare(connection: duckdb.DuckDBPyConnection, activity: Activity) -> bool:
    """Ask everything both ways, print the table, and say whether every answer is equal."""
    events, users = sql(connection, "SELECT count(*), (SELECT count(*) FROM users) FROM events").row(0)
    print(f"{events:,} events, {users:,} users, {data.FEATURES} features, {data.DAYS} days; best of {RUNS}\n")
    print(f"{'question':<50} | {'SQL ms':>9} | {'Sightline ms':>12} | {'ratio':>7}")
    print(f"{'-' * 50}-+-{'-' * 9}-+-{'-' * 12}-+-{'-' * 7}")
    times, equal = [], True
    for question in QUESTIONS:
        theirs, expected = best(partial(sql, connection, question.sql))
        ours, found = best(partial(question.ask, activity))
        same = cells(question, expected).equals(cells(question, found))
        equal = equal and same
        times.append((theirs, ours))
        print(line(question.words, theirs, ours) + ("" if same else "  DIFFERS"), flush=True)
    print(line("p50 of the questions", *(median(side) for side in zip(*times, strict=True))))
    mean = exp(fsum(log(theirs / ours) for theirs, ours in times) / len(times))
    print(f"\ngeometric mean {mean:.1f}")
    print("every answer is equal" if equal else "SOME ANSWERS DIFFER")
    return equal


def line(words: str, theirs: float, ours: float) -> str:
    return f"{words:<50} | {1000 * theirs:9,.1f} | {1000 * ours:12,.1f} | {theirs / ours:7,.1f}"


def cells(question: Question, answer: pl.DataFrame) -> pl.DataFrame:
    """An answer in one form for both sides: the keys, n and of, of the cells that are complete and not empty."""
    names = [*question.keys, "n", "of"]
    if "complete" in answer.columns:
        answer = answer.filter("complete").select(names)
    named = answer.rename(dict(zip(answer.columns, names, strict=True))).cast({numeric(): pl.Int64})
    return named.filter(pl.col("n") > 0).sort(question.keys)


def sql(connection: duckdb.DuckDBPyConnection, statement: str) -> pl.DataFrame:
    return cast(pl.DataFrame, pl.from_arrow(connection.sql(statement).to_arrow_table()))


def timed(do: Callable[[], T]) -> tuple[float, T]:
    begun = perf_counter()
    value = do()
    return perf_counter() - begun, value


def best(do: Callable[[], T]) -> tuple[float, T]:
    """The shortest of a few runs after one to warm up, in seconds, and the last answer."""
    do()
    runs = [timed(do) for _ in range(RUNS)]
    return min(seconds for seconds, _ in runs), runs[-1][1]


def refresh(full: bool) -> tuple[Refreshed, float, float]:
    """Refresh, as somebody does it in the morning: what it did, seconds, and the peak of memory in bytes."""
    if full:
        shutil.rmtree(snapshot.home(), ignore_errors=True)
    hours = 12 + len(snapshot.history_of_refreshes())
    now = datetime.combine(data.AS_OF + timedelta(days=1), time(hours), UTC)
    seconds, _ = timed(lambda: snapshot.refresh(now, lambda step: say(str(step))))
    unit = 1 if sys.platform == "darwin" else 1024
    return snapshot.history_of_refreshes()[-1], seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def tell(done: Refreshed, total: float, peak: float, against: str) -> None:
    kind = "full refresh" if done.why_full else f"increment of {done.as_of - done.first_read + 1} days"
    print(f"{kind} {total:.2f} s, {against}; peak memory {peak / 1e9:.1f} GB, {done.bytes / 1e6:,.0f} MB on disk")
    for step, taken in done.seconds.items():
        print(f"  {taken:6.2f} s  {step}")


def alone(do: Callable[..., T], *args: object) -> T:
    """The value of a function called in a process of its own, so that its memory is its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(do, *args).result()


def say(step: str) -> None:
    """One line on the terminal that shows what goes on, and goes away."""
    if sys.stderr.isatty():
        print(f"\r\033[K{step}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
