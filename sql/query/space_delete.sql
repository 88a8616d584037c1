DELETE FROM engram.space WHERE space OPERATOR(pg_catalog.=) $1
