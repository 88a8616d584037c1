UPDATE engram.consolidation c
SET version = COALESCE($3, c.version), last_run = $2
WHERE c.space OPERATOR(pg_catalog.=) $1
