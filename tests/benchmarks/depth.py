"""Questions of the benchmark about depth, features side by side and behaviour, twice as in `questions.py`.

Nobody in these data has an event before signing up, or ends; so SQL takes the sign-up for the entry.
"""

from datetime import timedelta

import polars as pl

from queries.activity import Activity
from queries.calendar import Period
from queries.measures.adoption import adoption
from queries.measures.depth import activation, cumulative, silent, stages
from queries.measures.feature_retention import feature_retention
from queries.measures.lift import GROUPS, lift
from queries.measures.retention import members, recurring_sums
from queries.measures.returning import Returning
from queries.measures.time_to_adopt import time_to_adopt
from queries.product import Behaviour, Selection, behavioural
from tests.benchmarks.data import AS_OF, FIRST_DAY
from tests.benchmarks.questions import (
    ACTIVE,
    CELLS,
    MONTH,
    ONE,
    SIGNED_UP,
    SIZES,
    WEEKS,
    YEAR,
    Question,
    during,
    last_day,
    week,
    weekly,
)

BRACKETS = ((1, 1), (2, 3), (4, 7), (8, 11))
LANDMARK, WEEKS_AFTER = 7, 8
COHORT, INTERVAL = 30, 4  # whose members are listed
DAYS_28 = Period(AS_OF - timedelta(days=27), AS_OF)
KNOWN = Period(YEAR.first, WEEKS[-2].last)  # who entered later has not had a week since
LOADED = f"occurred_at < DATE '{AS_OF + timedelta(days=1)}'"
USED_ONE = behavioural(Behaviour("used", 28, ONE), ONE)
YES, NO = (words for _, words in USED_ONE.labels)


# Features side by side ---------------------------------------------------------------------------------------------


def came_back(cohorts: int) -> str:
    """Retention of every feature, over all cohorts that have completed the interval."""
    span = Period(WEEKS[-cohorts].first, WEEKS[-1].last)
    return f"""
    WITH first AS (SELECT user_id, event_name, min(occurred_at) AS at_first FROM events GROUP BY ALL),
    cohorts AS (
      SELECT user_id, event_name, {week("at_first")} AS cohort FROM first WHERE {during(span, "at_first")}),
    used AS (SELECT DISTINCT user_id, event_name, {week("occurred_at")} AS week FROM events WHERE {during(span)}),
    sizes AS (SELECT event_name, cohort, count(*) AS people FROM cohorts GROUP BY ALL),
    could AS (
      SELECT event_name, k, sum(people) AS "of"
      FROM sizes JOIN range({cohorts}) AS t(k) ON cohort + k < {len(WEEKS)} GROUP BY ALL),
    back AS (
      SELECT event_name, week - cohort AS k, count(*) AS n
      FROM used JOIN cohorts USING (user_id, event_name) GROUP BY ALL)
    SELECT event_name, k, n, "of" FROM back JOIN could USING (event_name, k)"""


def side_by_side(activity: Activity, cohorts: int) -> pl.DataFrame:
    return feature_retention(activity, cohorts=cohorts, intervals=cohorts).drop("segment")


# Behaviour ---------------------------------------------------------------------------------------------------------

LATELY = f"SELECT DISTINCT user_id FROM events WHERE event_name = '{ONE}' AND {during(DAYS_28)}"
USED = f"SELECT DISTINCT user_id, event_name FROM events WHERE {during(MONTH)}"
OF_THOSE = f"""
    WITH lately AS ({LATELY}), used AS ({USED}), chosen AS (
      SELECT user_id FROM users SEMI JOIN lately USING (user_id) WHERE signup_date <= DATE '{MONTH.last}')
    SELECT event_name, count(*) AS n, (SELECT count(*) FROM chosen) AS "of"
    FROM used SEMI JOIN chosen USING (user_id) GROUP BY ALL"""


