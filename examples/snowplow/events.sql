-- Events by the name a person gave them: a structured event is called `event` in event_name, and its action says more.
-- Page pings tell that a page is still open, and are most of the rows: nobody does anything.
SELECT
    user_id,
    domain_userid,
    derived_tstamp,
    collector_tstamp,
    CASE WHEN event = 'struct' THEN se_action ELSE event_name END AS name,
    platform,
    geo_country
FROM atomic.events
WHERE event_name <> 'page_ping'
