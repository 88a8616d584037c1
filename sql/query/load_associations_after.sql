SELECT a.source, a.target, a.kind, a.weight, a.changed
FROM engram.association a
WHERE a.space OPERATOR(pg_catalog.=) $1
  AND ROW(a.source, a.target, a.kind) OPERATOR(pg_catalog.>) ROW($2, $3, $4)
ORDER BY a.source, a.target, a.kind
LIMIT $5
