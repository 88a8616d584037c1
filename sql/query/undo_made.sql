DELETE FROM engram.memory m
USING engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'memory' AND t.before IS NULL
  AND m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) t.id
