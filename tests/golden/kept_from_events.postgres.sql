SELECT b.user_id, b.cookie, b.account_id, b.name, b.block, bit_or((CAST(1 AS BIGINT) << CAST(b.sightline_day - 56 * b.block AS INTEGER))) AS mask
FROM (SELECT e.user_id AS user_id,
    e.cookie AS cookie,
    e.account_id AS account_id,
    e.name AS name,
    e.sightline_day AS sightline_day,
    CAST(floor(e.sightline_day / CAST(56 AS NUMERIC)) AS INTEGER) AS block
FROM (SELECT app.events.user_id AS user_id,
    app.events.cookie AS cookie,
    app.events.account_id AS account_id,
    app.events.name AS name,
    CASE WHEN isfinite(timezone('America/New_York', app.events.at)) THEN CAST(timezone('America/New_York', app.events.at) AS DATE) - DATE '1970-01-01' END + 3 AS sightline_day
FROM app.events) AS e
WHERE e.sightline_day >= 20092) AS b GROUP BY b.user_id, b.cookie, b.account_id, b.name, b.block
