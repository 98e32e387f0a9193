SELECT count(*) AS events,
    count(CASE WHEN (e."user" IS NULL) THEN 1 END) AS no_user,
    count(CASE WHEN (e."user" IS NOT NULL AND e.day IS NULL) THEN 1 END) AS no_time,
    count(CASE WHEN (e."user" IS NOT NULL AND e.day IS NOT NULL AND e.name IS NULL) THEN 1 END) AS no_name,
    count(CASE WHEN (e."user" IS NOT NULL AND e.day IS NOT NULL AND e.name IS NOT NULL AND e.day < (CAST(CAST('2025-01-01' AS DATE) AS DATE) - DATE '1970-01-01')) THEN 1 END) AS too_early,
    count(CASE WHEN (e."user" IS NOT NULL AND e.day IS NOT NULL AND e.name IS NOT NULL AND e.day > 20500) THEN 1 END) AS too_late,
    min(CASE WHEN (e."user" IS NOT NULL AND e.day IS NOT NULL AND e.name IS NOT NULL AND e.day >= (CAST(CAST('2025-01-01' AS DATE) AS DATE) - DATE '1970-01-01') AND e.day <= 20500) THEN e.day END) AS first_day,
    max(CASE WHEN (e."user" IS NOT NULL AND e.day IS NOT NULL AND e.name IS NOT NULL AND e.day >= (CAST(CAST('2025-01-01' AS DATE) AS DATE) - DATE '1970-01-01') AND e.day <= 20500) THEN e.day END) AS last_day,
    max(e.loaded_day) AS loaded_day
FROM (SELECT coalesce(identity."user", coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS "user",
    nullif(trim(CAST(app.events.account_id AS VARCHAR)), '') AS account,
    nullif(trim(CAST(app.events.name AS VARCHAR)), '') AS name,
    (CAST(timezone('America/New_York', app.events.at) AS DATE) - DATE '1970-01-01') AS day,
    (CAST(timezone('America/New_York', timezone('UTC', app.events.loaded)) AS DATE) - DATE '1970-01-01') AS loaded_day
FROM app.events LEFT OUTER JOIN (SELECT nullif(trim(CAST(identity.cookie AS VARCHAR)), '') AS anonymous,
    min(nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS "user",
    count(DISTINCT nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS users
FROM identity
WHERE nullif(trim(CAST(identity.cookie AS VARCHAR)), '') IS NOT NULL GROUP BY nullif(trim(CAST(identity.cookie AS VARCHAR)), '')) AS identity ON identity.anonymous = coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS e
