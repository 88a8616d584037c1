-- As recall_rows.sql, as it was believed at $9.
SELECT b.id, b.content, b.origin, b.kind, b.context, b.occurred_at, b.source,
       b.metadata::pg_catalog.text, b.evidence_for, b.evidence_against, b.cold
FROM engram.believed($1, $9) b
WHERE b.id OPERATOR(pg_catalog.=) ANY ($2)
  AND ($3 IS NULL OR b.metadata OPERATOR(pg_catalog.@>) $3)
  AND ($4 IS NULL OR b.kind OPERATOR(pg_catalog.=) ANY ($4))
  AND ($5 IS NULL OR b.context OPERATOR(pg_catalog.=) $5)
  AND ($6 IS NULL OR b.occurred_at OPERATOR(pg_catalog.>=) $6)
  AND ($7 IS NULL OR b.occurred_at OPERATOR(pg_catalog.<) $7)
  AND ($8 OR NOT b.cold)
