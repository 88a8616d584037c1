-- The memories of a space that were deleted since a snapshot; an empty id stands for all of them.
SELECT c.id
FROM engram.change c
WHERE c.changed OPERATOR(pg_catalog.>=) $2
  AND (c.space OPERATOR(pg_catalog.=) $1 OR c.space IS NULL)
  AND c.what OPERATOR(pg_catalog.=) 'memory'
