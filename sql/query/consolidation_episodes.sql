-- The episodes of a space, in the order of their ids. Blank content stands for a memory in the cold tier, which has its content and
-- embedding. The last column says whether the row counts.
SELECT m.id, m.label,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.embedding FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.embedding END,
       m.occurred_at, m.evidence_for, m.evidence_against, m.source, m.metadata::pg_catalog.text, m.cues, m.encoder, m.valid_from, m.valid_to, true
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.kind OPERATOR(pg_catalog.=) 'episode'
  AND m.suppressed_at IS NULL AND m.superseded_by IS NULL
ORDER BY m.id
