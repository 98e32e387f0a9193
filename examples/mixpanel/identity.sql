-- Whose each device is: an event that names both tells. A device of several people (a shared computer) stays nobody's.
-- This is Mixpanel's simplified identity merge, which calls who has not signed in `$device:` and the device's id.
SELECT '$device:' || device_id AS device, min(user_id) AS user_id
FROM (
    SELECT CAST(properties AS JSON) ->> '$."$device_id"' AS device_id, CAST(properties AS JSON) ->> '$."$user_id"' AS user_id
    FROM exported
) AS signed_in
WHERE device_id IS NOT NULL AND user_id IS NOT NULL
GROUP BY device_id
HAVING count(DISTINCT user_id) = 1
