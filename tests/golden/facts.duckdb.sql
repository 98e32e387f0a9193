SELECT count(*) AS events,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NULL) THEN 1 END) AS no_user,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NULL) THEN 1 END) AS no_time,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NULL) THEN 1 END) AS no_name,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day < 20089) THEN 1 END) AS too_early,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day > 20500) THEN 1 END) AS too_late,
    min(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day >= 20089 AND e.day <= 20500) THEN e.day END) AS first_day,
    max(CASE WHEN (coalesce(nullif(trim(CAST(e."user" AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day >= 20089 AND e.day <= 20500) THEN e.day END) AS last_day,
    date_diff('day', DATE '1970-01-01', CAST(timezone('America/New_York', timezone('UTC', max(e.loaded_at))) AS DATE)) AS loaded_day
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    date_diff('day', DATE '1970-01-01', CAST((make_timestamp(epoch_us(app.events.at)) + to_seconds(CASE WHEN (make_timestamp(epoch_us(app.events.at)) >= '2026-02-18 00:00:00') THEN 0 WHEN (make_timestamp(epoch_us(app.events.at)) >= '2025-11-02 06:00:00') THEN -18000 WHEN (make_timestamp(epoch_us(app.events.at)) >= '2025-03-09 07:00:00') THEN -14400 WHEN (make_timestamp(epoch_us(app.events.at)) >= '2024-12-30 00:00:00') THEN -18000 ELSE 0 END)) AS DATE)) AS day
FROM app.events) AS e
