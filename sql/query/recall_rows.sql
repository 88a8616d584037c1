-- Blank content stands for a memory in the cold tier; $8 leaves those out. $9 is now: what is not valid is no current fact.
SELECT m.id,
       CASE WHEN m.content OPERATOR(pg_catalog.=) '' THEN
           (SELECT c.content FROM engram.cold c
            WHERE c.space OPERATOR(pg_catalog.=) m.space AND c.id OPERATOR(pg_catalog.=) m.id)
       ELSE m.content END,
       m.origin, m.kind, m.context, m.occurred_at, m.source,
       m.metadata::pg_catalog.text, m.evidence_for, m.evidence_against,
       m.content OPERATOR(pg_catalog.=) ''
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY ($2)
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
  AND ($3 IS NULL OR m.metadata OPERATOR(pg_catalog.@>) $3)
  AND ($4 IS NULL OR m.kind OPERATOR(pg_catalog.=) ANY ($4))
  AND ($5 IS NULL OR m.context OPERATOR(pg_catalog.=) $5)
  AND ($6 IS NULL OR m.occurred_at OPERATOR(pg_catalog.>=) $6)
  AND ($7 IS NULL OR m.occurred_at OPERATOR(pg_catalog.<) $7)
  AND ($8 OR m.content OPERATOR(pg_catalog.<>) '')
  AND (m.valid_from IS NULL OR m.valid_from OPERATOR(pg_catalog.<=) $9)
  AND (m.valid_to IS NULL OR m.valid_to OPERATOR(pg_catalog.>) $9)
