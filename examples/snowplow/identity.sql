-- Whose each cookie is. One that several people signed in with (a shared computer) stays nobody's.
SELECT domain_userid, min(user_id) AS user_id
FROM atomic.events
WHERE domain_userid IS NOT NULL AND user_id IS NOT NULL
GROUP BY domain_userid
HAVING count(DISTINCT user_id) = 1
