SELECT p."user", p.account, p.name, min(p.first_day) AS first_day,
    coalesce(bit_or(p.d0), 0) AS d0,
    coalesce(bit_or(p.d1), 0) AS d1
FROM (SELECT coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) AS "user",
    nullif(trim(CAST(g.account AS VARCHAR)), '') AS account,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.first_day AS first_day,
    g.d0 AS d0,
    g.d1 AS d1
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    CAST(NULL AS INTEGER) AS first_day,
    bit_or(CASE WHEN (app.events.block = 361) THEN CAST(app.events.mask AS BIGINT) END) AS d0,
    bit_or(CASE WHEN (app.events.block = 362) THEN CAST(app.events.mask AS BIGINT) END) AS d1
FROM app.events GROUP BY app.events.user_id, app.events.cookie, app.events.account_id, app.events.name) AS g
WHERE coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) IS NOT NULL AND nullif(trim(CAST(g.name AS VARCHAR)), '') IS NOT NULL) AS p GROUP BY p."user", p.account, p.name
