DELETE FROM engram.citation c
USING engram.consolidation_touch t
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2 AND t.what OPERATOR(pg_catalog.=) 'citation'
  AND c.space OPERATOR(pg_catalog.=) $1 AND c.belief OPERATOR(pg_catalog.=) t.id
  AND c.evidence OPERATOR(pg_catalog.=) t.other
