SELECT o.odd, count(*) AS rows,
    min(CASE WHEN (o.odd IS NULL) THEN CAST(o.block AS INTEGER) END) AS first,
    max(CASE WHEN (o.odd IS NULL) THEN CAST(o.block AS INTEGER) END) AS last
FROM (SELECT CASE WHEN (CASE WHEN CAST(k."user" AS VARCHAR) >= '!' AND CAST(k."user" AS VARCHAR) < chr(127) THEN FALSE ELSE nullif(trim(CAST(k."user" AS VARCHAR)), '') IS NULL END AND CASE WHEN CAST(k.anonymous AS VARCHAR) >= '!' AND CAST(k.anonymous AS VARCHAR) < chr(127) THEN FALSE ELSE nullif(trim(CAST(k.anonymous AS VARCHAR)), '') IS NULL END) THEN 'no_user' WHEN (nullif(trim(CAST(k.name AS VARCHAR)), '') IS NULL) THEN 'no_name' WHEN (k.block IS NULL) THEN 'block' WHEN (k.mask IS NULL OR k.mask < 0 OR k.mask >= 72057594037927936) THEN 'mask' WHEN (k.block < 358) THEN 'early' WHEN (k.block > 366) THEN 'late' END AS odd,
    k.block AS block
FROM (SELECT app.events.user_id AS "user",
    app.events.cookie AS anonymous,
    app.events.account_id AS account,
    app.events.name AS name,
    app.events.block AS block,
    app.events.mask AS mask
FROM app.events) AS k) AS o GROUP BY o.odd
