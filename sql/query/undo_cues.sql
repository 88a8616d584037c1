-- Apart from the content: with it, cues would be looked for in it anew.
UPDATE engram.memory m
SET cues = b.cues
FROM engram.consolidation_touch t
CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(NULL::engram.memory, t.before) b
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'memory' AND t.before IS NOT NULL
  AND m.space OPERATOR(pg_catalog.=) $1 AND m.id OPERATOR(pg_catalog.=) t.id
  AND m.cues OPERATOR(pg_catalog.<>) b.cues
