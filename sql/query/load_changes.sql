SELECT c.id, c.what, c.changed
FROM engram.change c
WHERE c.changed OPERATOR(pg_catalog.>=) $2
  AND (c.space OPERATOR(pg_catalog.=) $1 OR c.space IS NULL)
