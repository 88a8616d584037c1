SELECT pg_catalog.row_to_json(x)::pg_catalog.text
FROM (SELECT 'touch' AS type, t.space, t.run, t.entry, t.what, t.id, t.other, t.before, t.after_hash
      FROM engram.consolidation_touch t
      WHERE t.space OPERATOR(pg_catalog.=) $1
      ORDER BY t.run, t.entry) AS x
