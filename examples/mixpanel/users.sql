-- Each profile with its properties. Name your own here.
SELECT
    "$distinct_id" AS distinct_id,
    CAST(CAST("$properties" AS JSON) ->> '$."$created"' AS TIMESTAMP) AS created,
    CAST("$properties" AS JSON) ->> '$.plan' AS plan
FROM profiles
