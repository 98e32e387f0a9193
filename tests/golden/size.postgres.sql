SELECT CAST(coalesce(sum(g.events), 0) AS BIGINT) AS events,
    (SELECT count(DISTINCT coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users
FROM app.events) AS users,
    CAST(coalesce(sum(CASE WHEN (CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END IS NOT NULL) THEN g.users ELSE 0 END), 0) AS BIGINT) AS pairs,
    min(g.first_day) AS first_day,
    max(g.last_day) AS last_day
FROM (SELECT app.events.name AS name,
    count(*) AS events,
    count(DISTINCT coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users,
    min(CASE WHEN (CASE WHEN isfinite(app.events.at) THEN CAST(app.events.at AS DATE) - DATE '1970-01-01' END BETWEEN 20089 AND 20500) THEN CASE WHEN isfinite(app.events.at) THEN CAST(app.events.at AS DATE) - DATE '1970-01-01' END END) AS first_day,
    max(CASE WHEN (CASE WHEN isfinite(app.events.at) THEN CAST(app.events.at AS DATE) - DATE '1970-01-01' END BETWEEN 20089 AND 20500) THEN CASE WHEN isfinite(app.events.at) THEN CAST(app.events.at AS DATE) - DATE '1970-01-01' END END) AS last_day
FROM app.events GROUP BY app.events.name) AS g
