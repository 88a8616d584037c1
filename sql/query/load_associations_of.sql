SELECT a.source, a.target, a.kind, a.weight, a.changed
FROM engram.association a
WHERE a.space OPERATOR(pg_catalog.=) $1
  AND a.source OPERATOR(pg_catalog.=) ANY ($2)
