DELETE FROM engram.decay WHERE space OPERATOR(pg_catalog.=) $1
