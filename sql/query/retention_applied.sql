UPDATE engram.retention SET applied_at = pg_catalog.clock_timestamp() WHERE space OPERATOR(pg_catalog.=) $1
