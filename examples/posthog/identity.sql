-- The person of each distinct id; the newest version, because an export adds rows and changes none.
SELECT distinct_id, arg_max(person_id, person_distinct_id_version) AS person_id
FROM persons
GROUP BY distinct_id
