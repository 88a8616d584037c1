SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'end' AS type, $1::pg_catalog.text AS space, $2::pg_catalog.int8 AS lines) AS x
