UPDATE engram.trace SET stability = $3, last_weight = $4
WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2
