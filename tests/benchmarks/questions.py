"""Every question of the benchmark twice: in SQL on the events, and as Sightline asks it of the activity.

The SQL is what a good analyst writes for DuckDB: only the rows and columns it needs, made distinct before anything is
joined, sizes of cohorts counted once. It returns the keys, then n and "of", and leaves out cells in which nobody is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from queries.activity import Activity, By
from queries.calendar import Calendar, Period
from queries.measures.adoption import adoption, new_adopters
from queries.measures.retention import retention
from queries.measures.returning import Returning
from queries.product import Selection, Unit
from tests.benchmarks.data import AS_OF, FIRST_DAY

ONE = "feature_08"  # used by a good fourth of all users
CALENDAR = Calendar(FIRST_DAY, AS_OF)
WEEKS = CALENDAR.periods("week", 52)
YEAR, MONTH, WEEK = Period(WEEKS[0].first, WEEKS[-1].last), CALENDAR.last_weeks(4), WEEKS[-1]
DAYS_42 = Period(AS_OF - timedelta(days=41), AS_OF)
CELLS = ("segment", "cohort", "interval")


@dataclass(frozen=True)
class Question:
    """keys: the columns that name a cell, the first columns of the SQL's answer."""

    words: str
    keys: tuple[str, ...]
    sql: str
    ask: Callable[[Activity], pl.DataFrame]


def week(column: str) -> str:
    """The number of the week a day falls in."""
    return f"date_diff('week', DATE '{FIRST_DAY}', {column}::DATE)"


def last_day(number: str) -> str:
    return f"DATE '{FIRST_DAY + timedelta(days=6)}' + 7 * {number}::INTEGER"


def during(period: Period, column: str = "occurred_at") -> str:
    return f"{column} >= DATE '{period.first}' AND {column} < DATE '{period.last + timedelta(days=1)}'"


# Adoption ----------------------------------------------------------------------------------------------------------


def used_in(period: Period, users: str = "users") -> str:
    """Adoption of every feature in one period."""
    return f"""
    WITH used AS (SELECT DISTINCT user_id, event_name FROM events WHERE {during(period)})
    SELECT event_name, count(*) AS n,
      (SELECT count(*) FROM {users} WHERE signup_date <= DATE '{period.last}') AS "of"
    FROM used JOIN {users} USING (user_id) GROUP BY ALL"""


def used_in_accounts(period: Period, users: str = "users") -> str:
    return f"""
    WITH used AS (SELECT DISTINCT user_id, event_name FROM events WHERE {during(period)})
    SELECT event_name, count(DISTINCT account_id) AS n,
      (SELECT count(DISTINCT account_id) FROM {users} WHERE signup_date <= DATE '{period.last}') AS "of"
    FROM used JOIN {users} USING (user_id) GROUP BY ALL"""


BY_PLAN = f"""
    WITH used AS (SELECT DISTINCT user_id, event_name FROM events WHERE {during(WEEK)}),
    could AS (SELECT plan, count(*) AS "of" FROM users WHERE signup_date <= DATE '{WEEK.last}' GROUP BY plan)
    SELECT event_name, plan, count(*) AS n, any_value("of") AS "of"
    FROM used JOIN users USING (user_id) JOIN could USING (plan) GROUP BY ALL"""


def weekly_by_plan(features: str) -> str:
    return f"""
    WITH used AS (
      SELECT DISTINCT user_id, event_name, {week('occurred_at')} AS week
      FROM events WHERE {during(YEAR)} AND {features}),
    joined AS (SELECT plan, {week('signup_date')} AS week, count(*) AS people FROM users GROUP BY ALL),
    could AS (
      SELECT plan, w.week, sum(people) AS "of"
      FROM joined j JOIN range(52) AS w(week) ON j.week <= w.week GROUP BY ALL),
    counted AS (SELECT event_name, plan, week, count(*) AS n FROM used JOIN users USING (user_id) GROUP BY ALL)
    SELECT event_name, plan, {last_day("week")}, n, "of" FROM counted JOIN could USING (plan, week)"""


NEW = f"""
    WITH first AS (SELECT user_id, event_name, min(occurred_at) AS at_first FROM events GROUP BY ALL)
    SELECT event_name, count(*) AS n,
      (SELECT count(*) FROM users WHERE signup_date <= DATE '{MONTH.last}') AS "of"
    FROM first WHERE {during(MONTH, "at_first")} GROUP BY ALL"""


# Retention ---------------------------------------------------------------------------------------------------------

ACTIVE = f"SELECT DISTINCT user_id, {week('occurred_at')} AS week FROM events WHERE {during(YEAR)}"
SIGNED_UP = f"""SELECT user_id, plan, signup_date, {week('signup_date')} AS cohort
      FROM users WHERE {during(YEAR, "signup_date")}"""
SIZES = 'SELECT plan, cohort, count(*) AS "of" FROM cohorts GROUP BY ALL'


def triangle(users: str = "true") -> str:
    return f"""
    WITH active AS ({ACTIVE}), cohorts AS ({SIGNED_UP} AND {users}), sizes AS ({SIZES}),
    back AS (
      SELECT plan, cohort, week - cohort AS k, count(*) AS n
      FROM active JOIN cohorts USING (user_id) WHERE week > cohort GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, {last_day("cohort")}, 0, "of", "of" FROM sizes"""


