-- Whose each cookie is. One that several people signed in with (a shared computer) stays nobody's.
SELECT user_pseudo_id, min(user_id) AS user_id
FROM exported
WHERE user_pseudo_id IS NOT NULL AND user_id IS NOT NULL
GROUP BY user_pseudo_id
HAVING count(DISTINCT user_id) = 1
