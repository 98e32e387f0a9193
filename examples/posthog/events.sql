-- What people did. What begins with $ PostHog sends by itself, such as $autocapture, $identify and $pageleave.
SELECT distinct_id, timestamp, created_at, event
FROM exported
WHERE event NOT LIKE '$%'
