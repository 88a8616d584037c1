DELETE FROM engram.decay WHERE space OPERATOR(pg_catalog.=) $1 AND kind OPERATOR(pg_catalog.=) $2
