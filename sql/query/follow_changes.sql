SELECT c.space, c.id, c.what, c.changed
FROM engram.change c
WHERE c.changed OPERATOR(pg_catalog.>=) $1 OR c.changed OPERATOR(pg_catalog.=) ANY ($2)
LIMIT $3
