DELETE FROM engram.progress WHERE space OPERATOR(pg_catalog.=) $1 AND job OPERATOR(pg_catalog.=) $2
