SELECT count(*) AS events,
    approx_count_distinct(coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), ''))) AS users,
    approx_count_distinct(CASE WHEN (CASE WHEN (nullif(trim(CAST(app.events.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(app.events.name AS VARCHAR)), '') END IS NOT NULL) THEN coalesce(nullif(trim(CAST(app.events.user_id AS VARCHAR)), ''), nullif(trim(CAST(app.events.cookie AS VARCHAR)), '')) || '/' || CASE WHEN (nullif(trim(CAST(app.events.name AS VARCHAR)), '') IN ('a', 'b', 'it''s')) THEN nullif(trim(CAST(app.events.name AS VARCHAR)), '') END END) AS pairs,
    min(CASE WHEN (date_diff('day', DATE '1970-01-01', CAST(app.events.at AS DATE)) BETWEEN 20089 AND 20500) THEN date_diff('day', DATE '1970-01-01', CAST(app.events.at AS DATE)) END) AS first_day,
    max(CASE WHEN (date_diff('day', DATE '1970-01-01', CAST(app.events.at AS DATE)) BETWEEN 20089 AND 20500) THEN date_diff('day', DATE '1970-01-01', CAST(app.events.at AS DATE)) END) AS last_day
FROM app.events
