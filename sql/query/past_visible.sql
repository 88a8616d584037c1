SELECT b.id FROM engram.believed($1, $3) b WHERE b.id OPERATOR(pg_catalog.=) ANY ($2)
