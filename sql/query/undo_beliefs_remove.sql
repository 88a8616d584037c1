DELETE FROM engram.belief b
USING engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2 AND t.what OPERATOR(pg_catalog.=) 'belief'
  AND b.space OPERATOR(pg_catalog.=) $1 AND b.id OPERATOR(pg_catalog.=) t.id
