UPDATE engram.memory SET suppressed_at = NULL
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND suppressed_at IS NOT NULL
