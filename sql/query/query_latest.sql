-- Memories of a space, the latest first.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
  AND ($2 IS NULL OR m.kind OPERATOR(pg_catalog.=) ANY ($2))
  AND ($3 IS NULL OR m.context OPERATOR(pg_catalog.=) $3)
  AND ($4 IS NULL OR m.occurred_at OPERATOR(pg_catalog.>=) $4)
  AND ($5 IS NULL OR m.occurred_at OPERATOR(pg_catalog.<) $5)
ORDER BY coalesce(m.occurred_at, m.created_at) DESC, m.id
