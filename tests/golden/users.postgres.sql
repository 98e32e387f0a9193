SELECT nullif(trim(CAST(users.id AS VARCHAR)), '') AS id,
    nullif(trim(CAST(users.account AS VARCHAR)), '') AS account,
    CASE WHEN isfinite(users.signup) THEN CAST(users.signup AS DATE) - DATE '1970-01-01' END AS signup_day,
    CASE WHEN isfinite(timezone('America/New_York', timezone('UTC', users.ended))) THEN CAST(timezone('America/New_York', timezone('UTC', users.ended)) AS DATE) - DATE '1970-01-01' END AS ended_day,
    CASE WHEN ((lower(nullif(trim(CAST(users.email AS VARCHAR)), '')) LIKE '%' || '@100/%/_us.example' ESCAPE '/') OR (lower(nullif(trim(CAST(users.email AS VARCHAR)), '')) LIKE '%' || '@us.example' ESCAPE '/')) THEN 0 WHEN (lower(nullif(trim(CAST(users.bot AS VARCHAR)), '')) IN ('true')) THEN 1 WHEN (lower(nullif(trim(CAST(users.note AS VARCHAR)), '')) LIKE '%' || 'test' || '%' ESCAPE '/') THEN 2 END AS excluded,
    nullif(trim(CAST(users.role AS VARCHAR)), '') AS segment_role
FROM users
