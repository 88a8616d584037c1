SELECT m.id
FROM engram.memory m
WHERE (m.changed OPERATOR(pg_catalog.>=) $1 OR m.changed OPERATOR(pg_catalog.=) ANY ($2))
  AND m.space OPERATOR(pg_catalog.=) $4
LIMIT $3
