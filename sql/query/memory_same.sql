SELECT true FROM engram.memories WHERE space OPERATOR(pg_catalog.=) $1 AND id OPERATOR(pg_catalog.=) $2 AND content OPERATOR(pg_catalog.=) $3
