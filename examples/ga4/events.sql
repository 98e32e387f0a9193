-- What people did; times are in microseconds since 1970, in UTC. What Google collects by itself is nobody's doing.
SELECT
    user_id,
    user_pseudo_id,
    make_timestamp(CAST(event_timestamp AS BIGINT)) AS occurred_at,
    event_name,
    platform
FROM exported
WHERE event_name NOT IN ('session_start', 'first_visit', 'first_open', 'user_engagement', 'scroll')