def split(label: str) -> str:
    """Adoption by a label made of the plan of users and of what they did."""
    return f"""
    WITH lately AS ({LATELY}), used AS ({USED}),
    labelled AS (
      SELECT u.user_id, signup_date, plan, CASE WHEN l.user_id IS NULL THEN '{NO}' ELSE '{YES}' END AS did
      FROM users u LEFT JOIN lately l USING (user_id)),
    could AS (SELECT plan, did, count(*) AS people FROM labelled WHERE signup_date <= DATE '{MONTH.last}' GROUP BY ALL),
    sizes AS (SELECT {label} AS label, sum(people) AS "of" FROM could GROUP BY ALL),
    counted AS (SELECT event_name, plan, did, count(*) AS n FROM used JOIN labelled USING (user_id) GROUP BY ALL),
    summed AS (SELECT event_name, {label} AS label, sum(n) AS n FROM counted GROUP BY ALL)
    SELECT event_name, label, n, "of" FROM summed JOIN sizes USING (label)"""


def of_those(activity: Activity) -> pl.DataFrame:
    pick = Selection(where=((USED_ONE.key, (YES,)),), behaviours=(USED_ONE,))
    return adoption(activity.within(pick), (MONTH,))


def by_what_they_did(activity: Activity, *by: str) -> pl.DataFrame:
    return adoption(activity.with_behaviours((USED_ONE,)), (MONTH,), by=(*by, USED_ONE.key))


# Depth of one feature ----------------------------------------------------------------------------------------------

OF_ONE = f"SELECT user_id, min(occurred_at)::DATE AS day FROM events WHERE event_name = '{ONE}' GROUP BY user_id"
SINCE_ENTRY = f"""SELECT user_id, plan, signup_date, day FROM users LEFT JOIN first USING (user_id)
      WHERE signup_date BETWEEN DATE '{FIRST_DAY}' AND DATE '{AS_OF}'"""
STAGES_OF_ONE = f"""
    WITH weeks AS (
      SELECT DISTINCT user_id, {week("occurred_at")} AS week FROM events WHERE event_name = '{ONE}' AND {LOADED}),
    each AS (
      SELECT user_id, count(*) >= 2 AS repeated, count(*) FILTER (week BETWEEN 48 AND 51) >= 3 AS habitual
      FROM weeks GROUP BY user_id),
    active AS (SELECT DISTINCT user_id FROM events WHERE {during(DAYS_28)}),
    counted AS (
      SELECT plan, count(*) AS "of", count(e.user_id) AS tried, count(*) FILTER (repeated) AS repeated,
        count(*) FILTER (habitual) AS habitual, count(a.user_id) AS active
      FROM users u LEFT JOIN each e ON e.user_id = u.user_id LEFT JOIN active a ON a.user_id = u.user_id
      WHERE signup_date <= DATE '{AS_OF}' GROUP BY plan)
    SELECT plan, unnest(['eligible', 'tried', 'repeated', 'habitual', 'active']),
      unnest(["of", tried, repeated, habitual, active]) AS n, "of" FROM counted"""

EVER = f"""
    WITH first AS ({OF_ONE}), began AS (
      SELECT plan, {week("day")} AS week, count(*) AS people FROM first JOIN users USING (user_id) GROUP BY ALL),
    joined AS (SELECT plan, {week("signup_date")} AS week, count(*) AS people FROM users GROUP BY ALL),
    weeks AS (SELECT range AS week FROM range(52)),
    ever AS (SELECT plan, w.week, sum(people) AS n FROM began b JOIN weeks w ON b.week <= w.week GROUP BY ALL),
    could AS (SELECT plan, w.week, sum(people) AS "of" FROM joined j JOIN weeks w ON j.week <= w.week GROUP BY ALL)
    SELECT plan, {last_day("week")}, n, "of" FROM ever JOIN could USING (plan, week)"""

WAITING = f"""
    WITH first AS ({OF_ONE}), entered AS ({SINCE_ENTRY}),
    counted AS (
      SELECT plan, coalesce(day, DATE '{AS_OF}') - signup_date AS day, count(*) AS leaving, count(day) AS adopted
      FROM entered GROUP BY ALL),
    watched AS (
      SELECT *, sum(leaving) OVER (PARTITION BY plan ORDER BY day DESC) AS at_risk FROM counted)
    SELECT plan, day, unnest(['adopted', 'censored']), unnest([adopted, leaving - adopted]) AS n, at_risk AS "of"
    FROM watched"""


