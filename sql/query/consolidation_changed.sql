-- The memories of a space that were written since a snapshot, whatever has become of them: as consolidation_episodes.sql.
SELECT m.id, m.label,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.embedding FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.embedding END,
       m.occurred_at, m.evidence_for, m.evidence_against, m.source, m.metadata::pg_catalog.text, m.cues, m.encoder, m.valid_from, m.valid_to,
       m.kind OPERATOR(pg_catalog.=) 'episode' AND m.suppressed_at IS NULL AND m.superseded_by IS NULL
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.changed OPERATOR(pg_catalog.>=) $2
ORDER BY m.id
