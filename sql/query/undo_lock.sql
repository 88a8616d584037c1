SELECT m.id
FROM engram.memory m
WHERE m.space OPERATOR(pg_catalog.=) $1
  AND m.id OPERATOR(pg_catalog.=) ANY (
      SELECT t.id FROM engram.consolidation_touch t
      WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2)
ORDER BY m.id
FOR UPDATE
