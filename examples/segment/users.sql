-- Each user with the latest traits, and when they were first identified.
-- Name your own traits here; where you send `created_at` as one, use it for signed_up_at.
SELECT known.id, known.email, known.plan, seen.first_identified AS signed_up_at
FROM production.users AS known
LEFT JOIN (
    SELECT user_id, min(received_at) AS first_identified FROM production.identifies GROUP BY user_id
) AS seen ON seen.user_id = known.id
