UPDATE engram.consolidation SET version = version OPERATOR(pg_catalog.+) 1
WHERE space OPERATOR(pg_catalog.=) $1
RETURNING version, last_run
