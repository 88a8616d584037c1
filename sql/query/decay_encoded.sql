-- When memories were encoded, and of which kind they are.
SELECT m.id, m.occurred_at, m.created_at, m.kind
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) ANY ($2)
