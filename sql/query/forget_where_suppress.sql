UPDATE engram.memory SET suppressed_at = pg_catalog.statement_timestamp()
WHERE space OPERATOR(pg_catalog.=) $1
  AND ($2 IS NULL OR metadata OPERATOR(pg_catalog.@>) $2)
  AND ($3 IS NULL OR kind OPERATOR(pg_catalog.=) ANY ($3))
  AND ($4 IS NULL OR context OPERATOR(pg_catalog.=) $4)
  AND ($5 IS NULL OR occurred_at OPERATOR(pg_catalog.>=) $5)
  AND ($6 IS NULL OR occurred_at OPERATOR(pg_catalog.<) $6)
  AND suppressed_at IS NULL
