INSERT INTO engram.belief
SELECT b.*
FROM engram.consolidation_touch t
CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(
    NULL::engram.belief, t.before OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('space', t.space)) b
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'belief' AND t.before IS NOT NULL
