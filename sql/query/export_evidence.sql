SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'evidence' AS type, e.space, e.id, e.entry, e.supports, e.weight, e.source, e.source_key, e."by", e.given_by, e.given_at, e.withdrawn_at
      FROM engram.evidence e
      WHERE e.space OPERATOR(pg_catalog.=) $1
      ORDER BY e.id, e.entry) AS x
