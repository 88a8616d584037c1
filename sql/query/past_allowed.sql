-- As recall_allowed.sql, as it was believed at $8.
SELECT b.id, b.evidence_for, b.evidence_against
FROM engram.believed($1, $8) b
WHERE ($2 IS NULL OR b.metadata OPERATOR(pg_catalog.@>) $2)
  AND ($3 IS NULL OR b.kind OPERATOR(pg_catalog.=) ANY ($3))
  AND ($4 IS NULL OR b.context OPERATOR(pg_catalog.=) $4)
  AND ($5 IS NULL OR b.occurred_at OPERATOR(pg_catalog.>=) $5)
  AND ($6 IS NULL OR b.occurred_at OPERATOR(pg_catalog.<) $6)
  AND ($7 OR NOT b.cold)
