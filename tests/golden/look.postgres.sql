SELECT *
FROM app.events
 LIMIT 0
