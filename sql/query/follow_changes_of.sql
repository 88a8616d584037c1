SELECT c.id, c.what
FROM engram.change c
WHERE (c.changed OPERATOR(pg_catalog.>=) $1 OR c.changed OPERATOR(pg_catalog.=) ANY ($2))
  AND (c.space OPERATOR(pg_catalog.=) $4 OR c.space IS NULL)
LIMIT $3
