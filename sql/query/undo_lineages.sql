INSERT INTO engram.lineage (space, child, parent, run, kind)
SELECT t.space, l.child, l.parent, l.run, l.kind
FROM engram.consolidation_touch t
CROSS JOIN LATERAL pg_catalog.jsonb_populate_recordset(NULL::engram.lineage, t.before) l
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'lineage' AND t.before IS NOT NULL
