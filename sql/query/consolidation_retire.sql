UPDATE engram.memory
SET suppressed_at = pg_catalog.statement_timestamp()
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND changed OPERATOR(pg_catalog.=) $3
