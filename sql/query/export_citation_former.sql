SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'citation' AS type, c.space, c.belief, c.evidence, c.supports, c.weight, c.created_at
      FROM engram.citation c
      WHERE c.space OPERATOR(pg_catalog.=) $1
      ORDER BY c.belief, c.evidence) AS x
