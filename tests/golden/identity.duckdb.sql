SELECT i.anonymous
FROM (SELECT nullif(trim(CAST(identity.cookie AS VARCHAR)), '') AS anonymous,
    min(nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS "user",
    count(DISTINCT nullif(trim(CAST(identity."user" AS VARCHAR)), '')) AS users
FROM identity
WHERE nullif(trim(CAST(identity.cookie AS VARCHAR)), '') IS NOT NULL GROUP BY nullif(trim(CAST(identity.cookie AS VARCHAR)), '')) AS i
WHERE i.users > 1 ORDER BY i.anonymous
 LIMIT 5
