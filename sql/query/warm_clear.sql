DELETE FROM engram.warm WHERE space OPERATOR(pg_catalog.=) $1
