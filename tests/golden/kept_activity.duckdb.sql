SELECT p."user", p.account, p.name, min(p.first_day) AS first_day,
    coalesce(bit_or(p.d0), 0) AS d0,
    coalesce(bit_or(p.d1), 0) AS d1
FROM (SELECT coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) AS "user",
    nullif(trim(CAST(g.account AS VARCHAR)), '') AS account,
    CASE WHEN (nullif(trim(CAST(g.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(g.name AS VARCHAR)), '') END AS name,
    g.first_day AS first_day,
    g.d0 AS d0,
    g.d1 AS d1
FROM (SELECT k."user" AS "user",
    k.anonymous AS anonymous,
    k.account AS account,
    k.name AS name,
    CAST(NULL AS INTEGER) AS first_day,
    bit_or(CASE WHEN (k.block = 361) THEN CAST(k.mask AS BIGINT) END) AS d0,
    bit_or(CASE WHEN (k.block = 362) THEN CAST(k.mask AS BIGINT) END) AS d1
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.block AS block,
    app.events.mask AS mask
FROM app.events) AS k
WHERE NOT (k.block IS NULL OR k.mask IS NULL OR k.mask < 0 OR k.mask >= 72057594037927936) GROUP BY k."user", k.anonymous, k.account, k.name) AS g
WHERE CASE WHEN (coalesce(g.d0, 0) >= 0) THEN coalesce(nullif(trim(CAST(g."user" AS VARCHAR)), ''), nullif(trim(CAST(g.anonymous AS VARCHAR)), '')) IS NOT NULL AND nullif(trim(CAST(g.name AS VARCHAR)), '') IS NOT NULL END) AS p GROUP BY p."user", p.account, p.name
