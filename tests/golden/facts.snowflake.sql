SELECT count(*) AS events,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NULL) THEN 1 END) AS no_user,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NULL) THEN 1 END) AS no_time,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NULL) THEN 1 END) AS no_name,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day < 20089) THEN 1 END) AS too_early,
    count(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day > 20500) THEN 1 END) AS too_late,
    min(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day >= 20089 AND e.day <= 20500) THEN e.day END) AS first_day,
    max(CASE WHEN (coalesce(nullif(trim(CAST(e.user AS VARCHAR)), ''), nullif(trim(CAST(e.anonymous AS VARCHAR)), '')) IS NOT NULL AND e.day IS NOT NULL AND nullif(trim(CAST(e.name AS VARCHAR)), '') IS NOT NULL AND e.day >= 20089 AND e.day <= 20500) THEN e.day END) AS last_day,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(CONVERT_TIMEZONE('UTC', 'America/New_York', max(e.loaded_at)) AS DATE)) AS loaded_day
FROM (SELECT app.events.user_id AS user,
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.loaded AS loaded_at,
    DATEDIFF('day', '1970-01-01'::DATE, CAST(DATEADD('second', CASE WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2026-02-18 00:00:00.000000') THEN 0 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-11-02 06:00:00.000000') THEN -18000 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2025-03-09 07:00:00.000000') THEN -14400 WHEN (CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ >= '2024-12-30 00:00:00.000000') THEN -18000 ELSE 0 END, CONVERT_TIMEZONE('UTC', app.events.at)::TIMESTAMP_NTZ) AS DATE)) AS day
FROM app.events) AS e
