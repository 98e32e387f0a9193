"""A larger warehouse for the benchmark, made inside DuckDB: the same rows every time, because chance is a hash.

Four in ten users signed up before history begins, the others day by day over the year. Six in ten leave at some time,
most of them early. People are active on half a day to five days a week, less on weekends; features reach from 60 % of
the users down to 2 %, and a user meets them one after the other. Rows lie in the order of time, week by week, as events
arrive: the best case for SQL about one week. Ids are whole numbers, which DuckDB groups faster than text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

VERSION = 1  # of the data; another number makes them again
FEATURES = 40
FIRST_DAY, AS_OF = date(2025, 11, 3), date(2026, 11, 5)  # a Monday; 52 complete weeks and four days
DAYS = (AS_OF - FIRST_DAY).days + 1
PLANS = ["Free", "Team", "Business", "Enterprise"]

CHANCE = "CREATE TEMP MACRO chance(a, b, c) AS hash(hash(a, b, c)) / 18446744073709551616.0"
PEOPLE = f"""
CREATE TEMP TABLE people AS
WITH joined AS (
  SELECT i AS user_id,
    CASE WHEN i < accounts THEN i ELSE floor(accounts * chance(i, 0, 1) ** 2)::BIGINT END AS account_id,
    CASE WHEN chance(i, 0, 2) < 0.4 THEN -1 - (500 * chance(i, 0, 3))::INTEGER
         ELSE ({DAYS} * chance(i, 0, 3))::INTEGER % {DAYS} END AS signup,
    CASE WHEN chance(i, 0, 4) < 0.4 THEN 10000 ELSE 1 - 70 * ln(1e-9 + chance(i, 0, 5)) END AS tenure,
    0.07 + 0.65 * chance(i, 0, 6) ** 2 AS pace
  FROM range($users) AS t(i), (SELECT $accounts AS accounts))
SELECT *, (signup + CASE WHEN signup < 0 THEN 7 ELSE 1 END * tenure)::INTEGER AS until FROM joined"""
REST = f"""
CREATE TABLE users AS
SELECT user_id, account_id, {PLANS}[1 + floor(4 * chance(account_id, 0, 7) ** 2)::INTEGER] AS plan,
  DATE '{FIRST_DAY}' + signup AS signup_date
FROM people ORDER BY user_id;
CREATE TABLE events (user_id BIGINT, event_name VARCHAR, occurred_at TIMESTAMP);
CREATE TEMP TABLE habits AS
SELECT user_id, f, 'feature_' || lpad(f::VARCHAR, 2, '0') AS event_name, 0.1 + 0.5 * chance(user_id, f, 11) AS pace,
  (signup - 30 * ln(1e-9 + chance(user_id, f, 12)))::INTEGER AS since
FROM people, range(1, {FEATURES} + 1) AS t(f)
WHERE chance(user_id, f, 10) < 0.6 * (0.02 / 0.6) ** ((f - 1) / {FEATURES - 1});
"""
USES = """
WITH present AS (
  SELECT user_id, day FROM people, range($day, $day + 7) AS t(day)
  WHERE day BETWEEN signup AND until AND day < $days
    AND chance(user_id, day, 20) < pace * CASE WHEN day % 7 >= 5 THEN 0.35 ELSE 1 END)
SELECT user_id, event_name, day, f FROM present JOIN habits USING (user_id)
WHERE day >= since AND chance(user_id, day, 30 + f) < habits.pace"""
EVENTS = f"""
INSERT INTO events
WITH uses AS ({USES}),
times AS (
  SELECT *, floor($repeat * (0.4 + 1.8 * chance(user_id, day, 100 + f) ** 2) + chance(user_id, day, 200 + f)) AS n
  FROM uses)
SELECT user_id, event_name,
  TIMESTAMP '{FIRST_DAY}' + to_seconds(floor(86400 * (day + chance(user_id, day, 300 + f * i)))) AS occurred_at
FROM (SELECT *, unnest(range(n::BIGINT)) AS i FROM times) ORDER BY 3, 1, 2"""


@dataclass(frozen=True)
class Size:
    """How large a warehouse."""

    events: int
    users: int

    @property
    def name(self) -> str:
        return f"v{VERSION}-{self.events}-{self.users}"


def warehouse(folder: Path, size: Size, say: Callable[[str], None]) -> Path:
    """A DuckDB file with events(user_id, event_name, occurred_at) and users(user_id, account_id, plan, signup_date)."""
    path = folder / f"{size.name}.duckdb"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{size.name}.part"
    aside.unlink(missing_ok=True)
    with duckdb.connect(str(aside)) as connection:
        connection.execute("SET enable_progress_bar = false")
        say("Writing users")
        connection.execute(CHANCE)
        connection.execute(PEOPLE, {"users": size.users, "accounts": max(1, size.users // 10)})
        connection.execute(REST)
        weeks = range(0, DAYS, 7)
        some = [_count(connection, week) for week in weeks[1::6]]
        repeat = size.events / (sum(some) / len(some) * DAYS / 7)
        for week in weeks:
            say(f"Writing events, week {week // 7 + 1} of {len(weeks)}")
            connection.execute(EVENTS, {"day": week, "days": DAYS, "repeat": repeat})
    aside.rename(path)
    return path


def _count(connection: duckdb.DuckDBPyConnection, week: int) -> int:
    found = connection.execute(f"SELECT count(*) FROM ({USES})", {"day": week, "days": DAYS}).fetchone()
    assert found is not None
    return int(found[0])


def hold_back_last_day(file: Path) -> None:
    """Put the events of the last day aside, as if it were still to come."""
    with duckdb.connect(str(file)) as connection:
        day = {"day": AS_OF}
        connection.execute("CREATE TABLE IF NOT EXISTS last_day AS FROM events WHERE occurred_at >= $day", day)
        connection.execute("DELETE FROM events WHERE occurred_at >= $day", day)


def add_last_day(file: Path) -> None:
    """Add the events that were held back."""
    with duckdb.connect(str(file)) as connection:
        connection.execute("BEGIN; INSERT INTO events FROM last_day; DROP TABLE last_day; COMMIT")


def product(folder: Path, size: Size) -> Path:
    """The product file for it."""
    features = "\n".join(f'[features.feature_{i:02}]\nevents = ["feature_{i:02}"]' for i in range(1, FEATURES + 1))
    values = ", ".join(f'"{plan}" = "{plan}"' for plan in PLANS)
    path = folder / f"{size.name}.toml"
    path.write_text(f"""name = "Benchmark"
timezone = "UTC"
[warehouse]
url = "duckdb:///{size.name}.duckdb"
[events]
table = "events"
user = "user_id"
time = "occurred_at"
name = "event_name"
[users]
table = "users"
id = "user_id"
account = "account_id"
signup = "signup_date"
[users.segments.plan]
values = {{ {values} }}
{features}
""")
    return path
