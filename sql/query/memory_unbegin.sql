UPDATE engram.memory SET valid_from = NULL
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND valid_from OPERATOR(pg_catalog.=) $3
