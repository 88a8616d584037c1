DELETE FROM engram.progress WHERE space OPERATOR(pg_catalog.=) $1
