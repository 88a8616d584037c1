-- Memories that changed, in the order of transactions and ids.
SELECT m.changed, m.id, m.cues, m.content
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.changed OPERATOR(pg_catalog.>=) $2 AND m.changed OPERATOR(pg_catalog.<) $3
  AND (m.changed OPERATOR(pg_catalog.>) $2 OR $4 IS NULL OR m.id OPERATOR(pg_catalog.>) $4)
ORDER BY m.changed, m.id
LIMIT $5
