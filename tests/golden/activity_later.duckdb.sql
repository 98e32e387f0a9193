SELECT p."user", p.account, p.name, min(p.first_day) AS first_day,
    coalesce(bit_or(p.d0), 0) AS d0
FROM (SELECT coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) AS "user",
    nullif(trim(CAST(g.account AS VARCHAR)), '') AS account,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.first_day AS first_day,
    g.d0 AS d0
FROM (SELECT e."user" AS "user",
    e.anonymous AS anonymous,
    e.account AS account,
    e.name AS name,
    min(e.day) AS first_day,
    bit_or(CASE WHEN (e.day BETWEEN 20056 AND 20111) THEN (CAST(1 AS BIGINT) << CAST(e.day - 20056 AS INTEGER)) END) AS d0
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    date_diff('day', DATE '1970-01-01', CAST((make_timestamp(epoch_us(app.events.at)) + to_seconds(CASE WHEN (make_timestamp(epoch_us(app.events.at)) >= '2025-01-24 00:00:00') THEN 0 WHEN (make_timestamp(epoch_us(app.events.at)) >= '2025-01-10 00:00:00') THEN -18000 ELSE 0 END)) AS DATE)) AS day
FROM app.events
WHERE app.events.at IS NULL OR app.events.at < '0001-01-02 00:00:00' OR app.events.at >= '2025-01-10 00:00:00') AS e
WHERE e.day BETWEEN 20100 AND 20110 GROUP BY e."user", e.anonymous, e.account, e.name) AS g
WHERE CASE WHEN (coalesce(g.d0, 0) >= 0) THEN coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) IS NOT NULL AND nullif(trim(CAST(g.name AS VARCHAR)), '') IS NOT NULL END) AS p GROUP BY p."user", p.account, p.name
