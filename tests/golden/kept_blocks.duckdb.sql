SELECT min(CASE WHEN (CAST(app.events.block AS INTEGER) BETWEEN 358 AND 366) THEN CAST(app.events.block AS INTEGER) END) AS first,
    max(CASE WHEN (CAST(app.events.block AS INTEGER) BETWEEN 358 AND 366) THEN CAST(app.events.block AS INTEGER) END) AS last,
    count(*) AS rows
FROM app.events
