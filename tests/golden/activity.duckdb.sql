SELECT d."user", d.account, d.name, min(d.day) AS first_day,
    coalesce(bit_or(CASE WHEN (d.word = 0) THEN d.bit END), 0) AS d0,
    coalesce(bit_or(CASE WHEN (d.word = 1) THEN d.bit END), 0) AS d1
FROM (SELECT e."user" AS "user",
    e.account AS account,
    CASE WHEN (e.name IN ('a', 'b', 'it''s')) THEN e.name END AS name,
    e.day AS day,
    FLOOR((e.day - 20000) / 56) AS word,
    (CAST(1 AS BIGINT) << CAST((e.day - 20000) % 56 AS INTEGER)) AS bit
FROM (SELECT coalesce(identity."user", coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS "user",
    nullif(trim(CAST(app.events.account_id AS VARCHAR)), '') AS account,
    nullif(trim(CAST(app.events.name AS VARCHAR)), '') AS name,
    date_diff('day', DATE '1970-01-01', CAST(timezone('America/New_York', app.events.at) AS DATE)) AS day,
    date_diff('day', DATE '1970-01-01', CAST(timezone('America/New_York', timezone('UTC', app.events.loaded)) AS DATE)) AS loaded_day
FROM app.events LEFT OUTER JOIN (SELECT nullif(trim(CAST(identity.cookie AS VARCHAR)), '') AS anonymous,
    min(nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS "user",
    count(DISTINCT nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS users
FROM identity
WHERE nullif(trim(CAST(identity.cookie AS VARCHAR)), '') IS NOT NULL GROUP BY nullif(trim(CAST(identity.cookie AS VARCHAR)), '')) AS identity ON identity.anonymous = coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS e
WHERE e."user" IS NOT NULL AND e.name IS NOT NULL AND e.day BETWEEN 20010 AND 20110) AS d GROUP BY d."user", d.account, d.name
