SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'association' AS type, a.space, a.source, a.target, a.kind, a.weight, a.created_at, a.origin
      FROM engram.association a
      WHERE a.space OPERATOR(pg_catalog.=) $1
      ORDER BY a.source, a.target, a.kind) AS x
