DELETE FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
