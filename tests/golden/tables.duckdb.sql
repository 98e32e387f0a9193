SELECT t.table_schema AS schema,
    t.table_name AS name,
    t.table_schema = current_schema() AS here
FROM information_schema.tables AS t
WHERE (lower(t.table_schema) NOT IN ('information_schema', 'pg_catalog'))
