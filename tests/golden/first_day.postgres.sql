SELECT min(e.day) AS first_day
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    CASE WHEN isfinite((timezone('UTC', app.events.at) + CASE WHEN (timezone('UTC', app.events.at) >= '2026-02-18 00:00:00') THEN 0 WHEN (timezone('UTC', app.events.at) >= '2025-11-02 06:00:00') THEN -18000 WHEN (timezone('UTC', app.events.at) >= '2025-03-09 07:00:00') THEN -14400 WHEN (timezone('UTC', app.events.at) >= '2024-12-30 00:00:00') THEN -18000 ELSE 0 END * INTERVAL '1 second')) THEN CAST((timezone('UTC', app.events.at) + CASE WHEN (timezone('UTC', app.events.at) >= '2026-02-18 00:00:00') THEN 0 WHEN (timezone('UTC', app.events.at) >= '2025-11-02 06:00:00') THEN -18000 WHEN (timezone('UTC', app.events.at) >= '2025-03-09 07:00:00') THEN -14400 WHEN (timezone('UTC', app.events.at) >= '2024-12-30 00:00:00') THEN -18000 ELSE 0 END * INTERVAL '1 second') AS DATE) - DATE '1970-01-01' END AS day
FROM app.events) AS e
WHERE e.day BETWEEN 20089 AND 20500
