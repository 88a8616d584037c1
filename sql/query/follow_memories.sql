SELECT m.space, m.id, m.changed, m.superseded_by IS NULL AND m.suppressed_at IS NULL
FROM engram.memory m
WHERE m.changed OPERATOR(pg_catalog.>=) $1 OR m.changed OPERATOR(pg_catalog.=) ANY ($2)
LIMIT $3
