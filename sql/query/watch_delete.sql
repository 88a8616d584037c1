DELETE FROM engram.watch
WHERE space OPERATOR(pg_catalog.=) $1 AND watch OPERATOR(pg_catalog.=) $2
