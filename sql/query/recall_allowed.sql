-- Blank content stands for a memory in the cold tier; $7 lets those in. $8 is now.
SELECT m.id, m.evidence_for, m.evidence_against
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.superseded_by IS NULL AND m.suppressed_at IS NULL
  AND ($2 IS NULL OR m.metadata OPERATOR(pg_catalog.@>) $2)
  AND ($3 IS NULL OR m.kind OPERATOR(pg_catalog.=) ANY ($3))
  AND ($4 IS NULL OR m.context OPERATOR(pg_catalog.=) $4)
  AND ($5 IS NULL OR m.occurred_at OPERATOR(pg_catalog.>=) $5)
  AND ($6 IS NULL OR m.occurred_at OPERATOR(pg_catalog.<) $6)
  AND ($7 OR m.content OPERATOR(pg_catalog.<>) '')
  AND (m.valid_from IS NULL OR m.valid_from OPERATOR(pg_catalog.<=) $8)
  AND (m.valid_to IS NULL OR m.valid_to OPERATOR(pg_catalog.>) $8)
