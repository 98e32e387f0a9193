SELECT p."user", p.account, p.name, min(p.first_day) AS first_day,
    coalesce(bit_or(p.d0), 0) AS d0,
    coalesce(bit_or(p.d1), 0) AS d1
FROM (SELECT coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) AS "user",
    nullif(trim(CAST(g.account AS VARCHAR)), '') AS account,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.first_day AS first_day,
    g.d0 AS d0,
    g.d1 AS d1
FROM (SELECT e."user" AS "user",
    e.anonymous AS anonymous,
    e.account AS account,
    e.name AS name,
    min(e.day) AS first_day,
    bit_or(CASE WHEN (e.day BETWEEN 20000 AND 20055) THEN (CAST(1 AS BIGINT) << CAST(e.day - 20000 AS INTEGER)) END) AS d0,
    bit_or(CASE WHEN (e.day BETWEEN 20056 AND 20111) THEN (CAST(1 AS BIGINT) << CAST(e.day - 20056 AS INTEGER)) END) AS d1
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    CASE WHEN isfinite((timezone('UTC', app.events.at) + CASE WHEN (timezone('UTC', app.events.at) >= '2025-01-24 00:00:00') THEN 0 WHEN (timezone('UTC', app.events.at) >= '2024-11-03 06:00:00') THEN -18000 WHEN (timezone('UTC', app.events.at) >= '2024-10-12 00:00:00') THEN -14400 ELSE 0 END * INTERVAL '1 second')) THEN CAST((timezone('UTC', app.events.at) + CASE WHEN (timezone('UTC', app.events.at) >= '2025-01-24 00:00:00') THEN 0 WHEN (timezone('UTC', app.events.at) >= '2024-11-03 06:00:00') THEN -18000 WHEN (timezone('UTC', app.events.at) >= '2024-10-12 00:00:00') THEN -14400 ELSE 0 END * INTERVAL '1 second') AS DATE) - DATE '1970-01-01' END AS day
FROM app.events) AS e
WHERE e.day BETWEEN 20010 AND 20110 GROUP BY e."user", e.anonymous, e.account, e.name) AS g
WHERE CASE WHEN (coalesce(g.d0, 0) >= 0) THEN coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) IS NOT NULL AND nullif(trim(CAST(g.name AS VARCHAR)), '') IS NOT NULL END) AS p GROUP BY p."user", p.account, p.name
