DELETE FROM engram.usage WHERE space OPERATOR(pg_catalog.=) $1
