-- Those of the memories that the caller may see.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
