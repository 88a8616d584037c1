SELECT c.content, c.embedding FROM engram.cold c WHERE c.space OPERATOR(pg_catalog.=) $1 AND c.id OPERATOR(pg_catalog.=) $2
