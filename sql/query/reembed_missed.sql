-- Memories without an embedding of the new encoder for their present content: all of them, or where the space has it already,
-- those written by the former one. $3 says that a memory without any gets one, too.
SELECT m.id, coalesce(c.content, m.content), pg_catalog.md5(coalesce(c.content, m.content))::pg_catalog.uuid
FROM engram.memory m
LEFT JOIN engram.cold c ON c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id
LEFT JOIN engram.reembedded r
       ON r.space OPERATOR(pg_catalog.=) m.space AND r.id OPERATOR(pg_catalog.=) m.id
      AND r.digest OPERATOR(pg_catalog.=) pg_catalog.md5(coalesce(c.content, m.content))::pg_catalog.uuid
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND r.id IS NULL
  AND ($4 OR m.encoder IS DISTINCT FROM $2)
  AND ($3 OR m.embedding IS NOT NULL OR c.embedding IS NOT NULL)
LIMIT $5
