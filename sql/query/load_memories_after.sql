-- Blank content stands for a memory in the cold tier, which has its content and embedding. The catalog of version 0.2.0 has no
-- column pinned: the name then means that of `otherwise`.
SELECT q.*
FROM (SELECT false) AS otherwise(pinned),
     LATERAL (
         SELECT m.id, m.changed,
                CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.content FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.content END,
                CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
                    (SELECT c.embedding FROM engram.cold c
                     WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
                ELSE m.embedding END,
                m.cues, m.context, m.kind, m.occurred_at, pinned, m.content OPERATOR(pg_catalog.=) '', m.encoder
         FROM engram.memory m
         WHERE m.space OPERATOR(pg_catalog.=) $1
           AND m.id OPERATOR(pg_catalog.>=) $2
           AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
         ORDER BY m.id
         LIMIT $3) AS q
ORDER BY 1
