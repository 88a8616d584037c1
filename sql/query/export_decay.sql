SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'decay' AS type, d.space, d.kind, d.profile, d.parameters, d.floor
      FROM engram.decay d
      WHERE d.space OPERATOR(pg_catalog.=) $1
      ORDER BY d.kind) AS x
