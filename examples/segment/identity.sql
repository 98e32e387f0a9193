-- Whose each anonymous id is. One that several people signed in with (a shared computer) stays nobody's.
SELECT anonymous_id, min(user_id) AS user_id
FROM production.identifies
WHERE anonymous_id IS NOT NULL AND user_id IS NOT NULL
GROUP BY anonymous_id
HAVING count(DISTINCT user_id) = 1
