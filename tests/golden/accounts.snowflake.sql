SELECT nullif(trim(CAST(team_sql.id AS VARCHAR)), '') AS id,
    nullif(trim(CAST(team_sql."Plan name" AS VARCHAR)), '') AS segment_plan
FROM (SELECT id, plan::text AS "Plan name" FROM accounts -- 100% of them: all
) AS team_sql
