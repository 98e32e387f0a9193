-- Each person with the latest properties. Name your own here. A person merged into another has no distinct id any more.
SELECT
    person_id,
    min(created_at) AS created_at,
    arg_max(CAST(properties AS JSON) ->> '$.email', person_version) AS email,
    arg_max(CAST(properties AS JSON) ->> '$.plan', person_version) AS plan
FROM persons
WHERE NOT coalesce(is_deleted, false) AND person_id IN (
    SELECT arg_max(person_id, person_distinct_id_version) FROM persons GROUP BY distinct_id
)
GROUP BY person_id
