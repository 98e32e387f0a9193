SELECT p.day, p.name, CAST(sum(p.events) AS BIGINT) AS events,
    CAST(sum(p.no_user) AS BIGINT) AS no_user,
    CAST(sum(p.no_name) AS BIGINT) AS no_name,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(CONVERT_TIMEZONE('UTC', 'America/New_York', max(p.loaded_at)) AS DATE)) AS loaded_day,
    CAST(NULL AS INTEGER) AS total
FROM (SELECT g.day AS day,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.events AS events,
    g.no_user AS no_user,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IS NULL) THEN g.events - g.no_user ELSE 0 END AS no_name,
    g.loaded_at AS loaded_at
FROM (SELECT t.day AS day,
    t.name AS name,
    count(*) AS events,
    count(t.nobody) AS no_user,
    max(t.loaded_at) AS loaded_at
FROM (SELECT CASE WHEN (e.day < 20089) THEN 20088 WHEN (e.day > 20500) THEN 20501 ELSE e.day END AS day,
    e.name AS name,
    CASE WHEN (nullif(trim(CAST(e.user AS VARCHAR)), '') IS NULL AND nullif(trim(CAST(e.anonymous AS VARCHAR)), '') IS NULL) THEN 1 END AS nobody,
    e.loaded_at AS loaded_at
FROM (SELECT app.events.user_id AS user,
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(DATEADD('second', CASE WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2026-02-18 00:00:00.000000') THEN 0 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-11-02 06:00:00.000000') THEN -18000 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-03-09 07:00:00.000000') THEN -14400 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2024-12-30 00:00:00.000000') THEN -18000 ELSE 0 END, CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ) AS DATE)) AS day
FROM app.events) AS e) AS t GROUP BY t.day, t.name) AS g) AS p GROUP BY p.day, p.name
