SELECT m.id, m.changed, m.content, m.embedding, m.cues, m.context, m.kind, m.occurred_at
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.>=) $2
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
ORDER BY m.id
LIMIT $3
