UPDATE engram.reembedding SET after = $2 WHERE space OPERATOR(pg_catalog.=) $1
