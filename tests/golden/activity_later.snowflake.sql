SELECT p.user, p.account, p.name, min(p.first_day) AS first_day,
    coalesce(BITOR_AGG(p.d0), 0) AS d0
FROM (SELECT coalesce(nullif(trim(CAST(g.user AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) AS user,
    nullif(trim(CAST(g.account AS VARCHAR)), '') AS account,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.first_day AS first_day,
    g.d0 AS d0
FROM (SELECT e.user AS user,
    e.anonymous AS anonymous,
    e.account AS account,
    e.name AS name,
    min(e.day) AS first_day,
    BITOR_AGG(CASE WHEN (e.day BETWEEN 20056 AND 20111) THEN BITSHIFTLEFT(1, e.day - 20056) END) AS d0
FROM (SELECT app.events.user_id AS user,
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(DATEADD('second', CASE WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-01-24 00:00:00.000000') THEN 0 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-01-10 00:00:00.000000') THEN -18000 ELSE 0 END, CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ) AS DATE)) AS day
FROM app.events
WHERE app.events.at IS NULL OR app.events.at < '0001-01-02 00:00:00.000000' OR app.events.at >= '2025-01-10 00:00:00.000000') AS e
WHERE e.day BETWEEN 20100 AND 20110 GROUP BY e.user, e.anonymous, e.account, e.name) AS g
WHERE CASE WHEN (coalesce(g.d0, 0) >= 0) THEN coalesce(nullif(trim(CAST(g.user AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) IS NOT NULL AND nullif(trim(CAST(g.name AS VARCHAR)), '') IS NOT NULL END) AS p GROUP BY p.user, p.account, p.name
