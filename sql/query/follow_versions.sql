SELECT m.id, m.changed
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
