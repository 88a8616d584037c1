DELETE FROM engram.retention WHERE space OPERATOR(pg_catalog.=) $1 AND kind OPERATOR(pg_catalog.=) $2
