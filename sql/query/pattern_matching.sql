-- The latest memories that have the fields given; null stands for one that was not.
SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
  AND ($2 IS NULL OR m.metadata OPERATOR(pg_catalog.@>) $2)
  AND ($3 IS NULL OR m.context OPERATOR(pg_catalog.=) $3)
  AND ($4 IS NULL OR m.kind OPERATOR(pg_catalog.=) $4)
  AND ($5 IS NULL OR m.source OPERATOR(pg_catalog.=) $5)
  AND ($6 IS NULL OR m.occurred_at OPERATOR(pg_catalog.>=) $6)
  AND ($7 IS NULL OR m.occurred_at OPERATOR(pg_catalog.<=) $7)
ORDER BY m.id DESC
LIMIT $8
