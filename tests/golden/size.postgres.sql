SELECT count(*) AS events,
    count(DISTINCT coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users,
    count(DISTINCT CASE WHEN (CASE WHEN (nullif(trim(CAST(app.events.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(app.events.name AS VARCHAR)), '') END IS NOT NULL) THEN coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), '')) || '/' || CASE WHEN (nullif(trim(CAST(app.events.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(app.events.name AS VARCHAR)), '') END END) AS pairs,
    min(CASE WHEN ((CAST(app.events.at AS DATE) - DATE '1970-01-01') BETWEEN 20089 AND 20500) THEN (CAST(app.events.at AS DATE) - DATE '1970-01-01') END) AS first_day,
    max(CASE WHEN ((CAST(app.events.at AS DATE) - DATE '1970-01-01') BETWEEN 20089 AND 20500) THEN (CAST(app.events.at AS DATE) - DATE '1970-01-01') END) AS last_day
FROM app.events
