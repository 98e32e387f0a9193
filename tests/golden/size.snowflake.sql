SELECT CAST(coalesce(sum(g.events), 0) AS BIGINT) AS events,
    (SELECT approx_count_distinct(coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users
FROM app.events) AS users,
    CAST(coalesce(sum(CASE WHEN (CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END IS NOT NULL) THEN g.users ELSE 0 END), 0) AS BIGINT) AS pairs,
    min(g.first_day) AS first_day,
    max(g.last_day) AS last_day
FROM (SELECT app.events.name AS name,
    count(*) AS events,
    approx_count_distinct(coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users,
    min(CASE WHEN (DATEDIFF('day', '1970-01-01'::DATE, CAST(app.events.at AS DATE)) BETWEEN 20089 AND 20500) THEN DATEDIFF('day', '1970-01-01'::DATE, CAST(app.events.at AS DATE)) END) AS first_day,
    max(CASE WHEN (DATEDIFF('day', '1970-01-01'::DATE, CAST(app.events.at AS DATE)) BETWEEN 20089 AND 20500) THEN DATEDIFF('day', '1970-01-01'::DATE, CAST(app.events.at AS DATE)) END) AS last_day
FROM app.events GROUP BY app.events.name) AS g
