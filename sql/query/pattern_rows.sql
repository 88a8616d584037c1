-- Blank content stands for a memory in the cold tier, which has its content and embedding.
SELECT m.id,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.embedding FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.embedding END,
       m.origin, m.kind, m.context, m.occurred_at, m.source, m.metadata::pg_catalog.text, m.cues,
       m.evidence_for, m.evidence_against
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
