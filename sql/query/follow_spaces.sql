SELECT s.space
FROM engram.space s
WHERE s.changed OPERATOR(pg_catalog.>=) $1 OR s.changed OPERATOR(pg_catalog.=) ANY ($2)
