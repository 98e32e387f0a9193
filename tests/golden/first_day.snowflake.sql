SELECT min(e.day) AS first_day
FROM (SELECT app.events.user_id AS user,
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(DATEADD('second', CASE WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2026-02-18 00:00:00.000000') THEN 0 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-11-02 06:00:00.000000') THEN -18000 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-03-09 07:00:00.000000') THEN -14400 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2024-12-30 00:00:00.000000') THEN -18000 ELSE 0 END, CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ) AS DATE)) AS day
FROM app.events) AS e
WHERE e.day BETWEEN 20089 AND 20500
