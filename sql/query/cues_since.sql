-- Blank content stands for a memory in the cold tier.
-- Memories that changed, in the order of transactions and ids.
SELECT m.changed, m.id, m.cues,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1 AND m.changed OPERATOR(pg_catalog.>=) $2 AND m.changed OPERATOR(pg_catalog.<) $3
  AND (m.changed OPERATOR(pg_catalog.>) $2 OR $4 IS NULL OR m.id OPERATOR(pg_catalog.>) $4)
ORDER BY m.changed, m.id
LIMIT $5
