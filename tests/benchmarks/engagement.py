"""Questions of the benchmark about engagement, twice as in `questions.py`: in SQL on the events and of the activity."""

from datetime import date, timedelta

import polars as pl

from queries.activity import Activity
from queries.calendar import Period
from queries.measures.engagement import actives_on, days_active, matrix, stickiness
from queries.measures.lifecycle import lifecycle
from tests.benchmarks.data import AS_OF, FIRST_DAY
from tests.benchmarks.questions import ACTIVE, WEEKS, Question, during, last_day, week

DAYS_28, DAYS_84 = (Period(AS_OF - timedelta(days=days - 1), AS_OF) for days in (28, 84))
ENDS = tuple(period.last for period in WEEKS[-12:])
SPAN = Period(WEEKS[-12].first, WEEKS[-1].last)

L28 = f"""
    WITH active AS (SELECT DISTINCT user_id, occurred_at::DATE AS day FROM events WHERE {during(DAYS_28)}),
    each AS (SELECT user_id, count(*) AS days FROM active GROUP BY ALL)
    SELECT days, count(*) AS n, sum(count(*)) OVER () AS "of" FROM each GROUP BY days"""


def came_back_daily(ends: tuple[date, ...]) -> str:
    """Stickiness on some days: each counts the 28 that end with it."""
    span = Period(ends[0] - timedelta(days=27), ends[-1])
    return f"""
    WITH active AS (SELECT DISTINCT user_id, occurred_at::DATE AS day FROM events WHERE {during(span)}),
    ends AS (SELECT unnest([{", ".join(f"DATE '{end}'" for end in ends)}]) AS last),
    each AS (
      SELECT last, user_id, count(*) AS days
      FROM active JOIN ends ON day BETWEEN last - 27 AND last GROUP BY ALL)
    SELECT last, sum(days) AS n, 28 * count(*) AS "of" FROM each GROUP BY last"""


def active_on(days: Period) -> str:
    """DAU, WAU and MAU on each day; "of" is n, because there is no denominator.

    Who was active on a day counts from it on, for the length of the window or until active again: so every unit-day
    is one more and, later, one fewer, and the sum of these up to a day is the units active in its window.
    """
    before = Period(days.first - timedelta(days=27), days.last)
    return f"""
    WITH active AS (SELECT DISTINCT user_id, occurred_at::DATE AS day FROM events WHERE {during(before)}),
    runs AS (SELECT day, lead(day) OVER (PARTITION BY user_id ORDER BY day) AS again FROM active),
    counted AS (SELECT day, again, count(*) AS people FROM runs GROUP BY ALL),
    windows(name, length) AS (VALUES ('DAU', 1), ('WAU', 7), ('MAU', 28)),
    changes AS (
      SELECT name, day, people AS change FROM counted CROSS JOIN windows
      UNION ALL SELECT name, least(day + length, coalesce(again, day + length)), -people
      FROM counted CROSS JOIN windows),
    days AS (SELECT DATE '{days.first}' + i::INTEGER AS last FROM range({days.days}) AS t(i))
    SELECT last, name, sum(change) AS n, n AS "of" FROM days JOIN changes ON day <= last GROUP BY last, name"""


STATES = f"""
    WITH active AS ({ACTIVE}),
    first AS (SELECT user_id, min(occurred_at)::DATE AS day FROM events GROUP BY user_id),
    begun AS (
      SELECT user_id, {week('first.day')} AS week FROM first JOIN users USING (user_id)
      WHERE least(first.day, signup_date) >= DATE '{FIRST_DAY}'),
    stays AS (
      SELECT user_id, week, lag(week) OVER mine AS earlier, lead(week) OVER mine AS later
      FROM active WINDOW mine AS (PARTITION BY user_id ORDER BY week)),
    states AS (
      SELECT s.week, CASE WHEN b.week = s.week THEN 'new' WHEN earlier = s.week - 1 THEN 'returning'
        ELSE 'resurrected' END AS state
      FROM stays s LEFT JOIN begun b USING (user_id)
      UNION ALL SELECT week + 1, 'dormant' FROM stays WHERE later IS NULL OR later > week + 1),
    sizes AS (SELECT week, count(*) AS people FROM active GROUP BY week),
    counted AS (
      SELECT week, state, count(*) AS n, week - CASE state WHEN 'dormant' THEN 1 ELSE 0 END AS base
      FROM states WHERE week BETWEEN 1 AND 51 GROUP BY ALL)
    SELECT {last_day("counted.week")}, state, n, people AS "of" FROM counted JOIN sizes ON sizes.week = base"""


def breadth_and_frequency(period: Period) -> str:
    """The matrix in long form: who uses a feature of who is active, and on how many days of how many weeks."""
    return f"""
    WITH used AS (
      SELECT DISTINCT user_id, event_name, occurred_at::DATE AS day, {week('occurred_at')} AS week
      FROM events WHERE {during(period)}),
    weeks AS (SELECT event_name, user_id, week, count(*) AS days FROM used GROUP BY ALL),
    units AS (SELECT event_name, user_id, count(*) AS weeks, sum(days) AS days FROM weeks GROUP BY ALL),
    counted AS (
      SELECT event_name, count(*) AS people, sum(days) AS days, sum(weeks) AS weeks FROM units GROUP BY ALL)
    SELECT event_name, 'breadth', people AS n, (SELECT count(DISTINCT user_id) FROM used) AS "of" FROM counted
    UNION ALL SELECT event_name, 'frequency', days, weeks FROM counted"""


def both_axes(activity: Activity) -> pl.DataFrame:
    found = matrix(activity, WEEKS[-12:])
    breadth = found.select("feature", pl.lit("breadth").alias("axis"), "n", "of")
    frequency = found.select("feature", pl.lit("frequency").alias("axis"), n="days", of="unit_weeks")
    return pl.concat([breadth, frequency], how="vertical_relaxed")


def daily_actives(activity: Activity) -> pl.DataFrame:
    days = tuple(DAYS_84.first + timedelta(days=i) for i in range(DAYS_84.days))
    return actives_on(activity, days).with_columns(of="n")


QUESTIONS = (
    Question("Days active in 28 (L28)", ("days",), L28, lambda a: days_active(a, DAYS_28)),
    Question("Stickiness on twelve week ends", ("day",), came_back_daily(ENDS), lambda a: stickiness(a, ENDS)),
    Question("DAU, WAU and MAU on 84 days", ("day", "window"), active_on(DAYS_84), daily_actives),
    Question("Lifecycle, 52 weeks", ("period", "state"), STATES, lambda a: lifecycle(a, "week", 52)),
    Question("Breadth and frequency of all features, 12 weeks", ("feature", "axis"), breadth_and_frequency(SPAN),
             both_axes),
)  # fmt: skip
