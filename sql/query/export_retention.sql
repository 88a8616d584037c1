SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'retention' AS type, r.space, r.kind, r.max_age, r.max_count, r.mode
      FROM engram.retention r
      WHERE r.space OPERATOR(pg_catalog.=) $1
      ORDER BY r.kind) AS x
