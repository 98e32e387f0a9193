-- What people did; `time` is in seconds since 1970. What begins with $ Mixpanel sends by itself.
-- In some older projects it is of the project's zone rather than of UTC: compare an event that you know, and write
-- timezone('Europe/Berlin', make_timestamp(...)) where it is.
SELECT
    CAST(properties AS JSON) ->> '$.distinct_id' AS distinct_id,
    make_timestamp(CAST(CAST(CAST(properties AS JSON) ->> '$.time' AS DOUBLE) * 1000000 AS BIGINT)) AS occurred_at,
    event
FROM exported
WHERE event NOT LIKE '$%'
