SELECT r.version, r.run, r.finished_at
FROM engram.consolidation_run r
WHERE r.space OPERATOR(pg_catalog.=) $1 AND r.version OPERATOR(pg_catalog.=) $2
