SELECT m.id, m.changed, m.content, m.embedding, m.cues, m.context, m.kind, m.occurred_at, m.encoder
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
