UPDATE engram.memory SET valid_from = $3
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND valid_from IS NULL