def waiting(activity: Activity) -> pl.DataFrame:
    found = time_to_adopt(activity, ONE, by=("plan",))
    return found.unpivot(["adopted", "censored"], index=["segment", "day", "at_risk"], value_name="n").select(
        "segment", "day", "variable", "n", "at_risk"
    )


REACHED = f"""
    WITH first AS (SELECT user_id, min(occurred_at)::DATE AS day FROM events GROUP BY user_id)
    SELECT {last_day(week("signup_date"))}, count(*) FILTER (day - signup_date < 7) AS n, count(*) AS "of"
    FROM users LEFT JOIN first USING (user_id) WHERE {during(KNOWN, "signup_date")}
    GROUP BY ALL"""

AFTER = f"""
    WITH first AS ({OF_ONE}),
    entered AS (
      SELECT user_id, signup_date, CASE WHEN day - signup_date < {LANDMARK} THEN '{GROUPS[0]}' ELSE '{GROUPS[1]}' END
        AS side FROM ({SINCE_ENTRY})),
    back AS (
      SELECT DISTINCT user_id, 1 + (occurred_at::DATE - signup_date - {LANDMARK}) // 7 AS k
      FROM events JOIN entered USING (user_id)
      WHERE {LOADED} AND occurred_at::DATE - signup_date BETWEEN {LANDMARK} AND {LANDMARK + 7 * WEEKS_AFTER - 1}),
    ended AS (SELECT k, DATE '{AS_OF}' - (7 * k + {LANDMARK - 1})::INTEGER AS latest FROM range(1, {WEEKS_AFTER + 1})
      AS t(k)),
    sizes AS (SELECT side, k, count(*) AS "of" FROM entered JOIN ended ON signup_date <= latest GROUP BY ALL),
    counted AS (
      SELECT side, k, count(*) AS n FROM back JOIN entered USING (user_id) JOIN ended USING (k)
      WHERE signup_date <= latest GROUP BY ALL)
    SELECT side, k, n, "of" FROM counted JOIN sizes USING (side, k)"""

GAPS = f"""
    WITH days AS (SELECT DISTINCT event_name, occurred_at::DATE AS day FROM events WHERE {LOADED}),
    gaps AS (SELECT *, lead(day) OVER (PARTITION BY event_name ORDER BY day) - day AS gap FROM days)
    SELECT event_name, list_sort(list(gap) FILTER (gap IS NOT NULL))[ceil(count(gap) * 99 / 100)::INTEGER] AS n,
      DATE '{AS_OF}' - max(day) AS "of"
    FROM gaps GROUP BY event_name HAVING count(gap) >= 5"""


# Coming back -------------------------------------------------------------------------------------------------------

OFTEN = f"""
    WITH days AS (SELECT DISTINCT user_id, occurred_at::DATE AS day FROM events WHERE {during(YEAR)}),
    active AS (SELECT user_id, {week("day")} AS week FROM days GROUP BY ALL HAVING count(*) >= 2),
    cohorts AS ({SIGNED_UP}), sizes AS ({SIZES}),
    back AS (
      SELECT plan, cohort, week - cohort AS k, count(*) AS n
      FROM active JOIN cohorts USING (user_id) WHERE week > cohort GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, k, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, {last_day("cohort")}, 0, "of", "of" FROM sizes"""

IN_BRACKETS = f"""
    WITH active AS ({ACTIVE}), cohorts AS ({SIGNED_UP}), sizes AS ({SIZES}),
    brackets(a, b) AS (VALUES {", ".join(map(str, BRACKETS))}),
    once AS (
      SELECT DISTINCT user_id, a FROM active JOIN cohorts USING (user_id) JOIN brackets
      ON week BETWEEN cohort + a AND cohort + b AND cohort + b < {len(WEEKS)}),
    back AS (SELECT plan, cohort, a, count(*) AS n FROM once JOIN cohorts USING (user_id) GROUP BY ALL)
    SELECT plan, {last_day("cohort")}, a, n, "of" FROM back JOIN sizes USING (plan, cohort)
    UNION ALL SELECT plan, {last_day("cohort")}, 0, "of", "of" FROM sizes"""

