-- Evidence that was deleted since cannot be cited again.
INSERT INTO engram.citation
SELECT c.*
FROM engram.consolidation_touch t
CROSS JOIN LATERAL pg_catalog.jsonb_populate_record(
    NULL::engram.citation, t.before OPERATOR(pg_catalog.||) pg_catalog.jsonb_build_object('space', t.space)) c
WHERE t.space OPERATOR(pg_catalog.=) $1 AND t.run OPERATOR(pg_catalog.=) $2
  AND t.what OPERATOR(pg_catalog.=) 'citation' AND t.before IS NOT NULL
  AND EXISTS (SELECT FROM engram.memory m
              WHERE m.space OPERATOR(pg_catalog.=) t.space AND m.id OPERATOR(pg_catalog.=) t.other)
