DELETE FROM engram.association WHERE space OPERATOR(pg_catalog.=) $1 AND origin OPERATOR(pg_catalog.=) 'similarity'
