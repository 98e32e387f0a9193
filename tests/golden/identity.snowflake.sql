SELECT nullif(trim(CAST(identity.cookie AS VARCHAR)), '') AS anonymous,
    min(nullif(trim(CAST(identity.user AS VARCHAR)), '')) AS user,
    count(DISTINCT nullif(trim(CAST(identity.user AS VARCHAR)), '')) AS users
FROM identity
WHERE nullif(trim(CAST(identity.cookie AS VARCHAR)), '') IS NOT NULL GROUP BY nullif(trim(CAST(identity.cookie AS VARCHAR)), '')
