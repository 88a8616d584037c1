SELECT m.id, m.changed, m.content, m.embedding, m.cues, m.context, m.kind, m.occurred_at, m.encoder,
       m.superseded_by IS NULL AND m.suppressed_at IS NULL
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.changed OPERATOR(pg_catalog.>=) $2
