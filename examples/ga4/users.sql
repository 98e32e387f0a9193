-- Each user, signed in or not, with the latest user properties that their events told. Name your own properties here.
WITH cookies AS (
    SELECT user_pseudo_id, min(user_id) AS user_id
    FROM exported
    WHERE user_pseudo_id IS NOT NULL AND user_id IS NOT NULL
    GROUP BY user_pseudo_id
    HAVING count(DISTINCT user_id) = 1
)
SELECT
    coalesce(exported.user_id, cookies.user_id, exported.user_pseudo_id) AS id,
    min(make_timestamp(CAST(user_first_touch_timestamp AS BIGINT))) AS first_touch,
    arg_max(list_filter(user_properties, lambda property: property.key = 'plan')[1].value.string_value,
            CAST(event_timestamp AS BIGINT)) AS plan,
    arg_max(geo.country, CAST(event_timestamp AS BIGINT)) AS country
FROM exported
LEFT JOIN cookies USING (user_pseudo_id)
WHERE coalesce(exported.user_id, exported.user_pseudo_id) IS NOT NULL
GROUP BY 1
