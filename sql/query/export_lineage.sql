SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'lineage' AS type, l.space, l.child, l.parent, l.run, l.kind
      FROM engram.lineage l
      WHERE l.space OPERATOR(pg_catalog.=) $1
      ORDER BY l.child, l.parent, l.run) AS x
