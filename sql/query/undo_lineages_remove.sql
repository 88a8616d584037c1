DELETE FROM engram.lineage l
USING engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2 AND t.what OPERATOR(pg_catalog.=) 'lineage'
  AND l.space OPERATOR(pg_catalog.=) $1 AND l.child OPERATOR(pg_catalog.=) t.id
  AND l.parent OPERATOR(pg_catalog.=) t.other
