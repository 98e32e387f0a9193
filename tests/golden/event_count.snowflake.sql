SELECT count(*) AS total
FROM app.events
