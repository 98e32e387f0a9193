SELECT p.day, p.name, CAST(sum(p.events) AS BIGINT) AS events,
    CAST(sum(p.no_user) AS BIGINT) AS no_user,
    CAST(sum(p.no_name) AS BIGINT) AS no_name,
    date_diff('day', DATE '1970-01-01', CAST(timezone('America/New_York', timezone('UTC', max(p.loaded_at))) AS DATE)) AS loaded_day,
    (SELECT count(*) AS count_1
FROM app.events) AS total
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
    CASE WHEN (CASE WHEN CAST(e."user" AS VARCHAR) >= '!' AND CAST(e."user" AS VARCHAR) < chr(127) THEN FALSE ELSE nullif(trim(CAST(e."user" AS VARCHAR)), '') IS NULL END AND CASE WHEN CAST(e.anonymous AS VARCHAR) >= '!' AND CAST(e.anonymous AS VARCHAR) < chr(127) THEN FALSE ELSE nullif(trim(CAST(e.anonymous AS VARCHAR)), '') IS NULL END) THEN 1 END AS nobody,
    e.loaded_at AS loaded_at
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    date_diff('day', DATE '1970-01-01', CAST((make_timestamp(epoch_us(app.events.at)) + to_seconds(CASE WHEN (make_timestamp(epoch_us(app.events.at)) >= '2026-02-18 00:00:00') THEN 0 WHEN (make_timestamp(epoch_us(app.events.at)) >= '2026-02-04 00:00:00') THEN -18000 ELSE 0 END)) AS DATE)) AS day
FROM app.events
WHERE app.events.at IS NULL OR app.events.at < '0001-01-02 00:00:00' OR app.events.at >= '2026-02-04 00:00:00') AS e
WHERE e.day IS NULL OR e.day >= 20490) AS t GROUP BY t.day, t.name) AS g) AS p GROUP BY p.day, p.name