AGAIN = f"""
    WITH used AS ({ACTIVE} AND event_name = '{ONE}' AND {week("occurred_at")} >= 40),
    could AS (
      SELECT k, count(*) AS "of" FROM used JOIN range(12) AS t(k) ON week + k < {len(WEEKS)} GROUP BY ALL),
    back AS (
      SELECT b.week - c.week AS k, count(*) AS n
      FROM used c JOIN used b ON c.user_id = b.user_id AND b.week >= c.week GROUP BY ALL)
    SELECT k, n, "of" FROM back JOIN could USING (k)"""

LIST = f"""
    WITH first AS ({OF_ONE}),
    cohort AS (SELECT user_id FROM first WHERE {during(WEEKS[COHORT], "day")}),
    back AS (
      SELECT DISTINCT user_id FROM events
      WHERE event_name = '{ONE}' AND {during(WEEKS[COHORT + INTERVAL])})
    SELECT c.user_id::VARCHAR AS id, 1 AS n, count(b.user_id) AS "of"
    FROM cohort c LEFT JOIN back b USING (user_id) GROUP BY ALL ORDER BY id"""


def listed(activity: Activity) -> pl.DataFrame:
    """Who is in a cohort: n is 1 of each member, and "of" whether they came back."""
    found = members(activity, Returning("first_use", ONE, ONE), WEEKS[COHORT].last, INTERVAL)
    return found.select(pl.col("id").cast(pl.String), pl.lit(1).alias("n"), pl.col("back").cast(pl.Int64))


def again(activity: Activity) -> pl.DataFrame:
    found = recurring_sums(activity, Returning("any_use", ONE, ONE), cohorts=12, intervals=12)
    return found.select("interval", "n", "of")


QUESTIONS = (
    Question("First use to the same, all 40 features, 52 weeks", ("feature", "interval"), came_back(52),
             lambda a: side_by_side(a, 52).drop("cohorts")),
    Question("First use to the same, all 40 features, 12 weeks", ("feature", "interval"), came_back(12),
             lambda a: side_by_side(a, 12).drop("cohorts")),
    Question("Adoption of those who used a feature, four weeks", ("feature",), OF_THOSE, of_those),
    Question("Adoption by whether they did, four weeks", ("feature", "segment"), split("did"), by_what_they_did),
    Question("Adoption by plan and whether they did, four weeks", ("feature", "segment"),
             split("plan || ' · ' || did"), lambda a: by_what_they_did(a, "plan")),
    Question("Stages of one feature by plan", ("segment", "stage"), STAGES_OF_ONE,
             lambda a: stages(a, ONE, by=("plan",))),
    Question("Cumulative adoption of one feature by plan", ("segment", "period"), EVER,
             lambda a: cumulative(a, ONE, weeks=52, by=("plan",)).drop("week")),
    Question("Time to adopt one feature by plan", ("segment", "day", "what"), WAITING, waiting),
    Question("Activation by week, 52 weeks", ("cohort",), REACHED,
             lambda a: activation(a, WEEKS)),
    Question("Lift of one feature, 8 weeks", ("group", "week"), AFTER,
             lambda a: lift(a, ONE, landmark=LANDMARK, weeks=WEEKS_AFTER).drop("segment")),
    Question("Silent features", ("feature",), GAPS, lambda a: silent(a).select("feature", "usual_gap", "days_silent")),
    Question("Retention by plan, on at least 2 days", CELLS, OFTEN,
             lambda a: weekly(a, Returning(at_least=2), ("plan",))),
    Question("Retention by plan, in brackets", CELLS, IN_BRACKETS,
             lambda a: weekly(a, Returning(brackets=BRACKETS), ("plan",))),
    Question("Any use to the same, clustered by user, 12 weeks", ("interval",), AGAIN, again),
    Question("Members of one cohort, and who came back", ("id",), LIST, listed),
)  # fmt: skip
