SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'trace' AS type, t.space, t.id, t.recalls, t.first_recalled_at, t.last_recalled_at, t.recent, t.stability, t.labile_until
      FROM engram.trace t
      WHERE t.space OPERATOR(pg_catalog.=) $1
      ORDER BY t.id) AS x