ROLLING = f"""
    WITH cohorts AS ({SIGNED_UP}), sizes AS ({SIZES}),
    weeks AS (
      SELECT DISTINCT user_id, (occurred_at::DATE - signup_date) // 7 AS k
      FROM events JOIN cohorts USING (user_id) WHERE occurred_at < DATE '{AS_OF + timedelta(days=1)}'),
    back AS (
      SELECT plan, cohort, k, count(*) AS n FROM weeks JOIN cohorts USING (user_id)
      WHERE k > 0 AND {last_day("(cohort + k + 1)")} <= DATE '{AS_OF}' GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, {last_day("cohort")}, 0, "of", "of" FROM sizes
    WHERE {last_day("(cohort + 1)")} <= DATE '{AS_OF}'"""

ON_OR_AFTER = f"""
    WITH latest AS (
      SELECT user_id, {week('max(occurred_at)')} AS week
      FROM events WHERE {during(YEAR)} GROUP BY user_id),
    cohorts AS ({SIGNED_UP}), sizes AS ({SIZES}),
    lasting AS (
      SELECT plan, cohort, week - cohort AS until, count(*) AS people
      FROM latest JOIN cohorts USING (user_id) GROUP BY ALL),
    back AS (
      SELECT plan, cohort, k, sum(people) AS n FROM lasting JOIN range(1, 52) AS t(k) ON until >= k GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, {last_day("cohort")}, 0, "of", "of" FROM sizes"""

DAILY = f"""
    WITH active AS (SELECT DISTINCT user_id, occurred_at::DATE AS day FROM events WHERE {during(DAYS_42)}),
    cohorts AS (
      SELECT user_id, 'everyone' AS plan, signup_date AS cohort FROM users WHERE {during(DAYS_42, "signup_date")}),
    sizes AS ({SIZES}),
    back AS (
      SELECT plan, cohort, day - cohort AS k, count(*) AS n
      FROM active JOIN cohorts USING (user_id) WHERE day > cohort GROUP BY ALL)
    SELECT plan, cohort, k, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, cohort, 0, "of", "of" FROM sizes"""

FIRST_USE = f"""
    WITH used AS ({ACTIVE} AND event_name = '{ONE}'),
    cohorts AS (SELECT user_id, 'everyone' AS plan, min(week) AS cohort FROM used GROUP BY ALL), sizes AS ({SIZES}),
    back AS (
      SELECT plan, cohort, week - cohort AS k, count(*) AS n FROM used JOIN cohorts USING (user_id) GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (plan, cohort)"""

ANY_USE = f"""
    WITH used AS ({ACTIVE} AND event_name = '{ONE}'),
    sizes AS (SELECT week AS cohort, count(*) AS "of" FROM used GROUP BY ALL),
    back AS (
      SELECT c.week AS cohort, b.week - c.week AS k, count(*) AS n
      FROM used c JOIN used b ON c.user_id = b.user_id AND b.week >= c.week GROUP BY ALL)
    SELECT 'everyone', {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (cohort)"""


def weekly(activity: Activity, question: Returning, by: By = ()) -> pl.DataFrame:
    return retention(activity, question, cohorts=52, intervals=52, by=by)


def of(activity: Activity, *plans: str, unit: Unit = "user") -> Activity:
    return activity.within(Selection(unit, (("plan", plans),) if plans else ()))


TWO = "(SELECT * FROM users WHERE plan IN ('Team', 'Business'))"
QUESTIONS = (
    Question("Adoption by plan and feature, one week", ("feature", "segment"), BY_PLAN,
             lambda a: adoption(a, (WEEK,), by=("plan",))),
    Question("Adoption of all features, the last four weeks", ("feature",), used_in(MONTH),
             lambda a: adoption(a, (MONTH,))),
    Question("Adoption of one feature by plan, 52 weeks", ("feature", "segment", "period"),
             weekly_by_plan(f"event_name = '{ONE}'"), lambda a: adoption(a, WEEKS, by=("plan",), features=(ONE,))),
    Question("Adoption of all 40 features by plan, 52 weeks", ("feature", "segment", "period"),
             weekly_by_plan("true"), lambda a: adoption(a, WEEKS, by=("plan",))),
    Question("New adopters of all features, four weeks", ("feature",), NEW, lambda a: new_adopters(a, (MONTH,))),
    Question("Adoption by accounts, one week", ("feature",), used_in_accounts(WEEK),
             lambda a: adoption(of(a, unit="account"), (WEEK,))),
    Question("Adoption within two plans, one week", ("feature",), used_in(WEEK, TWO),
             lambda a: adoption(of(a, "Team", "Business"), (WEEK,))),
    Question("Adoption by accounts within two plans, one week", ("feature",), used_in_accounts(WEEK, TWO),
             lambda a: adoption(of(a, "Team", "Business", unit="account"), (WEEK,))),
    Question("Retention by plan, 52 x 52 weeks", CELLS, triangle(), lambda a: weekly(a, Returning(), ("plan",))),
    Question("Retention within one plan, 52 x 52 weeks", CELLS, triangle("plan = 'Team'"),
             lambda a: weekly(of(a, "Team"), Returning(), ("plan",))),
    Question("Retention by plan, rolling weeks", CELLS, ROLLING,
             lambda a: weekly(a, Returning(windows="rolling"), ("plan",))),
    Question("Retention by plan, on or after", CELLS, ON_OR_AFTER,
             lambda a: weekly(a, Returning(count="on_or_after"), ("plan",))),
    Question("Retention by day, 42 x 42 days", CELLS, DAILY,
             lambda a: retention(a, Returning(grain="day"), cohorts=42, intervals=42)),
    Question("First use of one feature to the same", CELLS, FIRST_USE,
             lambda a: weekly(a, Returning("first_use", ONE, ONE))),
    Question("Any use of one feature to the same", CELLS, ANY_USE,
             lambda a: weekly(a, Returning("any_use", ONE, ONE))),
)  # fmt: skip
