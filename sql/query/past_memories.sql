-- What a private region is filled with for a recall as of $2: the columns of load_memories.sql. All of it is as good as hot there.
SELECT b.id, m.changed, b.content, b.embedding, b.cues, b.context, b.kind, b.occurred_at, b.pinned, false, b.encoder
FROM engram.believed($1, $2) b
JOIN engram.memory m ON m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) b.id
