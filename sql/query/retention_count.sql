UPDATE engram.retention SET forgotten = forgotten OPERATOR(pg_catalog.+) $3
WHERE space OPERATOR(pg_catalog.=) $1 AND kind OPERATOR(pg_catalog.=) $2
