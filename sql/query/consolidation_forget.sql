-- What runs remember of a belief that is deleted.
DELETE FROM engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.id OPERATOR(pg_catalog.=) $2
