-- Each user with the latest properties that their events told. Name your own user properties here.
-- In Snowflake: max_by(user_properties:plan::VARCHAR, event_time).
SELECT
    CAST(amplitude_id AS VARCHAR) AS amplitude_id,
    min(CAST(user_creation_time AS TIMESTAMP)) AS created,
    arg_max(CAST(user_properties AS JSON) ->> '$.plan', event_time) AS plan,
    arg_max(country, event_time) AS country
FROM exported
GROUP BY amplitude_id
